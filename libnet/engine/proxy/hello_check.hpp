#pragma once
// Whether a tunnel leads where its CONNECT says: what the client says first in it.

#include <libnet/wire/http/canonical_host.hpp>
#include <libnet/wire/tls/client_hello.hpp>

#include <cstdint>
#include <string_view>

namespace libnet::inline v0::engine {

/// What is known of a tunnel by the first octets of its client.
enum class HelloCheck : std::uint8_t {
    incomplete,    ///< ask again with more of them
    fits,          ///< TLS, for the host of the CONNECT
    other_server,  ///< TLS, for another server, or for one that it doesn't name (domain fronting)
    no_tls,        ///< no TLS, or none that a server should take
};

/// Judges them. A tunnel to a name has to ask for that name (server_name, RFC 6066 section 3). One to an address has to ask
/// for none: clients that know an address alone send none, and a name in a tunnel to an address is one that the rules
/// have not seen. An encrypted ClientHello (RFC 9849) hides the name of a server behind that of another: only the latter is
/// seen here, so whoever may reach that one may reach both.
inline HelloCheck check_hello(const wire::ClientHello& hello, const wire::CanonicalHost& host)
{
    using Kind = wire::ClientHelloKind;
    if (hello.kind == Kind::incomplete) return HelloCheck::incomplete;
    if (hello.kind != Kind::complete) return HelloCheck::no_tls;
    const std::string_view wanted = host.address ? std::string_view{} : std::string_view{host.name};
    return hello.server_name == wanted ? HelloCheck::fits : HelloCheck::other_server;
}

/// The verdict for logs and metrics: "other_server", "no_tls"; "allowed" where it fits.
constexpr std::string_view name_of(HelloCheck check) noexcept
{
    if (check == HelloCheck::other_server) return "other_server";
    return check == HelloCheck::no_tls ? "no_tls" : "allowed";
}

/// The verdict as a sentence; a literal.
constexpr std::string_view reason_of(HelloCheck check) noexcept
{
    if (check == HelloCheck::other_server)
        return "other_server: The ClientHello in the tunnel doesn't name the host of the CONNECT.";
    if (check == HelloCheck::no_tls) return "no_tls: The tunnel to port 443 doesn't begin with a ClientHello of TLS.";
    return {};
}

/// What a client of TLS is told before the tunnel ends: a fatal alert, unrecognized_name (RFC 6066 section 3).
inline constexpr std::string_view unrecognized_name_alert{"\x15\x03\x03\x00\x02\x02\x70", 7};

}  // namespace libnet::inline v0::engine
