#pragma once
// The life of a TCP server: listen, accept, bound the number of connections, drain, end.

#include <libnet/io/deadline.hpp>
#include <libnet/io/executor.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>

namespace libnet::io {

/// Where a TcpServer listens, and how it ends.
struct TcpServerOptions {
    asio::ip::address address;  ///< `::` takes IPv4 connections too; default: 0.0.0.0
    std::uint16_t port = 0;     ///< 0: a free one, see `TcpServer::local_endpoint`
    bool reuse_port = false;    ///< several servers, one per thread, share the port (SO_REUSEPORT); the kernel spreads
    std::size_t max_connections = 0;                  ///< more wait in the kernel's queue until one ends; 0: no limit
    std::chrono::milliseconds drain_timeout{10'000};  ///< how long a drain lets requests finish; 0: not at all
};

namespace detail {
struct TcpServerState;
}

/// One accepted connection. It lives as long as the session coroutine that it was given to.
class Connection {
public:
    Connection(TcpSocket socket, asio::ip::tcp::endpoint peer, std::shared_ptr<detail::TcpServerState> server);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    TcpSocket& socket() noexcept { return socket_; }

    /// The client's address, as it was when the connection was accepted.
    const asio::ip::tcp::endpoint& peer() const noexcept { return peer_; }

    /// Our own address of this connection; unspecified once the socket is closed.
    asio::ip::tcp::endpoint local() const;

    /// When it expires, the socket's pending operations end with `operation_aborted`. Initially none.
    Deadline& deadline() noexcept { return deadline_; }

    /// For the deadlines of a session's other sockets.
    DeadlineWheel& wheel() noexcept;

    /// A request is being read or answered: a drain lets it finish.
    void busy() noexcept { idle_ = false; }

    /// Nothing is under way (the initial state): a drain ends the connection at once.
    void idle();

    /// The server is about to end: the answer in hand should be the connection's last.
    bool draining() const noexcept;

    /// Called when the server closes the connection by force, for a session that also waits for something else than
    /// this socket. Replaces an earlier one.
    void on_close(std::function<void()> handler) { on_close_ = std::move(handler); }

    /// Ends the connection now: pending operations end with `operation_aborted`.
    void close();

private:
    friend struct detail::TcpServerState;

    std::shared_ptr<detail::TcpServerState> server_;
    TcpSocket socket_;
    asio::ip::tcp::endpoint peer_;
    std::function<void()> on_close_;
    bool idle_ = true;
    std::list<Connection*>::iterator position_;
    Deadline deadline_;
};

/// Accepts connections and gives each to a session coroutine.
///
/// Distinct objects may be used in distinct threads; one object, and its io_context, in one thread only.
class TcpServer {
public:
    /// Serves one connection. When it ends, the socket is closed. An exception that leaves it closes that connection
    /// and hurts nobody else.
    using Session = std::function<Task<>(Connection&)>;

    /// Binds and listens.
    /// @throws boost::system::system_error what bind(2) or listen(2) reports, e.g. `address_in_use`, `access_denied`
    TcpServer(const Executor& executor, const TcpServerOptions& options);

    /// Closes everything at once; a `run` in progress ends.
    ~TcpServer();
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;

    /// Where it listens.
    asio::ip::tcp::endpoint local_endpoint() const;

    /// Connections that are open now.
    std::size_t connections() const noexcept;

    /// Accepts until it is stopped; call it once, on the executor's io_context.
    ///
    /// Completes when every session has ended after a cancellation: `total` drains (stops listening, closes idle
    /// connections, lets requests finish for at most `drain_timeout`), `terminal`, or a second cancellation, closes
    /// everything now. Running out of descriptors or memory only pauses accepting.
    asio::awaitable<void> run(Session session);

private:
    std::shared_ptr<detail::TcpServerState> state_;
};

}  // namespace libnet::io

#if !defined(LIBNET_SEPARATE_COMPILATION)
#  include <libnet/io/impl/tcp_server.ipp>
#endif
