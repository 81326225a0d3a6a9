#pragma once
// How long a probe of a trace waits for its answer: learned from the round trips of other probes.

#include <libnet/engine/trace/trace_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace libnet::inline v0::engine {

/// However short the other round trips are, a probe waits this long (or `timeout`, if that is less): routers answer
/// from a slow path, and on a fast network three round trips are less than the jitter of a busy processor.
constexpr std::chrono::nanoseconds shortest_wait = std::chrono::milliseconds{100};

/// A probe beyond every hop that has answered waits this long at least (or `timeout`): the next link may be a slow one.
constexpr std::chrono::nanoseconds shortest_wait_beyond = std::chrono::seconds{1};

/// The round trips of a path's hops, and what they say about the others.
///
/// - Its own hop has answered: `here_factor` times the first round trip there, as in traceroute.
/// - Later hops have answered: `near_factor` times the first of these, as in traceroute; but where two or more have, no
///   longer than the longest of them and what lies between the shortest and the longest, and 50 ms. The probe passes the
///   same links as theirs, and then fewer.
/// - Earlier hops have answered only: `near_factor` times the longest of these, but a second at least.
/// - Nothing has answered: `timeout`, which bounds the others, too.
class TracePatience {
public:
    using Duration = std::chrono::nanoseconds;

    TracePatience(const TraceOptions& options, std::size_t hops) : options_{&options}, hops_(hops), beyond_(hops) {}

    /// An answer from a hop, counted from 0. In the order of hops and probes.
    void add(std::size_t hop, Duration rtt)
    {
        if (!hops_[hop]) hops_[hop] = rtt;
        longest_ = std::max(longest_.value_or(rtt), rtt);
        auto& own = beyond_[hop];
        own.add(rtt);
    }

    /// After the last `add`.
    void finish()
    {
        for (std::size_t hop = hops_.size(); hop-- > 1;) beyond_[hop - 1].add_hop(beyond_[hop], hops_[hop]);
    }

    /// How long a probe of this hop waits.
    Duration of(std::size_t hop) const
    {
        const auto& options = *options_;
        if (options.here_factor > 0 && hop < hops_.size() && hops_[hop])
            return bounded(*hops_[hop], options.here_factor, shortest_wait);
        if (options.near_factor > 0 && hop + 1 < hops_.size() && beyond_[hop].first_beyond) {
            const auto near = bounded(*beyond_[hop].first_beyond, options.near_factor, shortest_wait);
            if (beyond_[hop].hops_beyond < 2) return near;
            const auto& later = beyond_[hop];
            const auto spread = later.longest_beyond + (later.longest_beyond - later.shortest_beyond) + slack;
            return std::min(near, std::max(std::min(shortest_wait, Duration{options.timeout}), spread));
        }
        if (options.near_factor > 0 && longest_) return bounded(*longest_, options.near_factor, shortest_wait_beyond);
        return options.timeout;
    }

    /// After this, a scout is probably silent, and the next ones may go.
    Duration expected() const
    {
        constexpr Duration unknown = std::chrono::milliseconds{500};
        return longest_ ? bounded(*longest_, 2, shortest_wait) : std::min<Duration>(unknown, options_->timeout);
    }

private:
    static constexpr Duration slack = std::chrono::milliseconds{50};

    /// What is known about the hops from one on, and beyond it.
    struct Beyond {
        std::optional<Duration> first_beyond{};
        Duration shortest_beyond{}, longest_beyond{};
        unsigned hops_beyond = 0;
        Duration shortest_here = Duration::max(), longest_here{};  // of the hop's own answers

        void add(Duration rtt)
        {
            shortest_here = std::min(shortest_here, rtt);
            longest_here = std::max(longest_here, rtt);
        }

        /// `next` is the hop behind this one, whose first round trip is known or not.
        void add_hop(const Beyond& next, const std::optional<Duration>& rtt)
        {
            first_beyond = rtt ? rtt : next.first_beyond;
            hops_beyond = next.hops_beyond + (rtt ? 1U : 0U);
            const bool none = next.hops_beyond == 0;
            shortest_beyond = none ? next.shortest_here : std::min(next.shortest_beyond, next.shortest_here);
            longest_beyond = std::max(next.longest_beyond, next.longest_here);
        }
    };

    /// A multiple of a round trip, within the bounds that every wait has.
    Duration bounded(Duration rtt, double factor, Duration shortest) const
    {
        // Compared as floating point: the product may be longer than nanoseconds can tell.
        const Duration longest = options_->timeout;
        const std::chrono::duration<double, std::nano> wait{static_cast<double>(rtt.count()) * factor};
        if (wait >= longest) return longest;
        return std::min(longest, std::max(shortest, std::chrono::duration_cast<Duration>(wait)));
    }

    const TraceOptions* options_;
    std::vector<std::optional<Duration>> hops_;  ///< the first round trip of each
    std::vector<Beyond> beyond_;
    std::optional<Duration> longest_;
};

}  // namespace libnet::inline v0::engine
