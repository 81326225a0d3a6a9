#pragma once
// Finds out whether servers can listen somewhere, before they are made.

#include <libnet/io/tcp/endpoint_text.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/system/system_error.hpp>

namespace libnet::inline v0::io {

namespace asio = boost::asio;

namespace detail {

inline boost::system::error_code try_bind(const asio::ip::tcp::endpoint& endpoint)
{
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor{io};
    boost::system::error_code failure;
    if (acceptor.open(endpoint.protocol(), failure)) return failure;
    acceptor.set_option(asio::socket_base::reuse_address{true});
    if (endpoint.protocol() == asio::ip::tcp::v6()) acceptor.set_option(asio::ip::v6_only{false});
    acceptor.bind(endpoint, failure);
    return failure;
}

}  // namespace detail

/// Finds out whether servers can listen here, and returns where they shall: on a machine without IPv6, 0.0.0.0 stands in
/// for `::`.
///
/// The servers themselves notice it, too: of two that start at the same time, each finds the port free here.
/// @throws boost::system::system_error "cannot listen on ADDRESS:PORT", with what bind(2) reports
inline asio::ip::tcp::endpoint check_listen(asio::ip::tcp::endpoint endpoint)
{
    auto failure = detail::try_bind(endpoint);
    if (failure == asio::error::address_family_not_supported && endpoint.address() == asio::ip::address_v6::any()) {
        endpoint.address(asio::ip::address_v4::any());
        failure = detail::try_bind(endpoint);
    }
    if (!failure) return endpoint;
    throw boost::system::system_error{failure, "cannot listen on " + to_text(endpoint)};
}

}  // namespace libnet::inline v0::io
