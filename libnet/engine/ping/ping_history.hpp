#pragma once
// The last minute of a target, second by second: what a live display draws.

#include <libnet/engine/ping/ping_events.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <variant>

namespace libnet::inline v0 {

/// What came of the probes to a target in the last minute. Times are seconds since some beginning, and never go back.
class PingHistory {
public:
    static constexpr std::size_t seconds = 60;

    /// What happened in a second.
    struct Slot {
        std::int64_t second = -1;        ///< which one it is
        std::chrono::nanoseconds sum{};  ///< of the round trips
        std::uint32_t replies = 0, losses = 0;
    };

    void note(std::int64_t second, const PingEvent& event)
    {
        Slot& slot = slots_[static_cast<std::size_t>(second) % seconds];
        if (slot.second != second) slot = {second};
        if (const auto* reply = std::get_if<PingReply>(&event)) {
            slot.sum += reply->rtt;
            ++slot.replies;
        } else if (std::holds_alternative<PingLost>(event) || std::holds_alternative<PingError>(event) ||
                   std::holds_alternative<PingSendError>(event))
        {
            ++slot.losses;
        }
    }

    /// The second's slot; an empty one if nothing happened, or it is too long ago.
    Slot at(std::int64_t second) const
    {
        if (second < 0) return {};
        const Slot& slot = slots_[static_cast<std::size_t>(second) % seconds];
        return slot.second == second ? slot : Slot{};
    }

private:
    std::array<Slot, seconds> slots_;
};

}  // namespace libnet::inline v0
