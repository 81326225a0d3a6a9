#pragma once
// The random numbers of a run: the same seed gives the same numbers.

#include <cstdint>

namespace netsim {

/// SplitMix64 (Steele, Lea and Flood 2014): small, fast, and good enough for dice.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_{seed} {}

    std::uint64_t operator()() noexcept
    {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }

    /// 0 to 1, without 1.
    double share() noexcept { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

    /// True in this share of all cases. Throws no dice for shares of nought and one, so that a scenario's other fates
    /// don't change when one of these is added.
    bool happens(double share_of_all) noexcept
    {
        return share_of_all > 0 && (share_of_all >= 1 || share() < share_of_all);
    }

private:
    std::uint64_t state_;
};

}  // namespace netsim
