#pragma once
// Watches paths: traces them again and again, and says what each hop loses and when a path changes.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/trace/path_watch.hpp>
#include <libnet/engine/trace/trace_counters.hpp>
#include <libnet/trace_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace libnet::inline v0 {

namespace detail {
class PathWatcherState;
}

/// Options of a PathWatcher.
struct PathWatcherOptions {
    /// Of each round. One probe a hop and round is what the numbers are meant for. `flows` must be 1: of several flows the
    /// paths would be mixed.
    TraceOptions trace{.probes = 1};
    /// From the beginning of a round to the beginning of the next one to the same target; more than nothing. Rounds
    /// overlap: a probe that is lost delays no other round. At most 8 are under way to one target.
    std::chrono::nanoseconds interval = std::chrono::seconds{1};
};

/// A round is over.
struct PathRound {
    std::size_t target = 0;              ///< as `add` numbered it
    std::uint64_t number = 0;            ///< from 1 on
    TracePath path{};                    ///< what the round found
    std::optional<PathChange> change{};  ///< the path has changed: certain now
};

/// Watches any number of paths.
///
///     PathWatcher watcher{executor, {.interval = 10s}};
///     watcher.add(address);
///     while (auto round = co_await watcher.next())
///         if (round->change) report(*round->change, watcher.watch(round->target).verdicts());
///
/// Where the probes of the options are of one flow, so are all rounds to a target, and routers which share load by flows
/// show one path; else their load looks as if it was shared packet by packet. What it does not protect against is what
/// `Tracer` doesn't.
///
/// Not safe for use from several threads at the same time. Destroying the object ends every pending `next` with
/// `operation_aborted`. One that was moved from throws `std::logic_error`.
class PathWatcher {
public:
    /// Throws `boost::system::system_error` (`invalid_argument`) for an option that is out of its range.
    explicit PathWatcher(boost::asio::any_io_executor executor, PathWatcherOptions options = {});
    ~PathWatcher();
    PathWatcher(PathWatcher&&) noexcept;
    PathWatcher& operator=(PathWatcher&&) noexcept;

    /// Watches the path to this address, for so many rounds (0: as long as this object lives), the first of which begins
    /// after `delay`. Returns its number, from 0 on. Throws `boost::system::system_error` when a socket can't be opened.
    std::size_t add(boost::asio::ip::address target, std::uint64_t rounds = 0, std::chrono::nanoseconds delay = {});

    /// Completes with the next round of any target, those of one target in their order; nullopt: all rounds are over.
    /// Rounds go on while none is waited for, and wait here; no round begins while 64 of a target wait. Any number of calls
    /// may be under way.
    ///
    /// Throws `boost::system::system_error`: `operation_aborted` when cancelled (any type), by which nothing is lost, or what
    /// a socket that broke says.
    boost::asio::awaitable<std::optional<PathRound>> next();

    /// What is known of a path by now. Throws `std::out_of_range` for others. Valid as long as this object.
    const PathWatch& watch(std::size_t target) const;

    /// What became of all probes to all targets, and what came that was no answer.
    TraceCounters counters() const;

    /// No further round to this target begins. Those under way are told. Its number isn't used again.
    void remove(std::size_t target);

    /// The numbers of a path begin anew.
    void reset(std::size_t target);

private:
    base::Owner<detail::PathWatcherState> state_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/path_watcher.ipp>
#endif
