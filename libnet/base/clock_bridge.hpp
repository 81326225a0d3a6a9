#pragma once
// The kernel stamps packets with the wall clock, which may be set at any moment; we measure with the steady clock.

#include <chrono>
#include <optional>

namespace libnet::inline v0::engine {

/// Carries kernel stamps (CLOCK_REALTIME) over to the steady clock, and refuses where the wall clock was stepped.
///
/// Tell it both clocks once before it is asked, and again each time that packets are read, from the error queue or the
/// socket itself. A stamp was taken between the last three such readings: if both clocks advanced together from one to
/// the next, the stamp can be trusted. If not, it is unknown on which side of the step it lies, and the caller takes the
/// time at which it read the packet instead.
class ClockBridge {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;
    using Nanoseconds = std::chrono::nanoseconds;

    /// Tells both clocks, read at the same moment. `wall` counts from the epoch.
    void observe(SteadyTime steady, Nanoseconds wall)
    {
        const Nanoseconds offset = wall - steady.time_since_epoch();
        // NTP slews by at most 500 ppm; reading two clocks one after the other costs some microseconds more.
        const Nanoseconds tolerance = std::chrono::microseconds{50} + (steady - steady_) / 1000;
        const Nanoseconds moved = offset > offset_ ? offset - offset_ : offset_ - offset;
        const bool together = !observed_ || moved <= tolerance;
        trusted_ = observed_ && together && together_;
        together_ = together;
        observed_ = true;
        steady_ = steady;
        offset_ = offset;
    }

    /// The steady time of a packet that was stamped between the last three calls of `observe`. nullopt: the stamp can't be
    /// trusted.
    std::optional<SteadyTime> steady_time(Nanoseconds stamp) const
    {
        const SteadyTime time{stamp - offset_};
        if (!trusted_ || time > steady_) return std::nullopt;
        return time;
    }

private:
    SteadyTime steady_{};
    Nanoseconds offset_{};
    bool observed_ = false;
    bool together_ = true;  ///< the clocks advanced together up to the last reading
    bool trusted_ = false;
};

}  // namespace libnet::inline v0::engine
