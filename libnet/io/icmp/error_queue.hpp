#pragma once
// The error queue of a datagram or raw socket (IP_RECVERR in ip(7), IPV6_RECVERR in ipv6(7)): ICMP errors about our
// packets, told to us without any privilege.

#include <libnet/io/icmp/control_data.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace libnet::inline v0::io {

/// One entry of an error queue.
struct QueuedError {
    /// Who says so.
    enum class Origin : std::uint8_t {
        local,     ///< our own kernel: the packet never left (EMSGSIZE: `info` is the MTU)
        icmp,      ///< an ICMP message
        icmpv6,    ///< an ICMPv6 message
        transmit,  ///< nothing went wrong: the kernel tells when a packet left (SO_TIMESTAMPING)
        other,     ///< none of these (zero copy)
    };
    Origin origin = Origin::other;
    int error = 0;                        ///< errno, as a later send or receive would have reported it
    std::uint8_t type = 0;                ///< of the ICMP message
    std::uint8_t code = 0;                ///< of the ICMP message
    std::uint32_t info = 0;               ///< the MTU where the error is about size; of a transmit stamp: its kind
    std::uint32_t data = 0;               ///< of a transmit stamp: which packet, counted from 0 by the socket
    asio::ip::address offender;           ///< who sent the ICMP message; unspecified when the origin is local
    asio::ip::udp::endpoint destination;  ///< where our packet was going; no port for ICMP sockets
    std::optional<int> ttl;               ///< TTL or hop limit that the ICMP message arrived with
    std::optional<std::chrono::nanoseconds> received;  ///< when it arrived, or when our packet left: CLOCK_REALTIME
    /// What came back of our packet: for UDP sockets its payload, for ICMP datagram and raw sockets the ICMP message
    /// from its header on. Cut at the reader's payload size, or earlier by the sender of the error.
    std::span<const std::byte> payload;
};

/// Reads error queues, many entries with one system call. One reader may serve many sockets.
class ErrorQueueReader {
public:
    /// Reads up to so many entries at once, and cuts their payloads at so many octets.
    explicit ErrorQueueReader(std::size_t capacity = 64, std::size_t payload_size = 64);

    std::size_t capacity() const noexcept { return slots_.size(); }

    /// Takes the oldest entries, up to `capacity()`, off the queue of `socket`; empty: there are none. Never blocks. They are
    /// valid until the next call. `ttl` and `received` are there when the socket asked for them (IP_RECVTTL,
    /// IPV6_RECVHOPLIMIT, enable_receive_timestamps).
    ///
    /// Taking an error off also clears the socket's pending error once the queue is empty: a later send or receive is
    /// then no longer refused because of it.
    std::span<const QueuedError> take(int socket);

private:
    struct Slot {
        sockaddr_storage destination;
        alignas(cmsghdr) std::array<std::byte, 256> control;
        iovec buffer;
    };

    std::size_t payload_size_;
    std::vector<std::byte> payloads_;
    std::vector<Slot> slots_;
    std::vector<mmsghdr> headers_;
    std::vector<QueuedError> entries_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/error_queue.ipp>
#endif
