#pragma once

#include <libnet/engine/proxy/address_class.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace libnet::inline v0::engine {

namespace detail {

struct Ipv4Block {
    std::array<std::uint8_t, 4> network;
    unsigned bits;
    AddressClass kind;
};

/// From https://www.iana.org/assignments/iana-ipv4-special-registry, and the metadata services of Amazon (also for
/// containers), Google, Microsoft (its agents' address is public), Oracle, Alibaba and others.
inline constexpr Ipv4Block ipv4_blocks[] = {
    {{169, 254, 169, 254}, 32, AddressClass::metadata},
    {{169, 254, 169, 253}, 32, AddressClass::metadata},
    {{169, 254, 170, 2}, 32, AddressClass::metadata},
    {{169, 254, 170, 23}, 32, AddressClass::metadata},
    {{169, 254, 0, 23}, 32, AddressClass::metadata},
    {{100, 100, 100, 200}, 32, AddressClass::metadata},
    {{192, 0, 0, 192}, 32, AddressClass::metadata},
    {{168, 63, 129, 16}, 32, AddressClass::metadata},
    {{0, 0, 0, 0}, 8, AddressClass::loopback},
    {{127, 0, 0, 0}, 8, AddressClass::loopback},
    {{169, 254, 0, 0}, 16, AddressClass::link_local},
    {{10, 0, 0, 0}, 8, AddressClass::private_use},
    {{172, 16, 0, 0}, 12, AddressClass::private_use},
    {{192, 168, 0, 0}, 16, AddressClass::private_use},
    {{100, 64, 0, 0}, 10, AddressClass::shared},
    {{192, 0, 0, 0}, 24, AddressClass::reserved},
    {{192, 88, 99, 0}, 24, AddressClass::reserved},
    {{192, 0, 2, 0}, 24, AddressClass::documentation},
    {{198, 51, 100, 0}, 24, AddressClass::documentation},
    {{203, 0, 113, 0}, 24, AddressClass::documentation},
    {{198, 18, 0, 0}, 15, AddressClass::benchmarking},
    {{224, 0, 0, 0}, 4, AddressClass::multicast},
    {{255, 255, 255, 255}, 32, AddressClass::multicast},
    {{240, 0, 0, 0}, 4, AddressClass::reserved},
};

struct Ipv6Block {
    std::array<std::uint16_t, 8> network;
    unsigned bits;
    AddressClass kind;
};

/// From https://www.iana.org/assignments/iana-ipv6-special-registry, and the metadata services of Amazon and Google. What
/// isn't in 2000::/3 is reserved, unless it stands here.
inline constexpr Ipv6Block ipv6_blocks[] = {
    {{0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254}, 128, AddressClass::metadata},
    {{0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x253}, 128, AddressClass::metadata},
    {{0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23}, 128, AddressClass::metadata},
    {{0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254}, 128, AddressClass::metadata},
    {{0, 0, 0, 0, 0, 0, 0, 0}, 127, AddressClass::loopback},
    {{0xfe80}, 10, AddressClass::link_local},
    {{0xfec0}, 10, AddressClass::private_use},
    {{0xfc00}, 7, AddressClass::private_use},
    {{0x64, 0xff9b, 1}, 48, AddressClass::private_use},
    {{0xff00}, 8, AddressClass::multicast},
    {{0x2001, 0xdb8}, 32, AddressClass::documentation},
    {{0x3fff}, 20, AddressClass::documentation},
    {{0x2001, 2, 0}, 48, AddressClass::benchmarking},
    {{0x2001, 0x10}, 28, AddressClass::reserved},
    {{0x2001, 0x20}, 28, AddressClass::reserved},
};

template <typename Octets>
bool begins_alike(const Octets& a, const Octets& b, unsigned bits) noexcept
{
    const auto whole = bits / 8;
    if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
    return bits % 8 == 0 || ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}

LIBNETXX_DECL AddressClass classify_v4(std::array<std::uint8_t, 4> octets) noexcept
{
    for (const auto& block : ipv4_blocks)
        if (begins_alike(octets, block.network, block.bits)) return block.kind;
    return AddressClass::global;
}

using Ipv6Octets = std::array<std::uint8_t, 16>;

LIBNETXX_DECL Ipv6Octets octets_of(const std::array<std::uint16_t, 8>& groups) noexcept
{
    Ipv6Octets octets{};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        octets[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
        octets[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xFF);
    }
    return octets;
}

LIBNETXX_DECL bool is_in(const Ipv6Octets& octets, const std::array<std::uint16_t, 8>& network, unsigned bits) noexcept
{
    return begins_alike(octets, octets_of(network), bits);
}

/// Of what kind the IPv4 address at this octet is; `inverted`: its bits are stored the other way round.
LIBNETXX_DECL AddressClass embedded(const Ipv6Octets& octets, std::size_t at, bool inverted = false) noexcept
{
    std::array<std::uint8_t, 4> inner{};
    for (std::size_t i = 0; i < inner.size(); ++i)
        inner[i] = static_cast<std::uint8_t>(inverted ? ~octets[at + i] : octets[at + i]);
    return classify_v4(inner);
}

/// IPv6 addresses that are nothing but an IPv4 address for the network behind them.
LIBNETXX_DECL bool stands_for_v4(const Ipv6Octets& octets) noexcept
{
    return is_in(octets, {0, 0, 0, 0, 0, 0xffff}, 96) || is_in(octets, {0, 0, 0, 0, 0xffff, 0}, 96) ||
           is_in(octets, {0x64, 0xff9b}, 96);
}

LIBNETXX_DECL AddressClass classify_v6(const Ipv6Octets& octets) noexcept
{
    if (stands_for_v4(octets)) return embedded(octets, 12);
    const bool is_unicast = is_in(octets, {0x2000}, 3);
    auto kind = is_unicast ? AddressClass::global : AddressClass::reserved;
    for (const auto& block : ipv6_blocks) {
        if (!is_in(octets, block.network, block.bits)) continue;
        kind = block.kind;
        break;
    }
    if (is_in(octets, {0x2002}, 16)) kind = std::max(kind, embedded(octets, 2));
    if (is_in(octets, {0x2001, 0}, 32)) kind = std::max({kind, embedded(octets, 4), embedded(octets, 12, true)});
    const bool is_isatap = (octets[8] & 0xFC) == 0 && octets[9] == 0 && octets[10] == 0x5e && octets[11] == 0xfe;
    if (is_isatap) kind = std::max(kind, embedded(octets, 12));
    return kind;
}

}  // namespace detail

