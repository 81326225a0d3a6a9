#pragma once
// Hosts that answer pings as a test says, at times that a test says: for testing what is built upon an IcmpPinger.

#include <libnet/config.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/ping_options.hpp>
#include <libnet/testing/manual_time.hpp>
#include <libnet/testing/scripted_answer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace libnet::inline v0::testing {

/// What a host does with its probes: the first is number 1, whichever pinger it comes from.
using HostScript = std::function<ScriptedAnswer(std::uint64_t number)>;

/// A network of hosts that follow scripts, with a time that stands still. Its pingers are IcmpPingers in everything but that:
/// they open no socket, take no permission and no time, and count by this clock.
///
///     asio::io_context io;
///     testing::ScriptedNetwork network{io};
///     network.host(address, [](std::uint64_t number) { return number < 5 ? reply_after(20ms) : no_answer(); });
///     IcmpPinger pinger = network.make_pinger({.interval = 1s});
///     asio::co_spawn(io, watch(pinger), asio::detached);    // what is tested
///     network.advance(10s);                                // takes some microseconds
///
/// A host without a script is silent. Timers of Asio don't know of this time: what is tested waits in the pinger alone. Streams
/// need an interval: one without a pause never ends where no time passes. Which options say how a packet is sent has no effect.
/// For one thread; the io_context must outlive it.
class ScriptedNetwork {
public:
    explicit ScriptedNetwork(boost::asio::io_context& io);  ///< runs nothing by itself
    ~ScriptedNetwork();  ///< its pingers may outlive it: their time stands still then
    ScriptedNetwork(const ScriptedNetwork&) = delete;
    ScriptedNetwork& operator=(const ScriptedNetwork&) = delete;

    /// From now on this host does what the script says; in place of what it did.
    void host(const boost::asio::ip::address& address, HostScript script);

    /// Throws `boost::system::system_error`, `invalid_argument`, for an option out of range, as IcmpPinger's constructor.
    IcmpPinger make_pinger(PingOptions options = {});

    /// Runs the io_context, and moves the time on to each next event, until so much has passed and nothing is left to do at
    /// that time. Throws what a handler throws.
    void advance(std::chrono::nanoseconds time);

    /// The time, for a program's own use.
    const ManualTime& time() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;  ///< the pingers share it
};

}  // namespace libnet::inline v0::testing

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/ping/scripted_network.ipp>
#endif
