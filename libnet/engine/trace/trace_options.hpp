#pragma once
// How a path is traced: the options of Tracer, and of the engine below it.

#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/engine/trace/trace_tcp.hpp>
#include <libnet/wire/ip/interface_name.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace libnet::inline v0 {

/// Hosts that probes go by way of: a loose source route of RFC 791 section 3.1.
struct TraceGateways {
    static constexpr std::size_t max_count = 8;                      ///< that an IPv4 header has room for
    std::array<boost::asio::ip::address_v4, max_count> addresses{};  ///< the hosts, of which `count` are used
    std::uint8_t count = 0;  ///< of `addresses`, in the order of the way; 0: as routed
};

/// Options of a `Tracer`. The defaults are traceroute's, but for constant flows and `max_gap`.
struct TraceOptions {
    TraceProbe method = TraceProbe::udp;  ///< what the probes are
    std::uint8_t first_ttl = 1;           ///< of the first probes: 1 to `max_ttl`
    std::uint8_t max_ttl = 30;            ///< of the last probes: 1 to 255
    std::uint8_t probes = 3;              ///< for each hop: 1 or more
    std::uint16_t window = 16;            ///< probes to one target under way at the same time: 1 or more
    /// The longest that a probe waits for its answer: more than nothing, and a day at most.
    std::chrono::milliseconds timeout{5000};
    /// It waits no longer than this many round trips of another probe of its hop, but 100 ms at least. 0: only `timeout`
    /// and `near_factor` count.
    double here_factor = 3;
    /// Where none was answered: no longer than this many round trips of a probe of a later hop, but 100 ms at least. 0:
    /// only `timeout` counts.
    double near_factor = 10;
    /// The probes' port, which all of them share (UDP, TCP). With `classic`, where their numbers begin: the first UDP port
    /// (`TraceProbe::udp`) or the first ICMP sequence number. 0: 33434, 53, 80 for TCP, and 1.
    /// UDP probes to the ports 53, 123, 3478 and 443 are questions of DNS, NTP, STUN and QUIC, which a service there answers,
    /// and no shorter than these: see engine/trace/trace_question.hpp.
    std::uint16_t port = 0;
    /// Each probe is another flow, as in traceroute: UDP ports count up, `udp_constant` and TCP have a source port for each
    /// probe, and the checksum of ICMP changes. Routers that share load show several paths mixed.
    bool classic = false;
    /// Flows, 1 to 16, each of which takes one path: `probes` probes a hop of each, told apart by `TraceHop::flow`. They
    /// differ in source port (UDP, TCP) or checksum (ICMP), and over IPv6 in flow label. 1 with `classic`.
    std::uint8_t flows = 1;
    /// So many hops in a row from which nothing comes end the trace (`TraceStop::gap`). 0: it goes on to `max_ttl`.
    std::uint8_t max_gap = 8;
    std::chrono::nanoseconds gap{};  ///< at least so long between two probes to one target: zero, to a minute
    /// Probes a second to all targets together, evenly spread; 0: no limit. With more than 1,000 the kernel isn't asked when
    /// each probe leaves: its round trip begins when it is handed over.
    double rate = 0;
    TraceAccess access = TraceAccess::automatic;  ///< which sockets are used
    /// Many targets share their first hops: a hop of a path that is known from another one is not probed again, and the path
    /// says what was found there (`TraceHop::rtt` is that of the first time).
    bool share_hops = false;
    std::uint16_t source_port = 0;  ///< of the first flow (UDP, TCP; the next ones follow); 0: a free one
    std::optional<boost::asio::ip::address>
        source{};                                 ///< address to send from; targets of the other IP version don't care
    InterfaceName interface {};                   ///< to send through; empty: as routed
    std::optional<std::uint8_t> traffic_class{};  ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark{};          ///< SO_MARK of socket(7): takes CAP_NET_ADMIN
    /// IPv6, 20 bits, of the first flow; the next ones follow, unless it is 0, which is none. Empty: the system's, which a flow
    /// keeps; of several flows, random ones.
    std::optional<std::uint32_t> flow_label{};
    bool dont_fragment = false;  ///< IPv4: probes have the bit set
    /// Octets behind the UDP, UDP-Lite or ICMP header, 16 to 65,000. TCP and DCCP probes have none, `TraceProbe::raw` has
    /// eight more, in place of a header.
    std::uint16_t payload_size = 32;
    TraceTcp tcp{};  ///< what TCP probes are
    /// Of `TraceProbe::raw`: 1 to 254, over IPv6 none of extension headers, and not 58 and 135, in which the kernel writes
    /// checksums. 253 is for experiments (RFC 3692).
    std::uint8_t protocol = 253;
    /// UDP-Lite: how many octets, from its header on, the checksum covers (RFC 3828 section 3.1): 8 or more. 0: all.
    std::uint16_t coverage = 0;
    std::uint32_t dccp_service = 1885957735;  ///< service code of DCCP requests (RFC 4340 section 8.1.2): "pim" + 'g'
    /// IPv4 only; takes CAP_NET_RAW. Most routers drop such packets (RFC 7126 section 4.3).
    TraceGateways gateways{};
    bool bypass_routes = false;  ///< SO_DONTROUTE of socket(7): only to hosts of an attached network
    bool debug = false;          ///< SO_DEBUG of socket(7): takes CAP_NET_ADMIN
};

static_assert(
    std::is_trivially_destructible_v<TraceOptions>);  // so that it may be written out beside a co_await (g++ 12)

}  // namespace libnet::inline v0
