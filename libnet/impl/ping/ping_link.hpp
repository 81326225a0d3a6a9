#pragma once
// What stands in the place of a PingDriver's sockets and clock, in tests.

#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/engine/time_point.hpp>

#include <functional>

namespace libnet::inline v0::detail {

/// A network that isn't one, and its time: see libnet/testing/scripted_network.hpp. A driver that has one opens no socket and
/// looks at no clock.
class PingLink {
public:
    virtual ~PingLink() = default;
    virtual engine::TimePoint now() const = 0;

    /// Sends a probe, and tells the engine what became of that.
    virtual void send(const engine::PingProbe& probe, engine::PingEngine& engine) = 0;

    /// Hands over what has come by now.
    virtual void read(engine::PingEngine& engine) = 0;

    /// Calls this once, when the time has come or something has arrived; in place of what it was to call before.
    virtual void wait_until(engine::TimePoint deadline, std::function<void()> wake) = 0;
};

}  // namespace libnet::inline v0::detail
