#pragma once
// The last minute of a host as a line of bars.

#include <apps/common/terminal_text.hpp>
#include <libnet/engine/ping/ping_history.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace libnet::apps {

/// The last `width` seconds up to `now`, a character each: the mean round trip, on a scale from nothing to the largest
/// of them; a loss, whatever else there was; a blank where there was nothing.
inline std::string sparkline(const PingHistory& history, std::int64_t now, std::size_t width, const Bars& bars)
{
    const auto first = now - static_cast<std::int64_t>(width) + 1;
    const auto mean_of = [](const PingHistory::Slot& slot) {
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
