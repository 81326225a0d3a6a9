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

namespace libnet::inline v0::wire {

namespace detail {

/// The status line, read in as many calls as it comes in.
class StatusLine {
public:
    static HttpError too_long() noexcept { return HttpError::head_too_large; }
    bool read(HttpScanner& scanner, std::string_view text, ResponseHead& head);

private:
    enum class Part : std::uint8_t { version, status, reason, line_end };
    Part part_ = Part::version;
    std::string_view version_, status_;
};

}  // namespace detail

/// Parses one response head after another, in place, as strictly as RequestParser. Nothing may stand before the status
/// line.
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
};

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_response_parser.ipp>
#endif
