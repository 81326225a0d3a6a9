#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <algorithm>
#include <cstddef>

namespace libnet::inline v0::wire {

namespace detail {

/// Four numbers up to 255, without leading zeros (RFC 3986 section 3.2.2).
LIBNETXX_DECL bool is_ipv4_address(std::string_view text) noexcept
{
    for (int rest = 4; rest > 0; --rest) {
        const auto size = rest > 1 ? std::min(text.find('.'), text.size()) : text.size();
        const auto number = text.substr(0, size);
        if (!base::parse_number<std::uint8_t>(number) || (size > 1 && number.starts_with('0'))) return false;
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return true;
}

/// Counts the groups of 16 bits, of which there may be none. The last two may be written as an IPv4 address.
LIBNETXX_DECL std::optional<std::size_t> count_ipv6_groups(std::string_view text) noexcept
{
    if (text.empty()) return 0;
    for (std::size_t groups = 1;; ++groups) {
        const auto colon = text.find(':');
        const auto group = text.substr(0, colon);
        if (colon == text.npos && is_ipv4_address(group)) return groups + 1;
        const bool is_hexadecimal = std::ranges::all_of(group, [](char c) { return base::hex_value(c) >= 0; });
        if (group.empty() || group.size() > 4 || !is_hexadecimal) return std::nullopt;
        if (colon == text.npos) return groups;
        text.remove_prefix(colon + 1);
    }
}

/// Eight groups, or fewer around one `::` (RFC 4291 section 2.2). No zone identifier.
LIBNETXX_DECL bool is_ipv6_address(std::string_view text) noexcept
{
    const auto gap = text.find("::");
    if (gap == text.npos) return count_ipv6_groups(text) == 8;
    const auto before = text.substr(0, gap);
    const auto groups_before = count_ipv6_groups(before), groups_behind = count_ipv6_groups(text.substr(gap + 2));
    return groups_before && groups_behind && *groups_before + *groups_behind < 8 && before.find('.') == before.npos;
}

/// Reads `[":" *DIGIT]`: what stands behind the host.
LIBNETXX_DECL bool parse_port(std::string_view text, std::optional<std::uint16_t>& port) noexcept
{
    if (text.empty() || text == ":") return true;
    if (text.front() != ':' || text.size() > 6) return false;
    port = base::parse_number<std::uint16_t>(text.substr(1));
    return port.value_or(0) != 0;
}

}  // namespace detail

LIBNETXX_DECL std::optional<Authority> parse_authority(std::string_view text) noexcept
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

LIBNETXX_DECL std::string to_string(const Authority& authority)
{
    std::string text{authority.host};
    if (authority.is_ipv6) text = '[' + text + ']';
    if (authority.port) text += ':' + std::to_string(*authority.port);
    return text;
}

}  // namespace libnet::inline v0::wire
