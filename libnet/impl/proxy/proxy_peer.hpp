#pragma once
// One of the two connections of an exchange.

#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/byte_buffer.hpp>
#include <libnet/io/tcp/transfer.hpp>
#include <libnet/io/tls/tls_stream.hpp>

#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

/// A socket, and what it hasn't taken yet of what it was sent. Holds memory only as long as there is some.
class ProxyPeer {
public:
    /// The socket must outlive it.
    explicit ProxyPeer(io::PolledSocket& socket) noexcept : socket_{socket} {}

    io::PolledSocket& socket() noexcept { return socket_; }

    /// From now on everything goes through TLS, whose handshake is done; null: nothing does. Must outlive it.
    void use(io::TlsStream* tls) noexcept { tls_ = tls; }

    /// Takes what has come, see `io::receive_some`; `want_read` without a call where nothing can be there.
    io::Transferred receive(std::span<char> room) noexcept;

    /// `receive` may bring something. If not, the socket's listener is called once it may.
    bool may_receive() noexcept
    {
        return socket_.ready(io::PolledSocket::read) || (tls_ != nullptr && tls_->pending()) || !socket_.watch();
    }

    /// Sends all pieces, in one packet where they fit, behind what waits. What the kernel doesn't take waits. False: the
    /// connection is broken.
    bool send(std::array<std::string_view, 4> pieces);

    /// Sends what waits. False: the connection is broken.
    bool flush();

    /// The other side has closed its half of the connection, or all of it.
    bool is_gone() const noexcept { return ended_ || broken_ || socket_.hung_up(); }

    /// The connection is broken.
    bool is_broken() const noexcept { return broken_ || socket_.broken(); }

    /// Something waits to be sent.
    bool is_blocked() const noexcept { return !queue_.empty(); }

    /// Bytes have moved, in either direction, since the last call of this.
    bool moved() noexcept { return std::exchange(moved_, false); }
    bool has_moved() const noexcept { return moved_; }

private:
    io::Transferred receive_now(std::span<char> room) noexcept;
    io::Transferred send_queued() noexcept;

    io::PolledSocket& socket_;
    io::TlsStream* tls_ = nullptr;
    io::ByteBuffer queue_;
    bool moved_ = false;
    bool ended_ = false;
    bool broken_ = false;
};

}  // namespace libnet::inline v0::detail
