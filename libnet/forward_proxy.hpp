#pragma once
// An HTTP/1.1 forward proxy as a class.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/executor.hpp>
#include <libnet/forward_proxy_options.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/server_now.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

namespace detail {
struct ForwardProxyState;
}

/// A forward proxy: absolute-form requests over HTTP/1.0 and 1.1, and CONNECT tunnels.
///
/// Every message is parsed strictly, and written anew for the next hop: what two parsers could understand differently
/// is refused, with 400 from a client and with 502 from a server. Bodies of any size are streamed, both ways at once;
/// a connection holds at most some 64 KiB in each direction, and while it waits no buffer at all. Interim responses
/// (1xx) and trailers are forwarded. Connections persist on both sides; a request that isn't safe to repeat never meets
/// a connection that the server may be closing just now, and a connection that has authenticated (NTLM, Negotiate)
/// never another client.
///
/// A client that closes its connection, or its sending half, before it has its answer has left: what was done for it
/// ends at once, names that are looked up and connections to servers included. An Upgrade (a WebSocket) is passed on, and the
/// connection becomes a tunnel when the server has switched protocols.
///
/// Where clients may go is judged before a name is looked up, and again for each of its addresses: exactly an address that
/// was judged is connected to, and an idle connection is judged again for whoever wants it. By default the public internet
/// is reached and nothing else; see `allow_private` and `egress`. It looks into tunnels only as far as `check_sni`
/// says, and does not cache.
///
/// Distinct objects may be used in distinct threads; one object, and its io_context, in one thread only. Destroying it
/// closes everything at once; a `run` in progress then ends.
class ForwardProxy {
public:
    /// Listens. From then on the process ignores SIGPIPE, unless it has set it otherwise.
    /// @throws boost::system::system_error what bind(2) or listen(2) reports, e.g. `address_in_use`, `access_denied`;
    /// `invalid_argument` for a `via_name` that is no token; or what the resolver reports, where the system's
    /// configuration can't be read
    explicit ForwardProxy(ServerExecutor executor, ForwardProxyOptions options = {});

    /// The same with a socket that listens already: `address`, `port` and `reuse_port` don't count.
    /// @throws boost::system::system_error  also `invalid_argument`: it doesn't listen
    ForwardProxy(ServerExecutor executor, ForwardProxyOptions options, boost::asio::ip::tcp::acceptor listener);

    ~ForwardProxy();
    ForwardProxy(ForwardProxy&&) noexcept;  ///< one that was moved from throws `std::logic_error`
    ForwardProxy& operator=(ForwardProxy&&) noexcept;

    Executor get_executor() const;

    /// Where it listens.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Connections of clients that are open now.
    std::size_t connections() const;

    /// What it is at: caches, pools, and so many of its connections, each of which has to be looked at. On its thread.
    ServerNow now(std::size_t most_connections = ServerNow::most_connections) const;

    /// Connections that were closed for their PROXY header, or for having none, since the object was made.
    std::uint64_t refused_proxy_headers() const;

    /// How many requests had which verdict so far, by the names that answers and logs have: see engine::HttpForwarding.
    std::map<std::string_view, std::uint64_t> verdicts() const;

    /// Serves until it is stopped; call it once, on the executor's io_context, which one thread runs.
    ///
    /// Throws `boost::system::system_error`: `already_started` the second time; `operation_aborted` where the object was
    /// destroyed before it began. Where a second thread runs the io_context, `invalid_argument` leaves its
    /// `io_context::run`.
    ///
    /// Completes when every connection has ended after a cancellation: `total` drains (stops listening, closes idle
    /// connections, lets requests and tunnels finish for at most `drain_timeout`), `terminal`, or a second cancellation,
    /// closes everything now.
    boost::asio::awaitable<void> run() &;
    void run() && = delete;  // the object would be gone before it begins, and g++ 12 would destroy its options twice

    /// The same for any completion token: `void(boost::system::error_code)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code)) Token>
    auto async_run(Token&& token)
    {
        return io::async_operation<void>(
            get_executor(), [this] { return run(); }, std::forward<Token>(token));
    }

    /// Stops listening, and leaves the connections be: each ends with the answer to its next request, or when it has been
    /// idle for as long as it may, so that no request is lost; `run` completes when all have ended. For a server whose
    /// place another one has taken, on the same listening socket.
    ///
    /// With `idle_for`: connections that have been idle for so long end at once, and others when they have been; what a client
    /// sends at that very moment is lost.
    void retire(std::optional<std::chrono::milliseconds> idle_for = std::nullopt);

    /// Serves a connection that was accepted elsewhere as one of its own: at once, or as soon as `run` begins.
    /// @throws boost::system::system_error  `operation_aborted`: the server has stopped; why the socket can't be used
    void serve(boost::asio::ip::tcp::socket connection);

private:
    base::Owner<detail::ForwardProxyState> state_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/proxy/forward_proxy.ipp>
#endif
