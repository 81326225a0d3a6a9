#pragma once
// The bytes of a connection, without waiting: a session takes and sends them here and doesn't know whether they
// are encrypted on the way.

#include <libnet/io/access/send_meter.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/transfer.hpp>
#include <libnet/io/tls/tls_stream.hpp>

#include <algorithm>
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

namespace libnet::inline v0::io {

/// Takes from and sends to a socket, and tells the socket when there was nothing to do. The plain path is a system call
/// and nothing else.
class Transport {
public:
    /// The socket must outlive it.
    explicit Transport(PolledSocket& socket) noexcept : socket_{socket} {}

    /// From now on everything goes through TLS, whose handshake is done; null: nothing does.
    void use(std::unique_ptr<TlsStream> tls) noexcept { tls_ = std::move(tls); }

    /// TLS, where everything goes through it; else null.
    const TlsStream* tls() const noexcept { return tls_.get(); }

    /// Gives TLS away, for who goes on with the socket without this; null: there is none.
    std::unique_ptr<TlsStream> release_tls() noexcept { return std::move(tls_); }

    /// From now on what is sent is counted, and waits when it has to. The meter must outlive this.
    void use(SendMeter& meter) noexcept { meter_ = &meter; }

    /// After `paused`: how long the pause will be.
    SendMeter::Wait pause() { return meter_->pause(); }

    /// Takes what has come, into `room`, which is not empty. Outcomes: done, want_read, want_write, ended, failed.
    Transferred receive(std::span<char> room) noexcept;

    /// `receive` may find something.
    bool may_receive() const noexcept { return socket_.ready(PolledSocket::read) || (tls_ && tls_->pending()); }

    /// Sends some of `bytes`, which are not empty. `flags` are for send(2), such as MSG_MORE. After want_read or
    /// want_write the same bytes must come again, with or without more behind them.
    /// Outcomes: done, want_read, want_write, paused, failed.
    Transferred send(std::string_view bytes, int flags = 0);

    /// The same with `content` behind `bytes`, one of which may be empty. Both go in one call.
    Transferred send(std::string_view bytes, std::string_view content);

    /// Sends at most `length` bytes of a file from `at`, and moves `at` behind what went. After want_read or want_write
    /// the call must come again.
    /// Outcomes: all.
    Transferred send_file(int file, off_t& at, std::uint64_t length);

    /// So much in a row keeps the event loop busy for a fraction of a millisecond.
    std::uint64_t slice() const noexcept { return tls_ ? 256 * 1024 : 2 * 1024 * 1024; }

    /// Says that no more will be sent, where there is a way to say it other than closing the socket.
    void end() noexcept
    {
        if (tls_) tls_->end();
    }

private:
    Transferred send_now(std::string_view bytes, int flags) noexcept;
    Transferred send_now(std::string_view bytes, std::string_view content) noexcept;
    Transferred send_file_now(int file, off_t& at, std::uint64_t length) noexcept;
    Transferred noted(Transferred transferred) noexcept;

    /// Calls `send(most)`, which sends at most so many bytes, when it is time.
    template <typename Send>
    Transferred metered(Send&& send)
    {
        if (meter_->pause() != SendMeter::Wait::zero()) return {Transfer::paused};
        const auto sent = send(meter_->piece());
        meter_->sent(sent.size);
        return sent;
    }

    PolledSocket& socket_;
    std::unique_ptr<TlsStream> tls_;
    SendMeter* meter_ = nullptr;
};

inline Transferred Transport::receive(std::span<char> room) noexcept
{
    if (tls_) return noted(tls_->receive(room));
    for (;;) {
        const auto size = ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
        if (size > 0) {
            socket_.received(static_cast<std::size_t>(size), room.size());
            return {Transfer::done, static_cast<std::size_t>(size)};
        }
        if (size == 0) return {Transfer::ended};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return noted({Transfer::want_read});
        if (errno != EINTR) return {Transfer::failed};
    }
}

inline Transferred Transport::noted(Transferred transferred) noexcept
{
    if (transferred.outcome == Transfer::want_read) socket_.exhausted(PolledSocket::read);
    if (transferred.outcome == Transfer::want_write) socket_.exhausted(PolledSocket::write);
    return transferred;
}

inline Transferred Transport::send(std::string_view bytes, int flags)
{
    if (meter_ == nullptr) return send_now(bytes, flags);
    return metered([&](std::uint64_t most) { return send_now(bytes.substr(0, most), flags); });
}

inline Transferred Transport::send_file(int file, off_t& at, std::uint64_t length)
{
    if (meter_ == nullptr) return send_file_now(file, at, length);
    return metered([&](std::uint64_t most) { return send_file_now(file, at, std::min(length, most)); });
}

inline Transferred Transport::send_now(std::string_view bytes, int flags) noexcept
{
    if (tls_) return noted(tls_->send(bytes, {}));
    for (;;) {
        const auto size =
            ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT | flags);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return noted({Transfer::want_write});
        if (errno != EINTR) return {Transfer::failed};
    }
}

inline Transferred Transport::send(std::string_view bytes, std::string_view content)
{
    if (meter_ == nullptr) return send_now(bytes, content);
    return metered([&](std::uint64_t most) {
        const auto first = bytes.substr(0, most);
        return send_now(first, content.substr(0, most - first.size()));
    });
}

inline Transferred Transport::send_now(std::string_view bytes, std::string_view content) noexcept
{
    if (tls_) return noted(tls_->send(bytes, content));
    iovec parts[] = {{const_cast<char*>(bytes.data()), bytes.size()},
                     {const_cast<char*>(content.data()), content.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = std::size(parts);
    for (;;) {
        const auto size = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return noted({Transfer::want_write});
        if (errno != EINTR) return {Transfer::failed};
    }
}

inline Transferred Transport::send_file_now(int file, off_t& at, std::uint64_t length) noexcept
{
    if (tls_) return noted(tls_->send_file(file, at, length));
    for (;;) {
        const auto size = ::sendfile(socket_.native_handle(), file, &at, length);
        if (size > 0) return {Transfer::done, static_cast<std::size_t>(size)};
        if (size == 0) return {Transfer::ended};
        if (errno == EAGAIN || errno == EWOULDBLOCK) return noted({Transfer::want_write});
        if (errno == EINVAL || errno == ENOSYS) return {Transfer::unsupported};  // a file system without it
        if (errno != EINTR) return {errno == EIO ? Transfer::file_failed : Transfer::failed};
    }
}

}  // namespace libnet::inline v0::io
