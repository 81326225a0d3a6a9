#pragma once
// The socket that probes go out of and their answers come back to: ICMP or UDP, of one IP version.

#include <libnet/config.hpp>
#include <libnet/io/icmp/icmp_options.hpp>
#include <libnet/wire/ip/ip_version.hpp>
#include <libnet/wire/ip/ipv4_options.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

/// What a ProbeSocket speaks.
enum class ProbeProtocol : std::uint8_t {
    icmp,
    udp,
    udp_lite,  ///< RFC 3828; the kernel may know none
    tcp,       ///< a raw socket, which takes CAP_NET_RAW: messages are whole segments
    other,     ///< likewise, of `ProbeSocketOptions::ip_protocol`
};

/// Options of a ProbeSocket. Those that name ICMP matter to no other.
struct ProbeSocketOptions {
    ProbeProtocol protocol = ProbeProtocol::icmp;
    std::uint8_t ip_protocol = 253;             ///< ProbeProtocol::other
    IcmpAccess access = IcmpAccess::automatic;  ///< ICMP
    std::optional<std::uint8_t> answer_type;    ///< ICMP: a raw socket lets in no other; empty: echo replies
    std::optional<int> ttl;                     ///< TTL or hop limit to send with; empty: the system's
    std::optional<asio::ip::address> source;    ///< address to send from, where it is of this socket's version
    std::string interface;                      ///< name of the interface to send through; empty: the routing's choice
    std::string outgoing_interface;  ///< the same, but answers may come by others (IP_UNICAST_IF); empty: no choice
    PathMtuDiscovery path_mtu_discovery = PathMtuDiscovery::system;
    std::optional<std::uint8_t> traffic_class;            ///< DSCP and ECN bits of the header; empty: zero
    std::optional<std::uint32_t> mark;                    ///< for the policy routing and packet filters of this host
    std::optional<int> send_buffer;                       ///< octets; empty: 4 MiB, or what the system allows
    wire::Ipv4Record record = wire::Ipv4Record::nothing;  ///< IPv4 only
    wire::Ipv4OptionOctets ip_options{};                  ///< IPv4 only: in place of `record`
    /// ICMP: 0 takes a raw socket. UDP, TCP: our port, which for TCP another socket holds. Empty: a free one.
    std::optional<std::uint16_t> identifier;
    /// ICMP, raw: lets in all errors (and no answers) that come to this host, whoever sent what they are about.
    bool hears_errors = false;
    std::optional<std::uint32_t> flow_label;  ///< IPv6; ICMP takes a raw socket for it. Empty: the system's
    bool multicast_loopback = true;
    bool debug = false;
    bool broadcast = false;        ///< SO_BROADCAST
    bool dont_route = false;       ///< SO_DONTROUTE
    bool tell_headers = false;     ///< ask for the traffic class and the destination of each answer, too
    bool receive_stamps = true;    ///< ask the kernel when each answer arrives
    bool transmit_stamps = false;  ///< ask the kernel when each request leaves, too
};

/// Has all packets of a socket of IPv4 carry these options (IP_OPTIONS of ip(7)). Throws `boost::system::system_error`.
LIBNETXX_DECL void set_ip_options(int socket, const wire::Ipv4OptionOctets& options);

/// Sends messages, many with one system call, and asks the kernel for all it can tell: errors, stamps, TTLs. What comes
/// back is read by a ProbeReader.
///
/// The identifier of a datagram ICMP socket is ours alone; of a raw one it is random, and others may use the same: a
/// caller needs something in the payload that tells its answers apart. Nothing here waits: `descriptor()` does.
class ProbeSocket {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::size_t max_batch = 64;  ///< messages in one call

    /// Opens the socket. Throws `boost::system::system_error`, `operation_not_permitted` when neither kind of ICMP socket
    /// is allowed: its message says what would help.
    ProbeSocket(const asio::any_io_executor& executor, wire::IpVersion version, const ProbeSocketOptions& options);

    asio::posix::stream_descriptor& descriptor() noexcept { return descriptor_; }
    int native() const noexcept { return native_; }
    wire::IpVersion version() const noexcept { return version_; }
    ProbeProtocol protocol() const noexcept { return protocol_; }
    bool is_raw() const noexcept { return raw_; }
    bool hears_errors() const noexcept { return hears_errors_; }

    /// What ICMP messages must carry as their identifier, as the answers to them do (the kernel puts it into those of a
    /// datagram socket); of UDP, our port.
    std::uint16_t identifier() const noexcept { return identifier_; }

    /// Ties the socket to one address: then there is a route to it, or this throws `boost::system::system_error`.
    void connect(const asio::ip::address& address);

