#pragma once
// One socket for the echo requests to any number of targets of one IP version.

#include <libnet/base/clock_bridge.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/io/icmp/error_queue.hpp>
#include <libnet/io/icmp/icmp_access.hpp>
#include <libnet/io/icmp/icmp_clock.hpp>
#include <libnet/io/icmp/path_mtu_discovery.hpp>
#include <libnet/wire/ip/ip_version.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace libnet::inline v0::io {

/// Options of an IcmpSocket.
struct IcmpSocketOptions {
    IcmpAccess access = IcmpAccess::automatic;
    std::size_t payload_size = 56;            ///< octets after the ICMP header
    std::optional<int> ttl;                   ///< TTL or hop limit to send with; empty: the system's
    std::optional<asio::ip::address> source;  ///< address to send from, where it is of this socket's version
    std::string interface;                    ///< name of the interface to send through; empty: the routing's choice
    PathMtuDiscovery path_mtu_discovery = PathMtuDiscovery::system;
    std::optional<std::uint8_t> traffic_class;            ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark;                    ///< for the policy routing and packet filters of this host
    std::optional<int> send_buffer;                       ///< octets; empty: 4 MiB, or what the system allows
    engine::PayloadPattern pattern{};                     ///< of the payload behind the cookie
    IcmpClock clock = IcmpClock::kernel;                  ///< user: the kernel isn't asked for any stamps
    wire::Ipv4Record record = wire::Ipv4Record::nothing;  ///< IPv4 only
    std::optional<std::uint16_t> identifier;              ///< 0 takes a raw socket; empty: a free one
    std::optional<std::uint32_t> flow_label;              ///< IPv6 only, takes a raw socket; empty: the system's
    bool multicast_loopback = true;
    bool debug = false;
    bool transmit_stamps = true;  ///< ask the kernel when each request leaves
};

/// Sends echo requests and reads what comes back: answers with the kernel's receive stamps, errors and the stamps of
/// our own requests from the error queue. Requests go out and answers come in many with one system call.
///
/// The identifier is ours alone on a datagram socket. On a raw one it is random, and others may use the same: the
/// cookie in the payload tells answers apart. Nothing here waits: `descriptor()` does.
class IcmpSocket {
public:
    /// Opens the socket. Throws `boost::system::system_error`, `operation_not_permitted` when neither kind of socket is
    /// allowed: its message says what would help.
    IcmpSocket(asio::any_io_executor executor, wire::IpVersion version, const IcmpSocketOptions& options);

    asio::posix::stream_descriptor& descriptor() noexcept { return descriptor_; }
    wire::IpVersion version() const noexcept { return version_; }
    bool is_raw() const noexcept { return raw_; }

    /// What our requests carry, and the answers to them.
    std::uint16_t identifier() const noexcept { return identifier_; }

    /// Ties the socket to one address: then there is a route to it, or this throws `boost::system::system_error`.
    void connect(const asio::ip::address& address);

    /// A request to be sent.
    struct Outgoing {
        asio::ip::address to;
        std::uint16_t sequence = 0;
        std::uint64_t cookie = 0;
        engine::ProbeId probe;  ///< told again with its transmit stamp
        bool stamp = true;      ///< ask for that, if the socket does
    };

    /// How many requests went out. `error` is why not even the first one did.
    struct Sent {
        std::size_t count = 0;
        boost::system::error_code error;
    };

    /// Sends requests, as many as fit one call. `would_block` when the socket's buffer is full; `no_buffer_space` when
    /// there is no room further on: in the neighbour table, so that requests to others may still go out, or in the
    /// device's queue. An error may also be one that an earlier packet to somebody else has caused: a datagram socket
    /// tells it to the next caller. See `receive_errors`, and send again.
    Sent send(std::span<const Outgoing> requests);

    /// The answers to so many requests, with their stamps, surely fit the receive buffer.
    std::size_t burst() const noexcept { return burst_; }

    /// Packets for us that the receive buffer had no room for (SK_MEMINFO_DROPS, sock_diag(7)).
    std::uint64_t dropped();

    /// What came in: an answer, or the address that a damaged one came from.
    struct Received {
        engine::EchoAnswer answer;
        bool corrupt = false;  ///< its ICMP checksum is wrong: only its address is known
    };

    /// Takes answers from the socket, as many as there are and fit one call; empty: there are no more. They are valid
    /// until the next call. What isn't an echo reply with our identifier is left out, so that a call may return an empty
    /// span with `more` set.
    struct Batch {
        std::span<const Received> received;
        bool more = false;  ///< call again
    };
    Batch receive();

    /// When a request left: the kernel handed it to the device.
    struct Transmitted {
        engine::ProbeId probe;
        engine::TimePoint at;
    };

    /// Something from the error queue.
    using Fault = std::variant<engine::EchoError, Transmitted>;

    /// Takes errors about our requests, and their transmit stamps, from the error queue. They are valid until the next
    /// call. Local errors, which `send` has told, and what is about something else are left out.
    struct Faults {
        std::span<const Fault> faults;
        bool any = false;   ///< the queue wasn't empty, whatever was in it
        bool more = false;  ///< call again
    };
    Faults receive_errors();

private:
    struct Buffers;
    struct DeleteBuffers {
        void operator()(Buffers* buffers) const;
    };

    void open(const IcmpSocketOptions& options);
    void configure(const IcmpSocketOptions& options);
    void configure_header(const IcmpSocketOptions& options);
    void configure_routing(const IcmpSocketOptions& options);
    void configure_record(wire::Ipv4Record record);
    void bind(const IcmpSocketOptions& options);
    void measure_burst();
    void count_from_zero();
    bool is_full();
    std::optional<Received> decode(const msghdr& header, std::size_t size, engine::TimePoint now) const;
    std::optional<Fault> decode(const QueuedError& queued) const;
    std::optional<Transmitted> decode_stamp(const QueuedError& queued) const;

    /// A request whose transmit stamp may still come.
    struct Counted {
        engine::ProbeId probe;
        engine::TimePoint called{};
    };
    static constexpr std::size_t max_counted = 4096;  ///< a power of two

    asio::posix::stream_descriptor descriptor_;
    wire::IpVersion version_;
    bool raw_ = false;
    std::uint16_t identifier_ = 0;
    std::size_t message_size_;
    bool stamps_;
    std::size_t burst_ = 1;
    engine::ClockBridge clocks_;
    ErrorQueueBatch errors_;
    std::vector<Fault> faults_;
    std::vector<Counted> counted_;  ///< by the kernel's count of what we sent
    std::uint32_t count_ = 0;
    std::unique_ptr<Buffers, DeleteBuffers> buffers_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/icmp_socket.ipp>
#endif
