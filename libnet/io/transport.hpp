#pragma once
// The bytes of a connection, without waiting: a session takes and sends them here and is none the wiser whether they are
// encrypted on the way.

#include <libnet/io/executor.hpp>
#include <libnet/io/tls_stream.hpp>
#include <libnet/io/transfer.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace libnet::io {

/// Takes from and sends to a socket that is non-blocking. The plain path is a system call and nothing else.
class Transport {
public:
    /// The socket must outlive it.
    explicit Transport(TcpSocket& socket) noexcept : socket_{socket} {}

    /// From now on everything goes through TLS, whose handshake is done; null: nothing does.
    void use(std::unique_ptr<TlsStream> tls) noexcept { tls_ = std::move(tls); }

    /// Takes what has come, into `room`, which is not empty. Outcomes: done, want_read, want_write, ended, failed.
    Transferred receive(std::span<char> room) noexcept;

    /// Bytes have come that the socket's readiness doesn't tell of: `receive` before waiting for it.
    bool pending() const noexcept { return tls_ && tls_->pending(); }

    /// Sends some of `bytes`, which are not empty. `flags` are for send(2), such as MSG_MORE. After want_read or
    /// want_write the same bytes must come again, with or without more behind them.
    /// Outcomes: done, want_read, want_write, failed.
    Transferred send(std::string_view bytes, int flags = 0) noexcept;

    /// The same with `content` behind `bytes`, one of which may be empty. The plain path takes both in one call.
    Transferred send(std::string_view bytes, std::string_view content) noexcept;

    /// Nothing is encrypted: contents may be sent from wherever they are.
    bool is_plain() const noexcept { return !tls_; }

    /// Sends at most `length` bytes of a file from `at`, and moves `at` behind what went. After want_read or want_write
    /// the call must come again.
    /// Outcomes: all.
    Transferred send_file(int file, off_t& at, std::uint64_t length) noexcept;

    /// Says that no more will be sent, where there is a way to say it other than closing the socket.
    void end() noexcept
    {
        if (tls_) tls_->end();
    }

private:
    TcpSocket& socket_;
    std::unique_ptr<TlsStream> tls_;
};

inline Transferred Transport::receive(std::span<char> room) noexcept
{
    if (tls_) return tls_->receive(room);
    for (;;) {
        const auto size = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (size == 0) return {Transfer::ended};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::want_read};
        if (errno != EINTR) return {Transfer::failed};
    }
}

inline Transferred Transport::send(std::string_view bytes, int flags) noexcept
{
    if (tls_) return tls_->send(bytes);
    for (;;) {
        const auto size =
            ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT | flags);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::want_write};
        if (errno != EINTR) return {Transfer::failed};
    }
}

inline Transferred Transport::send(std::string_view bytes, std::string_view content) noexcept
{
    if (tls_) return tls_->send(bytes.empty() ? content : bytes);
    iovec parts[] = {{const_cast<char*>(bytes.data()), bytes.size()},
                     {const_cast<char*>(content.data()), content.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = std::size(parts);
    for (;;) {
        const auto size = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::want_write};
        if (errno != EINTR) return {Transfer::failed};
    }
}

inline Transferred Transport::send_file(int file, off_t& at, std::uint64_t length) noexcept
{
    if (tls_) return tls_->send_file(file, at, length);
    for (;;) {
        const auto size = ::sendfile(socket_.native_handle(), file, &at, length);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (size == 0) return {Transfer::ended};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::want_write};
        if (errno == EINVAL || errno == ENOSYS) return {Transfer::unsupported};  // a file system without it
        if (errno != EINTR) return {errno == EIO ? Transfer::file_failed : Transfer::failed};
    }
}

}  // namespace libnet::io
