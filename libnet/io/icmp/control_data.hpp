#pragma once
// What the kernel tells beside a datagram: control messages (cmsg(3)) of ICMP, UDP and raw sockets as values.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

#include <linux/errqueue.h>
#include <sys/socket.h>
#include <time.h>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// The control messages that were with one datagram. Those that the socket wasn't asked for are empty.
struct ControlData {
    std::optional<std::chrono::nanoseconds> received;  ///< SO_TIMESTAMPING, software: CLOCK_REALTIME since the epoch
    std::optional<int> ttl;                            ///< IP_RECVTTL, IPV6_RECVHOPLIMIT: what arrived
    std::optional<std::uint8_t> traffic_class;         ///< IP_RECVTOS, IPV6_RECVTCLASS: what arrived
    asio::ip::address local;                           ///< IP_PKTINFO, IPV6_RECVPKTINFO: where it was sent to
    std::optional<sock_extended_err> error;            ///< IP_RECVERR, IPV6_RECVERR
    asio::ip::address offender;                        ///< who sent that error; unspecified when we did
    wire::Ipv4OptionOctets ip_options;                 ///< IP_RECVOPTS: of the header that arrived
};

/// Reads the control messages of a received datagram. Unknown ones are passed over.
LIBNETXX_DECL ControlData read_control_data(const msghdr& message);

/// A socket address of either family as a value; 0.0.0.0:0 for every other family. The port is meaningless for ICMP.
/// A link-local IPv6 address keeps its scope.
LIBNETXX_DECL asio::ip::udp::endpoint to_endpoint(const sockaddr_storage& address);

/// Asks for a kernel time stamp with every datagram that arrives (`ControlData::received`).
/// Throws `boost::system::system_error` where the kernel refuses.
LIBNETXX_DECL void enable_receive_timestamps(int socket);

/// Asks for a stamp when a packet leaves, too: it comes back through the error queue as QueuedError::Origin::transmit.
/// The packets are counted from 0 on, from this call on. Throws `boost::system::system_error` where the kernel refuses.
LIBNETXX_DECL void enable_transmit_timestamps(int socket);

/// Sets an integer socket option; throws `boost::system::system_error`.
LIBNETXX_DECL void set_option(int socket, int level, int name, int value);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/control_data.ipp>
#endif
