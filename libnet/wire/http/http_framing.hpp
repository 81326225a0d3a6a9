#pragma once
// Where a message ends and whether the connection outlives it: RFC 9112 sections 6.3 and 9.3.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_error.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace libnet::inline v0::wire {

/// The version of a message. A minor version above 1 counts as 1.1, the highest we know (RFC 9110 section 2.5).
enum class HttpVersion : std::uint8_t { http_1_0, http_1_1 };

/// Reads `HTTP/1.0` or any `HTTP/1.digit`. Errors: bad_version, unsupported_version.
HttpResult<HttpVersion> parse_version(std::string_view text) noexcept;

/// How the end of a body is known.
struct BodyFraming {
    enum class Kind : std::uint8_t {
        none,         ///< no body: the message ends with its head
        length,       ///< `length` bytes, maybe 0
        chunked,      ///< the chunked coding says: ChunkedDecoder
        until_close,  ///< everything until the peer closes; responses only
    };
    Kind kind = Kind::none;
    std::uint64_t length = 0;  ///< Kind::length: at most 2^63 - 1
    friend bool operator==(const BodyFraming&, const BodyFraming&) = default;
};

/// What the fields of a head say about the message's end and the connection.
struct FramingFields {
    std::optional<std::uint64_t> content_length;
    bool lengths_joined = false;  ///< the same Content-Length was there more than once
    bool chunked = false;         ///< Transfer-Encoding: chunked
    bool close = false;           ///< Connection: close
    bool keep_alive = false;      ///< Connection: keep-alive

    /// Whether the connection outlives the message: it must not say close, and on HTTP/1.0 it must say keep-alive.
    bool persists(HttpVersion version) const noexcept
    {
        return !close && (version == HttpVersion::http_1_1 || keep_alive);
    }
};

/// What the same Content-Length more than once means, in fields or in a list ("2, 2").
enum class EqualLengths : std::uint8_t {
    refused,  ///< an error
    joined,   ///< one of them (RFC 9110 section 8.6): for responses, where many a gateway adds a second one
};

/// Reads Content-Length, Transfer-Encoding and Connection. Each is refused unless it is beyond doubt:
/// bad_content_length, repeated_content_length, bad_transfer_encoding, unknown_transfer_coding,
/// transfer_encoding_in_1_0, length_and_encoding.
HttpResult<FramingFields> read_framing(const HttpFields& fields, HttpVersion version,
                                       EqualLengths equal = EqualLengths::refused) noexcept;

/// The body of a request (RFC 9112 section 6.3): chunked, a length, or none. Error: unexpected_body.
HttpResult<BodyFraming> request_body(const FramingFields& framing, std::string_view method) noexcept;

/// The body of the response with this status to a request with this method (RFC 9112 section 6.3).
BodyFraming response_body(const FramingFields& framing, std::string_view request_method, unsigned status) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_framing.ipp>
#endif
