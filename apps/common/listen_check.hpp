#pragma once
// Says in words why a daemon can't listen, before it starts.

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

/// "127.0.0.1:80", "[::1]:80".
inline std::string to_text(const asio::ip::tcp::endpoint& endpoint)
{
    std::ostringstream text;
    text << endpoint;
    return text.str();
}

namespace detail {

inline std::string_view hint_for(const boost::system::error_code& failure)
{
    if (failure == asio::error::address_in_use) return ": choose another --port, or end the program that has it";
    if (failure == asio::error::access_denied)
        return ": a port below 1024 takes the capability CAP_NET_BIND_SERVICE: choose another --port";
    if (failure == boost::system::errc::address_not_available) return ": this machine has no such --bind address";
    return "";
}

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

/// Finds out whether a daemon can listen here, and returns where it shall: on a machine without IPv6, 0.0.0.0 stands
/// in for `::`.
///
/// The servers themselves would notice most of it. But with several threads their sockets share the port
/// (SO_REUSEPORT), and then a second daemon of the same user would silently take a part of the first one's clients.
/// @throws std::runtime_error "cannot listen on ADDRESS:PORT: why: what to do"
inline asio::ip::tcp::endpoint check_listen(asio::ip::tcp::endpoint endpoint)
{
    auto failure = detail::try_bind(endpoint);
    if (failure == asio::error::address_family_not_supported && endpoint.address() == asio::ip::address_v6::any()) {
        endpoint.address(asio::ip::address_v4::any());
        failure = detail::try_bind(endpoint);
    }
    if (!failure) return endpoint;
    throw std::runtime_error{
        fmt::format("cannot listen on {}: {}{}", to_text(endpoint), failure.message(), detail::hint_for(failure))};
}

}  // namespace libnet::apps
