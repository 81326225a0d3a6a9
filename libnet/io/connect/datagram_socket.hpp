#pragma once
// A UDP socket of a SocketPoll, without waiting.

#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/transfer.hpp>

#include <boost/asio/ip/udp.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace libnet::inline v0::io {

/// Whether this machine knows a way to the address: connecting a socket for datagrams sends nothing (udp(7)).
inline bool has_route(const asio::ip::address& address) noexcept
{
    constexpr std::uint16_t any = 9;
    const asio::ip::udp::endpoint to{address, any};
    const FileDescriptor probe{::socket(to.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP)};
    return probe && ::connect(probe.get(), to.data(), static_cast<socklen_t>(to.size())) == 0;
}

/// Sends to any address and receives from any. What the kernel has no room for is lost, as datagrams are.
class DatagramSocket {
public:
    using Endpoint = asio::ip::udp::endpoint;

    /// Bound to `local`; port 0: a free one. An IPv6 socket is for IPv6 alone. The listener is told of datagrams; it
    /// and `poll` must outlive this.
    /// @throws boost::system::system_error  socket(2) or bind(2) failed
    DatagramSocket(SocketPoll& poll, const Endpoint& local, ReadinessListener& listener)
        : socket_{poll, open(local), &listener}
    {
        if (!socket_.watch()) throw boost::system::system_error{errno, boost::system::system_category(), "epoll_ctl"};
    }

    /// One datagram. Outcomes: done, where `size` may be 0; want_read (the listener is told of the next one); failed:
    /// one was larger than `room`, or an error has come in its place, and there may be more.
    struct Received {
        Transferred transferred{Transfer::want_read};
        Endpoint from{};
    };
    Received receive(std::span<char> room) noexcept
    {
        Received received;
        iovec part{room.data(), room.size()};
        msghdr message{};
        message.msg_name = received.from.data();
        message.msg_namelen = static_cast<socklen_t>(received.from.capacity());
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        const auto size = ::recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
        if (size < 0) {
            const bool is_empty = errno == EAGAIN || errno == EWOULDBLOCK;
            if (is_empty) socket_.exhausted(PolledSocket::read);
            received.transferred.outcome = is_empty ? Transfer::want_read : Transfer::failed;
            return received;
        }
        received.from.resize(message.msg_namelen);
        const bool is_cut = (message.msg_flags & MSG_TRUNC) != 0;
        received.transferred = {is_cut ? Transfer::failed : Transfer::done, static_cast<std::size_t>(size)};
        return received;
    }

    /// Sends head and data as one datagram. False: it is lost.
    bool send(const Endpoint& to, std::string_view head, std::string_view data) noexcept
    {
        std::array<iovec, 2> parts{iovec{const_cast<char*>(head.data()), head.size()},
                                   iovec{const_cast<char*>(data.data()), data.size()}};
        msghdr message{};
        message.msg_name = const_cast<sockaddr*>(to.data());
        message.msg_namelen = static_cast<socklen_t>(to.size());
        message.msg_iov = parts.data();
        message.msg_iovlen = parts.size();
        return ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
    }

    /// A call may find something to do.
    bool may_receive() const noexcept { return socket_.ready(PolledSocket::read); }

    /// Where it is bound.
    Endpoint local() const noexcept
    {
        Endpoint local;
        auto size = static_cast<socklen_t>(local.capacity());
        if (::getsockname(socket_.native_handle(), local.data(), &size) == 0) local.resize(size);
        return local;
    }

private:
    static FileDescriptor open(const Endpoint& local)
    {
        const auto fail = [](const char* call) {
            throw boost::system::system_error{errno, boost::system::system_category(), call};
        };
        FileDescriptor socket{
            ::socket(local.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP)};
        if (!socket) fail("socket");
        const int only = 1;
        if (local.address().is_v6()) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
        if (::bind(socket.get(), local.data(), static_cast<socklen_t>(local.size())) != 0) fail("bind");
        return socket;
    }

    PolledSocket socket_;
};

}  // namespace libnet::inline v0::io
