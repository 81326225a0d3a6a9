#pragma once
// Bytes into and out of a socket of a SocketPoll, without waiting.

#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/transfer.hpp>

#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>

#include <sys/socket.h>
#include <sys/uio.h>

namespace libnet::inline v0::io {

/// Takes what has come, into `room`, which is not empty. Outcomes: done, want_read (the listener is told of more), ended,
/// failed.
inline Transferred receive_some(PolledSocket& socket, std::span<char> room) noexcept
{
    for (;;) {
        const auto size = ::recv(socket.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
        if (size > 0) {
            socket.received(static_cast<std::size_t>(size), room.size());
            return {Transfer::done, static_cast<std::size_t>(size)};
        }
        if (size == 0) return {Transfer::ended};
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return {Transfer::failed};
        socket.exhausted(PolledSocket::read);
        return {socket.watch() ? Transfer::want_read : Transfer::failed};
    }
}

/// Sends some of the pieces, which are not all empty, in one call. Outcomes: done, want_write (the listener is told of
/// room), failed.
inline Transferred send_some(PolledSocket& socket, std::span<iovec> pieces) noexcept
{
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = pieces.size();
    for (;;) {
        const auto size = ::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) return {Transfer::failed};
        socket.exhausted(PolledSocket::write);
        return {socket.watch_both() ? Transfer::want_write : Transfer::failed};
    }
}

inline Transferred send_some(PolledSocket& socket, std::string_view bytes) noexcept
{
    iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    return send_some(socket, std::span{&piece, 1});
}

}  // namespace libnet::inline v0::io
