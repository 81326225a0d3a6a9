#pragma once
// Secrets that keep clients from predicting a hash.

#include <libnet/base/siphash.hpp>

#include <cstdint>
#include <random>

namespace libnet::inline v0::io {

/// Random bits from the kernel.
inline std::uint64_t random_word()
{
    std::random_device random;
    const auto high = std::uint64_t{random()} << 32;
    return high | random();
}

/// A key that no other process knows.
inline base::SipKey random_key()
{
    const auto low = random_word();
    return {low, random_word()};
}

}  // namespace libnet::inline v0::io
