#pragma once
// Networks as access lists have them: an address, and how many of its bits count.

#include <libnet/config.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace libnet::inline v0::wire {

namespace asio = boost::asio;

/// All addresses that begin with the same bits. Unlike an AddressRange it has no exceptions: the first and the last
/// address belong to it.
class Network {
public:
    /// Of an IPv4 address at most 32 bits count, of an IPv6 address 128.
    Network(const asio::ip::address& address, unsigned bits) noexcept
        : octets_{octets_of(address)},
          bits_{address.is_v4() ? 96 + bits : bits}
    {}

    /// An IPv4 address may come inside of an IPv6 one (::ffff:192.0.2.1), as a socket for both families shows them.
    bool contains(const asio::ip::address& address) const noexcept
    {
        const auto other = octets_of(address);
        for (std::size_t i = 0; 8 * i < bits_; ++i) {
            const auto counted = bits_ - 8 * static_cast<unsigned>(i);
            const auto mask = counted >= 8 ? 0xFFU : 0xFFU << (8 - counted) & 0xFFU;
            if (((octets_[i] ^ other[i]) & mask) != 0) return false;
        }
        return true;
    }

    friend bool operator==(const Network&, const Network&) = default;

private:
    static std::array<unsigned char, 16> octets_of(const asio::ip::address& address) noexcept
    {
        if (address.is_v6()) return address.to_v6().to_bytes();
        const auto v4 = address.to_v4().to_bytes();
        return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, v4[0], v4[1], v4[2], v4[3]};
    }

    std::array<unsigned char, 16> octets_;
    unsigned bits_;
};

/// Reads "192.0.2.0/24", "2001:db8::/32", or an address alone. Nothing: it is neither, or has a scope.
std::optional<Network> parse_network(std::string_view text);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/ip/network.ipp>
#endif