    /// A message to be sent.
    struct Outgoing {
        asio::ip::udp::endpoint to{};          ///< for ICMP without a port
        std::span<const std::byte> message{};  ///< from the ICMP header on; what UDP carries
        std::optional<std::uint8_t> ttl{};     ///< empty: the socket's
        std::uint64_t tag = 0;                 ///< told again with its transmit stamp
        bool stamp = true;                     ///< ask for that, if the socket does
        /// IPv6: the flow label, leased to the socket by the caller (io/icmp/flow_label.hpp). Empty or 0: the socket's.
        std::optional<std::uint32_t> flow_label{};
    };

    /// How many messages went out. `error` is why not even the first one did.
    struct Sent {
        std::size_t count = 0;
        boost::system::error_code error;
    };

    /// Sends messages, as many as fit one call. `would_block` when the socket's buffer is full; `no_buffer_space` when
    /// there is no room further on: in the neighbour table, so that messages to others may still go out, or in the
    /// device's queue. An error may also be one that an earlier packet to another host has caused: a datagram socket
    /// tells it to the next caller. See Refusals and `send_past_errors`.
    Sent send(std::span<const Outgoing> messages);

    /// The answers to so many messages of this size, with their stamps, surely fit the receive buffer.
    std::size_t burst(std::size_t message_size) const noexcept;

    /// Packets for us that the receive buffer had no room for (SK_MEMINFO_DROPS, sock_diag(7)).
    std::uint64_t dropped() const;

    /// A message whose transmit stamp may still come.
    struct Counted {
        std::uint64_t tag = 0;
        TimePoint called{};
    };

    /// That which the kernel counts as this one; nullptr: it stamps none.
    const Counted* counted(std::uint32_t count) const noexcept;

private:
    void open(const ProbeSocketOptions& options);
    void configure(const ProbeSocketOptions& options);
    void configure_buffers(const ProbeSocketOptions& options);
    void configure_header(const ProbeSocketOptions& options);
    void configure_routing(const ProbeSocketOptions& options);
    void configure_ip_options(const ProbeSocketOptions& options);
    void configure_outgoing(const std::string& interface);
    void bind(const ProbeSocketOptions& options);
    boost::system::error_code not_sent(const Outgoing& message, boost::system::error_code error);
    void count_from_zero();
    void remember(const Counted& message);
    bool is_full() const;

    static constexpr std::size_t max_counted = 4096;  ///< a power of two

    asio::posix::stream_descriptor descriptor_;
    int native_ = -1;
    wire::IpVersion version_;
    ProbeProtocol protocol_;
    bool raw_ = false;
    bool hears_errors_ = false;
    bool stamps_;
    std::uint16_t identifier_ = 0;
    std::uint32_t flow_label_;
    int receive_buffer_ = 0;
    std::vector<Counted> counted_;  ///< by the kernel's count of what we sent, as far as that goes
    std::uint32_t count_ = 0;
};

/// Whose a refused send is. An ICMP error about an earlier packet makes the kernel refuse the next one, whomever it is to:
/// the error queue has it, and the message deserves another try. The kernel queues an error first and lets it refuse a
/// send afterwards: it may have been taken in between, so that a refusal with nothing waiting may still be an earlier
/// packet's. Three in a row are the message's own.
class Refusals {
public:
    /// A send was refused; `explained`: the error queue held something. True: the error is the message's own, or errors
    /// arrive as fast as we take them in.
    bool is_own(bool explained) noexcept
    {
        constexpr int many = 64, own = 3;
        unexplained_ = explained ? 0 : unexplained_ + 1;
        return ++all_ == many || unexplained_ == own;
    }
    void reset() noexcept { all_ = unexplained_ = 0; }

private:
    int all_ = 0, unexplained_ = 0;
};

/// Sends one message past the errors that wait on the socket. `take_errors()` takes in what the error queue holds, and
/// returns false when it was empty. The result is the time at which it was sent, or `would_block` when it should be sent
/// again a little later.
template <typename TakeErrors>
boost::system::result<ProbeSocket::TimePoint> send_past_errors(ProbeSocket& socket,
                                                               const ProbeSocket::Outgoing& message,
                                                               TakeErrors&& take_errors)
{
    Refusals refusals;
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        const auto error = socket.send({&message, 1}).error;
        if (!error) return now;
        if (error == asio::error::would_block || error == asio::error::no_buffer_space)
            return boost::system::error_code{asio::error::would_block};
        if (refusals.is_own(take_errors())) return error;
    }
}

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/icmp/probe_socket.ipp>
#endif
