#pragma once
// SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): a keyed hash that cannot be
// predicted or forged without the key.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace libnet::inline v0::base {

/// 128 bits that must be secret and random.
struct SipKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

namespace detail {

/// The four words of SipHash's state, section 2.1 of the paper.
class SipState {
public:
    explicit constexpr SipState(SipKey key) noexcept
        : v0_{key.low ^ 0x736f6d6570736575U},
          v1_{key.high ^ 0x646f72616e646f6dU},
          v2_{key.low ^ 0x6c7967656e657261U},
          v3_{key.high ^ 0x7465646279746573U}
    {}

    constexpr void compress(std::uint64_t word) noexcept
    {
        v3_ ^= word;
        round();
        round();
        v0_ ^= word;
    }

    constexpr std::uint64_t finish() noexcept
    {
        v2_ ^= 0xFFU;
        for (int i = 0; i < 4; ++i) round();
        return v0_ ^ v1_ ^ v2_ ^ v3_;
    }

private:
    constexpr void round() noexcept
    {
        v0_ += v1_;
        v1_ = std::rotl(v1_, 13) ^ v0_;
        v0_ = std::rotl(v0_, 32);
        v2_ += v3_;
        v3_ = std::rotl(v3_, 16) ^ v2_;
        v0_ += v3_;
        v3_ = std::rotl(v3_, 21) ^ v0_;
        v2_ += v1_;
        v1_ = std::rotl(v1_, 17) ^ v2_;
        v2_ = std::rotl(v2_, 32);
    }

    std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace detail

/// The hash of `bytes` under `key`.
constexpr std::uint64_t siphash(SipKey key, std::span<const std::byte> bytes) noexcept
{
    detail::SipState state{key};
    std::uint64_t word = 0;
    std::size_t at = 0;
    if constexpr (std::endian::native == std::endian::little) {
        if (!std::is_constant_evaluated()) {
            for (; bytes.size() - at >= sizeof word; at += sizeof word) {
                std::memcpy(&word, bytes.data() + at, sizeof word);
                state.compress(word);
            }
            word = 0;
        }
    }
    for (; at < bytes.size(); ++at) {
        word |= std::to_integer<std::uint64_t>(bytes[at]) << (8 * (at % 8));
        if (at % 8 != 7) continue;
        state.compress(word);
        word = 0;
    }
    state.compress(word | static_cast<std::uint64_t>(at & 0xFFU) << 56);  // the last word carries the length
    return state.finish();
}

}  // namespace libnet::inline v0::base
