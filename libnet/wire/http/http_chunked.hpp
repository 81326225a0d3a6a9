#pragma once
// The chunked transfer coding in both directions, RFC 9112 section 7.1.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_error.hpp>
#include <libnet/wire/http/http_field_section.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_limits.hpp>
#include <libnet/wire/http/http_scanner.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

//  chunked-body = *( chunk-size [ chunk-ext ] CRLF chunk-data CRLF )  last-chunk  trailer-section  CRLF
//
//    6;name=value CRLF
//    wonder CRLF
//    0 CRLF
//    Digest: ... CRLF
//    CRLF

/// Who sent a chunked body.
enum class ChunkSource : std::uint8_t {
    client,  ///< whatever is faulty is refused
    server,  ///< faults that leave no doubt about sizes and ends are repaired, see ChunkedDecoder
};

/// Takes a chunked body apart, in pieces of any size. Extensions are checked and forgotten.
///
/// Of a server's body is repaired: white space at the end of the line before a chunk (sizes padded with blanks are an old
/// custom of servers), white space before a colon and folded values in trailers (see HttpFieldSection), and trailer fields
/// that belong in a head, which are dropped (RFC 9112 section 7.1.2). Line ends, signs and prefixes of sizes are refused
/// whoever sent them.
class ChunkedDecoder {
public:
    explicit ChunkedDecoder(HttpLimits limits = {}, ChunkSource source = ChunkSource::client)
        : limits_{bounded(limits)},
          source_{source},
          section_{leniency()}
    {}

    // A copy's trailers would point into the original.
    ChunkedDecoder(const ChunkedDecoder&) = delete;
    ChunkedDecoder& operator=(const ChunkedDecoder&) = delete;

    /// What the front of the input is.
    struct Step {
        std::string_view data;     ///< a piece of the body: the last `data.size()` of the consumed bytes; may be empty
        std::size_t consumed = 0;  ///< bytes of the input that are done with
        bool done = false;         ///< the body and its trailers have ended; what follows is the next message
    };

    /// Reads up to the end of the next piece of data. Call again with the rest of the input while it is not empty and
    /// the step is not done. Errors: bare_line_end, bad_chunk, chunk_line_too_long, chunk_overhead_too_large,
    /// forbidden_trailer, trailers_too_large, too_many_fields and those of a field line.
    HttpResult<Step> next(std::string_view input);

    /// Decodes whole chunks without extensions at `bytes[consumed]`, as far as they go, and moves their data together at
    /// `bytes[data]`; moves both on. What it leaves is for `next`. For bodies of many small chunks, and nothing else: a
    /// call for each of them would cost more than all the rest.
    void take_whole_chunks(std::span<char> bytes, std::size_t& data, std::size_t& consumed) noexcept;

    /// The trailer fields, complete when done; valid while the decoder is. They must not be merged into the fields of
    /// the head (RFC 9110 section 6.5.1).
    const HttpFields& trailers() const noexcept { return trailers_; }

    /// Makes ready for another body.
    void reset();

private:
    enum class Part : std::uint8_t { chunk_line, data, data_cr, data_lf, trailers, done };

    // Each takes what it can from the front of the input, and returns an error or nothing.
    std::optional<HttpError> read_chunk_line(std::string_view& input);
    std::optional<HttpError> begin_chunk(std::string_view line);
    std::optional<HttpError> read_data_end(std::string_view& input);
    std::optional<HttpError> read_trailers(std::string_view& input);
    std::string_view read_data(std::string_view& input) noexcept;
    std::size_t overhead_after(std::size_t line, std::uint64_t size) const noexcept;

    std::optional<HttpError> end_trailers();
    HttpLeniency leniency() const noexcept
    {
        return source_ == ChunkSource::server ? lenient_trailers : HttpLeniency{};
    }

    HttpLimits limits_;
    ChunkSource source_;
    Part part_ = Part::chunk_line;
    std::uint64_t remaining_ = 0;  // bytes of the chunk's data that are still to come
    std::size_t overhead_ = 0;     // see HttpLimits::chunk_overhead
    std::string text_;             // a chunk line that came in pieces, later the trailer section
    HttpScanner scanner_;
    HttpFieldSection section_;
    HttpFields trailers_;
    std::vector<char> unfolded_;
};

/// Room for the longest chunk header: 16 digits and CRLF.
using ChunkHeaderBuffer = std::array<char, 18>;

/// Writes the line before a chunk's data, `size CRLF`, and returns it. Size 0 would end the body: don't. The data is
/// followed by `chunk_end`.
std::string_view format_chunk_header(std::uint64_t size, ChunkHeaderBuffer& buffer) noexcept;

/// Follows the data of each chunk.
inline constexpr std::string_view chunk_end = "\r\n";

/// Ends a chunked body without trailers.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// Appends the end of a chunked body with trailers, which are valid fields.
void append_last_chunk(std::string& out, const HttpFields& trailers);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_chunked.ipp>
#endif
