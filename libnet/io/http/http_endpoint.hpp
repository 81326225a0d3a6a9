#pragma once
// A small HTTP service inside a program: metrics, health, readiness, on a port of its own.
//
//   io::HttpEndpoint endpoint{io.get_executor(), {.port = 9374}};
//   endpoint.on("/-/healthy", [](const io::EndpointRequest&) -> asio::awaitable<io::EndpointAnswer> {
//       io::EndpointAnswer answer{.body = "healthy\n"};
//       co_return answer;
//   });
//   co_await endpoint.run();

#include <libnet/base/diagnostics.hpp>
#include <libnet/base/owner.hpp>
#include <libnet/config.hpp>
#include <libnet/io/loop/async_operation.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/server_executor.hpp>
#include <libnet/io/tls/tls_context.hpp>
#include <libnet/wire/http/http_fields.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::io {

class MountedHandlers;

/// Where an HttpEndpoint listens, and what it allows its clients.
struct HttpEndpointOptions {
    asio::ip::address address = asio::ip::address_v4::loopback();  ///< `::` takes IPv4 connections too
    std::uint16_t port = 0;                                        ///< 0: a free one, see `local_endpoint`
    std::size_t max_connections = 512;          ///< more wait in the kernel's queue until one ends; 0: no limit
    std::size_t max_request_body = 16 * 1024;   ///< bytes of a request's body that are read, to be thrown away
    std::size_t max_unsent = 64 * 1024 * 1024;  ///< octets of answers that clients haven't taken yet: then 503 for more

    /// Clients are left to the kernel until they have sent something: see StaticFileServerOptions.
    bool defer_accept = false;

    std::shared_ptr<TlsContext> tls{};  ///< speaks TLS, and nothing else; null: plain HTTP

