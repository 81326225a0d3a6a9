#pragma once
// How ping++ shows what happens. Two manners: text for people, JSON for programs.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace libnet::apps {

/// A host as the user named it, and the address it has.
struct PingHost {
    std::string name;
    asio::ip::address address;
};

/// How many of the hosts are alive, and their probes in all.
struct PingTotal {
    std::size_t targets = 0, alive = 0;
    std::uint64_t sent = 0, received = 0;
    std::uint64_t rx_dropped = 0;  ///< packets that our own sockets had no room for
    PingTimes sched_lag{};         ///< how late our own sends were
};

class PingPrinter {
public:
    virtual ~PingPrinter() = default;
    virtual void start(const PingHost& host) = 0;
    virtual void unresolved(const std::string& name, std::string_view why) = 0;
    virtual void event(const PingHost& host, const PingEvent& event) = 0;
    /// The numbers so far of a host that is still pinged.
    virtual void status(const PingHost& host, const PingStatistics& numbers) = 0;
    virtual void summary(const PingHost& host, const PingStatistics& numbers) = 0;
    virtual void total(const PingTotal& total) = 0;
};

}  // namespace libnet::apps
