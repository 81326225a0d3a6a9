#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/credentials.hpp>
#include <libnet/engine/proxy/parent_proxy.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/http/canonical_host.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace libnet::inline v0::engine {

namespace detail {

inline constexpr std::uint16_t default_http_parent_port = 3128;  // Squid's, which people expect of a proxy
inline constexpr std::uint16_t default_socks_port = 1080;        // RFC 1928 section 3

LIBNETXX_DECL std::invalid_argument bad_parent(std::string_view text, std::string_view why)
{
    return std::invalid_argument{"'" + std::string{text} + "' is no parent proxy" + std::string{why} +
                                 ": give one like corp=http://proxy.example.org:3128 or "
                                 "corp=socks5://proxy.example.org:1080"};
}

LIBNETXX_DECL std::string_view only_line(std::string_view text)
{
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace detail

LIBNETXX_DECL bool is_parent_name(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 10> taken{direct_route, "from",  "user",  "listener", "to",
                                                     "methods",    "paths", "proxy", "default",  "send-proxy"};
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    return !name.empty() && std::ranges::all_of(name, fits) && std::ranges::find(taken, name) == taken.end();
}

LIBNETXX_DECL ParentProxy parse_parent_proxy(std::string_view text)
{
    const auto scheme_ends = text.find("://");
    if (scheme_ends == text.npos) throw detail::bad_parent(text, "");
    const auto names = text.substr(0, scheme_ends).rfind('=');
    const auto scheme = text.substr(names == text.npos ? 0 : names + 1, scheme_ends - (names + 1));
    auto rest = text.substr(scheme_ends + 3);
    // The text may be in a log soon.
    if (rest.find('@') != rest.npos)
        throw std::invalid_argument{"a parent's user and password don't belong into its URL: put them into a file"};
    if (rest.ends_with('/')) rest.remove_suffix(1);
    ParentProxy parent;
    if (scheme == "http") parent.kind = ParentKind::http;
    else if (scheme == "socks5" || scheme == "socks5h") parent.kind = ParentKind::socks5;
    else throw detail::bad_parent(text, ", only http and socks5 are spoken to parents");
    const auto authority = wire::parse_authority(rest);
    const auto host = authority ? wire::canonical_host(authority->host) : std::nullopt;
    if (!host) throw detail::bad_parent(text, ", its host can't be read");
    parent.host = host->name;
    const bool is_http = parent.kind == ParentKind::http;
    parent.port = authority->port.value_or(is_http ? detail::default_http_parent_port : detail::default_socks_port);
    parent.name = names == text.npos ? parent.host : std::string{text.substr(0, names)};
    if (!is_parent_name(parent.name))
        throw detail::bad_parent(text,
                                 ", its name is not made of letters, digits, '.', '_' and '-', or is a word of "
                                 "rules");
    return parent;
}

LIBNETXX_DECL void set_parent_login(ParentProxy& parent, std::string_view text)
{
    auto authorization = authorization_of(text);  // what HTTP can't have SOCKS doesn't get either
    if (parent.kind == ParentKind::http) {
        parent.authorization = std::move(authorization);
        return;
    }
    const auto line = detail::only_line(text);
    const auto colon = line.find(':');
    constexpr std::size_t longest = 255;
    const auto is_short = [](std::string_view part) { return !part.empty() && part.size() <= longest; };
    if (colon == line.npos || !is_short(line.substr(0, colon)) || !is_short(line.substr(colon + 1)))
        throw std::invalid_argument{"SOCKS5 wants 'user:password', each of 1 to 255 octets"};
    parent.user = line.substr(0, colon);
    parent.password = line.substr(colon + 1);
}

}  // namespace libnet::inline v0::engine
