#pragma once
// The life of a TCP server: listen, accept, bound the number of connections, drain, end.

#include <libnet/base/diagnostics.hpp>
#include <libnet/io/loop/executor.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/tcp/connection.hpp>
#include <libnet/io/tcp/connection_budget.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace libnet::inline v0::io {

/// Where a TcpServer listens, and how it ends.
struct TcpServerOptions {
    asio::ip::address address;  ///< `::` takes IPv4 connections too; default: 0.0.0.0
    std::uint16_t port = 0;     ///< 0: a free one, see `TcpServer::local_endpoint`
    bool reuse_port = false;    ///< joins servers on this port (SO_REUSEPORT); the kernel spreads connections
    bool share_port = false;  ///< others may join later; one that is there already makes it fail with `address_in_use`
    /// Connections are accepted when the client has sent something (TCP_DEFER_ACCEPT, tcp(7)), which spares the server
    /// much of their cost. For protocols in which the client speaks first; one that is silent is accepted about a second
    /// later, and if the server ends before, it learns of that when it speaks.
    bool defer_accept = false;
    /// More wait in the kernel's queue until one ends, or is closed for them: that which has been spare the longest, see
    /// `Connection::spare`. 0: no limit. In any case some descriptors are left for files.
    std::size_t max_connections = 0;
    /// The same for several servers together, in several threads; null: this one alone, with `max_connections`.
    std::shared_ptr<ConnectionBudget> shared_connections{};
    std::chrono::milliseconds drain_timeout{10'000};  ///< how long a drain lets requests finish; 0: not at all
    /// Gives back memory that isn't needed, such as caches, when ConnectionBudget::hold says that it is short. Called in the
    /// server's thread, between the begin and the end of `run`; may be empty.
    std::function<void()> on_memory_shortage{};
    DiagnosticsHandler diagnostics{};  ///< is told what connections throw, and of a lack of descriptors
};

/// Accepts connections and gives each to a handler or a session coroutine.
///
/// Distinct objects may be used in distinct threads; one object, and its io_context, in one thread only.
class TcpServer {
public:
    /// Makes the handler of a connection, which lives as long as that.
    using HandlerFactory = std::function<std::unique_ptr<ConnectionHandler>(Connection&)>;

    /// Serves one connection. When it ends, the socket is closed.
    using Session = std::function<Task<>(Connection&)>;

    /// Binds and listens.
    /// @throws boost::system::system_error what bind(2) or listen(2) reports, e.g. `address_in_use`, `access_denied`;
    ///         `what()` has the address and port
    TcpServer(const Executor& executor, const TcpServerOptions& options);

    /// Accepts from a socket that listens already, and what the options say of listening doesn't count; without one it
    /// does as above.
    /// @throws boost::system::system_error `invalid_argument`: it doesn't listen
    TcpServer(const Executor& executor, const TcpServerOptions& options, FileDescriptor listener);

    /// Accepts from several sockets that listen already, one at least, in turn.
    /// @throws boost::system::system_error also what epoll_create1(2) reports
    TcpServer(const Executor& executor, const TcpServerOptions& options, std::vector<FileDescriptor> listeners);

    /// Closes everything at once; a `run` in progress ends.
    ~TcpServer();
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;

    const Executor& executor() const noexcept;

    /// Where it listens, with its first socket; unspecified once it has stopped.
    asio::ip::tcp::endpoint local_endpoint() const;

    /// Connections that are open now.
    std::size_t connections() const noexcept;

    /// Some of the connections as they are now: those with something under way, and if there is room, idle ones.
    std::vector<ConnectionNow> connections_now(std::size_t most) const;

    /// For a server's connections to others. Valid as long as the server or a connection of it is.
    SocketPoll& poll() noexcept;

    /// Accepts until it is stopped; call one of these once, on the executor's io_context. An exception that leaves a
    /// handler or session closes that connection, is told to `diagnostics`, and affects no other.
    ///
    /// Throws `boost::system::system_error`: `already_started` the second time; `operation_aborted` where the object was
    /// destroyed before it began; `invalid_argument` where another thread runs the io_context as well. That may also
    /// leave the other thread's `io_context::run`, when it finds work of this server there.
    ///
    /// Completes when every connection has ended after a cancellation: `total` drains (stops listening, closes idle
    /// connections, lets requests finish for at most `drain_timeout`), `terminal`, or a second cancellation, closes
    /// everything now. Running out of descriptors or memory only pauses accepting, and is told to `diagnostics` once, as is
    /// that it is over.
    asio::awaitable<void> run(HandlerFactory factory);
    asio::awaitable<void> run_sessions(Session session);

    /// Stops listening, and leaves the connections be: each ends with the answer to its next request, or when it has been
    /// idle for as long as it may, so that no request is lost. `run` completes when all have ended. A cancellation ends
    /// them as it does otherwise. For a server whose place another one has taken, on the same listening socket.
    ///
    /// With `idle_for`: connections that have been idle for so long end at once, and others when they have been; what their
    /// clients send at that very moment is lost. Of no effect where they have no such state (Connection::spare).
    void retire(std::optional<std::chrono::milliseconds> idle_for = std::nullopt);

    /// Serves a connection that was accepted elsewhere, as one of its own, at once or as soon as `run` begins. It isn't
    /// counted against `max_connections` before.
    /// @throws boost::system::system_error `operation_aborted`: the server has stopped; why the socket can't be used
    void serve(asio::ip::tcp::socket connection);

private:
    std::shared_ptr<detail::TcpServerState> state_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/connection.ipp>
#  include <libnet/io/tcp/tcp_server.ipp>
#endif
