#pragma once
// What a PathMtuFinder is told.

#include <libnet/interface_name.hpp>
#include <libnet/io/icmp/icmp_options.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace libnet::inline v0 {

/// Which kind of socket a PathMtuFinder uses.
using PathMtuAccess = io::IcmpAccess;

/// Options of a PathMtuFinder.
struct PathMtuOptions {
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};  ///< the longest that a probe waits: up to an hour
    std::uint32_t attempts = 3;      ///< probes of one size that must vanish before it counts as too big: 1 to 100
    std::uint32_t max_probes = 100;  ///< in all: 1 to 10,000
    std::uint32_t ceiling = 0;       ///< octets of the largest packet to try, 68 to 65,575; 0: what our interface takes
    std::optional<boost::asio::ip::address> source{};  ///< address to send from
    InterfaceName interface {};                        ///< name of the interface to send through; empty: as routed
    PathMtuAccess access = PathMtuAccess::automatic;   ///< a datagram socket first, which needs no privilege
    std::optional<std::uint8_t> traffic_class{};       ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark{};               ///< SO_MARK of socket(7): takes CAP_NET_ADMIN
};

static_assert(std::is_trivially_destructible_v<
              PathMtuOptions>);  // so that it may be written out beside a co_await, see InterfaceName

}  // namespace libnet::inline v0
