#pragma once
// The numbers below a bound, in an order that can't be predicted without the key, and without a table of them.

#include <libnet/base/siphash.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::base {

/// A permutation of 0 to `size` - 1: a Feistel network over the next even number of bits, walked until the result is below
/// `size` (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002). Each number costs some four to sixteen hashes.
class Permutation {
public:
    /// `size`: 1 or more, and 2^62 at most.
    constexpr Permutation(std::uint64_t size, SipKey key) noexcept
        : size_{size},
          key_{key},
          half_bits_{std::max(1U, (static_cast<unsigned>(std::bit_width(size - 1)) + 1) / 2)}
    {}

    constexpr std::uint64_t size() const noexcept { return size_; }

    /// The number at this place, which is below `size()`.
    constexpr std::uint64_t at(std::uint64_t place) const noexcept
    {
        do place = encrypt(place);
        while (place >= size_);
        return place;
    }

private:
    constexpr std::uint64_t encrypt(std::uint64_t value) const noexcept
    {
        const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
        std::uint64_t left = value >> half_bits_, right = value & mask;
        for (std::uint64_t round = 0; round < 4; ++round) {
            const std::uint64_t next = left ^ (hash(round << 32 | right) & mask);
            left = right;
            right = next;
        }
        return left << half_bits_ | right;
    }

    constexpr std::uint64_t hash(std::uint64_t value) const noexcept
    {
        std::array<std::byte, sizeof value> octets{};
        for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::byte>(value >> (8 * i));
        return siphash(key_, octets);
    }

    std::uint64_t size_;
    SipKey key_;
    unsigned half_bits_;
};

}  // namespace libnet::inline v0::base