LIBNETXX_DECL std::string_view name_of(AddressClass kind) noexcept
{
    constexpr std::array<std::string_view, 10> names{"global",    "documentation", "benchmarking", "reserved",
                                                     "shared",    "private_use",   "link_local",   "loopback",
                                                     "multicast", "metadata"};
    return names[static_cast<std::size_t>(kind)];
}

LIBNETXX_DECL AddressClass classify(const boost::asio::ip::address& address) noexcept
{
    if (address.is_v4()) return detail::classify_v4(address.to_v4().to_bytes());
    return detail::classify_v6(address.to_v6().to_bytes());
}

LIBNETXX_DECL std::optional<boost::asio::ip::address> carried_v4(const boost::asio::ip::address& address) noexcept
{
    if (!address.is_v6()) return std::nullopt;
    const auto octets = address.to_v6().to_bytes();
    const bool is_6to4 = detail::is_in(octets, {0x2002}, 16);
    if (!is_6to4 && !detail::stands_for_v4(octets)) return std::nullopt;
    boost::asio::ip::address_v4::bytes_type inner;
    std::copy_n(octets.begin() + (is_6to4 ? 2 : 12), inner.size(), inner.begin());
    return boost::asio::ip::address_v4{inner};
}

}  // namespace libnet::inline v0::engine
