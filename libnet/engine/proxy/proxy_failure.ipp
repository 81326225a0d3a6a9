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
    default:
        return 502;
    }
}

LIBNETXX_DECL wire::ProxyStatusError proxy_status_of(ProxyFailure failure) noexcept
{
    using Error = wire::ProxyStatusError;
    switch (failure) {
    case ProxyFailure::name_not_found:
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
    case ProxyFailure::connect_failed:
        break;
    }
    return Error::destination_unavailable;
}

LIBNETXX_DECL std::string describe(ProxyFailure failure, const ProxyDestination& destination)
{
    const auto server = to_string(destination);
    switch (failure) {
    case ProxyFailure::name_not_found:
        return "The host name " + destination.host + " has no address.";
    case ProxyFailure::name_server_failed:
        return "The host name " + destination.host + " can't be looked up: the name servers fail.";
    case ProxyFailure::name_timeout:
        return "The host name " + destination.host + " can't be looked up: the name servers don't answer.";
    case ProxyFailure::refused:
        return "The server " + server + " refuses connections.";
    case ProxyFailure::unreachable:
        return "The server " + server + " can't be reached from here.";
    case ProxyFailure::connect_timeout:
        return "The server " + server + " doesn't answer.";
    case ProxyFailure::connection_lost:
        return "The server " + server + " closed the connection before its answer was complete.";
    case ProxyFailure::response_timeout:
        return "The server " + server + " took too long to answer.";
    case ProxyFailure::bad_response:
        return "The server " + server + " sent an answer that is not valid HTTP.";
    case ProxyFailure::connect_failed:
        break;
    }
    return "The connection to the server " + server + " failed.";
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
