#include <libnet/engine/ping/ping_rhythm.hpp>
#include <tests/support/catch.hpp>

namespace ping_rhythm_tests {

using namespace std::chrono_literals;
using libnet::PingRhythm;
using namespace libnet::engine;

namespace {

const TimePoint sent{1h};

std::chrono::nanoseconds pause(PingRhythm rhythm, std::uint32_t window, std::uint64_t open,
                               std::chrono::nanoseconds rtt)
{
    return next_by_answers(rhythm, window, {.sent = sent, .open = open, .interval = 1s, .rtt = rtt}) - sent;
}

}  // namespace

TEST_CASE("a flood sends until its window is full, then waits for an answer for ten milliseconds", "[engine][ping]")
{
    CHECK(pause(PingRhythm::flood, 1, 0, 0ms) == 0ms);
    CHECK(pause(PingRhythm::flood, 1, 1, 0ms) == 10ms);
    CHECK(pause(PingRhythm::flood, 64, 63, 5ms) == 0ms);
    CHECK(pause(PingRhythm::flood, 64, 64, 5ms) == 10ms);
    CHECK(pause(PingRhythm::flood, 64, 65, 5s) == 10ms);
}

TEST_CASE("an adaptive stream begins with its interval, and then follows the round trip", "[engine][ping]")
{
    CHECK(pause(PingRhythm::adaptive, 1, 1, 0ms) == 1s);
    CHECK(pause(PingRhythm::adaptive, 1, 0, 0ms) == 1s);
    CHECK(pause(PingRhythm::adaptive, 1, 0, 30ms) == 30ms);
    CHECK(pause(PingRhythm::adaptive, 3, 2, 30ms) == 30ms);
}

TEST_CASE("an adaptive stream with a full window gives an answer twice its time, and ten milliseconds",
          "[engine][ping]")
{
    CHECK(pause(PingRhythm::adaptive, 1, 1, 30ms) == 60ms);
    CHECK(pause(PingRhythm::adaptive, 1, 1, 1ms) == 10ms);
    CHECK(pause(PingRhythm::adaptive, 2, 3, 300ms) == 600ms);
}

}  // namespace ping_rhythm_tests
