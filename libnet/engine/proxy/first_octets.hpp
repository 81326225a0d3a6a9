#pragma once
// Which protocol a client uses that doesn't know of the proxy.

#include <libnet/config.hpp>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// The protocol of a connection.
enum class FirstProtocol : std::uint8_t {
    incomplete,  ///< ask again with more octets
    http,        ///< HTTP/1: its first line ends in a version of that
    tls,         ///< a ClientHello, even one that names no server
    other,       ///< anything else
};

/// What its first octets say.
struct FirstOctets {
    FirstProtocol protocol = FirstProtocol::incomplete;
    std::string server_name{};  ///< tls: the one that the client asks for; empty: none, or it is hidden
    friend bool operator==(const FirstOctets&, const FirstOctets&) = default;
};

/// Looks at the first octets of a connection, at least one, and decides within 16 KiB of them. A first line of HTTP is
/// a method, a target and a version (RFC 9112 section 3): lines of others, such as "EHLO client" and "SSH-2.0-client",
/// are none.
FirstOctets look_at_first_octets(std::string_view received);

std::ostream& operator<<(std::ostream& out, const FirstOctets& octets);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/first_octets.ipp>
#endif
