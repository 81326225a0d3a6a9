#pragma once
// What a trace finds out: the fate of each probe, and the path that they add up to. Values that print and compare.

#include <libnet/engine/trace/trace_change.hpp>
#include <libnet/engine/trace/trace_target.hpp>
#include <libnet/wire/icmp/icmp_extensions.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace libnet::inline v0 {

/// What the probes of a trace are. All probes of one flow take one path through routers that share load, whatever they
/// are; see `TraceOptions::flows` and `classic`.
enum class TraceProbe : std::uint8_t {
    udp,           ///< UDP to port 33434, where no program should listen
    udp_constant,  ///< UDP to port 53, a DNS question: gets through more filters
    icmp,          ///< ICMP echo requests, as ping sends them
    tcp,           ///< TCP SYN to port 80, or what `TraceOptions::tcp` says
    udp_lite,      ///< UDP-Lite (RFC 3828) to port 53
    dccp,          ///< DCCP requests (RFC 4340) to port 33434; take `TraceAccess::raw`
    raw,  ///< packets of any IP protocol, `TraceOptions::protocol`, without a header of it; take `TraceAccess::raw`
};

/// Which kind of sockets a trace uses.
enum class TraceAccess : std::uint8_t {
    automatic,  ///< raw ones where the process may open them, else datagram sockets
    /// No privilege: errors come from the sockets' error queues. ICMP takes the sysctl net.ipv4.ping_group_range, or
    /// CAP_NET_RAW. A hop stays silent that quotes another source port (or identifier of ICMP) than the probe had: the kernel
    /// looks the socket up by what is quoted (__udp4_lib_err in net/ipv4/udp.c, tcp_v4_err in net/ipv4/tcp_ipv4.c, ping_err in
    /// net/ipv4/ping.c, and their likes of net/ipv6), finds none, and counts the error in /proc/net/snmp without its sender.
    datagram,
    /// CAP_NET_RAW: whole ICMP errors are read. So probes are found by what minimal quotes have, hops tell
    /// `TraceHop::quoted_ttl` and all of `changes`, and several TCP probes of a flow are under way at the same time.
    raw,
};

/// What kind of message answered a probe.
enum class TraceAnswer : std::uint8_t {
    time_exceeded,  ///< a router on the path: the probe's TTL ended there
    reached,        ///< the probe arrived at the destination
    unreachable,    ///< a router or host on the path says that the probe can't get there: nothing lies beyond
};

/// Why a trace ended.
enum class TraceStop : std::uint8_t {
    reached,      ///< the destination answered
    unreachable,  ///< an ICMP error ended the path before it; the last hop's annotation says which
    max_ttl,      ///< every allowed hop was probed, and none of them was the destination
    send_failed,  ///< this host couldn't send (no route, say); `TracePath::error` says why
    gap,          ///< so many hops in a row were silent as `TraceOptions::max_gap` says
    interrupted,  ///< it hadn't ended: the caller stopped it, or looks at it while it runs
};

constexpr std::string_view name_of(TraceStop reason) noexcept  ///< as in `--json`: "reached"
{
    switch (reason) {
    case TraceStop::reached:
        return "reached";
    case TraceStop::unreachable:
        return "unreachable";
    case TraceStop::max_ttl:
        return "max_ttl";
    case TraceStop::send_failed:
        return "send_failed";
    case TraceStop::gap:
        return "gap";
    case TraceStop::interrupted:
        return "interrupted";
    }
    return "";
}

/// A probe was answered.
struct TraceHop {
    TraceTarget target{};                           ///< whose path
    std::uint8_t ttl = 0;                           ///< of the probe: the hop's number
    std::uint8_t probe = 0;                         ///< which of the hop's probes, from 1 on
    boost::asio::ip::address from{};                ///< who answered; a router may use any of its addresses
    std::chrono::nanoseconds rtt{};                 ///< from sending to the answer
    TraceAnswer kind = TraceAnswer::time_exceeded;  ///< what the answer says
    std::string annotation{};  ///< traceroute's: "!H" and the like; empty for time exceeded and port unreachable
    std::uint8_t flow = 1;     ///< which of `TraceOptions::flows` the probe was of, from 1 on
    /// TTL or hop limit that the answer arrived with; see `hops_back`. Empty where the kernel doesn't tell.
    std::optional<std::uint8_t> reply_ttl{};
    /// What was left of the probe's TTL where the error arose, as it quotes the probe: 1, or 0 of some routers. More than
    /// that: hops before this one don't decrement it, or hide in a tunnel. Empty where the answer quotes nothing, or
    /// without `TraceAccess::raw`.
    std::optional<std::uint8_t> quoted_ttl{};
    std::vector<TraceChange> changes{};  ///< what was rewritten on the way, as far as the quote shows it
    wire::IcmpExtensions extensions{};   ///< MPLS labels, interfaces, and others
    std::optional<std::uint32_t> mtu{};  ///< the next hop's, where the error is about the probe's size
    /// The flags of the destination's segment (`tcp_flag`), where it answered a TCP probe and raw sockets show it.
    std::optional<std::uint8_t> tcp_flags{};
    friend bool operator==(const TraceHop&, const TraceHop&) = default;
};

