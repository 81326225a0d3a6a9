#pragma once
// Reads what comes back to ProbeSockets: answers, errors, and the stamps of what was sent.

#include <libnet/base/clock_bridge.hpp>
#include <libnet/config.hpp>
#include <libnet/io/icmp/error_queue.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace libnet::inline v0::io {

/// Holds the buffers, and the clocks' relation, for any number of sockets. Many datagrams are read with one system call.
class ProbeReader {
public:
    using TimePoint = ProbeSocket::TimePoint;

    /// `largest`: octets of the longest message that is expected. Longer ones are cut one octet behind that. `batch`: most
    /// that are read with one call. `quoted`: octets of what an error quotes that are kept.
    explicit ProbeReader(std::size_t largest, std::size_t batch = ProbeSocket::max_batch, std::size_t quoted = 64);

    /// A datagram; of ICMP, from the ICMP header on.
    struct Datagram {
        asio::ip::udp::endpoint from{};
        std::span<const std::byte> message{};
        std::optional<int> ttl{};  ///< it arrived with
        wire::Ipv4OptionOctets ip_options{};
        std::optional<std::uint8_t> traffic_class{};        ///< ProbeSocketOptions::tell_headers
        asio::ip::address local{};                          ///< likewise: where it was sent to
        std::optional<std::chrono::nanoseconds> stamped{};  ///< when it arrived, by CLOCK_REALTIME, as the kernel says
        TimePoint received{};  ///< when it arrived, as the kernel stamped it, or else `read`
        TimePoint read{};      ///< when we took it from the socket
    };

    /// Takes datagrams from the socket, as many as there are and fit one call. They are valid until the next call. ICMP
    /// messages that don't carry the socket's identifier are left out, so that nothing may be left with `more` set.
    struct Datagrams {
        std::span<const Datagram> read;
        bool more = false;  ///< call again
    };
    Datagrams receive(const ProbeSocket& socket);

    /// An entry of the error queue.
    struct Entry {
        const QueuedError* error = nullptr;
        TimePoint at{};         ///< when it arrived; of a transmit stamp, when the packet left
        std::uint64_t tag = 0;  ///< of a transmit stamp: what the message was sent with
    };

    /// Takes entries from the error queue, as many as fit one call. They are valid until the next call. Transmit stamps
    /// that can't be told from those of other packets are left out.
    struct Entries {
        std::span<const Entry> read;
        bool any = false;   ///< the queue wasn't empty, whatever was in it
        bool more = false;  ///< call again
    };
    Entries receive_errors(const ProbeSocket& socket);

private:
    using Control = std::array<std::byte, 256>;

    void prepare();
    std::optional<Datagram> decode(const ProbeSocket& socket, const msghdr& header, std::size_t size,
                                   TimePoint now) const;
    std::optional<Entry> decode(const ProbeSocket& socket, const QueuedError& queued, TimePoint now) const;

    std::size_t datagram_size_;
    std::size_t batch_;
    std::vector<std::byte> octets_;
    std::vector<Control> controls_;
    std::vector<sockaddr_storage> from_;
    std::vector<iovec> vectors_;
    std::vector<mmsghdr> headers_;
    std::vector<Datagram> datagrams_;
    ErrorQueueReader errors_;
    std::vector<Entry> entries_;
    engine::ClockBridge clocks_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/probe_reader.ipp>
#endif
