#pragma once
// Which address a connected socket goes to.

#include <boost/asio/ip/tcp.hpp>

#include <optional>

#include <sys/socket.h>

namespace libnet::inline v0::io {

/// The address of the other side, see getpeername(2). Nothing: the connection is broken.
inline std::optional<boost::asio::ip::address> peer_address(int socket)
{
    boost::asio::ip::tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    if (::getpeername(socket, peer.data(), &size) != 0) return std::nullopt;
    peer.resize(size);
    return peer.address();
}

}  // namespace libnet::inline v0::io
