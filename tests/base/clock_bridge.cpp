#include <libnet/base/clock_bridge.hpp>
#include <tests/support/catch.hpp>

namespace clock_bridge_tests {

using namespace std::chrono_literals;
using libnet::engine::ClockBridge;

namespace {

const ClockBridge::SteadyTime start{100s};
constexpr auto noon = 1'700'000'000s;  ///< on the wall, at `start`

/// The time that a stamp is taken for, since `start`; -1 ns when it can't be trusted.
std::chrono::nanoseconds told(const ClockBridge& bridge, std::chrono::nanoseconds stamp)
{
    const auto time = bridge.steady_time(stamp);
    return time ? *time - start : -1ns;
}

}  // namespace

TEST_CASE("a stamp between two looks at both clocks is carried over to the steady clock", "[engine][clock_bridge]")
{
    ClockBridge bridge;
    bridge.observe(start, noon);
    bridge.observe(start + 1s, noon + 1s);
    CHECK(told(bridge, noon + 300ms) == 300ms);
}

TEST_CASE("nothing is trusted before the second look", "[engine][clock_bridge]")
{
    ClockBridge bridge;
    CHECK(told(bridge, noon) == -1ns);
    bridge.observe(start, noon);
    CHECK(told(bridge, noon) == -1ns);
}

TEST_CASE("a step of the wall clock, either way, spoils the stamps of that while only", "[engine][clock_bridge]")
{
    const auto step = GENERATE(std::chrono::nanoseconds{1h}, std::chrono::nanoseconds{-20ms});
    ClockBridge bridge;
    bridge.observe(start, noon);
    bridge.observe(start + 1s, noon + 1s + step);
    CHECK(told(bridge, noon + 300ms) == -1ns);
    CHECK(told(bridge, noon + 300ms + step) == -1ns);
    bridge.observe(start + 2s, noon + 2s + step);
    CHECK(told(bridge, noon + 300ms) == -1ns);  // what was read a moment after the step may be from before it
    bridge.observe(start + 3s, noon + 3s + step);
    CHECK(told(bridge, noon + 2300ms + step) == 2300ms);
}

TEST_CASE("a slewed wall clock is followed", "[engine][clock_bridge]")
{
    ClockBridge bridge;
    bridge.observe(start, noon);
    bridge.observe(start + 1s, noon + 1s + 500us);
    CHECK(told(bridge, noon + 1s) == 1s - 500us);
}

TEST_CASE("a stamp from the future is refused", "[engine][clock_bridge]")
{
    ClockBridge bridge;
    bridge.observe(start, noon);
    bridge.observe(start + 1s, noon + 1s);
    CHECK(told(bridge, noon + 1s + 1ns) == -1ns);
}

}  // namespace clock_bridge_tests
