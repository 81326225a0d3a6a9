#pragma once
// What an IcmpPinger and its targets are told.

#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/engine/ping/ping_rhythm.hpp>
#include <libnet/interface_name.hpp>
#include <libnet/io/icmp/icmp_options.hpp>
#include <libnet/ping_record.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace libnet::inline v0 {

/// Which kind of socket an IcmpPinger uses.
using PingAccess = io::IcmpAccess;

/// Whether an IcmpPinger's packets may be fragmented.
using PathMtuDiscovery = io::PathMtuDiscovery;

/// Who tells an IcmpPinger the times.
using PingClock = io::IcmpClock;

/// What an IcmpPinger sends.
enum class PingMessage : std::uint8_t {
    echo,
    /// ICMP timestamp requests (RFC 792), IPv4 only, which tell what time it is on the other host
    /// (`PingAnswerDetails::timestamps`). They take a raw socket (CAP_NET_RAW), and have no payload: an answer proves to be
    /// one to our request by its address, identifier and sequence number only. Most hosts behind firewalls don't answer.
    timestamp,
};

/// What an IcmpPinger's payloads are filled with.
using PingPattern = engine::PayloadPattern;

/// Options of an IcmpPinger. The durations are what `add` takes for a target that names no other.
struct PingOptions {
    std::chrono::nanoseconds interval = std::chrono::seconds{1};  ///< between two probes to a target; 0: no pause
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};   ///< after which a probe is lost; more than 0
    double rate = 0;  ///< probes a second of all streams together, evenly spread; 0: as their intervals say
    std::size_t payload_size = 56;  ///< octets, 0 to 65,507; from 8 on only a host on the path can forge an answer
    std::optional<int> ttl{};       ///< TTL or hop limit to send with, 1 to 255; empty: the system's
    std::optional<boost::asio::ip::address>
        source{};                               ///< address to send from; targets of the other IP version ignore it
    InterfaceName interface {};                 ///< name of the interface to send through; empty: as routed
    InterfaceName outgoing_interface{};         ///< the same, but answers may come by others; empty: as routed
    PingAccess access = PingAccess::automatic;  ///< a datagram socket first, which needs no privilege
    PathMtuDiscovery path_mtu_discovery = PathMtuDiscovery::system;  ///< whether probes may be fragmented
    std::optional<std::uint8_t> traffic_class{};                     ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark{};                             ///< SO_MARK of socket(7): takes CAP_NET_ADMIN
    std::optional<int> send_buffer{};         ///< octets, more than 0; empty: 4 MiB, or what the system allows
    PingPattern pattern{};                    ///< of the payload's octets behind the first eight
    PingClock clock = PingClock::kernel;      ///< whose times the round trips are
    PingRecord record = PingRecord::nothing;  ///< IPv4 only: told in `PingReply::ip_options`
    Ipv4OptionOctets ip_options{};  ///< IPv4 only, in place of `record`: see encode_ipv4_source_route; told likewise
    PingMessage message = PingMessage::echo;  ///< what kind of request they are
    bool tell_headers = false;  ///< tell each answer's traffic class and where it was sent to: PingAnswerDetails
    std::optional<std::uint16_t> identifier{};  ///< of the requests; 0 takes a raw socket; empty: a free one
    std::optional<std::uint32_t> flow_label{};  ///< IPv6 only, 20 bits: takes a raw socket; empty: the system's
    bool multicast_loopback = true;             ///< what is sent to a multicast group comes to this host, too
    bool connect = false;                       ///< connect(2) to the first target, which is the only one then
    /// Answers count from the pinged address, and from no other. For the hosts of a range that is so in any case.
    bool strict_source = false;
    bool debug = false;       ///< SO_DEBUG of socket(7): takes CAP_NET_ADMIN
    bool broadcast = false;   ///< SO_BROADCAST: targets may be broadcast addresses, whose hosts all answer
    bool dont_route = false;  ///< SO_DONTROUTE: to hosts of the local links only
};

static_assert(std::is_trivially_destructible_v<
              PingOptions>);  // so that it may be written out beside a co_await, see InterfaceName

/// How one target is pinged.
struct PingTargetOptions {
    std::uint64_t count = 0;                             ///< probes in all; 0: until it is removed
    std::optional<std::chrono::nanoseconds> interval{};  ///< empty: the pinger's
    std::optional<std::chrono::nanoseconds> timeout{};   ///< empty: the pinger's
    std::chrono::nanoseconds delay{};                    ///< before the first probe: spreads many targets over time
    bool quiet = false;                                  ///< no events, numbers only: for millions of hosts
    bool windows = false;  ///< keep numbers over the last second, ten seconds and minute, too; takes some 10 KiB
    PingRhythm rhythm = PingRhythm::steady;  ///< not steady: for single addresses only
    std::uint32_t window = 1;       ///< probes, at least one: at once at the start, or under way, see PingRhythm
    bool tell_outstanding = false;  ///< tell PingOutstanding; of single addresses only
};

}  // namespace libnet::inline v0
