#pragma once
// A path that is looked at again and again: the numbers of its hops, what they mean, and its changes.

#include <libnet/config.hpp>
#include <libnet/engine/trace/hop_statistics.hpp>
#include <libnet/engine/trace/hop_verdict.hpp>
#include <libnet/engine/trace/path_change.hpp>
#include <libnet/engine/trace/trace_path.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0 {

/// The router at each TTL from 1 on; nothing where none answered.
using PathRouters = std::vector<std::optional<boost::asio::ip::address>>;

/// The path has changed.
struct PathChange {
    std::chrono::system_clock::time_point at{};  ///< when the round ended that saw the new path first
    std::uint64_t round = 0;                     ///< which one it was, from 1 on
    std::uint64_t certain = 0;                   ///< in which round that became certain
    std::uint8_t first_ttl = 0;                  ///< the hops that changed
    std::uint8_t last_ttl = 0;
    PathRouters before{};
    PathRouters after{};
};

/// A router of a hop.
struct WatchedRouter {
    boost::asio::ip::address address{};
    HopStatistics statistics{};  ///< of its answers; losses belong to the hop
};

/// A hop, since the path changed there last.
struct WatchedHop {
    std::uint8_t ttl = 0;
    HopStatistics statistics{};
    std::vector<WatchedRouter> routers{};  ///< in the order they were seen, 64 at the most
    std::optional<TraceHop> last{};        ///< the last answer, refusals too
    bool reached = false;                  ///< the last answer was the destination's
    bool transit = false;                  ///< a router answered here that isn't the destination
    std::string refusal{};                 ///< the annotation of the last refusal
    std::uint8_t loop_of = 0;              ///< an earlier hop with the same router, in the last rounds; 0: none
    std::uint8_t loop_rounds = 0;          ///< in so many rounds in a row, of those in which it answered
};

/// Watches one path. Feed it with rounds: paths that were traced one after the other.
///
/// A round that didn't reach the destination says nothing of what lies beyond the destination's hop, and neither does an
/// answer of the destination to a probe beyond it, whose own probe was lost. So a path that grows or shrinks loses
/// nothing. When it changes, the hops that changed begin anew with the first round of the new path.
///
/// Memory: 9 KiB for each router at the most, and the last 32 rounds.
class PathWatch {
public:
    using Time = std::chrono::system_clock::time_point;

    /// Takes a round that ended at this time. Returns a change, once it is certain.
    std::optional<PathChange> on_round(TracePath path, Time at);

    /// From the first TTL to the destination, or to the last hop that ever answered and one more.
    const std::vector<WatchedHop>& hops() const noexcept { return hops_; }

    /// One for each of `hops()`.
    std::vector<HopVerdict> verdicts() const;

    std::uint64_t rounds() const noexcept { return rounds_; }

    /// Rounds that reached the destination.
    std::uint64_t reached() const noexcept { return reached_; }

    std::uint64_t changes() const noexcept { return changes_; }

    /// The TTL of the destination, as the last rounds say; 0: it wasn't reached yet.
    std::uint8_t distance() const noexcept { return distance_; }

    /// Counts from zero. The path is known still.
    void reset();

private:
    struct Round {
        Time at{};
        std::uint64_t number = 0;
        std::vector<TracePathHop> hops{};  ///< those that count
        std::uint8_t end = 0;              ///< the last TTL that counts
    };

    std::uint8_t end_of(const TracePath& path);
    std::uint8_t end_of_unreached(const TracePath& path) const;
    std::optional<engine::PathChangeDetector::Change> find_change(const Round& round);
    void count(const Round& round, std::uint8_t first, std::uint8_t last);
    void find_loops(const Round& round);
    void trim();
    WatchedHop* hop_of(std::uint8_t ttl);
    PathChange begin_anew(const engine::PathChangeDetector::Change& change);
    PathRouters routers_in(std::size_t first, std::size_t end) const;

    engine::PathChangeDetector detector_;
    std::vector<WatchedHop> hops_;
    std::deque<Round> recent_;
    std::uint64_t rounds_ = 0, reached_ = 0, changes_ = 0;
    std::uint8_t first_ttl_ = 1;
    std::uint8_t distance_ = 0;
    std::uint8_t beyond_ = 0;          ///< where the destination answered instead of at its distance
    bool went_beyond_ = false;         ///< in the last round
    std::uint64_t beyond_rounds_ = 0;  ///< so many rounds in a row
};

/// The routers of a path, as its answers show them.
PathRouters routers_of(const TracePath& path);

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/path_watch.ipp>
#endif
