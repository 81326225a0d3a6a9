#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_failure.hpp>

#include <boost/system/errc.hpp>

namespace libnet::inline v0::engine {

LIBNETXX_DECL unsigned status_of(ProxyFailure failure) noexcept
{
    switch (failure) {
    case ProxyFailure::name_timeout:
    case ProxyFailure::connect_timeout:
    case ProxyFailure::response_timeout:
        return 504;
    case ProxyFailure::parent_denied:
        return 403;
    case ProxyFailure::hook_failed:
        return 500;
    default:
        return 502;
    }
}

LIBNETXX_DECL wire::ProxyStatusError proxy_status_of(ProxyFailure failure) noexcept
{
    using Error = wire::ProxyStatusError;
    switch (failure) {
    case ProxyFailure::name_not_found:
    case ProxyFailure::name_is_loop:
    case ProxyFailure::name_server_failed:
        return Error::dns_error;
    case ProxyFailure::name_timeout:
        return Error::dns_timeout;
    case ProxyFailure::refused:
        return Error::connection_refused;
    case ProxyFailure::unreachable:
        return Error::destination_ip_unroutable;
    case ProxyFailure::connect_timeout:
        return Error::connection_timeout;
    case ProxyFailure::connection_lost:
        return Error::connection_terminated;
    case ProxyFailure::response_timeout:
        return Error::http_response_timeout;
    case ProxyFailure::bad_response:
        return Error::http_protocol_error;
    case ProxyFailure::tls_certificate:
        return Error::tls_certificate_error;
    case ProxyFailure::tls_alert:
        return Error::tls_alert_received;
    case ProxyFailure::tls_protocol:
        return Error::tls_protocol_error;
    case ProxyFailure::parent_login:
        return Error::proxy_configuration_error;
    case ProxyFailure::parent_denied:
        return Error::http_request_denied;
    case ProxyFailure::hook_failed:
        return Error::proxy_internal_error;
    case ProxyFailure::connect_failed:
        break;
    }
    return Error::destination_unavailable;
}

LIBNETXX_DECL std::string describe(ProxyFailure failure, const ProxyDestination& destination, std::string_view parent,
                                   std::string_view why)
{
    const auto because = why.empty() ? std::string{"."} : ": " + std::string{why} + '.';
    const bool is_parent = !parent.empty();
    const auto server = is_parent ? "The parent proxy " + std::string{parent} : "The server " + to_string(destination);
    const auto name =
        is_parent ? "The host name of the parent proxy " + std::string{parent} : "The host name " + destination.host;
    switch (failure) {
    case ProxyFailure::name_not_found:
        return name + " has no address.";
    case ProxyFailure::name_is_loop:
        return name + " can't be looked up: its aliases (CNAME records) form a loop.";
    case ProxyFailure::name_server_failed:
        return name + " can't be looked up: the name servers fail.";
    case ProxyFailure::name_timeout:
        return name + " can't be looked up: the name servers don't answer.";
    case ProxyFailure::refused:
        return server + " refuses connections.";
    case ProxyFailure::unreachable:
        return server + " can't be reached from here.";
    case ProxyFailure::connect_timeout:
        return server + " doesn't answer.";
    case ProxyFailure::connection_lost:
        return server + " closed the connection before its answer was complete.";
    case ProxyFailure::response_timeout:
        return server + " took too long to answer.";
    case ProxyFailure::bad_response:
        return server + (is_parent ? " sent an answer that can't be read." : " sent an answer that is not valid HTTP.");
    case ProxyFailure::tls_certificate:
        return server + " has no certificate that can be trusted" + because;
    case ProxyFailure::tls_alert:
        return server + " has refused the TLS handshake" + because;
    case ProxyFailure::tls_protocol:
        return server + " speaks no TLS that this proxy speaks" + because;
    case ProxyFailure::parent_login:
        return server + " doesn't take this proxy's log-in.";
    case ProxyFailure::parent_denied:
        return server + " doesn't allow the request.";
    case ProxyFailure::hook_failed:
        return "The program that runs this proxy has failed to deal with the request.";
    case ProxyFailure::connect_failed:
        break;
    }
    return is_parent ? server + " can't be connected to."
                     : "The connection to the server " + to_string(destination) + " failed.";
}

LIBNETXX_DECL ProxyFailure failure_of_connect(boost::system::error_code error) noexcept
{
    namespace errc = boost::system::errc;
    if (error == errc::connection_refused) return ProxyFailure::refused;
    if (error == errc::timed_out) return ProxyFailure::connect_timeout;
    for (const auto unreachable : {errc::network_unreachable, errc::host_unreachable, errc::address_not_available,
                                   errc::address_family_not_supported, errc::network_down})
        if (error == unreachable) return ProxyFailure::unreachable;
    return ProxyFailure::connect_failed;
}

}  // namespace libnet::inline v0::engine
