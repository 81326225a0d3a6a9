#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/canonical_host.hpp>
#include <libnet/wire/http/host_name.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::wire {

namespace detail {

/// A number of an IPv4 address, below 2^32. "0x" alone is zero, as browsers have it.
LIBNETXX_DECL std::optional<std::uint32_t> parse_ipv4_number(std::string_view text) noexcept
{
    if (base::iequals(text.substr(0, 2), "0x"))
        return text.size() == 2 ? 0 : base::parse_number<std::uint32_t>(text.substr(2), 16);
    if (text.size() > 1 && text.front() == '0') return base::parse_number<std::uint32_t>(text.substr(1), 8);
    return base::parse_number<std::uint32_t>(text);
}

LIBNETXX_DECL std::optional<CanonicalHost> canonical_ipv6(std::string_view text)
{
    // Asio reads up to a zero octet, and takes scopes.
    constexpr std::size_t longest = 45;
    if (text.size() > longest || text.find_first_of(std::string_view{"%\0", 2}) != text.npos) return std::nullopt;
    boost::system::error_code failed;
    const auto parsed = boost::asio::ip::make_address_v6(text, failed);
    if (failed) return std::nullopt;
    const auto address = unmapped(parsed);
    return CanonicalHost{address.to_string(), address};
}

LIBNETXX_DECL bool ends_in_number(std::string_view name) noexcept
{
    return is_numeric_label(name.substr(name.rfind('.') + 1));
}

}  // namespace detail

LIBNETXX_DECL std::optional<boost::asio::ip::address_v4> parse_any_ipv4(std::string_view text) noexcept
{
    std::array<std::uint32_t, 4> numbers{};
    std::size_t count = 0;
    for (bool is_last = false; !is_last; ++count) {
        const auto dot = text.find('.');
        is_last = dot == text.npos;
        const auto number = count < numbers.size() ? detail::parse_ipv4_number(text.substr(0, dot)) : std::nullopt;
        if (!number || (!is_last && *number > 255)) return std::nullopt;
        numbers[count] = *number;
        if (!is_last) text.remove_prefix(dot + 1);
    }
    const auto last = std::uint64_t{numbers[count - 1]};
    const auto left = 8 * (numbers.size() + 1 - count);  // bits that the last number fills
    if (last >> left != 0) return std::nullopt;
    auto address = static_cast<std::uint32_t>(last);
    for (std::size_t i = 0; i + 1 < count; ++i) address |= numbers[i] << (24 - 8 * i);
    return boost::asio::ip::address_v4{address};
}

LIBNETXX_DECL std::optional<CanonicalHost> canonical_host(std::string_view text)
{
    if (text.find(':') != text.npos) return detail::canonical_ipv6(text);
    if (text.ends_with('.')) text.remove_suffix(1);
    if (detail::ends_in_number(text)) {
        const auto address = parse_any_ipv4(text);
        if (!address) return std::nullopt;
        return CanonicalHost{address->to_string(), *address};
    }
    if (text.ends_with('.') || !is_host_name(text)) return std::nullopt;
    CanonicalHost host{std::string{text}, std::nullopt};
    std::ranges::transform(host.name, host.name.begin(), base::to_lower);
    return host;
}

}  // namespace libnet::inline v0::wire
