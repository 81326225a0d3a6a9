#pragma once
// Arithmetic on addresses: prefixes and what is in them.

#include <tests/lab/netsim/model.hpp>

#include <array>

namespace netsim {

/// The octets of an address: 4 or 16 are used.
struct Octets {
    std::array<unsigned char, 16> at{};
    unsigned size = 0;
};

inline Octets octets_of(const Address& address)
{
    Octets octets;
    const auto copy = [&](const auto& bytes) {
        octets.size = static_cast<unsigned>(bytes.size());
        for (std::size_t i = 0; i < bytes.size(); ++i) octets.at[i] = bytes[i];
    };
    if (address.is_v4()) copy(address.to_v4().to_bytes());
    else copy(address.to_v6().to_bytes());
    return octets;
}

inline Address address_of(const Octets& octets)
{
    if (octets.size == 16) return asio::ip::address_v6{octets.at};
    return asio::ip::address_v4{{octets.at[0], octets.at[1], octets.at[2], octets.at[3]}};
}

inline bool contains(const Prefix& prefix, const Address& address)
{
    if (prefix.network.is_v4() != address.is_v4()) return false;
    const auto network = octets_of(prefix.network), other = octets_of(address);
    for (unsigned bit = 0; bit < prefix.length; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((network.at[bit / 8] ^ other.at[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

/// The host with this number in the prefix, modulo its size.
inline Address host_of(const Prefix& prefix, std::uint64_t number)
{
    auto octets = octets_of(prefix.network);
    for (unsigned bit = octets.size * 8; bit-- > prefix.length; number >>= 1)
        if ((number & 1) != 0) octets.at[bit / 8] = static_cast<unsigned char>(octets.at[bit / 8] | 0x80U >> (bit % 8));
    return address_of(octets);
}

}  // namespace netsim
