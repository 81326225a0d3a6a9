#pragma once
// What a program may put in the place of the library's own ways to servers.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <string>
#include <vector>

namespace libnet::inline v0 {

/// How names are looked up and connections are made; each may be empty, and then the library does it. Both are called
/// on the thread of whoever connects, for many connections at a time, are cancelled (terminal) when the connection
/// isn't wanted any more or it takes too long, and may throw `boost::system::system_error`, whose code says what the
/// client is told (`host_not_found`, `connection_refused`); another exception is a failure as well. Coroutines that
/// haven't ended are destroyed with the io_context at the latest: what they refer to is declared before it.
struct OutboundWays {
    /// The addresses of a name, in the order in which they are tried; none: the name has no address. Addresses in the
    /// place of a name are not asked about. Nothing is remembered. What it returns is judged by the policy as any
    /// address is.
    std::function<boost::asio::awaitable<std::vector<boost::asio::ip::address>>(std::string host)> resolve{};

    /// A connected stream to an address that the policy has admitted, on the same io_context: of TCP, or another that
    /// behaves so, such as one end of a pair of Unix sockets. It is called for one address after the other until one
    /// doesn't throw, and they have ForwardProxyOptions::connect_timeout together.
    std::function<boost::asio::awaitable<boost::asio::generic::stream_protocol::socket>(
        boost::asio::ip::tcp::endpoint to)>
        connect{};
};

}  // namespace libnet::inline v0
