#pragma once
// How many of something there were at most, to see when most of them have gone.

#include <algorithm>
#include <cstddef>

namespace libnet::inline v0::base {

/// Counts nothing itself: it is told how many there are. What was needed for many is not given back for a few that come and
/// go: a peak counts from `least` on.
class Peak {
public:
    explicit constexpr Peak(std::size_t least) noexcept : least_{least} {}

    /// So many are there now.
    constexpr void note(std::size_t now) noexcept { most_ = std::max(most_, now); }

    /// There were at least `least`, and at most a quarter of the most is left.
    constexpr bool has_passed(std::size_t now) const noexcept { return most_ >= least_ && now <= most_ / 4; }

    /// The next peak begins with these.
    constexpr void begin_again(std::size_t now) noexcept { most_ = now; }

private:
    std::size_t least_, most_ = 0;
};

}  // namespace libnet::inline v0::base
