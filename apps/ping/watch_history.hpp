#pragma once
// The last minute of each host, a column a second: what the live table draws.

#include <libnet/engine/ping/ping_events.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace libnet::apps {

/// What came of the probes of a host in the last minute. Times are seconds since the run began.
class WatchHistory {
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

/// The characters that bars are drawn with, from low to high; and the one for a loss.
struct Bars {
    std::array<std::string_view, 8> levels;
    std::string_view loss;
};
inline constexpr Bars unicode_bars{{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}, "×"};
inline constexpr Bars ascii_bars{{"_", ".", "-", ":", "=", "+", "*", "#"}, "x"};

/// The last `width` seconds up to `now`, a character each: the mean round trip, on a scale from nothing to the largest
/// of them; a loss, whatever else there was; a blank where there was nothing.
inline std::string sparkline(const WatchHistory& history, std::int64_t now, std::size_t width, const Bars& bars)
{
    const auto first = now - static_cast<std::int64_t>(width) + 1;
    const auto mean_of = [](const WatchHistory::Slot& slot) {
        return slot.replies == 0 ? 0.0 : static_cast<double>(slot.sum.count()) / slot.replies;
    };
    double largest = 0;
    for (auto second = first; second <= now; ++second) largest = std::max(largest, mean_of(history.at(second)));
    std::string line;
    for (auto second = first; second <= now; ++second) {
        const auto slot = history.at(second);
        if (slot.losses != 0) {
            line += bars.loss;
        } else if (slot.replies == 0) {
            line += ' ';
        } else {
            const auto most = bars.levels.size() - 1;
            const auto level = largest <= 0 ? 0 : static_cast<std::size_t>(mean_of(slot) / largest * 8);
            line += bars.levels[std::min(level, most)];
        }
    }
    return line;
}

}  // namespace libnet::apps
