#pragma once
// The first message of a TLS connection, as far as a proxy can read it: which server the client asks for.

#include <libnet/config.hpp>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

//  record:     22 | 3 x (version) | length (2) | fragment of the handshake
//  handshake:  1 | length (3) | version (2) | random (32) | session | cipher suites | compressions | extensions
//  extension:  type (2) | length (2) | data        server_name: type 0, RFC 6066 section 3
//
// RFC 8446 sections 4.1.2 and 5.1. A ClientHello may be cut into records at every place, and the records into segments.

/// What the octets of a connection are so far.
enum class ClientHelloKind : std::uint8_t {
    incomplete,  ///< the beginning of a ClientHello: call again with more
    complete,    ///< a ClientHello
    not_tls,     ///< no TLS, or not a ClientHello first
    malformed,   ///< TLS, but no ClientHello that a server should take
    too_long,    ///< more than `max_client_hello`, or in more than `max_client_hello_records` records
};

/// The most octets that are looked at. Those of browsers have 0.5 to 2 KiB, with post-quantum keys some more.
inline constexpr std::size_t max_client_hello = 16'384 + 2048;
/// The most records. Ordinary clients use one, some two.
inline constexpr std::size_t max_client_hello_records = 64;

/// What was found.
struct ClientHello {
    ClientHelloKind kind = ClientHelloKind::incomplete;
    /// The server's name in lower case, a host name (wire::is_host_name) without a dot at its end. Empty: none is asked for.
    std::string server_name{};
    /// It has an encrypted ClientHello (ECH): the name, if any, is that of the one who decrypts, not the server's.
    bool has_encrypted_hello = false;
    friend bool operator==(const ClientHello&, const ClientHello&) = default;
};

/// Looks at what a client has sent first, without taking any of it. What follows the ClientHello doesn't matter.
///
/// Malformed is, beside wrong lengths: an extension that is there twice, a server_name with more than one name or one that
/// is no host name (addresses are none, RFC 6066 section 3), and an empty record in the middle. Two readers could find
/// different names in these.
ClientHello read_client_hello(std::string_view received);

std::string_view name_of(ClientHelloKind kind) noexcept;
inline std::ostream& operator<<(std::ostream& out, ClientHelloKind kind) { return out << name_of(kind); }

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/tls/client_hello.ipp>
#endif