    /// From a connection's or request's first byte to its head's end; the same for a body, and for a TLS handshake.
    std::chrono::milliseconds header_timeout{10'000};
    std::uint64_t min_receive_rate =
        500;  ///< each so many bytes that have come are worth a second more, for a head up to
              ///< twice `header_timeout`; 0: they aren't
    std::chrono::milliseconds idle_timeout{120'000};  ///< between two requests: longer than most scrape intervals
    std::chrono::milliseconds write_timeout{30'000};  ///< without any progress in sending
    std::uint64_t min_send_rate =
        500;  ///< bytes a second that a client takes at least, on average over `write_timeout` of
              ///< waiting for it; 0: any rate will do
    std::chrono::milliseconds drain_timeout{10'000};  ///< how long a stopping service lets requests finish
    DiagnosticsHandler diagnostics{};                 ///< is told what a handler throws, for one; may be empty
};

/// What a client asks for. The views are good until the answer is there.
struct EndpointRequest {
    std::string_view path;                ///< as sent, percent-encoded
    std::string_view query;               ///< behind the `?`, as sent: see wire/query.hpp
    const wire::HttpFields& fields;       ///< of the request's head
    asio::ip::tcp::endpoint client = {};  ///< who asks
};

/// What it gets.
struct EndpointAnswer {
    unsigned status = 200;                                   ///< 200 to 599
    std::string content_type = "text/plain; charset=utf-8";  ///< the value of Content-Type
    std::string body = {};                                   ///< the whole of it

    /// Where the body is long, and made as the client takes it: returns the piece behind the last one, and an empty one at
    /// the end. `body` is the first piece then. Between two pieces others have their turn, and as long as the client takes
    /// none, none is made: a few dozen KiB are a good size. It goes out chunked (RFC 9112 section 7.1), and compressed
    /// where the client takes gzip; to a client of HTTP/1.0 its end is the connection's. What it throws ends the connection
    /// in the middle of the answer, so that the client knows.
    std::function<std::string()> more = {};

    /// Content-Security-Policy of a page (W3C CSP 3); empty: it has none.
    std::string policy = {};
};

/// Answers a request, and may take any time for it: it has to give up itself when something takes too long. It is cancelled
/// (terminal) when the service is stopped at once, and when its client has closed the connection, or its half of it, a second
/// after it began or later. What it throws else becomes a 500 without a word of it, and is told to `diagnostics`.
using EndpointHandler = std::function<asio::awaitable<EndpointAnswer>(const EndpointRequest&)>;

/// Serves GET and HEAD, or POST and PUT, of a few fixed paths over HTTP/1.0 and 1.1, with the strict framing of wire/.
/// Anything else is answered with 404, 405 or what the framing says; bodies of requests are thrown away.
///
/// It has no authentication: whoever reaches the port is served. Everything that a client sends, and the
/// time it takes for that, is bounded, but not the number of its requests.
class HttpEndpoint {
public:
    /// Binds and listens.
    /// @throws boost::system::system_error what bind(2) or listen(2) reports, e.g. `address_in_use`, `access_denied`
    HttpEndpoint(ServerExecutor executor, const HttpEndpointOptions& options);

    /// The same with a socket that listens already: `address` and `port` don't count.
    /// @throws boost::system::system_error  also `invalid_argument`: it doesn't listen
    HttpEndpoint(ServerExecutor executor, const HttpEndpointOptions& options, asio::ip::tcp::acceptor listener);

    /// The same with several of them, one at least, which are served alike.
    HttpEndpoint(ServerExecutor executor, const HttpEndpointOptions& options,
                 std::vector<asio::ip::tcp::acceptor> listeners);

    /// Closes everything at once; a `run` in progress ends.
    ~HttpEndpoint();
    HttpEndpoint(HttpEndpoint&&) noexcept;  ///< one that was moved from throws `std::logic_error`
    HttpEndpoint& operator=(HttpEndpoint&&) noexcept;

    /// Sets what answers for a path ("/metrics"), which is compared byte by byte. Before `run`.
    void on(std::string path, EndpointHandler handler);

    /// Sets what a POST or a PUT of a path does; it doesn't get the body. GET and HEAD of the path do nothing. Before `run`.
    void on_post(std::string path, EndpointHandler handler);

    /// Mounts what gets all requests first: see libnet/endpoint_handlers.hpp. Before `run`.
    /// @throws std::logic_error  handlers are mounted already
    void mount(std::shared_ptr<MountedHandlers> handlers);

    /// What is mounted; null: nothing is.
    const std::shared_ptr<MountedHandlers>& mounted() const noexcept;

    /// Cancels the handlers whose clients have left, without waiting for the second to pass: for who has no room for another.
    /// Their ends take a few turns of the event loop. On its thread.
    void give_up_left();

    /// Whether it speaks TLS.
    bool uses_tls() const noexcept;

    Executor get_executor() const;

    /// Where it listens, with its first socket.
    asio::ip::tcp::endpoint local_endpoint() const;

    /// Serves until it is stopped; call it once, on the executor's io_context, which one thread runs.
    ///
    /// Throws `boost::system::system_error`: `already_started` the second time; `operation_aborted` where the object was
    /// destroyed before it began. Where a second thread runs the io_context, `invalid_argument` leaves its
    /// `io_context::run`.
    ///
    /// Completes when every connection has ended after a cancellation: `total` stops listening, closes idle connections
    /// and lets requests finish for at most `drain_timeout`; `terminal` closes everything now.
    asio::awaitable<void> run() &;
    void run() && = delete;  // the object would be gone before it begins

    /// The same for any completion token: `void(boost::system::error_code)`.
    template <BOOST_ASIO_COMPLETION_TOKEN_FOR(void(boost::system::error_code)) Token>
    auto async_run(Token&& token)
    {
        return async_operation<void>(
            get_executor(), [this] { return run(); }, std::forward<Token>(token));
    }

    /// Serves a connection that was accepted elsewhere as one of its own: at once, or as soon as `run` begins.
    /// @throws boost::system::system_error  `operation_aborted`: the server has stopped; why the socket can't be used
    void serve(asio::ip::tcp::socket connection);

private:
    struct State;
    base::Owner<State> state_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/http/http_endpoint.ipp>
#endif
