#pragma once
// The error queue of a datagram or raw socket (IP_RECVERR in ip(7), IPV6_RECVERR in ipv6(7)): ICMP errors about our
// packets, told to us without any privilege.

#include <libnet/io/control_data.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace libnet::io {

/// One entry of an error queue.
struct QueuedError {
    /// Who says so.
    enum class Origin : std::uint8_t {
        local,   ///< our own kernel: the packet never left (EMSGSIZE: `info` is the MTU)
        icmp,    ///< an ICMP message
        icmpv6,  ///< an ICMPv6 message
        other,   ///< none of these (transmit stamps, zero copy): nothing that went wrong
    };
    Origin origin = Origin::other;
    int error = 0;                        ///< errno, as a later send or receive would have reported it
    std::uint8_t type = 0;                ///< of the ICMP message
    std::uint8_t code = 0;                ///< of the ICMP message
    std::uint32_t info = 0;               ///< the MTU where the error is about size
    asio::ip::address offender;           ///< who sent the ICMP message; unspecified when the origin is local
    asio::ip::udp::endpoint destination;  ///< where our packet was going; no port for ICMP sockets
    std::optional<int> ttl;               ///< TTL or hop limit that the ICMP message arrived with
    std::optional<std::chrono::nanoseconds> received;  ///< when it arrived: CLOCK_REALTIME since the epoch
    /// What came back of our packet: for UDP sockets its payload, for ICMP datagram and raw sockets the ICMP message
    /// from its header on. Cut at 512 octets, or earlier by the sender of the error.
    std::span<const std::byte> payload;
};

/// Reads error queues. One reader may serve many sockets.
class ErrorQueueReader {
public:
    /// Takes the oldest error off the queue of `socket`; nullopt: the queue is empty. Never blocks. The payload is
    /// valid until the next call. `ttl` and `received` are there when the socket asked for them (IP_RECVTTL,
    /// IPV6_RECVHOPLIMIT, enable_receive_timestamps).
    ///
    /// Taking an error off also clears the socket's pending error once the queue is empty: a later send or receive is
    /// then no longer refused because of it.
    std::optional<QueuedError> next(int socket);

private:
    std::array<std::byte, 512> payload_;
    alignas(cmsghdr) std::array<std::byte, 512> control_;
};

}  // namespace libnet::io

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/io/impl/error_queue.ipp>
#endif
