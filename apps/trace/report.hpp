#pragma once
// What trace++ prints of one pass over a path, for people or for programs.

#include <apps/trace/mtu_search.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/engine/trace/trace_counters.hpp>
#include <libnet/engine/trace/trace_path.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

constexpr std::string_view method_name(TraceProbe method)
{
    switch (method) {
    case TraceProbe::udp:
        return "udp";
    case TraceProbe::udp_constant:
        return "udp_constant";
    case TraceProbe::tcp:
        return "tcp";
    case TraceProbe::udp_lite:
        return "udp_lite";
    case TraceProbe::dccp:
        return "dccp";
    case TraceProbe::raw:
        return "raw";
    case TraceProbe::icmp:
        break;
    }
    return "icmp";
}

/// What is known of an address, beside the address itself: no line of output waits for it long.
struct Described {
    std::optional<std::string> name{};
    std::optional<std::string> origin{};  ///< "AS64500", as far as it is known
    std::optional<std::string> entry{};   ///< what the databases of --mmdb say
};

/// Tells what is known of an address by now.
using Describe = std::function<Described(const asio::ip::address&)>;

class TraceReport {
public:
    TraceReport() = default;
    TraceReport(const TraceReport&) = delete;
    TraceReport& operator=(const TraceReport&) = delete;
    virtual ~TraceReport() = default;

    /// A trace to this host begins, with packets of so many octets. Several come one after the other.
    virtual void begin(const std::string& host, const asio::ip::address& target, std::size_t packet_size) = 0;

    /// What became of a probe. Called in the order of the hops.
    virtual void probe(const TraceOutcome& outcome, const Describe& describe) = 0;

    /// With --mtu: what was found about the path's MTU, before `end`.
    virtual void mtu(const FoundMtu& found) = 0;

    /// What came that was no answer, by now. Before `end`, any number of times; not of many destinations.
    virtual void counters(const TraceCounters&) {}

    /// The trace has ended, perhaps before it began. `failure` says what stood in the way of it, or is empty.
    virtual void end(const TracePath& path, std::string_view failure, const Describe& describe) = 0;
};

}  // namespace libnet::apps
