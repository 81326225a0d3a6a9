#pragma once
// How ping++ shows what happens: text and tables for people, JSON and CSV for programs.

#include <libnet/icmp_pinger.hpp>
#include <libnet/ping_hosts.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

/// How many of the hosts, those of ranges among them, are alive, and their probes in all.
struct PingTotal {
    std::size_t targets = 0, alive = 0, unresolved = 0;
    std::uint64_t sent = 0, received = 0;
    std::uint64_t rx_dropped = 0;  ///< packets that our own sockets had no room for
    PingTimes sched_lag{};         ///< how late our own sends were
};

/// What a user at a terminal can have a run do.
struct PingControls {
    std::function<void()> reset;  ///< begin anew with all hosts
    std::function<void()> quit;   ///< end, as at the deadline
};

class PingPrinter {
public:
    virtual ~PingPrinter() = default;
    /// The host has an address, and is pinged from now on.
    virtual void start(const PingHost& host) = 0;
    /// Its name has another address now.
    virtual void moved(const PingHost& host, const asio::ip::address& before) = 0;
    /// The host can't be pinged, or not yet.
    virtual void trouble(const PingHost& host, std::string_view why) = 0;
    /// A line of a list of hosts is none.
    virtual void bad_target(std::string_view why) = 0;
    virtual void event(const PingHost& host, const PingEvent& event) = 0;
    /// The numbers so far of a host that is still pinged.
    virtual void status(const PingHost& host, const PingStatistics& numbers) = 0;
    /// The run is over: nothing is pinged any more.
    virtual void results(const PingHosts& hosts, const PingTotal& total) = 0;

    /// Told once, before anything else.
    virtual void control(PingControls) {}

    /// How often to call `repaint`; empty: never.
    virtual std::optional<std::chrono::nanoseconds> repaints_each() const { return std::nullopt; }
    virtual void repaint(const PingHosts&) {}
};

}  // namespace libnet::apps
