#pragma once
// Which kind of socket may send echo requests, and what to say when none may.

#include <cstdint>

namespace libnet::inline v0::io {

enum class IcmpAccess : std::uint8_t {
    automatic,  ///< a datagram socket, else a raw one
    datagram,   ///< SOCK_DGRAM: needs no privilege, but the sysctl net.ipv4.ping_group_range
    raw,        ///< SOCK_RAW: needs the capability cap_net_raw
};

/// For the error when the system forbids both kinds (EPERM): what failed, and what would help.
inline constexpr char icmp_socket_or_help[] =
    "ICMP socket (either of these would allow it: sysctl -w net.ipv4.ping_group_range=\"0 2147483647\", or the "
    "capability cap_net_raw: setcap cap_net_raw+ep PROGRAM)";

}  // namespace libnet::inline v0::io
