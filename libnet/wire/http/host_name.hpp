#pragma once
// What a host name may look like, RFC 1123 section 2.1.

#include <libnet/base/text.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace libnet::inline v0::wire {

namespace detail {

constexpr bool is_host_label(std::string_view label) noexcept
{
    // The underscore isn't in the RFC, but in many names that people use.
    const auto allowed = [](char c) {
        return base::is_digit(c) || (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z') || c == '-' || c == '_';
    };
    return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, allowed);
}

/// "1", "0x7f": the last part of the IPv4 spellings that inet_aton reads.
constexpr bool is_numeric_label(std::string_view label) noexcept
{
    if (std::ranges::all_of(label, base::is_digit)) return true;
    return base::iequals(label.substr(0, 2), "0x") &&
           std::ranges::all_of(label.substr(2), [](char c) { return base::hex_value(c) >= 0; });
}

constexpr bool is_in_domain(std::string_view name, std::string_view domain) noexcept
{
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.size() < domain.size()) return false;
    const std::size_t before = name.size() - domain.size();
    return base::iequals(name.substr(before), domain) && (before == 0 || name[before - 1] == '.');
}

}  // namespace detail

/// Whether a text is a host name: at most 253 octets in labels of 1 to 63 letters, digits, hyphens and underscores
/// (names in other scripts come as "xn--…", RFC 5891). One dot may stand at the end.
///
/// Refused besides: a hyphen in front, which a program that is handed the name would read as an option; and a last
/// label that is a number ("127.1", "0x7f000001"), which one program reads as an address and the next as a name.
constexpr bool is_host_name(std::string_view text) noexcept
{
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty() || text.size() > 253 || text.front() == '-') return false;
    for (;;) {
        const std::size_t dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        if (!detail::is_host_label(label)) return false;
        if (dot == text.npos) return !detail::is_numeric_label(label);
        text.remove_prefix(dot + 1);
    }
}

/// "localhost" and every name below it: these are loopback addresses, and no name server is asked for them
/// (RFC 6761 section 6.3).
constexpr bool is_localhost(std::string_view name) noexcept { return detail::is_in_domain(name, "localhost"); }

/// "invalid" and every name below it: they don't exist, and no name server is asked for them (RFC 6761 section 6.4).
constexpr bool is_invalid_domain(std::string_view name) noexcept { return detail::is_in_domain(name, "invalid"); }

}  // namespace libnet::inline v0::wire
