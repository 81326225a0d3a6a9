#pragma once

#include <libnet/io/response_writer.hpp>

#include <algorithm>
#include <cerrno>

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

namespace libnet::io {

namespace detail {

inline constexpr std::string_view client_left = "The client closed the connection before it had the answer.";
inline constexpr std::string_view client_stuck = "The client took nothing for too long.";
inline constexpr std::string_view file_shrank = "The file got shorter while it was sent.";
inline constexpr std::string_view file_unreadable = "The file could not be read to its end.";

/// A call of sendfile(2) sends at most this much, and so many calls in a row go without a look at other connections.
inline constexpr std::uint64_t file_piece = 1 << 20;
inline constexpr unsigned pieces_in_a_row = 8;

}  // namespace detail

LIBNET_DECL ResponseWriter::Progress ResponseWriter::try_flush(int flags)
{
    const int socket = connection_.socket().native_handle();
    while (!queue_.empty()) {
        const auto bytes = queue_.view();
        const auto size = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT | flags);
        if (size > 0) {
            queue_.consume(static_cast<std::size_t>(size));
            sent_ += static_cast<std::uint64_t>(size);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return Progress::blocked;
        } else if (errno != EINTR) {
            fail(detail::client_left);
            return Progress::failed;
        }
    }
    return Progress::done;
}

LIBNET_DECL Task<bool> ResponseWriter::flush(int flags)
{
    for (;;) {
        const auto progress = try_flush(flags);
        if (progress != Progress::blocked) co_return progress == Progress::done;
        const bool ready = co_await writable();
        if (!ready) co_return false;
    }
}

LIBNET_DECL Task<bool> ResponseWriter::send_file(int file, std::uint64_t first, std::uint64_t length)
{
    const bool flushed = co_await flush(MSG_MORE);  // the head waits in the kernel for the file's first bytes
    if (!flushed) co_return false;
    off_t at = static_cast<off_t>(first);
    unsigned pieces = 0;
    while (length > 0) {
        const int socket = connection_.socket().native_handle();
        const auto size = ::sendfile(socket, file, &at, std::min(length, detail::file_piece));
        if (size > 0) {
            length -= static_cast<std::uint64_t>(size);
            sent_ += static_cast<std::uint64_t>(size);
            if (++pieces % detail::pieces_in_a_row != 0) continue;
        } else if (size == 0) {
            co_return fail(detail::file_shrank);
        } else if (errno == EINTR) {
            continue;
        } else if (errno == EINVAL || errno == ENOSYS) {  // a file system without it
            const bool copied = co_await copy_file(file, at, length);
            co_return copied;
        } else if (errno != EAGAIN) {
            co_return fail(errno == EIO ? detail::file_unreadable : detail::client_left);
        }
        const bool ready = co_await writable();
        if (!ready) co_return false;
    }
    co_return true;
}

LIBNET_DECL Task<bool> ResponseWriter::copy_file(int file, std::int64_t at, std::uint64_t length)
{
    constexpr std::uint64_t piece = 64 * 1024;
    while (length > 0) {
        const auto room = queue_.prepare(piece);
        const auto size = ::pread(file, room.data(), std::min(length, piece), at);
        if (size <= 0) co_return fail(size == 0 ? detail::file_shrank : detail::file_unreadable);
        queue_.commit(static_cast<std::size_t>(size));
        at += size;
        length -= static_cast<std::uint64_t>(size);
        const bool flushed = co_await flush();
        if (!flushed) co_return false;
    }
    co_return true;
}

LIBNET_DECL Task<bool> ResponseWriter::writable()
{
    auto& deadline = connection_.deadline();
    deadline.expires_after(timeout_);
    const auto [error] = co_await connection_.socket().async_wait(asio::socket_base::wait_write, use_tuple);
    const bool expired = deadline.expired();
    deadline.clear();
    if (expired) co_return fail(detail::client_stuck);
    if (error) co_return fail(detail::client_left);
    co_return true;
}

LIBNET_DECL bool ResponseWriter::fail(std::string_view why) noexcept
{
    failure_ = why;
    return false;
}

}  // namespace libnet::io
