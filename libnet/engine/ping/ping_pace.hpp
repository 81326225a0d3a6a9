#pragma once
// A bound on how fast all streams together send.

#include <libnet/engine/ping/probe_table.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace libnet::inline v0::engine {

/// Gives sends their moments, evenly spread: no more than a rate. After a stall at most ten milliseconds of it are
/// made up for, in one short burst.
class PingPace {
public:
    /// `per_second` is 0 (no limit) or more.
    explicit PingPace(double per_second)
        : interval_{per_second <= 0 ? std::chrono::nanoseconds{0}
                                    : std::chrono::nanoseconds{std::llround(std::min(1e9 / per_second, longest))}}
    {}

    /// When the next send may be.
    TimePoint next() const noexcept { return next_; }

    void on_send(TimePoint now) noexcept
    {
        constexpr std::chrono::milliseconds made_up{10};
        if (interval_.count() != 0) next_ = std::max(next_, now - made_up) + interval_;
    }

private:
    static constexpr double longest = 1e18;  ///< 31 years

    std::chrono::nanoseconds interval_;
    TimePoint next_{TimePoint::min()};
};

}  // namespace libnet::inline v0::engine
