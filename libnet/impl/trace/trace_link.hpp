#pragma once
// What stands in the place of a TraceSession's sockets and clock, in tests.

#include <libnet/engine/time_point.hpp>
#include <libnet/engine/trace/trace_set.hpp>

#include <boost/asio/awaitable.hpp>

namespace libnet::inline v0::detail {

/// A network that isn't one, and its time: see libnet/testing/scripted_paths.hpp.
class TraceLink {
public:
    virtual ~TraceLink() = default;
    virtual engine::TimePoint now() const = 0;

    /// Sends a probe, and tells the engine what became of that.
    virtual void send(const engine::TraceSetProbe& probe, engine::TraceSet& traces) = 0;

    /// Hands over what has come by now.
    virtual void read(engine::TraceSet& traces) = 0;

    /// Completes when the time has come, or something has arrived. One call at a time. Throws `operation_aborted`: cancelled
    /// (any type), or stopped.
    virtual boost::asio::awaitable<void> until(engine::TimePoint deadline) = 0;

    /// Ends the pending wait, and every later one.
    virtual void stop() = 0;
};

}  // namespace libnet::inline v0::detail
