#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_response_parser.hpp>

#include <optional>

namespace libnet::inline v0::wire {

namespace detail {

LIBNETXX_DECL std::optional<HttpError> read_status_line(std::string_view version, std::string_view status,
                                                        ResponseHead& head) noexcept
{
    const auto parsed_version = parse_version(version);
    if (!parsed_version) return parsed_version.error();
    head.version = *parsed_version;
    head.status = base::parse_number<unsigned>(status).value_or(0);
    if (status.size() != 3 || head.status < 100 || head.status > 599) return HttpError::bad_status_line;
    return std::nullopt;
}

/// What the complete head means.
LIBNETXX_DECL std::optional<HttpError> read_response_fields(std::string_view request_method,
                                                            ResponseHead& head) noexcept
{
    head.body = BodyFraming{};
    head.keep_alive = false;
    head.content_length.reset();
    // A tunnel begins: its Content-Length and Transfer-Encoding mean nothing (RFC 9110 section 9.3.6).
    if (request_method == "CONNECT" && head.status / 100 == 2) return std::nullopt;
    const auto framing = read_framing(head.fields, head.version, EqualLengths::joined);
    if (!framing) return framing.error();
    head.content_length = framing->content_length;
    head.repairs.lengths = framing->lengths_joined;
    head.body = response_body(*framing, request_method, head.status);
    // These never have a body (RFC 9112 section 6.3). Who announces one may send it too, in place of the next response.
    const bool contradicts =
        (head.status / 100 == 1 || head.status == 204) && (framing->chunked || framing->content_length.value_or(0) > 0);
    head.keep_alive = framing->persists(head.version) && head.status != 101 && !contradicts &&
                      head.body.kind != BodyFraming::Kind::until_close && !head.repairs.framing;
    return std::nullopt;
}

/// The reason, of which there may be none, and the CR behind it.
LIBNETXX_DECL bool StatusLine::read_reason(HttpScanner& scanner, std::string_view text, ResponseHead& head)
{
    auto& reason = head.reason;
    if (head.repairs.status_line) reason = {};
    else if (!scanner.read_run(text, CharClass::field_value, reason)) return false;
    const char c = scanner.peek(text);
    if (c != '\r' && c != '\n') return scanner.refuse(HttpError::bad_status_line);
    is_line_feed_alone_ = c == '\n';
    if (!is_line_feed_alone_) scanner.skip();
    return true;
}

LIBNETXX_DECL bool StatusLine::read(HttpScanner& scanner, std::string_view text, ResponseHead& head)
{
    switch (part_) {
    case Part::version:
        if (!scanner.read(text, CharClass::visible, ' ', HttpError::bad_status_line, version_)) return false;
        part_ = Part::status;
        [[fallthrough]];
    case Part::status:
        if (!scanner.read_run(text, CharClass::visible, status_)) return false;
        if (const auto error = read_status_line(version_, status_, head)) return scanner.refuse(*error);
        head.repairs.status_line = scanner.peek(text) != ' ';
        if (!head.repairs.status_line) scanner.skip();
        part_ = Part::reason;
        [[fallthrough]];
    case Part::reason:
        if (!read_reason(scanner, text, head)) return false;
        part_ = Part::line_end;
        [[fallthrough]];
    case Part::line_end:
        if (is_line_feed_alone_) scanner.skip_bare_line_feed();
        return is_line_feed_alone_ || scanner.read_line_feed(text);
    }
    return false;
}

}  // namespace detail

LIBNETXX_DECL HttpResult<std::size_t> ResponseParser::parse(std::string_view received, std::string_view request_method,
                                                            ResponseHead& head)
{
    const auto size = reader_.read(received, limits_, head);
    if (!size || *size == 0) return size;
    constexpr std::size_t status_end = std::string_view{"HTTP/1.1 200"}.size();
    head.repairs.status_line = received[status_end] != ' ';
    if (head.repairs.folds) unfold(head.fields, unfolded_);
    if (const auto error = detail::read_response_fields(request_method, head)) return *error;
    return size;
}

}  // namespace libnet::inline v0::wire
