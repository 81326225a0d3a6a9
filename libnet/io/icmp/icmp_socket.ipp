#pragma once
// Bodies of libnet/io/icmp/icmp_socket.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/ping/ping_payload.hpp>
#include <libnet/io/icmp/flow_label.hpp>
#include <libnet/io/icmp/icmp_identity.hpp>
#include <libnet/io/icmp/icmp_socket.hpp>
#include <libnet/io/icmp/timestamp.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>

#include <linux/icmp.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

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
LIBNETXX_DECL std::array<std::uint32_t, SK_MEMINFO_VARS> memory_info(asio::posix::stream_descriptor& descriptor)
{
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    ::getsockopt(descriptor.native_handle(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size);
    return memory;
}

/// A new ICMP socket; -1 with errno set.
LIBNETXX_DECL int open_icmp(wire::IpVersion version, int type)
{
    type |= SOCK_CLOEXEC | SOCK_NONBLOCK;
    if (version == wire::IpVersion::v4) return ::socket(AF_INET, type, IPPROTO_ICMP);
    return ::socket(AF_INET6, type, IPPROTO_ICMPV6);
}

}  // namespace detail

/// Where batches of datagrams are sent from and received.
struct IcmpSocket::Buffers {
    static constexpr std::size_t max_batch = 64;
    static constexpr std::size_t batch_octets = 256 * 1024;  ///< large payloads get smaller batches
    using Control = std::array<std::byte, 256>;

    /// `size` is that of a request; what comes back may be longer.
    Buffers(std::size_t size, const IcmpSocketOptions& options)
        : flow_label{options.flow_label.value_or(0)},
          request_size{size},
          datagram_size{size + wire::ipv4_max_header_size + 1},  // one more: longer answers show
          batch{std::clamp<std::size_t>(batch_octets / datagram_size, 1, max_batch)},
          octets(datagram_size * batch),
          controls(batch),
          from(batch),
          vectors(batch),
          headers(batch),
          received(batch),
          requests(request_size * batch),
          to(batch),
          request_vectors(batch),
          request_headers(batch)
    {
        write_no_stamp();
        for (std::size_t i = 0; i < batch; ++i) {
            const auto request = std::span{requests}.subspan(i * request_size, request_size);
            engine::write_payload(0, request.subspan(wire::icmp_header_size), options.pattern);
            request_vectors[i] = {request.data(), request.size()};
            msghdr& header = request_headers[i].msg_hdr;
            header = {};
            header.msg_name = to[i].data();
            header.msg_iov = &request_vectors[i];
            header.msg_iovlen = 1;
        }
    }

    /// Writes what differs from request to request: header, cookie, destination.
    void prepare(std::size_t i, wire::IpVersion version, std::uint16_t identifier, const Outgoing& outgoing)
    {
        const auto request = std::span{requests}.subspan(i * request_size, request_size);
        const auto payload = request.subspan(wire::icmp_header_size);
        engine::write_payload(outgoing.cookie, payload.first(engine::cookie_size(payload.size())));
        wire::encode_echo_request(version, identifier, outgoing.sequence, request);
        to[i] = {outgoing.to, 0};
        if (flow_label != 0 && outgoing.to.is_v6())
            reinterpret_cast<sockaddr_in6*>(to[i].data())->sin6_flowinfo = htonl(flow_label);
        request_headers[i].msg_hdr.msg_namelen = static_cast<socklen_t>(to[i].size());
        request_headers[i].msg_hdr.msg_control = outgoing.stamp ? nullptr : no_stamp.data();
        request_headers[i].msg_hdr.msg_controllen = outgoing.stamp ? 0 : no_stamp.size();
    }

    /// The control message that asks for no transmit stamp, whatever the socket's option says. Such a packet isn't
    /// counted, either.
    void write_no_stamp()
    {
        cmsghdr header{};
        header.cmsg_level = SOL_SOCKET;
        header.cmsg_type = SO_TIMESTAMPING;
        header.cmsg_len = CMSG_LEN(sizeof(std::uint32_t));
        std::memcpy(no_stamp.data(), &header, sizeof header);
    }

    /// The kernel has overwritten the lengths of the last call.
    void prepare()
    {
        for (std::size_t i = 0; i < batch; ++i) {
            vectors[i] = {octets.data() + i * datagram_size, datagram_size};
            msghdr& header = headers[i].msg_hdr;
            header = {};
            header.msg_name = &from[i];
            header.msg_namelen = sizeof from[i];
            header.msg_iov = &vectors[i];
            header.msg_iovlen = 1;
            header.msg_control = controls[i].data();
            header.msg_controllen = controls[i].size();
        }
    }

