#pragma once
// The bytes of a connection, without waiting: what a session sends goes through here and is none the wiser whether it
// is encrypted on the way.

#include <libnet/io/executor.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <sys/sendfile.h>
#include <sys/socket.h>

namespace libnet::io {

/// What became of a call that doesn't wait.
enum class Transfer : std::uint8_t {
    done,         ///< bytes went: at least one
    want_read,    ///< nothing went: try again when the socket is readable (TLS may want this of a sender, too)
    want_write,   ///< nothing went: try again when the socket is writable
    ended,        ///< there are no more: the peer has closed its half, or the file is shorter than it was
    unsupported,  ///< this file can't be sent from where it is: read it, and send that
    file_failed,  ///< the file can't be read
    failed,       ///< the connection is broken
};

/// How far a call that doesn't wait has got.
struct Transferred {
    Transfer outcome;
    std::size_t size = 0;  ///< bytes; 0 unless `outcome` is `done`
};

/// Takes from and sends to a socket that is non-blocking. The plain path is a system call and nothing else.
class Transport {
public:
    /// The socket must outlive it.
    explicit Transport(TcpSocket& socket) noexcept : socket_{socket} {}

    /// Takes what has come, into `room`, which is not empty. Outcomes: done, want_read, want_write, ended, failed.
    Transferred receive(std::span<char> room) noexcept;

    /// Bytes have come that the socket's readiness doesn't tell of: `receive` before waiting for it.
    bool pending() const noexcept { return false; }

    /// Sends some of `bytes`, which are not empty. `flags` are for send(2), such as MSG_MORE.
    /// Outcomes: done, want_read, want_write, failed.
    Transferred send(std::string_view bytes, int flags = 0) noexcept;

    /// Sends at most `length` bytes of a file from `at`, and moves `at` behind what went.
    /// Outcomes: all.
    Transferred send_file(int file, off_t& at, std::uint64_t length) noexcept;

private:
    TcpSocket& socket_;
};

inline Transferred Transport::receive(std::span<char> room) noexcept
{
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
    for (;;) {
        const auto size =
            ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT | flags);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::want_write};
        if (errno != EINTR) return {Transfer::failed};
    }
}

inline Transferred Transport::send_file(int file, off_t& at, std::uint64_t length) noexcept
{
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
