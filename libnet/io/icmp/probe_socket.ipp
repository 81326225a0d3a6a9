#pragma once
// Bodies of libnet/io/icmp/probe_socket.hpp.

#include <libnet/io/icmp/control_data.hpp>
#include <libnet/io/icmp/flow_label.hpp>
#include <libnet/io/icmp/icmp_identity.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace detail {

/// Room for the answers to a burst, and for a few thousand requests that wait for hosts of the local link to show up: they
/// fill the send buffer until the kernel gives these hosts up, three seconds later.
constexpr int buffer_size = 4 << 20;

[[noreturn]] inline void throw_errno(int error, const std::string& what)
{
    throw boost::system::system_error{error, boost::system::system_category(), what};
}

inline bool is_not_permitted(int error) { return error == EACCES || error == EPERM; }

/// Root may exceed the limits of net.core.rmem_max and wmem_max; others get as much as these allow.
LIBNETXX_DECL void set_buffer(int socket, int force, int name)
{
    if (::setsockopt(socket, SOL_SOCKET, force, &buffer_size, sizeof buffer_size) != 0)
        set_option(socket, SOL_SOCKET, name, buffer_size);
}

/// What sock_diag(7) tells of a socket's buffers: SK_MEMINFO_... All are 0 where the kernel doesn't tell.
LIBNETXX_DECL std::array<std::uint32_t, SK_MEMINFO_VARS> memory_info(int socket)
{
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    ::getsockopt(socket, SOL_SOCKET, SO_MEMINFO, memory.data(), &size);
    return memory;
}

/// A new socket; -1 with errno set.
LIBNETXX_DECL int open_probe_socket(wire::IpVersion version, int type, int protocol)
{
    return ::socket(version == wire::IpVersion::v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
}

/// The value of IP_MTU_DISCOVER, whose meanings IPV6_MTU_DISCOVER shares.
inline int to_option(PathMtuDiscovery discovery)
{
    switch (discovery) {
    case PathMtuDiscovery::never:
        return IP_PMTUDISC_DONT;
    case PathMtuDiscovery::always:
        return IP_PMTUDISC_DO;
    case PathMtuDiscovery::probe:
        return IP_PMTUDISC_PROBE;
    case PathMtuDiscovery::want:
    case PathMtuDiscovery::system:
        break;
    }
    return IP_PMTUDISC_WANT;
}

/// The number of the IP protocol.
LIBNETXX_DECL int ip_protocol_of(wire::IpVersion version, const ProbeSocketOptions& options)
{
    switch (options.protocol) {
    case ProbeProtocol::icmp:
        return version == wire::IpVersion::v4 ? int{IPPROTO_ICMP} : int{IPPROTO_ICMPV6};
    case ProbeProtocol::udp:
        return IPPROTO_UDP;
    case ProbeProtocol::udp_lite:
        return IPPROTO_UDPLITE;
    case ProbeProtocol::tcp:
        return IPPROTO_TCP;
    case ProbeProtocol::other:
        break;
    }
    return options.ip_protocol;
}

}  // namespace detail

LIBNETXX_DECL ProbeSocket::ProbeSocket(const asio::any_io_executor& executor, wire::IpVersion version,
                                       const ProbeSocketOptions& options)
    : descriptor_{executor},
      version_{version},
      protocol_{options.protocol},
      stamps_{options.transmit_stamps},
      flow_label_{options.flow_label.value_or(0)}
{
    open(options);
    configure(options);
    bind(options);
}

LIBNETXX_DECL void ProbeSocket::open(const ProbeSocketOptions& options)
{
    const bool icmp = protocol_ == ProbeProtocol::icmp;
    const bool always_raw = protocol_ == ProbeProtocol::tcp || protocol_ == ProbeProtocol::other;
    const int protocol = detail::ip_protocol_of(version_, options);
    // A datagram socket takes its identifier from bind(2), where 0 means any, and knows no flow labels.
    const bool raw_only = icmp && (options.access == IcmpAccess::raw || options.identifier == 0 ||
                                   (options.flow_label && version_ == wire::IpVersion::v6));
    if (always_raw) {
        native_ = detail::open_probe_socket(version_, SOCK_RAW, protocol);
        raw_ = native_ >= 0;
    } else if (!raw_only) {
        native_ = detail::open_probe_socket(version_, SOCK_DGRAM, protocol);
    }
    if (icmp && native_ < 0 && options.access != IcmpAccess::datagram) {
        native_ = detail::open_probe_socket(version_, SOCK_RAW, protocol);
        raw_ = native_ >= 0;
    }
    if (native_ < 0 && raw_only && detail::is_not_permitted(errno))
        detail::throw_errno(EPERM, "raw ICMP socket (it takes the capability cap_net_raw)");
    if (native_ < 0 && icmp && detail::is_not_permitted(errno)) detail::throw_errno(EPERM, icmp_socket_or_help);
    if (native_ < 0) {
        const int error = errno;  // before the text is made, which may change it
        const auto* const kind = icmp ? "ICMP socket" : always_raw ? "raw socket" : "datagram socket";
        detail::throw_errno(error, std::string{kind} + " of IP protocol " + std::to_string(protocol));
    }
    descriptor_.assign(native_);
}

