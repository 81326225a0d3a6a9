#pragma once
// What a forward proxy does with a request, decided from its head alone.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_request.hpp>
#include <libnet/wire/http/proxy_status.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace libnet::inline v0::engine {

/// Where a request goes.
struct ProxyDestination {
    std::string host;  ///< lower case; an IPv6 address without its brackets
    std::uint16_t port = 0;
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
/// The request is for us: a TRACE that ends here, and wants to see itself.
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
    std::string via_name;     ///< our pseudonym in Via
    bool serves_pac = false;  ///< /proxy.pac and /wpad.dat are answered, see engine::pac_file
};

/// Decides, by the first of these that applies:
///  - CONNECT is a tunnel; whether the client may have it is a matter of EgressPolicy
///  - a request that has passed through us before is a loop: 502, as RFC 9209 has it (proxy_loop_detected)
///  - OPTIONS and TRACE with `Max-Forwards: 0`, and `OPTIONS *`, are answered here (RFC 9110 section 7.6.2)
///  - GET and HEAD of /proxy.pac and /wpad.dat in origin form are for the PAC file, where there is one
///  - an origin-form target was meant for an origin server: 400
///  - only http is forwarded: for https there is CONNECT, and anything else is 501
ProxyDecision decide(const wire::RequestHead& request, const ProxyRules& rules);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/proxy_decision.ipp>
#endif
