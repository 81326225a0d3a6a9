#pragma once
// One socket that probes go out of: a TTL for each message, error queue, kernel time stamps, and waiting for answers.

#include <libnet/config.hpp>
#include <libnet/io/icmp/error_queue.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace libnet::inline v0::io {

/// A datagram as it was received. `payload` is valid until the next one is.
struct ReceivedDatagram {
    asio::ip::udp::endpoint from{};
    std::optional<std::chrono::nanoseconds> received{};  ///< when it arrived: CLOCK_REALTIME since the epoch
    std::span<const std::byte> payload{};
};

/// A non-blocking datagram or raw socket of either version of IP.
class ProbeDescriptor {
public:
    /// Opens `socket(AF_INET or AF_INET6, type, protocol)` and asks for errors and time stamps.
    /// Throws `boost::system::system_error`.
    ProbeDescriptor(const asio::any_io_executor& executor, wire::IpVersion version, int type, int protocol);

    int native() { return descriptor_.native_handle(); }

    /// The local port; for ICMP datagram sockets the identifier of the echo requests. Known once it is bound.
    std::uint16_t local_number();

    /// Binds to a port of the kernel's choice: its own, until it is closed. Throws `boost::system::system_error`.
    void bind();

    /// Sends one datagram. The error is empty, or what sendmsg(2) says: `would_block` and `no_buffer_space` mean not now.
    /// An error that was waiting on the socket (about an earlier datagram) is reported here too: see ErrorQueueReader.
    boost::system::error_code send(const asio::ip::udp::endpoint& to, std::uint8_t ttl,
                                   std::span<const std::byte> payload);

    /// Takes the oldest datagram off the socket; nullopt: there is none. An error that is waiting on the socket is passed
    /// over: the error queue has it.
    std::optional<ReceivedDatagram> receive();

    /// Takes the oldest error off the error queue; nullopt: it is empty. The payload is valid until the next call.
    std::optional<QueuedError> next_error() { return errors_.next(native()); }

    /// Calls `on_ready` once there is something to read (or an error), unless `cancel` comes first.
    void async_wait(std::function<void()> on_ready);
    void cancel();

private:
    wire::IpVersion version_;
    asio::posix::stream_descriptor descriptor_;
    ErrorQueueReader errors_;
    std::array<std::byte, 2048> datagram_;
};

/// Sends a datagram past the errors that are waiting on the socket: they are about earlier datagrams, and each of them
/// makes the kernel refuse a later one. `take_errors()` takes in what the error queue holds, and returns false when it
/// was empty. The result is the time at which it was sent, or `would_block` when it should be sent again a little
/// later.
template <typename TakeErrors>
boost::system::result<std::chrono::steady_clock::time_point> send_past_errors(ProbeDescriptor& socket,
                                                                              const asio::ip::udp::endpoint& to,
                                                                              std::uint8_t ttl,
                                                                              std::span<const std::byte> payload,
                                                                              TakeErrors&& take_errors)
{
    constexpr int many = 64;  // somebody may send errors as fast as we take them in
    // The kernel queues an error first and lets it refuse a send afterwards: we may have taken it in between, so that a
    // refusal with nothing waiting may still be an earlier datagram's. Three in a row are this one's own.
    constexpr int own = 3;
    int unexplained = 0;
    for (int attempt = 0; attempt < many; ++attempt) {
        const auto now = std::chrono::steady_clock::now();
        const auto error = socket.send(to, ttl, payload);
        if (!error) return now;
        if (error == asio::error::would_block || error == asio::error::no_buffer_space) break;
        unexplained = take_errors() ? 0 : unexplained + 1;
        if (unexplained == own) return error;
    }
    return boost::system::error_code{asio::error::would_block};
}

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/probe_descriptor.ipp>
#endif
