#pragma once
// When the next probe of a stream goes out: by the clock, by the answers, or by both.

#include <libnet/base/deadline_after.hpp>
#include <libnet/engine/ping/probe_table.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace libnet::inline v0 {

/// What a stream's sends follow. `PingTargetOptions::window` is the number of probes that each speaks of.
enum class PingRhythm : std::uint8_t {
    steady,    ///< the clock: one each interval, whatever comes back; a window of them at once at the start
    flood,     ///< the answers: as soon as fewer than a window are open, and otherwise one each ten milliseconds; where
               ///< the stream is quiet, each eighth round trip is measured, the others are answers only
    adaptive,  ///< the round trip: one each, but not as long as a window are open and an answer may soon come
};

namespace engine {

/// What a stream knows when it has sent a probe, or an answer has come.
struct RhythmFacts {
    TimePoint sent{};                     ///< when the last probe was handed out
    std::uint64_t open = 0;               ///< probes behind the last one that something came back for
    std::chrono::nanoseconds interval{};  ///< the schedule's
    std::chrono::nanoseconds rtt{};       ///< as it is lately; 0: no reply yet
};

/// When a stream that isn't steady sends its next probe, as things stand: an answer may make it sooner. As iputils'
/// ping has it with -f and -A (ping(8)), but for a window of more than one probe, which costs fewer system calls.
inline TimePoint next_by_answers(PingRhythm rhythm, std::uint32_t window, const RhythmFacts& facts)
{
    constexpr std::chrono::nanoseconds without_answers = std::chrono::milliseconds{10};
    const bool full = facts.open >= window;
    if (rhythm == PingRhythm::flood) return facts.sent + (full ? without_answers : std::chrono::nanoseconds{0});
    if (facts.rtt.count() == 0) return base::deadline_after(facts.sent, facts.interval);
    return facts.sent + (full ? std::max(2 * facts.rtt, without_answers) : facts.rtt);
}

}  // namespace engine
}  // namespace libnet::inline v0
