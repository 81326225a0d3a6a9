#pragma once
// What a forward proxy does with a request, decided from its head alone; and then: whether an address is the proxy itself,
// and which requests may go over a connection that has been used before.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_request.hpp>
#include <libnet/wire/http/proxy_status.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace libnet::inline v0::engine {

/// Where a request goes.
struct ProxyDestination {
    std::string host;  ///< lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
    bool is_tls = false;  ///< the proxy speaks TLS with it
    /// The only address that may be connected to, whatever the host has; nothing: each one that it has.
    std::optional<boost::asio::ip::address> address{};
    friend bool operator==(const ProxyDestination&, const ProxyDestination&) = default;
};

/// `host:port` or `[address]:port`: for people, and as the key of a connection.
std::string to_string(const ProxyDestination& destination);

/// Send the request on, and its answer back.
struct ProxyForward {
    ProxyDestination destination;
    friend bool operator==(const ProxyForward&, const ProxyForward&) = default;
};
/// Connect, and copy bytes both ways.
struct ProxyTunnel {
    ProxyDestination destination;
    friend bool operator==(const ProxyTunnel&, const ProxyTunnel&) = default;
};
/// The request is for us: an OPTIONS that ends here.
struct ProxyAnswerOptions {
    friend bool operator==(const ProxyAnswerOptions&, const ProxyAnswerOptions&) = default;
};
/// The request is for us: a TRACE that ends here, and gets its own head back.
struct ProxyAnswerTrace {
    friend bool operator==(const ProxyAnswerTrace&, const ProxyAnswerTrace&) = default;
};
/// The request is for us: it asks for the file by which browsers find the proxy.
struct ProxyAnswerPac {
    friend bool operator==(const ProxyAnswerPac&, const ProxyAnswerPac&) = default;
};
/// Answer with an error page, and close.
struct ProxyRefuse {
    unsigned status;
    wire::ProxyStatusError error;  ///< of Proxy-Status, and the verdict's name
    std::string_view reason;       ///< in words, for the client and the log; not escaped, and always a literal
    friend bool operator==(const ProxyRefuse&, const ProxyRefuse&) = default;
};
using ProxyDecision =
    std::variant<ProxyForward, ProxyTunnel, ProxyAnswerOptions, ProxyAnswerTrace, ProxyAnswerPac, ProxyRefuse>;

/// What the decision depends on beside the request.
struct ProxyRules {
    std::string via_name;         ///< our pseudonym in Via
    bool serves_pac = false;      ///< /proxy.pac and /wpad.dat are answered, see engine::pac_file
    bool dials_tls = false;       ///< https in absolute form is forwarded, see ProxyDestination::is_tls
    bool is_transparent = false;  ///< requests are as for origin servers, and CONNECT is for other proxies
};

/// Decides, by the first of these that applies:
///  - CONNECT is a tunnel; whether the client may have it is a matter of EgressPolicy
///  - a request that has passed through us before is a loop: 502, as RFC 9209 has it (proxy_loop_detected)
///  - OPTIONS and TRACE with `Max-Forwards: 0`, and `OPTIONS *`, are answered here (RFC 9110 section 7.6.2)
///  - GET and HEAD of /proxy.pac and /wpad.dat in origin form are for the PAC file, where there is one
///  - an origin-form target was meant for an origin server: 400, where the proxy isn't transparent
///  - http is forwarded, and https where the proxy speaks TLS with servers; else there is CONNECT for that. The rest is 501
ProxyDecision decide(const wire::RequestHead& request, const ProxyRules& rules);

// --- where a decided request may go ----------------------------------------------------------------------------------

/// May the proxy connect?
enum class ProxyVerdict : std::uint8_t {
    allowed,
    own_listener,  ///< the address is our own: the request would come back to us again and again
};

/// The verdict in words.
constexpr std::string_view reason_of(ProxyVerdict verdict) noexcept
{
    switch (verdict) {
    case ProxyVerdict::own_listener:
        return "The destination is this proxy itself.";
    case ProxyVerdict::allowed:
        break;
    }
    return {};
}

/// Judges an address that the destination's name has resolved to; that very address is then connected to. `is_local`
/// says whether an address is this machine's; it is asked only where that matters.
inline ProxyVerdict judge_address(const boost::asio::ip::address& destination, std::uint16_t port,
                                  const boost::asio::ip::address& listener, std::uint16_t listener_port,
                                  const std::function<bool(const boost::asio::ip::address&)>& is_local)
{
    if (port != listener_port) return ProxyVerdict::allowed;
    const auto target = wire::unmapped(destination), own = wire::unmapped(listener);
    // Connecting to the unspecified address means loopback on Linux.
    const bool reaches_loopback = target.is_unspecified() && own.is_loopback();
    const bool reaches_any = own.is_unspecified() && (own.is_v6() || target.is_v4()) && is_local(target);
    const bool own_listener = target == own || reaches_loopback || reaches_any;
    return own_listener ? ProxyVerdict::own_listener : ProxyVerdict::allowed;
}

/// Whether a request can be sent twice with the effect of once (RFC 9110 section 9.2.2).
constexpr bool is_idempotent(std::string_view method) noexcept
{
    for (const std::string_view known : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
        if (method == known) return true;
    return false;
}

/// Whether a request may be sent over an idle connection that was used before.
///
/// An origin server may close such a connection just when we send: the request is lost, and it is unknown whether it
/// was acted upon. It must be safe to send again then, and its body must not be gone already. Anything else gets a
/// fresh connection, where an early close is a failure and not a race (RFC 9112 section 9.3.1).
inline bool may_use_idle_connection(const wire::RequestHead& request) noexcept
{
    return is_idempotent(request.method) && request.body.kind == wire::BodyFraming::Kind::none;
}

/// Whether a request is sent once more, over a fresh connection. It went over `reused_connection`, so it is one that
/// `may_use_idle_connection`, and `any_response_byte` says whether the server began to answer.
constexpr bool should_retry(bool reused_connection, bool any_response_byte) noexcept
{
    return reused_connection && !any_response_byte;
}

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/proxy_decision.ipp>
#endif
