#pragma once
// Which parent proxy a request goes by, and which are left out for a while: decided without a socket or a clock.

#include <libnet/base/deadline_after.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

//  Theory of operation
//
//  Parents are known by their numbers. What a request finds out about one (it doesn't answer, it doesn't take our log-in, what it
//  says can't be read) holds for all requests: a parent that fails is left out for `retry`. After that one request tries it, while
//  the others still go by the next ones; if it works it is back, if not it is left out once more.
//
//  A request has a route: parents in the order of the rules, and maybe the way without any. It takes the first one that isn't left
//  out, and where that fails the next. Where all are left out they are tried all the same, the one whose time is over first before
//  the others: a request that fails for certain would only take time.
//
//  Where parents are checked, one that fails so many checks in a row is down, and one that is down and passes so many is up again. No
//  request tries one that is down, as long as its route has another way; what a request has found out of a parent that isn't
//  down counts as before, for a check sees less of it.

/// How many checks in a row decide; 0 is 1.
struct ParentChecks {
    unsigned fall = 2;  ///< that fail: the parent is down
    unsigned rise = 2;  ///< that it passes: it is up again
};

/// Which parents of a proxy work.
class ParentHealth {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `retry`: how long a parent is left out after a failure; 0: none ever is.
    ParentHealth(std::size_t parents, std::chrono::milliseconds retry, ParentChecks checks = {})
        : retry_{retry},
          checks_{checks},
          left_out_until_(parents),
          checked_(parents)
    {}

    /// What a check has changed.
    enum class Change : std::uint8_t { none, went_down, came_up };

    /// A check has found out whether the parent works.
    Change checked(std::size_t parent, bool works) noexcept
    {
        auto& of = checked_[parent];
        of.against = works == of.is_down ? of.against + 1 : 0;
        if (of.against < std::max(1U, of.is_down ? checks_.rise : checks_.fall)) return Change::none;
        of = {0, !of.is_down};
        return of.is_down ? Change::went_down : Change::came_up;
    }

    /// Checks say so.
    bool is_down(std::size_t parent) const noexcept { return checked_[parent].is_down; }

    /// How many are down.
    std::size_t down() const noexcept
    {
        return static_cast<std::size_t>(std::ranges::count(checked_, true, &Checked::is_down));
    }

    void failed(std::size_t parent, TimePoint now)
    {
        if (retry_.count() > 0) left_out_until_[parent] = base::deadline_after(now, retry_);
    }

    void works(std::size_t parent) noexcept { left_out_until_[parent].reset(); }

    /// Whether a request may take it. Asked after its time is over, this is the request that tries it: whoever asks next is told
    /// no for another `retry`.
    bool take(std::size_t parent, TimePoint now)
    {
        auto& until = left_out_until_[parent];
        if (is_down(parent)) return false;
        if (!until) return true;
        if (now < *until) return false;
        until = base::deadline_after(now, retry_);
        return true;
    }

    /// Until when it is left out, as far as is known; nothing: it isn't.
    std::optional<TimePoint> left_out_until(std::size_t parent) const noexcept
    {
        if (is_down(parent)) return TimePoint::max();
        return left_out_until_[parent];
    }

    std::size_t size() const noexcept { return left_out_until_.size(); }

private:
    struct Checked {
        unsigned against = 0;  // checks in a row that say otherwise
        bool is_down = false;
    };

    std::chrono::milliseconds retry_;
    ParentChecks checks_;
    std::vector<std::optional<TimePoint>> left_out_until_;
    std::vector<Checked> checked_;
};

/// The ways that one request has to its server, each of which is tried once.
class ParentRoute {
public:
    /// In a route: without a parent.
    static constexpr std::size_t direct = std::numeric_limits<std::size_t>::max();

    ParentRoute() = default;

    /// Numbers of parents, or `direct`, the best first.
    explicit ParentRoute(std::vector<std::size_t> ways) : left_{std::move(ways)} {}

    /// The way to try now, which is not tried again; nothing: none is left.
    std::optional<std::size_t> next(ParentHealth& health, ParentHealth::TimePoint now)
    {
        auto found =
            std::ranges::find_if(left_, [&](std::size_t way) { return way == direct || health.take(way, now); });
        if (found == left_.end())
            found = std::ranges::min_element(left_, {},
                                             [&](std::size_t way) { return health.left_out_until(way).value_or(now); });
        if (found == left_.end()) return std::nullopt;
        const auto way = *found;
        left_.erase(found);
        return way;
    }

    bool empty() const noexcept { return left_.empty(); }

private:
    std::vector<std::size_t> left_;
};

}  // namespace libnet::inline v0::engine
