#pragma once
// What an IcmpPinger and its targets are told.

#include <libnet/io/icmp_access.hpp>
#include <libnet/io/path_mtu_discovery.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace libnet {

namespace asio = boost::asio;

/// Which kind of socket an IcmpPinger uses.
using PingAccess = io::IcmpAccess;

/// Whether an IcmpPinger's packets may be fragmented.
using PathMtuDiscovery = io::PathMtuDiscovery;

/// Options of an IcmpPinger. The durations are what `add` takes for a target that names no other.
struct PingOptions {
    std::chrono::nanoseconds interval = std::chrono::seconds{1};  ///< between two probes to a target; 0: no pause
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};   ///< after which a probe is lost; more than 0
    double rate = 0;  ///< probes a second of all streams together, evenly spread; 0: as their intervals say
    std::size_t payload_size = 56;              ///< octets, 0 to 65,507; from 8 on nobody can forge an answer
    std::optional<int> ttl{};                   ///< TTL or hop limit to send with, 1 to 255; empty: the system's
    std::optional<asio::ip::address> source{};  ///< address to send from; targets of the other IP version don't care
    std::string interface = {};                 ///< name of the interface to send through; empty: as routed
    PingAccess access = PingAccess::automatic;  ///< a datagram socket first, which needs no privilege
    PathMtuDiscovery path_mtu_discovery = PathMtuDiscovery::system;
    std::optional<std::uint8_t> traffic_class{};  ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark{};          ///< SO_MARK of socket(7): takes CAP_NET_ADMIN
    std::optional<int> send_buffer{};             ///< octets, more than 0; empty: the system's
};

/// How one target is pinged.
struct PingTargetOptions {
    std::uint64_t count = 0;                             ///< probes in all; 0: until it is removed
    std::optional<std::chrono::nanoseconds> interval{};  ///< empty: the pinger's
    std::optional<std::chrono::nanoseconds> timeout{};   ///< empty: the pinger's
    std::chrono::nanoseconds delay{};                    ///< before the first probe: spreads many targets over time
    bool quiet = false;                                  ///< no events, numbers only: for millions of hosts
    bool windows = false;  ///< keep numbers over the last second, ten seconds and minute, too; takes some 10 KiB
};

}  // namespace libnet
