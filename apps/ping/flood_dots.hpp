#pragma once
// What a flood shows: a dot for each probe without an answer, which a backspace takes away when the answer is there, as
// iputils' ping does it; E for an error. Painted some times a second, since a flood has no time to write
// each.

#include <libnet/engine/ping/ping_statistics.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace libnet::apps {

class FloodDots {
public:
    /// What to print so that what is shown is true again.
    std::string update(const PingStatistics& sum)
    {
        constexpr std::uint64_t most = 70;  // a backspace doesn't leave the line
        const auto open = std::min(sum.lost + sum.pending, most);
        const auto errors = std::max(errors_, sum.errors + sum.send_errors + sum.corrupt);
        std::string text;
        for (; dots_ > open; --dots_) text += "\b \b";
        text.append(std::min(errors - errors_, most), 'E');
        errors_ = errors;
        for (; dots_ < open; ++dots_) text += '.';
        return text;
    }

private:
    std::uint64_t dots_ = 0, errors_ = 0;
};

}  // namespace libnet::apps
