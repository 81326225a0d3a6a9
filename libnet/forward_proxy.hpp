#pragma once
// An HTTP/1.1 forward proxy as a class.

#include <libnet/access_record.hpp>
#include <libnet/config.hpp>
#include <libnet/io/executor.hpp>
#include <libnet/io/resolver.hpp>
#include <libnet/wire/http_limits.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace libnet {

namespace detail {
struct ForwardProxyState;
}

/// Options of a `ForwardProxy`. A timeout of zero or less expires at once, unless it says otherwise.
struct ForwardProxyOptions {
    /// Where to listen. Loopback by default: whoever can connect to the proxy can use it, and it knows no passwords.
    /// `::` takes IPv4 connections, too.
    boost::asio::ip::address address = boost::asio::ip::address_v4::loopback();
    std::uint16_t port = 8888;        ///< 0: a free one, see `ForwardProxy::local_endpoint`
    bool reuse_port = false;          ///< several proxies, one per thread, share the port (SO_REUSEPORT)
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

    wire::HttpLimits limits{};       ///< of requests and responses
    io::ResolverOptions resolver{};  ///< how names are looked up
    AccessHandler on_access{};       ///< called when a request, or a tunnel, is over; none: nobody is told
};

/// A forward proxy: absolute-form requests over HTTP/1.0 and 1.1, and CONNECT tunnels.
///
/// Every message is parsed strictly, and written anew for the next hop: what two parsers could understand differently
/// is refused, with 400 from a client and with 502 from a server. Bodies of any size are streamed, both ways at once;
/// a connection holds at most some 64 KiB in each direction, an idle tunnel not more than its request. Interim
/// responses (1xx) and trailers are forwarded. Connections persist on both sides; a request that isn't safe to repeat never meets a connection that
/// the server may be closing just now.
///
/// It does not protect what the proxy's host can reach from the proxy's clients: every address but its own listener is
/// connected to, loopback and private networks included. It does not authenticate, cache, or upgrade connections
/// (a WebSocket needs CONNECT, as browsers do it), and doesn't notice that a client has gone while it waits for the
/// server's answer.
///
/// Distinct objects may be used in distinct threads; one object, and its io_context, in one thread only. Destroying it
/// closes everything at once; a `run` in progress then ends.
class ForwardProxy {
public:
    /// Listens.
    /// @throws boost::system::system_error what bind(2) or listen(2) reports, e.g. `address_in_use`, `access_denied`;
    /// `invalid_argument` for a `via_name` that is no token; or what the resolver reports, where the system's
    /// configuration can't be read
    explicit ForwardProxy(io::Executor executor, ForwardProxyOptions options = {});
    ~ForwardProxy();
    ForwardProxy(const ForwardProxy&) = delete;
    ForwardProxy& operator=(const ForwardProxy&) = delete;

    /// Where it listens.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Connections of clients that are open now.
    std::size_t connections() const noexcept;

    /// Serves until it is stopped; call it once, on the executor's io_context.
    ///
    /// Completes when every connection has ended after a cancellation: `total` drains (stops listening, closes idle
    /// connections, lets requests and tunnels finish for at most `drain_timeout`), `terminal`, or a second cancellation,
    /// closes everything now.
    boost::asio::awaitable<void> run();

private:
    std::shared_ptr<detail::ForwardProxyState> state_;
};

}  // namespace libnet

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/impl/forward_proxy.ipp>
#endif
