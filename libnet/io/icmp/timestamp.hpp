#pragma once
// Reading both clocks at the same moment.

#include <libnet/base/clock_bridge.hpp>

#include <chrono>

namespace libnet::inline v0::io {

/// Tells the bridge what both clocks say now, and returns the steady one's time.
inline std::chrono::steady_clock::time_point observe_clocks(engine::ClockBridge& bridge)
{
    using std::chrono::steady_clock;
    using std::chrono::system_clock;
    constexpr int attempts = 3;  // we may be interrupted between two readings, but not each time
    for (int i = 1;; ++i) {
        const auto before = steady_clock::now();
        const auto wall = system_clock::now().time_since_epoch();
        const auto after = steady_clock::now();
        if (after - before > std::chrono::microseconds{5} && i < attempts) continue;
        bridge.observe(before + (after - before) / 2, wall);
        return after;
    }
}

}  // namespace libnet::inline v0::io