    std::uint32_t flow_label;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(std::uint32_t))> no_stamp{};
    std::size_t request_size;
    std::size_t datagram_size;
    std::size_t batch;
    std::vector<std::byte> octets;
    std::vector<Control> controls;
    std::vector<sockaddr_storage> from;
    std::vector<iovec> vectors;
    std::vector<mmsghdr> headers;
    std::vector<Received> received;
    std::vector<std::byte> requests;  ///< messages; only their headers and cookies change
    std::vector<asio::ip::udp::endpoint> to;
    std::vector<iovec> request_vectors;
    std::vector<mmsghdr> request_headers;
};

LIBNETXX_DECL void IcmpSocket::DeleteBuffers::operator()(Buffers* buffers) const { delete buffers; }

namespace detail {

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

}  // namespace detail

LIBNETXX_DECL IcmpSocket::IcmpSocket(asio::any_io_executor executor, wire::IpVersion version,
                                     const IcmpSocketOptions& options)
    : descriptor_{executor},
      version_{version},
      message_size_{wire::icmp_header_size + options.payload_size},
      stamps_{options.transmit_stamps && options.clock == IcmpClock::kernel}
{
    open(options);
    configure(options);
    bind(options);
    buffers_.reset(new Buffers{message_size_, options});
    faults_.reserve(ErrorQueueBatch::capacity);
    if (stamps_) counted_.resize(max_counted);
    measure_burst();
    observe_clocks(clocks_);
}

LIBNETXX_DECL void IcmpSocket::open(const IcmpSocketOptions& options)
{
    // A datagram socket takes its identifier from bind(2), where 0 means any, and knows no flow labels.
    const bool raw_only = options.access == IcmpAccess::raw || options.identifier == 0 ||
                          (options.flow_label && version_ == wire::IpVersion::v6);
    int socket = -1;
    if (!raw_only) socket = detail::open_icmp(version_, SOCK_DGRAM);
    if (socket < 0 && options.access != IcmpAccess::datagram) {
        socket = detail::open_icmp(version_, SOCK_RAW);
        raw_ = socket >= 0;
    }
    if (socket < 0 && raw_only && detail::is_not_permitted(errno))
        detail::throw_errno(EPERM, "raw ICMP socket, which a flow label or identifier 0 needs (it takes cap_net_raw)");
    if (socket < 0 && detail::is_not_permitted(errno)) detail::throw_errno(EPERM, icmp_socket_or_help);
    if (socket < 0) detail::throw_errno(errno, "ICMP socket");
    descriptor_.assign(socket);
}

LIBNETXX_DECL void IcmpSocket::configure(const IcmpSocketOptions& options)
{
    const int socket = descriptor_.native_handle();
    const bool v4 = version_ == wire::IpVersion::v4;
    const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    set_option(socket, level, v4 ? IP_RECVERR : IPV6_RECVERR, 1);
    set_option(socket, level, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
    if (stamps_) enable_transmit_timestamps(socket);
    else if (options.clock == IcmpClock::kernel) enable_receive_timestamps(socket);
    constexpr int on = 1;
    if (options.debug && ::setsockopt(socket, SOL_SOCKET, SO_DEBUG, &on, sizeof on) != 0)
        detail::throw_errno(errno, "SO_DEBUG (it takes CAP_NET_ADMIN)");
    if (options.send_buffer) set_option(socket, SOL_SOCKET, SO_SNDBUF, *options.send_buffer);
    else detail::set_buffer(socket, SO_SNDBUFFORCE, SO_SNDBUF);
    detail::set_buffer(socket, SO_RCVBUFFORCE, SO_RCVBUF);
    configure_header(options);
    configure_routing(options);
    if (raw_) pass_echo_replies_only(socket, version_);
}

LIBNETXX_DECL void IcmpSocket::configure_header(const IcmpSocketOptions& options)
{
    const int socket = descriptor_.native_handle();
    const bool v4 = version_ == wire::IpVersion::v4;
    const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    if (options.ttl) {
        set_option(socket, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, *options.ttl);
        set_option(socket, level, v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, *options.ttl);
    }
    if (options.traffic_class) set_option(socket, level, v4 ? IP_TOS : IPV6_TCLASS, *options.traffic_class);
    if (options.path_mtu_discovery != PathMtuDiscovery::system)
        set_option(socket, level, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER,
                   detail::to_option(options.path_mtu_discovery));
    if (!options.multicast_loopback) set_option(socket, level, v4 ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, 0);
    if (v4) configure_record(options.record);
    if (!v4 && options.flow_label) lease_flow_label(socket, *options.flow_label);
}

LIBNETXX_DECL void IcmpSocket::configure_record(wire::Ipv4Record record)
{
    const auto wanted = wire::encode_ipv4_record(record);
    if (wanted.empty()) return;
    const int socket = descriptor_.native_handle();
    const auto octets = wanted.octets();
    if (::setsockopt(socket, IPPROTO_IP, IP_OPTIONS, octets.data(), static_cast<socklen_t>(octets.size())) != 0)
        detail::throw_errno(errno, "IP options");
    if (!raw_) set_option(socket, IPPROTO_IP, IP_RECVOPTS, 1);  // a raw socket has the header
}

LIBNETXX_DECL void IcmpSocket::configure_routing(const IcmpSocketOptions& options)
{
    const int socket = descriptor_.native_handle();
    if (options.mark && ::setsockopt(socket, SOL_SOCKET, SO_MARK, &*options.mark, sizeof *options.mark) != 0) {
        const int error = errno;
        detail::throw_errno(error, "mark " + std::to_string(*options.mark) + " (it takes CAP_NET_ADMIN)");
    }
    if (!options.interface.empty() && ::setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, options.interface.data(),
                                                   static_cast<socklen_t>(options.interface.size())) != 0)
    {
        const int error = errno;
        detail::throw_errno(error, "interface " + options.interface);
    }
}

