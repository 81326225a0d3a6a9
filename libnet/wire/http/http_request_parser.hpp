#pragma once
// Bytes to request heads, RFC 9112 sections 2 to 6.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_error.hpp>
#include <libnet/wire/http/http_head_reader.hpp>
#include <libnet/wire/http/http_limits.hpp>
#include <libnet/wire/http/http_request.hpp>
#include <libnet/wire/http/http_scanner.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace libnet::inline v0::wire {

namespace detail {

/// The request line, read in as many calls as it comes in.
class RequestLine {
public:
    static constexpr HttpLeniency leniency{};

    bool read(HttpScanner& scanner, std::string_view text, RequestHead& head);

    /// The error of a line over the limit.
    HttpError too_long() const noexcept
    {
        return part_ == Part::method ? HttpError::method_too_long : HttpError::request_line_too_long;
    }

private:
    enum class Part : std::uint8_t { empty_lines, method, target, version, line_end };
    Part part_ = Part::empty_lines;
    std::string_view version_;
};

}  // namespace detail

/// Parses one request head after another, in place, and refuses whatever two readers could understand differently.
///
/// A byte that can't stand where it does is refused when it arrives; the verdict depends on the bytes alone, not on
/// the pieces that they came in. Each byte is looked at once, so that a client gains nothing by sending them singly.
class RequestParser {
public:
    explicit RequestParser(HttpLimits limits = {}) noexcept : limits_{bounded(limits)} {}

    /// Parses the head at the front of `received`.
    ///
    /// - 0: it is not complete. Call again with the same bytes and more behind them, and the same `head`. The bytes may
    ///   have moved in memory meanwhile (that costs a new scan).
    /// - n: the head is the first n bytes, and the views in `head` point into them. The next call begins a new head.
    /// - an error: see HttpError; the connection can't be used any more.
    ///
    /// Up to four empty lines before the request line are skipped (RFC 9112 section 2.2).
    HttpResult<std::size_t> parse(std::string_view received, RequestHead& head);

    /// Forgets a head that is not complete.
    void reset() noexcept { reader_ = {}; }

private:
    HttpLimits limits_;
    HttpHeadReader<detail::RequestLine> reader_;
};

/// What a log can show of octets that were refused as a request: their first line that isn't empty, without its end, at
/// most 1,024 octets of it. A view into `received`; any octet may be in it.
std::string_view refused_line(std::string_view received) noexcept;

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/http_request_parser.ipp>
#endif
