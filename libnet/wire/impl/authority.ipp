#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/authority.hpp>
#include <libnet/wire/http_syntax.hpp>

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace libnet::wire {

namespace detail {

LIBNET_DECL bool is_ipv6_address(std::string_view text) noexcept
{
    std::array<char, INET6_ADDRSTRLEN> copy{};
    if (text.size() >= copy.size() || text.find('\0') != text.npos) return false;
    std::ranges::copy(text, copy.begin());
    in6_addr address;
    return ::inet_pton(AF_INET6, copy.data(), &address) == 1;
}

/// Reads `[":" *DIGIT]`: what stands behind the host.
LIBNET_DECL bool parse_port(std::string_view text, std::optional<std::uint16_t>& port) noexcept
{
    if (text.empty() || text == ":") return true;
    if (text.front() != ':' || text.size() > 6) return false;
    port = base::parse_number<std::uint16_t>(text.substr(1));
    return port.value_or(0) != 0;
}

}  // namespace detail

LIBNET_DECL std::optional<Authority> parse_authority(std::string_view text) noexcept
{
    Authority authority;
    authority.is_ipv6 = text.starts_with('[');
    if (authority.is_ipv6) text.remove_prefix(1);
    const auto host_end = std::min(text.find(authority.is_ipv6 ? ']' : ':'), text.size());
    authority.host = text.substr(0, host_end);
    text.remove_prefix(host_end);
    if (authority.is_ipv6) {
        if (text.empty() || !detail::is_ipv6_address(authority.host)) return std::nullopt;
        text.remove_prefix(1);
    } else if (!consists_of(CharClass::reg_name, authority.host)) {
        return std::nullopt;
    }
    if (!detail::parse_port(text, authority.port)) return std::nullopt;
    return authority;
}

LIBNET_DECL std::string to_string(const Authority& authority)
{
    std::string text{authority.host};
    if (authority.is_ipv6) text = '[' + text + ']';
    if (authority.port) text += ':' + std::to_string(*authority.port);
    return text;
}

}  // namespace libnet::wire
