#pragma once
// What probe_interface is told.

#include <libnet/engine/query/interface_state.hpp>
#include <libnet/interface_name.hpp>
#include <libnet/io/icmp/icmp_options.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace libnet::inline v0 {

/// Which kind of socket a question goes through.
using InterfaceProbeAccess = io::IcmpAccess;

/// Options of probe_interface.
struct InterfaceProbeOptions {
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};  ///< how long one question waits: up to an hour
    std::uint32_t attempts = 3;                                  ///< questions without an answer: 1 to 100
    InterfacePlace place = InterfacePlace::node;                 ///< `neighbour` takes an address
    std::optional<int> ttl{};                          ///< TTL or hop limit to send with, 1 to 255; empty: the system's
    std::optional<boost::asio::ip::address> source{};  ///< address to send from
    InterfaceName interface {};                        ///< name of our interface to send through; empty: as routed
    InterfaceProbeAccess access =
        InterfaceProbeAccess::automatic;          ///< a datagram socket first, which needs no privilege
    std::optional<std::uint8_t> traffic_class{};  ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark{};          ///< SO_MARK of socket(7): takes CAP_NET_ADMIN
};

static_assert(std::is_trivially_destructible_v<
              InterfaceProbeOptions>);  // so that it may be written out beside a co_await, see InterfaceName

}  // namespace libnet::inline v0
