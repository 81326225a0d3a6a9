#pragma once
// Serves the files of a directory over HTTP/1.0 and HTTP/1.1.

#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/executor.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/server_now.hpp>
#include <libnet/static_file_server_options.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

class RequestHandler;  // libnet/http_handlers.hpp
struct RouteOptions;
class WebSocketHandler;  // libnet/websocket_handlers.hpp
struct WebSocketOptions;

namespace detail {
struct FileServerContext;
}

/// A file server in one directory.
///
/// - GET and HEAD, whole files and ranges, conditional requests, precompressed files, index files and listings. See
///   engine::FileResponder for what is answered, and SiteOptions for what can be chosen.
/// - Several sites by host name, each with its own root and options.
/// - Nothing outside the root is served, whatever links are in it, unless Symlinks::any asks for it: io::RootDirectory.
///   What lies in it is public, but for names that begin with a dot. A user who may rename the root, or turn a link on the
///   way to it, decides what that is: the path is looked at once a second.
/// - The framing is strict (wire::RequestParser): what two readers could understand differently is refused, and the
///   connection closed.
/// - Pipelined requests that arrive together are answered together.
/// - TLS, rules of access, and limits for each client, when asked: TlsContext, AccessControl, ClientLimiter.
/// - Files, and names of nothing, are remembered for a second, or until the kernel tells of a change: io::FileStore. A
///   disk that is slow delays no request but those for what is on it.
///
/// It does not protect against: clients with very many addresses, which no limit for each client holds; a process that
/// changes a large file in place while it is sent: where that shows in time, the connection ends before the file does,
/// else the answer is a mixture, but never of a wrong length on a connection that is kept. Replace files by renaming.
///
/// Distinct objects may be used in distinct threads; one object, and its io_context, in one thread only.
class StaticFileServer {
public:
    /// Opens the root and listens. From then on the process ignores SIGPIPE, unless it has set it otherwise.
    /// @throws std::invalid_argument  an option of a site isn't valid; `what()` says which one, and what would do
    /// @throws boost::system::system_error  a root is no directory or can't be opened (its name is in `what()`);
    ///         `invalid_argument`: `redirect_to_https` is port 0; or what bind(2) and listen(2) report, e.g. `address_in_use`
    StaticFileServer(ServerExecutor executor, StaticFileServerOptions options);

    /// The same with a socket that listens already: `address`, `port`, `reuse_port` and `defer_accept` don't count.
    /// @throws boost::system::system_error  also `invalid_argument`: it doesn't listen
    StaticFileServer(ServerExecutor executor, StaticFileServerOptions options, boost::asio::ip::tcp::acceptor listener);

    /// Closes everything at once; a `run` in progress ends.
    ~StaticFileServer();
    StaticFileServer(StaticFileServer&&) noexcept;  ///< one that was moved from throws `std::logic_error`
    StaticFileServer& operator=(StaticFileServer&&) noexcept;

    Executor get_executor() const;

    /// Where it listens.
    boost::asio::ip::tcp::endpoint local_endpoint() const;

    /// Connections that are open now.
    std::size_t connections() const;

    /// What it is at: caches, pools, and so many of its connections, each of which has to be looked at. On its thread.
    ServerNow now(std::size_t most_connections = ServerNow::most_connections) const;

    /// How many files, listings and names its caches have forgotten so far because there was no more room. On its thread.
    std::uint64_t cache_evictions() const;

    /// Mounts a handler of the program's own for the requests with this method whose path fits the pattern, on every host:
    /// `files.handle("GET", "/api/hosts/{name}", handler)`. To be used, it takes libnet/http_handlers.hpp.
    ///
    /// Such requests pass all that stands in front of files: framing, TLS, limits, users, rules, deadlines and the log. A
    /// path is decoded, and its "." and ".." resolved, before both rules and routes look at it; one that can't name a file
    /// ("%2F" in a segment) names no handler either. Where the path fits, but no route has the method: 405, and OPTIONS says
    /// what there is. Routes come before files. See engine::RouteTable for patterns.
    /// @throws std::invalid_argument  the pattern or method is malformed, or there is such a route already; `what()` says so
    /// @throws std::logic_error  `run` has been called
    void handle(std::string_view method, std::string_view pattern, RequestHandler handler);
    void handle(std::string_view method, std::string_view pattern, RequestHandler handler, const RouteOptions& options);

    /// Mounts a handler of WebSockets (RFC 6455) in the same way: `files.websocket("/live", handler)`. To be used, it takes
    /// libnet/websocket_handlers.hpp.
    /// @throws std::invalid_argument  as above, or an option is out of its range
    /// @throws std::logic_error  `run` has been called
    void websocket(std::string_view pattern, WebSocketHandler handler);
    void websocket(std::string_view pattern, WebSocketHandler handler, const WebSocketOptions& options);

    /// Connections that were closed for their PROXY header, or for having none, since the object was made.
    std::uint64_t refused_proxy_headers() const;

    /// Serves until it is stopped; call it once, on the executor's io_context, which one thread runs.
    ///
    /// Throws `boost::system::system_error`: `already_started` the second time; `operation_aborted` where the object was
    /// destroyed before it began. Where a second thread runs the io_context, `invalid_argument` leaves its
    /// `io_context::run`.
    ///
    /// Completes when every connection has ended after a cancellation: `total` stops listening, closes idle connections
    /// and lets requests finish for at most `drain_timeout`; `terminal` closes everything now.
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
    struct State;
    detail::FileServerContext& context_to_mount_on();
    base::Owner<State> state_;
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/files/static_file_server.ipp>
#endif
