#pragma once
// Adding durations without overflow, so that `duration::max()` can stand for "never".

#include <chrono>

namespace libnet::inline v0::base {

/// A duration in another unit; the longest (or the shortest) one that it can express where it has no room for more.
template <typename To, typename Rep, typename Period>
constexpr To saturated(std::chrono::duration<Rep, Period> duration) noexcept
{
    using From = std::chrono::duration<Rep, Period>;
    if constexpr (std::ratio_greater_v<Period, typename To::period>) {  // a finer unit reaches less far
        if (duration >= std::chrono::duration_cast<From>(To::max())) return To::max();
        if (duration <= std::chrono::duration_cast<From>(To::min())) return To::min();
    }
    return std::chrono::duration_cast<To>(duration);
}

/// The time that is so long after `start`; the clock's last one where that lies beyond it, which no timer reaches.
template <typename Clock, typename Unit, typename Rep, typename Period>
constexpr std::chrono::time_point<Clock, Unit> deadline_after(std::chrono::time_point<Clock, Unit> start,
                                                              std::chrono::duration<Rep, Period> wait) noexcept
{
    using Time = std::chrono::time_point<Clock, Unit>;
    const auto since = start.time_since_epoch();
    const auto more = saturated<Unit>(wait);
    if (more == Unit::max()) return Time::max();
    if (more > Unit::zero() && since > Unit::max() - more) return Time::max();
    if (more < Unit::zero() && since < Unit::min() - more) return Time::min();
    return start + more;
}

}  // namespace libnet::inline v0::base
