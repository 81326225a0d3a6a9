#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <libnet/wire/http/http_target.hpp>

#include <algorithm>

namespace libnet::inline v0::wire {

namespace detail {

/// `ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )`, RFC 3986 section 3.1.
LIBNETXX_DECL bool is_scheme(std::string_view text) noexcept
{
    const auto is_letter = [](char c) { return base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z'; };
    const auto is_allowed = [&](char c) {
        return is_letter(c) || base::is_digit(c) || c == '+' || c == '-' || c == '.';
    };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_allowed);
}

LIBNETXX_DECL void split_query(std::string_view path_and_query, HttpTarget& target) noexcept
{
    const auto mark = path_and_query.find('?');
    target.path = path_and_query.substr(0, mark);
    target.has_query = mark != path_and_query.npos;
    if (target.has_query) target.query = path_and_query.substr(mark + 1);
}

LIBNETXX_DECL std::optional<HttpTarget> parse_authority_form(std::string_view text) noexcept
{
    const auto authority = parse_authority(text);
    if (!authority || !authority->port) return std::nullopt;
    HttpTarget target;
    target.form = TargetForm::authority;
    target.authority = *authority;
    return target;
}

LIBNETXX_DECL std::optional<HttpTarget> parse_absolute_form(std::string_view text, bool is_options) noexcept
{
    const auto scheme_end = text.find("://");
    if (scheme_end == text.npos || !is_scheme(text.substr(0, scheme_end))) return std::nullopt;
    HttpTarget target;
    target.form = TargetForm::absolute;
    target.scheme = text.substr(0, scheme_end);
    text.remove_prefix(scheme_end + 3);

    const auto authority_end = std::min(text.find_first_of("/?"), text.size());
    const auto authority = parse_authority(text.substr(0, authority_end));
    if (!authority) return std::nullopt;
    target.authority = *authority;
    split_query(text.substr(authority_end), target);
    if (target.path.empty() && (!is_options || target.has_query)) target.path = "/";
    return target;
}

}  // namespace detail

LIBNETXX_DECL std::optional<HttpTarget> parse_target(std::string_view method, std::string_view text) noexcept
{
    if (method == "CONNECT") return detail::parse_authority_form(text);
    if (!text.starts_with('/') && text != "*") return detail::parse_absolute_form(text, method == "OPTIONS");
    HttpTarget target;
    if (text == "*") {
        if (method != "OPTIONS") return std::nullopt;
        target.form = TargetForm::asterisk;
    } else {
        detail::split_query(text, target);
    }
    return target;
}

}  // namespace libnet::inline v0::wire
