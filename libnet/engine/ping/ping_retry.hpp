#pragma once
// When probes are tried again that the system had no room for.

#include <libnet/engine/ping/probe_table.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace libnet::inline v0::engine {

/// Tries go in turns, a few probes each: thousands may wait, all for the same thing (room in the neighbour table, or in a
/// device's queue), so that a few tell whether there is some. Turns come at once again while they find room, and ever
/// less often while they find none.
class PingRetry {
public:
    /// When the next turn may begin.
    TimePoint next() const noexcept { return next_; }

    /// A probe was refused: it has its turn after a pause.
    void on_refused(TimePoint now) noexcept
    {
        if (next_ <= now) next_ = now + pause_;
    }

    /// A probe that had been refused was sent.
    void on_sent() noexcept { found_room_ = true; }

    /// The system tells that there is room again: the next turn may begin at once.
    void on_room(TimePoint now) noexcept
    {
        next_ = now;
        pause_ = shortest;
        found_room_ = true;
    }

    /// Begins a turn, unless that of this time has begun.
    bool begin(TimePoint now) noexcept
    {
        if (now == turn_) return false;
        turn_ = now;
        left_ = found_room_ ? many : few;
        pause_ = found_room_ ? shortest : std::min(2 * pause_, longest);
        found_room_ = false;
        return true;
    }

    /// One more may be tried in this turn.
    bool take(TimePoint now) noexcept
    {
        if (left_ == 0) return false;
        if (--left_ == 0) next_ = std::max(next_, now + pause_);
        return true;
    }

private:
    static constexpr std::chrono::milliseconds shortest{1}, longest{64};
    static constexpr std::size_t few = 16, many = 64;

    TimePoint next_ = TimePoint::min(), turn_ = TimePoint::min();
    std::chrono::milliseconds pause_ = shortest;
    std::size_t left_ = 0;  ///< of this turn
    bool found_room_ = true;
};

}  // namespace libnet::inline v0::engine
