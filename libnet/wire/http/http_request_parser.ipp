#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_request_parser.hpp>

#include <algorithm>
#include <optional>

namespace libnet::inline v0::wire {

namespace detail {

/// Host must be there exactly once on HTTP/1.1, and be valid wherever it is (RFC 9112 section 3.2). HTTP/1.0 may leave
/// it out: then the authority is empty. It may be empty where the target has one of its own, which goes first (section
/// 3.2.2).
LIBNETXX_DECL HttpResult<Authority> read_host(const HttpFields& fields, HttpVersion version, TargetForm form) noexcept
{
    std::optional<std::string_view> host;
    for (const auto& [name, value] : fields) {
        if (!base::iequals(name, "Host")) continue;
        if (host) return HttpError::repeated_host;
        host = value;
    }
    if (!host && version == HttpVersion::http_1_1) return HttpError::missing_host;
    if (!host || (host->empty() && form == TargetForm::absolute)) return Authority{};
    const auto authority = parse_authority(*host);
    if (!authority) return HttpError::bad_host;
    return *authority;
}

LIBNETXX_DECL std::optional<HttpError> read_request_line(std::string_view version, RequestHead& head) noexcept
{
    // The version comes first: a client that speaks another one (`PRI * HTTP/2.0`) is told so.
    const auto parsed_version = parse_version(version);
    if (!parsed_version) return parsed_version.error();
    const auto target = parse_target(head.method, head.target);
    if (!target) return HttpError::bad_target;
    head.version = *parsed_version;
    head.form = target->form;
    head.scheme = target->scheme;
    head.authority = target->authority;
    head.path = target->path;
    head.query = target->query;
    head.has_query = target->has_query;
    return std::nullopt;
}

/// HTTP/1.0 has no expectations, and without a body there is nothing to wait for (RFC 9110 section 10.1.1).
LIBNETXX_DECL void read_expectations(RequestHead& head)
{
    const bool has_content = head.body.kind == BodyFraming::Kind::chunked || head.body.length > 0;
    head.expect_continue = head.unknown_expectation = false;
    if (head.version == HttpVersion::http_1_0) return;
    for_each_item(head.fields, "Expect", [&](std::string_view expectation) {
        const bool is_continue = base::iequals(expectation, "100-continue");
        head.unknown_expectation = head.unknown_expectation || !is_continue;
        head.expect_continue = head.expect_continue || (is_continue && has_content);
    });
}

/// What the complete head means.
LIBNETXX_DECL std::optional<HttpError> read_request_fields(RequestHead& head)
{
    const auto host = read_host(head.fields, head.version, head.form);
    if (!host) return host.error();
    if (head.authority.host.empty()) head.authority = *host;  // the target's own goes first (RFC 9112 section 3.2.2)
    const auto framing = read_framing(head.fields, head.version);
    if (!framing) return framing.error();
    const auto body = request_body(*framing, head.method);
    if (!body) return body.error();
    head.body = *body;
    head.keep_alive = framing->persists(head.version);
    read_expectations(head);
    return std::nullopt;
}

/// Every other byte must be an LF: true at the first that is neither a CR nor such an LF.
LIBNETXX_DECL bool skip_empty_lines(HttpScanner& scanner, std::string_view text)
{
    constexpr std::size_t most = 4;
    for (; scanner.at() < text.size(); scanner.skip()) {
        const bool wants_line_feed = scanner.at() % 2 == 1;
        const char c = text[scanner.at()];
        if (wants_line_feed && c != '\n') return scanner.refuse(HttpError::bare_line_end);
        if (wants_line_feed) continue;
        if (c != '\r') return true;
        if (scanner.at() == 2 * most) return scanner.refuse(HttpError::bad_request_line);
    }
    return false;
}

LIBNETXX_DECL bool RequestLine::read(HttpScanner& scanner, std::string_view text, RequestHead& head)
{
    switch (part_) {
    case Part::empty_lines:
        if (!skip_empty_lines(scanner, text)) return false;
        part_ = Part::method;
        [[fallthrough]];
    case Part::method:
        if (!scanner.read(text, CharClass::token, ' ', HttpError::bad_request_line, head.method)) return false;
        part_ = Part::target;
        [[fallthrough]];
    case Part::target:
        if (!scanner.read(text, CharClass::target, ' ', HttpError::bad_request_line, head.target)) return false;
        part_ = Part::version;
        [[fallthrough]];
    case Part::version:
        if (!scanner.read(text, CharClass::visible, '\r', HttpError::bad_request_line, version_)) return false;
        part_ = Part::line_end;
        [[fallthrough]];
    case Part::line_end:
        if (!scanner.read_line_feed(text)) return false;
        if (const auto error = read_request_line(version_, head)) return scanner.refuse(*error);
    }
    return true;
}

}  // namespace detail

LIBNETXX_DECL HttpResult<std::size_t> RequestParser::parse(std::string_view received, RequestHead& head)
{
    const auto size = reader_.read(received, limits_, head);
    if (!size || *size == 0) return size;
    if (const auto error = detail::read_request_fields(head)) return *error;
    return size;
}

LIBNETXX_DECL std::string_view refused_line(std::string_view received) noexcept
{
    constexpr std::size_t most = 1024;
    received.remove_prefix(std::min(received.find_first_not_of("\r\n"), received.size()));
    return received.substr(0, std::min(received.find_first_of("\r\n"), most));
}

}  // namespace libnet::inline v0::wire
