#pragma once
// TCP probes without any privilege: connections that are begun with a small TTL, and what becomes of them.

#include <libnet/config.hpp>
#include <libnet/io/icmp/error_queue.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/ip/udp.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace libnet::inline v0::io {

/// A TCP port that no other program gets as long as this lives, though nothing listens on it.
class HeldPort {
public:
    /// `port` 0: a free one. Throws `boost::system::system_error`: `address_in_use`, say.
    LIBNETXX_DECL HeldPort(wire::IpVersion version, std::uint16_t port, const ProbeSocketOptions& options);

    std::uint16_t number() const noexcept { return number_; }
    int native() const noexcept { return socket_.get(); }

private:
    FileDescriptor socket_;
    std::uint16_t number_ = 0;
};

/// A connection that is a probe. Closing it (the destructor does) ends it with a reset, if anything has answered.
class ConnectProbe {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// Begins to connect from a port of ours. Of `options`, what concerns the IP header and the routing counts. Fails with
    /// what connect(2), bind(2) or setsockopt(2) says: `address_in_use` when another one has the same ports and destination.
    /// With a source route, the kernel takes no errors of hosts before the first gateway for the connection's: they quote
    /// that one as its destination.
    LIBNETXX_DECL static boost::system::result<ConnectProbe> start(wire::IpVersion version,
                                                                   const asio::ip::udp::endpoint& to,
                                                                   std::uint16_t source_port, std::uint8_t ttl,
                                                                   const ProbeSocketOptions& options);

    int native() const noexcept { return socket_.get(); }
    TimePoint sent() const noexcept { return sent_; }
    const asio::ip::udp::endpoint& to() const noexcept { return to_; }

    /// What has become of it.
    struct Outcome {
        /// The ICMP error, with views that are valid until the reader's next call.
        const QueuedError* error = nullptr;
        /// The destination answered, with SYN-ACK or reset. Without this and an error: this host gave up.
        bool answered = false;
        /// From the SYN to its SYN-ACK, as the kernel has measured it (tcpi_rtt of tcp(7)), in whole microseconds.
        std::optional<std::chrono::microseconds> round_trip{};
    };
    /// nullopt: nothing yet.
    LIBNETXX_DECL std::optional<Outcome> take(ErrorQueueReader& errors) const;

private:
    ConnectProbe(FileDescriptor socket, const asio::ip::udp::endpoint& to, TimePoint sent)
        : socket_{std::move(socket)},
          to_{to},
          sent_{sent}
    {}

    FileDescriptor socket_;
    asio::ip::udp::endpoint to_;
    TimePoint sent_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/connect_probe.ipp>
#endif
