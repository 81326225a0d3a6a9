#pragma once
// What can go wrong between a client's request and its answer, and what the client is told.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/wire/http/proxy_status.hpp>

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// Why a request was not answered by the origin server.
enum class ProxyFailure : std::uint8_t {
    name_not_found,      ///< the host has no address
    name_is_loop,        ///< the host is an alias of itself
    name_server_failed,  ///< the name servers don't answer as they should
    name_timeout,        ///< the name servers don't answer in time
    refused,             ///< nothing listens there
    unreachable,         ///< there is no way to the host
    connect_timeout,     ///< the host doesn't answer
    connect_failed,      ///< the connection failed otherwise
    connection_lost,     ///< the server closed or reset the connection before its answer was complete
    response_timeout,    ///< the server is silent
    bad_response,        ///< the server's answer is no HTTP that can be relied on
    tls_certificate,     ///< the server's certificate can't be trusted
    tls_alert,           ///< the server has ended the TLS handshake
    tls_protocol,        ///< the server speaks no TLS, or none that we do
    parent_login,        ///< the parent proxy doesn't take our log-in, or wants one
    parent_denied,       ///< the parent proxy doesn't allow the request
    hook_failed,         ///< a hook or a filter of the program's own has failed
};

/// What the client gets: 504 for what took too long, 403 for what a parent proxy doesn't allow, 500 for hooks, 502 for the rest.
unsigned status_of(ProxyFailure failure) noexcept;

/// The error of Proxy-Status, whose name is the failure's verdict (RFC 9209 section 2.3).
wire::ProxyStatusError proxy_status_of(ProxyFailure failure) noexcept;

/// The failure in words, as a sentence with the destination in it, or `parent`, the name of the parent proxy that has failed
/// (empty: it was the destination). `why`: of a failure of TLS, "certificate has expired"; empty: it isn't known. Escape it for
/// HTML: the host is as the client sent it.
std::string describe(ProxyFailure failure, const ProxyDestination& destination, std::string_view parent = {},
                     std::string_view why = {});

/// The failure behind what `io::connect` reports.
ProxyFailure failure_of_connect(boost::system::error_code error) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/proxy_failure.ipp>
#endif
