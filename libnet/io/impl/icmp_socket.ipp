#pragma once
// Bodies of libnet/io/icmp_socket.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/ping_payload.hpp>
#include <libnet/io/icmp_identity.hpp>
#include <libnet/io/icmp_socket.hpp>
#include <libnet/io/last_error.hpp>
#include <libnet/io/timestamp.hpp>
#include <libnet/wire/icmp.hpp>
#include <libnet/wire/ipv4.hpp>

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>

#include <linux/icmp.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace libnet::io {

namespace detail {

constexpr int receive_buffer_size = 4 << 20;  ///< room for the answers to a burst; the kernel takes what it allows

[[noreturn]] inline void throw_errno(int error, const std::string& what)
{
    throw boost::system::system_error{error, boost::system::system_category(), what};
}

inline bool is_not_permitted(int error) { return error == EACCES || error == EPERM; }

/// A new ICMP socket; -1 with errno set.
LIBNET_DECL int open_icmp(wire::IpVersion version, int type)
{
    type |= SOCK_CLOEXEC | SOCK_NONBLOCK;
    if (version == wire::IpVersion::v4) return ::socket(AF_INET, type, IPPROTO_ICMP);
    return ::socket(AF_INET6, type, IPPROTO_ICMPV6);
}

}  // namespace detail

/// Where a batch of datagrams is received.
struct IcmpSocket::Buffers {
    static constexpr std::size_t max_batch = 64;
    static constexpr std::size_t batch_octets = 256 * 1024;  ///< large payloads get smaller batches
    using Control = std::array<std::byte, 256>;

    explicit Buffers(std::size_t size)
        : datagram_size{size},
          batch{std::clamp<std::size_t>(batch_octets / size, 1, max_batch)},
          octets(size * batch),
          controls(batch),
          from(batch),
          vectors(batch),
          headers(batch),
          received(batch)
    {}

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

    std::size_t datagram_size;
    std::size_t batch;
    std::vector<std::byte> octets;
    std::vector<Control> controls;
    std::vector<sockaddr_storage> from;
    std::vector<iovec> vectors;
    std::vector<mmsghdr> headers;
    std::vector<Received> received;
};

LIBNET_DECL void IcmpSocket::DeleteBuffers::operator()(Buffers* buffers) const { delete buffers; }

LIBNET_DECL IcmpSocket::IcmpSocket(asio::any_io_executor executor, wire::IpVersion version,
                                   const IcmpSocketOptions& options)
    : descriptor_{executor},
      version_{version},
      request_(wire::icmp_header_size + options.payload_size)
{
    open(options.access);
    configure(options);
    bind(options);
    engine::write_payload(0, std::span{request_}.subspan(wire::icmp_header_size));
    buffers_.reset(new Buffers{request_.size() + wire::ipv4_max_header_size + 1});  // one more: longer answers show
    observe_clocks(clocks_);
}

LIBNET_DECL void IcmpSocket::open(IcmpAccess access)
{
    int socket = -1;
    if (access != IcmpAccess::raw) socket = detail::open_icmp(version_, SOCK_DGRAM);
    if (socket < 0 && access != IcmpAccess::datagram) {
        socket = detail::open_icmp(version_, SOCK_RAW);
        raw_ = socket >= 0;
    }
    if (socket < 0 && detail::is_not_permitted(errno)) detail::throw_errno(EPERM, icmp_socket_or_help);
    if (socket < 0) detail::throw_errno(errno, "ICMP socket");
    descriptor_.assign(socket);
}

LIBNET_DECL void IcmpSocket::configure(const IcmpSocketOptions& options)
{
    const int socket = descriptor_.native_handle();
    const bool v4 = version_ == wire::IpVersion::v4;
    const int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    set_option(socket, level, v4 ? IP_RECVERR : IPV6_RECVERR, 1);
    set_option(socket, level, v4 ? IP_RECVTTL : IPV6_RECVHOPLIMIT, 1);
    enable_receive_timestamps(socket);
    if (options.ttl) {
        set_option(socket, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, *options.ttl);
        set_option(socket, level, v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, *options.ttl);
    }
    // Root may exceed the limit of net.core.rmem_max; others get as much as it allows.
    if (::setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &detail::receive_buffer_size, sizeof(int)) != 0)
        set_option(socket, SOL_SOCKET, SO_RCVBUF, detail::receive_buffer_size);
    if (!options.interface.empty() && ::setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, options.interface.data(),
                                                   static_cast<socklen_t>(options.interface.size())) != 0)
    {
        const int error = errno;
        detail::throw_errno(error, "interface " + options.interface);
    }
    if (raw_) pass_echo_replies_only(descriptor_.native_handle(), version_);
}

LIBNET_DECL void IcmpSocket::bind(const IcmpSocketOptions& options)
{
    const int socket = descriptor_.native_handle();
    const bool v4 = version_ == wire::IpVersion::v4;
    asio::ip::udp::endpoint local{v4 ? asio::ip::udp::v4() : asio::ip::udp::v6(), 0};
    if (options.source && wire::version_of(*options.source) == version_) local.address(*options.source);
    // Ping sockets share their identifier by default: another process could take our answers.
    set_option(socket, SOL_SOCKET, SO_REUSEADDR, 0);
    if (::bind(socket, local.data(), static_cast<socklen_t>(local.size())) != 0) {
        const int error = errno;  // before the text is made, which may change it
        detail::throw_errno(error, "source address " + local.address().to_string());
    }
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0)
        detail::throw_errno(errno, "getsockname");
    identifier_ = raw_ ? random_identifier() : to_endpoint(bound).port();
}

LIBNET_DECL boost::system::error_code IcmpSocket::send(const asio::ip::address& to, std::uint16_t sequence,
                                                       std::uint64_t cookie)
{
    const auto payload = std::span{request_}.subspan(wire::icmp_header_size);
    engine::write_payload(cookie, payload.first(engine::cookie_size(payload.size())));
    wire::encode_echo_request(version_, identifier_, sequence, request_);
    const asio::ip::udp::endpoint destination{to, 0};
    ssize_t sent = 0;
    do
        sent = ::sendto(descriptor_.native_handle(), request_.data(), request_.size(), MSG_NOSIGNAL, destination.data(),
                        static_cast<socklen_t>(destination.size()));
    while (sent < 0 && errno == EINTR);
    return sent >= 0 ? boost::system::error_code{} : last_error();
}

LIBNET_DECL IcmpSocket::Batch IcmpSocket::receive()
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

LIBNET_DECL std::optional<IcmpSocket::Received> IcmpSocket::decode(const msghdr& header, std::size_t size,
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
    const auto arrived = control.received ? clocks_.steady_time(*control.received) : std::nullopt;
    result.answer.received = arrived.value_or(now);
    result.answer.read = now;
    return result;
}

LIBNET_DECL IcmpSocket::Fault IcmpSocket::receive_error()
{
    const auto queued = errors_.next(descriptor_.native_handle());
    if (!queued) return {};
    Fault fault{std::nullopt, true};
    if (queued->origin != QueuedError::Origin::icmp && queued->origin != QueuedError::Origin::icmpv6) return fault;
    const auto request = wire::decode_quoted_echo_request(version_, queued->payload);
    if (!request || request->identifier != identifier_) return fault;
    fault.error = engine::EchoError{queued->destination.address(),
                                    request->sequence,
                                    request->payload,
                                    queued->offender,
                                    queued->type,
                                    queued->code,
                                    wire::icmp_mtu(version_, queued->type, queued->code, queued->info)};
    return fault;
}

}  // namespace libnet::io