/// A probe wasn't answered in time.
struct TraceLost {
    TraceTarget target{};    ///< whose path
    std::uint8_t ttl = 0;    ///< of the probe: the hop's number
    std::uint8_t probe = 0;  ///< from 1 on
    std::uint8_t flow = 1;   ///< from 1 on
    friend bool operator==(const TraceLost&, const TraceLost&) = default;
};

using TraceOutcome = std::variant<TraceHop, TraceLost>;  ///< what becomes of a probe

/// One hop: what became of the probes with this TTL. Several addresses are possible where routers share the load.
struct TracePathHop {
    std::uint8_t ttl = 0;                ///< the hop's number, from 1 on
    std::vector<TraceOutcome> probes{};  ///< in the order they were sent
    friend bool operator==(const TracePathHop&, const TracePathHop&) = default;
};

/// The path to a target, as far as it could be seen. It is the path of these flows: others may take another one, and the
/// way back isn't visible at all.
struct TracePath {
    boost::asio::ip::address target{};               ///< the host that was traced to
    TraceStop stop_reason = TraceStop::interrupted;  ///< why there are no more hops
    boost::system::error_code error{};               ///< for TraceStop::send_failed
    std::vector<TracePathHop> hops{};                ///< from the first TTL on, without gaps
    TraceAccess access = TraceAccess::automatic;     ///< what was used: raw or datagram; automatic: nothing was sent
    bool reached() const noexcept { return stop_reason == TraceStop::reached; }  ///< the destination itself answered
    friend bool operator==(const TracePath&, const TracePath&) = default;
};

/// The path to a target is known; the last event of that target.
struct TraceDone {
    TraceTarget target{};  ///< whose path
    TracePath path{};      ///< all of its hops
    friend bool operator==(const TraceDone&, const TraceDone&) = default;
};

/// What `Tracer::next()` tells. Those of one target come in the order of their TTLs.
using TraceEvent = std::variant<TraceHop, TraceLost, TraceDone>;

std::ostream& operator<<(std::ostream& out, TraceAnswer kind);
std::ostream& operator<<(std::ostream& out, const TraceHop& hop);
std::ostream& operator<<(std::ostream& out, const TraceLost& lost);
std::ostream& operator<<(std::ostream& out, const TracePath& path);

// ---------------------------------------------------------------------------------------------------------------

inline std::ostream& operator<<(std::ostream& out, TraceAnswer kind)
{
    switch (kind) {
    case TraceAnswer::time_exceeded:
        return out << "time exceeded";
    case TraceAnswer::reached:
        return out << "reached";
    case TraceAnswer::unreachable:
        return out << "unreachable";
    }
    return out;
}

inline std::ostream& operator<<(std::ostream& out, const TraceHop& hop)
{
    out << "Hop{" << hop.target << ": " << int{hop.ttl} << '.' << int{hop.probe} << ' ' << hop.from << ' '
        << hop.rtt.count() << "ns " << hop.kind;
    return (hop.annotation.empty() ? out : out << ' ' << hop.annotation) << '}';
}

inline std::ostream& operator<<(std::ostream& out, const TraceLost& lost)
{
    return out << "Lost{" << lost.target << ": " << int{lost.ttl} << '.' << int{lost.probe} << '}';
}

inline std::ostream& operator<<(std::ostream& out, const TracePath& path)
{
    out << "Path{" << path.target << ' ' << name_of(path.stop_reason);
    if (path.error) out << " (" << path.error << ')';
    for (const auto& hop : path.hops)
        for (const auto& probe : hop.probes) std::visit([&](const auto& outcome) { out << ' ' << outcome; }, probe);
    return out << '}';
}

}  // namespace libnet::inline v0
