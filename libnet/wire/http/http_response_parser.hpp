#pragma once
// Bytes to response heads, RFC 9112 sections 4 to 6.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_error.hpp>
#include <libnet/wire/http/http_head_reader.hpp>
#include <libnet/wire/http/http_limits.hpp>
#include <libnet/wire/http/http_response.hpp>
#include <libnet/wire/http/http_scanner.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace libnet::inline v0::wire {

namespace detail {

/// The status line, read in as many calls as it comes in.
class StatusLine {
public:
    static constexpr HttpLeniency leniency = lenient_head;

    static HttpError too_long() noexcept { return HttpError::head_too_large; }
    bool read(HttpScanner& scanner, std::string_view text, ResponseHead& head);

private:
    enum class Part : std::uint8_t { version, status, reason, line_end };

    bool read_reason(HttpScanner& scanner, std::string_view text, ResponseHead& head);

    Part part_ = Part::version;
    bool is_line_feed_alone_ = false;  // the line ends without a CR
    std::string_view version_, status_;
};

}  // namespace detail

/// Parses one response head after another, in place. Nothing may stand before the status line.
///
/// It is as strict as RequestParser about all that could be understood differently. Faults that leave no doubt where the
/// message ends are repaired, as RFC 9112 has it, and told in ResponseHead::repairs: white space before a colon, folded
/// values, LF without CR (see HttpFieldSection for where), the same Content-Length more than once, no space behind the
/// status. What is forwarded of such a head must be written anew from the model.
class ResponseParser {
public:
    explicit ResponseParser(HttpLimits limits = {}) noexcept : limits_{bounded(limits)} {}

    /// Parses the head at the front of `received`, as RequestParser::parse does. The body depends on the method of the
    /// request that this answers (RFC 9112 section 6.3). A 1xx response is a head like any other: call again.
    HttpResult<std::size_t> parse(std::string_view received, std::string_view request_method, ResponseHead& head);

    /// Forgets a head that is not complete.
    void reset() noexcept { reader_ = {}; }

private:
    HttpLimits limits_;
    HttpHeadReader<detail::StatusLine> reader_;
    std::vector<char> unfolded_;  // values that were folded: the head's views point here
};

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_response_parser.ipp>
#endif
