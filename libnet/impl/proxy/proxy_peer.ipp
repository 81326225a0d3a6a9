#pragma once

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_peer.hpp>
#include <libnet/io/tcp/socket_transfer.hpp>

#include <algorithm>

namespace libnet::inline v0::detail {

LIBNETXX_DECL io::Transferred ProxyPeer::receive(std::span<char> room) noexcept
{
    if (!may_receive()) return {io::Transfer::want_read};
    const auto received = receive_now(room);
    moved_ = moved_ || received.size > 0;
    ended_ = ended_ || received.outcome == io::Transfer::ended;
    broken_ = broken_ || received.outcome == io::Transfer::failed;
    return received;
}

/// A stream that has to send first, for a new key, is none that has something to read.
LIBNETXX_DECL io::Transferred ProxyPeer::receive_now(std::span<char> room) noexcept
{
    using io::PolledSocket, io::Transfer;
    if (tls_ == nullptr) return io::receive_some(socket_, room);
    const auto received = tls_->receive(room);
    const bool must_send = received.outcome == Transfer::want_write;
    if (received.outcome != Transfer::want_read && !must_send) return received;
    socket_.exhausted(must_send ? PolledSocket::write : PolledSocket::read);
    const bool is_watched = must_send ? socket_.watch_both() : socket_.watch();
    return {is_watched ? Transfer::want_read : Transfer::failed};
}

LIBNETXX_DECL io::Transferred ProxyPeer::send_queued() noexcept
{
    using io::PolledSocket, io::Transfer;
    if (tls_ == nullptr) return io::send_some(socket_, queue_.view());
    const auto sent = tls_->send(queue_.view(), {});
    if (sent.outcome != Transfer::want_read && sent.outcome != Transfer::want_write) return sent;
    socket_.exhausted(PolledSocket::write);
    return {socket_.watch_both() ? Transfer::want_write : Transfer::failed};
}

LIBNETXX_DECL bool ProxyPeer::send(std::array<std::string_view, 4> pieces)
{
    std::array<iovec, 4> parts;
    std::ranges::transform(pieces, parts.begin(), [](std::string_view piece) {
        return iovec{const_cast<char*>(piece.data()), piece.size()};
    });
    if (std::ranges::all_of(pieces, &std::string_view::empty)) return true;
    std::size_t gone = 0;
    if (queue_.empty() && tls_ == nullptr) {
        const auto sent = io::send_some(socket_, parts);
        if (sent.outcome == io::Transfer::failed) return false;
        moved_ = moved_ || sent.size > 0;
        gone = sent.size;
    }
    for (auto piece : pieces) {
        const auto size = std::min(gone, piece.size());
        queue_.append(piece.substr(size));
        gone -= size;
    }
    return tls_ == nullptr || flush();  // pieces are sealed together, and those that weren't taken have to come again
}

LIBNETXX_DECL bool ProxyPeer::flush()
{
    while (!queue_.empty()) {
        if (!socket_.ready(io::PolledSocket::write)) return !socket_.broken();
        const auto sent = send_queued();
        if (sent.outcome == io::Transfer::failed || sent.outcome == io::Transfer::ended) return false;
        moved_ = moved_ || sent.size > 0;
        queue_.consume(sent.size);
        if (queue_.empty()) queue_.release();
    }
    return true;
}

}  // namespace libnet::inline v0::detail
