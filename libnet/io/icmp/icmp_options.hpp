#pragma once
// What the options of ping, path MTU and interface probe say about their socket.

#include <cstdint>

namespace libnet::inline v0::io {

/// Which kind of socket may send ICMP requests.
enum class IcmpAccess : std::uint8_t {
    automatic,  ///< a datagram socket, else a raw one
    datagram,   ///< SOCK_DGRAM: needs no privilege, but the sysctl net.ipv4.ping_group_range
    raw,        ///< SOCK_RAW: needs the capability cap_net_raw
};

/// For the error when the system forbids both kinds (EPERM): what failed, and what would help.
inline constexpr char icmp_socket_or_help[] =
    "ICMP socket (either of these would allow it: sysctl -w net.ipv4.ping_group_range=\"0 2147483647\", or the "
    "capability cap_net_raw: setcap cap_net_raw+ep PROGRAM)";

/// Whose times the round trips of echo requests are.
enum class IcmpClock : std::uint8_t {
    kernel,  ///< from the kernel's transmit stamp to its receive stamp: what the network took
    user,    ///< from our send call until we have read the answer: what a program waits for
    /// From our send call to the kernel's receive stamp, as fping has it: a few microseconds longer than what the network
    /// took, and it saves the kernel a copy of each request.
    arrival,
};

/// What the kernel does about packets that are larger than the path's MTU (ip(7), IP_MTU_DISCOVER).
enum class PathMtuDiscovery : std::uint8_t {
    system,  ///< as the system is set
    never,   ///< don't fragment is never set: fragments on the way
    want,    ///< don't fragment is set, and our own host fragments what is larger than the MTU it knows
    always,  ///< don't fragment is set; what is larger than the MTU that is known isn't sent
    probe,   ///< don't fragment is set, and what the kernel believes about the path is ignored
};

}  // namespace libnet::inline v0::io
