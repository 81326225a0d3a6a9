#pragma once

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_peer.hpp>
#include <libnet/io/tcp/socket_transfer.hpp>

#include <algorithm>

namespace libnet::inline v0::detail {

LIBNETXX_DECL io::Transferred ProxyPeer::receive(std::span<char> room) noexcept
{
    if (!may_receive()) return {io::Transfer::want_read};
    const auto received = io::receive_some(socket_, room);
    moved_ = moved_ || received.size > 0;
    ended_ = ended_ || received.outcome == io::Transfer::ended;
    broken_ = broken_ || received.outcome == io::Transfer::failed;
    return received;
}

LIBNETXX_DECL bool ProxyPeer::send(std::array<std::string_view, 4> pieces)
{
    std::array<iovec, 4> parts;
    std::ranges::transform(pieces, parts.begin(), [](std::string_view piece) {
        return iovec{const_cast<char*>(piece.data()), piece.size()};
    });
    if (std::ranges::all_of(pieces, &std::string_view::empty)) return true;
    std::size_t gone = 0;
    if (queue_.empty()) {
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
    return true;
}

LIBNETXX_DECL bool ProxyPeer::flush()
{
    while (!queue_.empty()) {
        if (!socket_.ready(io::PolledSocket::write)) return !socket_.broken();
        const auto sent = io::send_some(socket_, queue_.view());
        if (sent.outcome == io::Transfer::failed) return false;
        moved_ = moved_ || sent.size > 0;
        queue_.consume(sent.size);
        if (queue_.empty()) queue_.release();
    }
    return true;
}

}  // namespace libnet::inline v0::detail
