#pragma once
// The time that engines are given: they never ask a clock.

#include <chrono>

namespace libnet::inline v0::engine {

using TimePoint = std::chrono::steady_clock::time_point;  ///< that engines are given

}  // namespace libnet::inline v0::engine
