#pragma once
// Bodies of libnet/io/icmp/probe_descriptor.hpp.

#include <libnet/io/icmp/probe_descriptor.hpp>
#include <libnet/io/loop/last_error.hpp>

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/in.h>
#include <sys/uio.h>

namespace libnet::inline v0::io {

namespace detail {

/// Opens a socket; the caller owns the descriptor.
LIBNETXX_DECL int open_socket(wire::IpVersion version, int type, int protocol)
{
    const int family = version == wire::IpVersion::v4 ? AF_INET : AF_INET6;
    const int socket = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (socket < 0) throw boost::system::system_error{last_error(), "socket"};
    return socket;
}

LIBNETXX_DECL void ask_for_errors(int socket, wire::IpVersion version)
{
    if (version == wire::IpVersion::v4) set_option(socket, IPPROTO_IP, IP_RECVERR, 1);
    else set_option(socket, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

}  // namespace detail

LIBNETXX_DECL ProbeDescriptor::ProbeDescriptor(const asio::any_io_executor& executor, wire::IpVersion version, int type,
                                               int protocol)
    : version_{version},
      descriptor_{executor, detail::open_socket(version, type, protocol)}
{
    detail::ask_for_errors(native(), version);
    enable_receive_timestamps(native());
}

LIBNETXX_DECL std::uint16_t ProbeDescriptor::local_number()
{
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(native(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw boost::system::system_error{last_error(), "getsockname"};
    return to_endpoint(address).port();
}

LIBNETXX_DECL void ProbeDescriptor::bind()
{
    const asio::ip::udp::endpoint any{version_ == wire::IpVersion::v4 ? asio::ip::udp::v4() : asio::ip::udp::v6(), 0};
    if (::bind(native(), any.data(), static_cast<socklen_t>(any.size())) != 0)
        throw boost::system::system_error{last_error(), "bind"};
}

LIBNETXX_DECL boost::system::error_code ProbeDescriptor::send(const asio::ip::udp::endpoint& to, std::uint8_t ttl,
                                                              std::span<const std::byte> payload)
{
    const int hops = ttl;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof hops)> control{};
    iovec buffer{const_cast<std::byte*>(payload.data()), payload.size()};
    msghdr message{};
    message.msg_name = const_cast<sockaddr*>(to.data());
    message.msg_namelen = static_cast<socklen_t>(to.size());
    message.msg_iov = &buffer;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* option = CMSG_FIRSTHDR(&message);
    option->cmsg_level = version_ == wire::IpVersion::v4 ? IPPROTO_IP : IPPROTO_IPV6;
    option->cmsg_type = version_ == wire::IpVersion::v4 ? IP_TTL : IPV6_HOPLIMIT;
    option->cmsg_len = CMSG_LEN(sizeof hops);
    std::memcpy(CMSG_DATA(option), &hops, sizeof hops);

    while (::sendmsg(native(), &message, MSG_DONTWAIT) < 0)
        if (errno != EINTR) return last_error();
    return {};
}

LIBNETXX_DECL std::optional<ReceivedDatagram> ProbeDescriptor::receive()
{
    // A pending error is reported once, in place of a datagram. Somebody who causes errors without end gains nothing:
    // there are other turns.
    for (int errors = 0; errors < 16; ++errors) {
        sockaddr_storage from{};
        alignas(cmsghdr) std::array<std::byte, 256> control;
        iovec buffer{datagram_.data(), datagram_.size()};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &buffer;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const auto size = ::recvmsg(native(), &message, MSG_DONTWAIT);
        if (size >= 0)
            return ReceivedDatagram{to_endpoint(from), read_control_data(message).received,
                                    std::span{datagram_}.first(static_cast<std::size_t>(size))};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    }
    return std::nullopt;
}

LIBNETXX_DECL void ProbeDescriptor::async_wait(std::function<void()> on_ready)
{
    // The reactor completes a wait for reading on errors as well.
    descriptor_.async_wait(asio::posix::descriptor_base::wait_read,
                           [on_ready = std::move(on_ready)](boost::system::error_code failed) {
                               if (!failed) on_ready();
                           });
}

LIBNETXX_DECL void ProbeDescriptor::cancel() { descriptor_.cancel(); }

}  // namespace libnet::inline v0::io