LIBNETXX_DECL void ProbeSocket::configure(const ProbeSocketOptions& options)
{
    const bool v4 = version_ == wire::IpVersion::v4;
    const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    // A socket that gets errors as datagrams doesn't have them in its error queue as well: it would never be emptied.
    set_option(native_, level, v4 ? IP_RECVERR : IPV6_RECVERR, options.hears_errors ? 0 : 1);
    set_option(native_, level, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
    if (options.tell_headers) {
        set_option(native_, level, v4 ? IP_RECVTOS : IPV6_RECVTCLASS, 1);
        set_option(native_, level, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1);
    }
    if (stamps_) enable_transmit_timestamps(native_);
    else if (options.receive_stamps) enable_receive_timestamps(native_);
    constexpr int on = 1;
    if (options.debug && ::setsockopt(native_, SOL_SOCKET, SO_DEBUG, &on, sizeof on) != 0)
        detail::throw_errno(errno, "SO_DEBUG (it takes CAP_NET_ADMIN)");
    if (options.broadcast) set_option(native_, SOL_SOCKET, SO_BROADCAST, on);
    if (options.dont_route) set_option(native_, SOL_SOCKET, SO_DONTROUTE, on);
    if (protocol_ == ProbeProtocol::icmp) configure_buffers(options);
    configure_header(options);
    configure_routing(options);
    hears_errors_ = raw_ && protocol_ == ProbeProtocol::icmp && options.hears_errors;
    if (hears_errors_) pass_errors_only(native_, version_);
    else if (raw_ && protocol_ != ProbeProtocol::icmp) return;
    else if (raw_ && options.answer_type) pass_only(native_, version_, *options.answer_type);
    else if (raw_) pass_echo_replies_only(native_, version_);
}

LIBNETXX_DECL void ProbeSocket::configure_buffers(const ProbeSocketOptions& options)
{
    if (options.send_buffer) set_option(native_, SOL_SOCKET, SO_SNDBUF, *options.send_buffer);
    else detail::set_buffer(native_, SO_SNDBUFFORCE, SO_SNDBUF);
    detail::set_buffer(native_, SO_RCVBUFFORCE, SO_RCVBUF);
    socklen_t size = sizeof receive_buffer_;
    ::getsockopt(native_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_, &size);
}

LIBNETXX_DECL void ProbeSocket::configure_header(const ProbeSocketOptions& options)
{
    const bool v4 = version_ == wire::IpVersion::v4;
    const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    if (options.ttl) {
        set_option(native_, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, *options.ttl);
        set_option(native_, level, v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, *options.ttl);
    }
    if (options.traffic_class) set_option(native_, level, v4 ? IP_TOS : IPV6_TCLASS, *options.traffic_class);
    if (options.path_mtu_discovery != PathMtuDiscovery::system)
        set_option(native_, level, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER,
                   detail::to_option(options.path_mtu_discovery));
    if (!options.multicast_loopback) set_option(native_, level, v4 ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, 0);
    if (v4) configure_ip_options(options);
    if (!v4 && options.flow_label) use_flow_label(native_, *options.flow_label);
}

LIBNETXX_DECL void set_ip_options(int socket, const wire::Ipv4OptionOctets& options)
{
    const auto octets = options.octets();
    if (::setsockopt(socket, IPPROTO_IP, IP_OPTIONS, octets.data(), static_cast<socklen_t>(octets.size())) == 0) return;
    const int error = errno;  // before the text is made, which may change it
    detail::throw_errno(error,
                        error == EPERM ? "IP options (source routes take the capability cap_net_raw)" : "IP options");
}

LIBNETXX_DECL void ProbeSocket::configure_ip_options(const ProbeSocketOptions& options)
{
    const auto wanted = options.ip_options.empty() ? wire::encode_ipv4_record(options.record) : options.ip_options;
    if (wanted.empty()) return;
    set_ip_options(native_, wanted);
    if (!raw_) set_option(native_, IPPROTO_IP, IP_RECVOPTS, 1);  // a raw socket has the header
}

LIBNETXX_DECL void ProbeSocket::configure_routing(const ProbeSocketOptions& options)
{
    if (options.mark && ::setsockopt(native_, SOL_SOCKET, SO_MARK, &*options.mark, sizeof *options.mark) != 0) {
        const int error = errno;
        detail::throw_errno(error, "mark " + std::to_string(*options.mark) + " (it takes CAP_NET_ADMIN)");
    }
    if (!options.interface.empty() && ::setsockopt(native_, SOL_SOCKET, SO_BINDTODEVICE, options.interface.data(),
                                                   static_cast<socklen_t>(options.interface.size())) != 0)
    {
        const int error = errno;
        detail::throw_errno(error, "interface " + options.interface);
    }
    if (!options.outgoing_interface.empty()) configure_outgoing(options.outgoing_interface);
}

/// Packets are routed as if they had to leave by this interface (ip(7), ipv6(7)); what is received may come by any.
LIBNETXX_DECL void ProbeSocket::configure_outgoing(const std::string& interface)
{
    const unsigned index = ::if_nametoindex(interface.c_str());
    if (index == 0) {
        const int error = errno;
        detail::throw_errno(error, "interface " + interface);
    }
    const bool v4 = version_ == wire::IpVersion::v4;
    const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    set_option(native_, level, v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF, static_cast<int>(htonl(index)));
    if (!v4) return set_option(native_, level, IPV6_MULTICAST_IF, static_cast<int>(index));
    ip_mreqn group{};
    group.imr_ifindex = static_cast<int>(index);
    if (::setsockopt(native_, level, IP_MULTICAST_IF, &group, sizeof group) != 0) {
        const int error = errno;
        detail::throw_errno(error, "interface " + interface);
    }
}

LIBNETXX_DECL void ProbeSocket::bind(const ProbeSocketOptions& options)
{
    const bool v4 = version_ == wire::IpVersion::v4;
    asio::ip::udp::endpoint local{v4 ? asio::ip::udp::v4() : asio::ip::udp::v6(), 0};
    if (options.source && wire::version_of(*options.source) == version_) local.address(*options.source);
    if (!raw_ && options.identifier) local.port(*options.identifier);
    // Ping sockets share their identifier by default: another process could take our answers.
    set_option(native_, SOL_SOCKET, SO_REUSEADDR, 0);
    if (::bind(native_, local.data(), static_cast<socklen_t>(local.size())) != 0) {
        const int error = errno;  // before the text is made, which may change it
        if (error == EADDRINUSE) detail::throw_errno(error, "identifier " + std::to_string(local.port()));
        detail::throw_errno(error, "source address " + local.address().to_string());
    }
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (::getsockname(native_, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
        detail::throw_errno(errno, "getsockname");
    if (!raw_) identifier_ = to_endpoint(bound).port();
    else identifier_ = options.identifier ? *options.identifier : random_identifier();
}

LIBNETXX_DECL void ProbeSocket::connect(const asio::ip::address& address)
{
    const asio::ip::udp::endpoint to{address, 0};
    if (::connect(native_, to.data(), static_cast<socklen_t>(to.size())) == 0) return;
    const int error = errno;
    detail::throw_errno(error, "connect to " + address.to_string());
}

LIBNETXX_DECL std::size_t ProbeSocket::burst(std::size_t message_size) const noexcept
{
    // What a packet costs the buffer (its truesize) beside its octets, and again for its transmit stamp. Half of the
    // buffer is left for packets of others, which a raw socket sees before it can filter them.
    constexpr std::size_t overhead = 768;
    constexpr std::size_t batch_octets = 256 * 1024;  // large messages go in smaller batches
    const std::size_t each = message_size + (stamps_ ? 3 : 2) * overhead;
    const std::size_t most = std::clamp<std::size_t>(batch_octets / (message_size + 1), 1, max_batch);
    return std::clamp<std::size_t>(static_cast<std::size_t>(receive_buffer_) / 2 / each, 1, most);
}

namespace detail {

constexpr int flow_information = 11;  // IPV6_FLOWINFO of linux/in6.h, which can't be included beside netinet/in.h

/// Room for the control messages of one packet that is sent.
struct SendControl {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int)) + 2 * CMSG_SPACE(sizeof(std::uint32_t))> octets;

    /// Appends one to the header's.
    template <typename T>
    void add(msghdr& header, int level, int type, T value)
    {
        cmsghdr control{};
        control.cmsg_level = level;
        control.cmsg_type = type;
        control.cmsg_len = CMSG_LEN(sizeof value);
        std::byte* at = octets.data() + header.msg_controllen;
        std::memset(at, 0, CMSG_SPACE(sizeof value));
        std::memcpy(at, &control, sizeof control);
        std::memcpy(at + CMSG_LEN(0), &value, sizeof value);
        header.msg_control = octets.data();
        header.msg_controllen += CMSG_SPACE(sizeof value);
    }
};

}  // namespace detail

LIBNETXX_DECL ProbeSocket::Sent ProbeSocket::send(std::span<const Outgoing> messages)
{
    std::array<mmsghdr, max_batch> headers;
    std::array<iovec, max_batch> buffers;
    std::array<sockaddr_in6, max_batch> labelled;
    std::array<detail::SendControl, max_batch> controls;
    const bool v4 = version_ == wire::IpVersion::v4;
    const std::size_t wanted = std::min(messages.size(), max_batch);
    for (std::size_t i = 0; i < wanted; ++i) {
        const Outgoing& message = messages[i];
        buffers[i] = {const_cast<std::byte*>(message.message.data()), message.message.size()};
        msghdr& header = headers[i].msg_hdr;
        header = {};
        header.msg_name = const_cast<sockaddr*>(message.to.data());
        header.msg_namelen = static_cast<socklen_t>(message.to.size());
        if (flow_label_ != 0 && !v4) {
            std::memcpy(&labelled[i], message.to.data(), sizeof labelled[i]);
            labelled[i].sin6_flowinfo = htonl(flow_label_);
            header.msg_name = &labelled[i];
        }
        header.msg_iov = &buffers[i];
        header.msg_iovlen = 1;
        if (message.ttl)
            controls[i].add(header, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TTL : IPV6_HOPLIMIT, int{*message.ttl});
        if (!v4 && message.flow_label.value_or(0) != 0)
            controls[i].add(header, IPPROTO_IPV6, detail::flow_information, htonl(*message.flow_label));
        // It asks for no transmit stamp, whatever the socket's option says. Such a packet isn't counted, either.
        if (stamps_ && !message.stamp) controls[i].add(header, SOL_SOCKET, SO_TIMESTAMPING, std::uint32_t{0});
    }
    const auto called = std::chrono::steady_clock::now();
    int sent = 0;
    do sent = ::sendmmsg(native_, headers.data(), static_cast<unsigned>(wanted), MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        return {0, not_sent(messages.front(), last_error())};
    }
    const auto count = static_cast<std::size_t>(sent);
    for (std::size_t i = 0; stamps_ && i < count; ++i)
        if (messages[i].stamp) remember({messages[i].tag, called});
    return {count, {}};
}

/// A datagram socket says ENOBUFS of a packet that it has made, and counted, and that had no room further on. There may be
/// thousands of these, each of which would cost the three system calls below.
LIBNETXX_DECL boost::system::error_code ProbeSocket::not_sent(const Outgoing& message, boost::system::error_code error)
{
    if (error == asio::error::no_buffer_space && !raw_) {
        if (stamps_ && message.stamp) remember({0, TimePoint::max()});
        return error;
    }
    if (stamps_) count_from_zero();
    if (error == asio::error::no_buffer_space && is_full()) return asio::error::would_block;
    return error;
}

/// Some kernels count a packet that they then refuse to send, others don't: after one, the count starts anew.
LIBNETXX_DECL void ProbeSocket::count_from_zero()
{
    enable_transmit_timestamps(native_);
    count_ = 0;
}

LIBNETXX_DECL const ProbeSocket::Counted* ProbeSocket::counted(std::uint32_t count) const noexcept
{
    const auto at = count % max_counted;
    return at < counted_.size() ? &counted_[at] : nullptr;
}

/// There may be a socket for each probe, so that nothing is kept for what was never sent.
LIBNETXX_DECL void ProbeSocket::remember(const Counted& message)
{
    const auto at = count_++ % max_counted;
    if (at >= counted_.size()) counted_.resize(at + 1);
    counted_[at] = message;
}

LIBNETXX_DECL std::uint64_t ProbeSocket::dropped() const { return detail::memory_info(native_)[SK_MEMINFO_DROPS]; }

/// A raw socket says ENOBUFS not only when the device or the neighbour table has no room, but also when it is full itself.
LIBNETXX_DECL bool ProbeSocket::is_full() const
{
    const auto memory = detail::memory_info(native_);
    return memory[SK_MEMINFO_WMEM_ALLOC] >= memory[SK_MEMINFO_SNDBUF];
}

}  // namespace libnet::inline v0::io
