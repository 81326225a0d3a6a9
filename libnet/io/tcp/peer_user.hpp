#pragma once
// Who is on the other end of a Unix socket.

#include <cstdint>
#include <optional>

#include <sys/socket.h>

namespace libnet::inline v0::io {

/// The user whose process has connected, as it ran then: unix(7), SO_PEERCRED. Nothing: it is no Unix socket, or has no peer.
inline std::optional<std::uint32_t> peer_user(int socket) noexcept
{
    int domain = 0;
    socklen_t size = sizeof domain;
    if (::getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX) return std::nullopt;
    ucred peer{};
    size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    if (peer.uid == static_cast<uid_t>(-1)) return std::nullopt;  // its other end is a pair's
    return peer.uid;
}

}  // namespace libnet::inline v0::io