LIBNETXX_DECL void IcmpSocket::bind(const IcmpSocketOptions& options)
{
    const int socket = descriptor_.native_handle();
    const bool v4 = version_ == wire::IpVersion::v4;
    asio::ip::udp::endpoint local{v4 ? asio::ip::udp::v4() : asio::ip::udp::v6(), 0};
    if (options.source && wire::version_of(*options.source) == version_) local.address(*options.source);
    if (!raw_ && options.identifier) local.port(*options.identifier);
    // Ping sockets share their identifier by default: another process could take our answers.
    set_option(socket, SOL_SOCKET, SO_REUSEADDR, 0);
    if (::bind(socket, local.data(), static_cast<socklen_t>(local.size())) != 0) {
        const int error = errno;  // before the text is made, which may change it
        if (error == EADDRINUSE) detail::throw_errno(error, "identifier " + std::to_string(local.port()));
        detail::throw_errno(error, "source address " + local.address().to_string());
    }
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
        detail::throw_errno(errno, "getsockname");
    identifier_ = !raw_ ? to_endpoint(bound).port() : options.identifier ? *options.identifier : random_identifier();
}

LIBNETXX_DECL void IcmpSocket::connect(const asio::ip::address& address)
{
    const asio::ip::udp::endpoint to{address, 0};
    if (::connect(descriptor_.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0) return;
    const int error = errno;
    detail::throw_errno(error, "connect to " + address.to_string());
}

LIBNETXX_DECL void IcmpSocket::measure_burst()
{
    int buffer = 0;
    socklen_t size = sizeof buffer;
    if (::getsockopt(descriptor_.native_handle(), SOL_SOCKET, SO_RCVBUF, &buffer, &size) != 0) return;
    // What a packet costs the buffer (its truesize) beside its octets, and again for its transmit stamp. Half of the
    // buffer is left for packets of others, which a raw socket sees before it can filter them.
    constexpr std::size_t overhead = 768;
    const std::size_t each = message_size_ + (stamps_ ? 3 : 2) * overhead;
    burst_ = std::clamp<std::size_t>(static_cast<std::size_t>(buffer) / 2 / each, 1, buffers_->batch);
}

LIBNETXX_DECL IcmpSocket::Sent IcmpSocket::send(std::span<const Outgoing> requests)
{
    Buffers& out = *buffers_;
    const std::size_t wanted = std::min(requests.size(), out.batch);
    for (std::size_t i = 0; i < wanted; ++i) out.prepare(i, version_, identifier_, requests[i]);
    const auto called = std::chrono::steady_clock::now();
    int sent = 0;
    do
        sent = ::sendmmsg(descriptor_.native_handle(), out.request_headers.data(), static_cast<unsigned>(wanted),
                          MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        auto error = last_error();
        if (stamps_) count_from_zero();
        if (error == asio::error::no_buffer_space && is_full()) error = asio::error::would_block;
        return {0, error};
    }
    const auto count = static_cast<std::size_t>(sent);
    for (std::size_t i = 0; stamps_ && i < count; ++i)
        if (requests[i].stamp) counted_[count_++ % max_counted] = {requests[i].probe, called};
    return {count, {}};
}

/// Some kernels count a packet that they then refuse to send, others don't: after one, the count starts anew.
LIBNETXX_DECL void IcmpSocket::count_from_zero()
{
    enable_transmit_timestamps(descriptor_.native_handle());
    count_ = 0;
}

LIBNETXX_DECL std::uint64_t IcmpSocket::dropped() { return detail::memory_info(descriptor_)[SK_MEMINFO_DROPS]; }

/// A raw socket says ENOBUFS not only when the device or the neighbour table has no room, but also when it is full itself.
LIBNETXX_DECL bool IcmpSocket::is_full()
{
    const auto memory = detail::memory_info(descriptor_);
    return memory[SK_MEMINFO_WMEM_ALLOC] >= memory[SK_MEMINFO_SNDBUF];
}

LIBNETXX_DECL IcmpSocket::Batch IcmpSocket::receive()
{
    Buffers& in = *buffers_;
    in.prepare();
    const int count = ::recvmmsg(descriptor_.native_handle(), in.headers.data(), static_cast<unsigned>(in.batch),
                                 MSG_DONTWAIT, nullptr);
    // Any error but EAGAIN is one that an ICMP message left on the socket: it has been cleared by being told, its details
    // are in the error queue, and answers may wait behind it.
    if (count < 0) return {{}, errno != EAGAIN};
    const auto now = observe_clocks(clocks_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        const auto received = decode(in.headers[i].msg_hdr, in.headers[i].msg_len, now);
        if (received) in.received[kept++] = *received;
    }
    return {std::span{in.received}.first(kept), static_cast<std::size_t>(count) == in.batch};
}

LIBNETXX_DECL std::optional<IcmpSocket::Received> IcmpSocket::decode(const msghdr& header, std::size_t size,
                                                                     engine::TimePoint now) const
{
    Received result;
    sockaddr_storage from{};
    std::memcpy(&from, header.msg_name, sizeof from);
    result.answer.from = to_endpoint(from).address();

    std::span<const std::byte> message{static_cast<const std::byte*>(header.msg_iov->iov_base), size};
    if (raw_ && version_ == wire::IpVersion::v4) {
        const auto ip = wire::decode_ipv4(message);
        if (!ip) return std::nullopt;
        const std::size_t fixed = wire::ipv4_header_size;
        result.answer.ip_options = wire::Ipv4OptionOctets{message.subspan(fixed, ip->header_length - fixed)};
        message = message.subspan(ip->header_length);
    }
    const auto echo = wire::decode_echo_reply(version_, message);
    if (!echo && echo.error() == wire::IcmpError::bad_checksum) {
        result.corrupt = true;
        constexpr std::size_t identifier_at = 4;  // more likely whole than not, and others ping the same host too
        return base::load_be<std::uint16_t>(message, identifier_at) == identifier_ ? std::optional{result}
                                                                                   : std::nullopt;
    }
    if (!echo || echo->identifier != identifier_) return std::nullopt;

    const auto control = read_control_data(header);
    result.answer.sequence = echo->sequence;
    result.answer.payload = echo->payload;
    result.answer.ttl = control.ttl;
    if (!control.ip_options.empty()) result.answer.ip_options = control.ip_options;
    const auto arrived = control.received ? clocks_.steady_time(*control.received) : std::nullopt;
    result.answer.received = arrived.value_or(now);
    result.answer.read = now;
    return result;
}

LIBNETXX_DECL IcmpSocket::Faults IcmpSocket::receive_errors()
{
    const auto entries = errors_.take(descriptor_.native_handle());
    faults_.clear();
    if (entries.empty()) return {};
    observe_clocks(clocks_);
    for (const auto& queued : entries)
        if (auto fault = decode(queued)) faults_.push_back(std::move(*fault));
    return {faults_, true, entries.size() == ErrorQueueBatch::capacity};
}

LIBNETXX_DECL std::optional<IcmpSocket::Fault> IcmpSocket::decode(const QueuedError& queued) const
{
    using Origin = QueuedError::Origin;
    if (queued.origin == Origin::transmit) return decode_stamp(queued);
    if (queued.origin != Origin::icmp && queued.origin != Origin::icmpv6) return std::nullopt;
    const auto request = wire::decode_quoted_echo_request(version_, queued.payload);
    if (!request || request->identifier != identifier_) return std::nullopt;
    return engine::EchoError{queued.destination.address(),
                             request->sequence,
                             request->payload,
                             queued.offender,
                             queued.type,
                             queued.code,
                             wire::icmp_mtu(version_, queued.type, queued.code, queued.info)};
}

LIBNETXX_DECL std::optional<IcmpSocket::Transmitted> IcmpSocket::decode_stamp(const QueuedError& queued) const
{
    if (!queued.received) return std::nullopt;
    const auto at = clocks_.steady_time(*queued.received);
    const Counted& counted = counted_[queued.data % max_counted];
    // Of a packet from before the count started anew, this is another packet's number.
    if (!at || *at < counted.called) return std::nullopt;
    return Transmitted{counted.probe, *at};
}

}  // namespace libnet::inline v0::io
