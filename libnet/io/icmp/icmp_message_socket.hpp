#pragma once
// An ICMP socket for one question at a time, of whatever kind and size: see icmp_socket.hpp for echo requests in bulk.

#include <libnet/base/clock_bridge.hpp>
#include <libnet/config.hpp>
#include <libnet/io/icmp/error_queue.hpp>
#include <libnet/io/icmp/icmp_socket.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace libnet::inline v0::io {

/// Sends ICMP messages that the caller has made, and receives those of one type. What it is told of its options, access
/// and identifier, an IcmpSocket does.
class IcmpMessageSocket {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Opens the socket. `answer_type` is the ICMP type that is waited for: a raw socket lets in no other. The options'
    /// payload size and transmit stamps don't matter. Throws as IcmpSocket's constructor.
    IcmpMessageSocket(const asio::any_io_executor& executor, wire::IpVersion version, std::uint8_t answer_type,
                      IcmpSocketOptions options);

    wire::IpVersion version() const noexcept { return socket_.version(); }
    bool is_raw() const noexcept { return socket_.is_raw(); }

    /// What the messages must carry as their identifier. The kernel puts it into those of a datagram socket.
    std::uint16_t identifier() const noexcept { return identifier_; }

    /// Sends a message from its ICMP header on. The error is empty, or what sendto(2) says: `would_block` and
    /// `no_buffer_space` mean not now; any other one may be about an earlier message, see QueuedError.
    boost::system::error_code send(const asio::ip::address& to, std::span<const std::byte> message);

    /// A message from its ICMP header on, valid until the next one is received.
    struct Received {
        asio::ip::address from;
        std::span<const std::byte> message;
        TimePoint at{};  ///< the kernel's stamp, where it can be trusted, or else when it was read
    };

    /// Takes the oldest message off the socket; nullopt: there is none. Never blocks.
    std::optional<Received> receive();

    /// Takes the oldest entry off the error queue; nullopt: it is empty. Valid until the next call.
    std::optional<QueuedError> next_error();

    /// When the error arrived that next_error has told.
    TimePoint arrival(const QueuedError& error) const;

    /// Completes when there may be something to receive, an error included, or at the deadline. One call at a time.
    /// Throws `operation_aborted` when cancelled (terminal), also by `cancel`.
    asio::awaitable<void> ready(TimePoint deadline);

    /// Ends the pending `ready`.
    void cancel();

private:
    IcmpSocket socket_;
    std::uint16_t identifier_;
    asio::steady_timer timer_;
    engine::ClockBridge clocks_;
    ErrorQueueReader errors_;
    std::vector<std::byte> datagram_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/icmp_message_socket.ipp>
#endif
