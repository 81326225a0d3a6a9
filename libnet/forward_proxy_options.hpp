#pragma once
// What a ForwardProxy can be told: see libnet/forward_proxy.hpp.

#include <libnet/access_record.hpp>
#include <libnet/http_limits.hpp>
#include <libnet/resolver_options.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace libnet::inline v0 {

/// Options of a `ForwardProxy`. A timeout of zero or less expires at once, unless it says otherwise.
struct ForwardProxyOptions {
    /// Where to listen. Loopback by default: whoever can connect to the proxy can use it, and it knows no passwords.
    /// `::` takes IPv4 connections, too.
    boost::asio::ip::address address = boost::asio::ip::address_v4::loopback();
    std::uint16_t port = 8888;  ///< 0: a free one, see `ForwardProxy::local_endpoint`
    bool share_port =
        false;  ///< others of this user may join it on its port later, one per thread; who is there already may not
    bool reuse_port = false;          ///< joins one that shares its port (SO_REUSEPORT)
    std::size_t max_connections = 0;  ///< of clients; more wait in the kernel's queue. 0: no limit

    /// Our name in Via, a token, by which a forwarding loop is recognised: unique to this proxy, but the same for all
    /// that share a port. Empty: `libnet-` and a random number.
    std::string via_name{};
    /// The ports that CONNECT may reach. Empty: all of them.
    std::vector<std::uint16_t> connect_ports{};

    std::chrono::milliseconds idle_timeout{60'000};      ///< a client's connection between two requests
    std::chrono::milliseconds request_timeout{30'000};   ///< a request's head, from its first byte to its last
    std::chrono::milliseconds connect_timeout{10'000};   ///< to connect, over all addresses of a name together
    std::chrono::milliseconds response_timeout{60'000};  ///< from the end of a request to its answer's head
    std::chrono::milliseconds transfer_timeout{60'000};  ///< without progress in the middle of a message
    std::chrono::milliseconds tunnel_timeout{600'000};   ///< a tunnel without a byte in either direction; 0: no limit
    std::chrono::milliseconds drain_timeout{10'000};     ///< how long a drain lets requests and tunnels finish

    /// How long an idle connection to a server is kept for the next request; 0: not at all.
    std::chrono::milliseconds upstream_idle_timeout{30'000};
    std::size_t max_idle_upstreams = 128;  ///< idle connections to servers in all; 0: none

    HttpLimits limits{};         ///< of requests and responses
    ResolverOptions resolver{};  ///< how names are looked up
    AccessHandler on_access{};   ///< called when a request, or a tunnel, is over; none: nobody is told
};

}  // namespace libnet::inline v0
