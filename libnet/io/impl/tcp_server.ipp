#pragma once

#include <libnet/config.hpp>
#include <libnet/io/last_error.hpp>
#include <libnet/io/tcp_server.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <utility>

#include <sys/socket.h>

namespace libnet::io {

namespace detail {

/// What the server, its accept loop and its sessions share.
struct TcpServerState {
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
    using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

    TcpServerState(const Executor& executor, const TcpServerOptions& server_options)
        : options{server_options},
          acceptor{executor},
          stopped{executor, Timer::time_point::max()},
          connection_ended{executor, Timer::time_point::max()},
          wheel{executor}
    {}

    void stop_accepting()
    {
        draining = true;
        boost::system::error_code ignored;
        acceptor.close(ignored);
        stopped.cancel();
        connection_ended.cancel();
    }

    void drain()
    {
        stop_accepting();
        for (Connection* connection : connections)
            if (connection->idle_) connection->close();
    }

    void abort()
    {
        stop_accepting();
        for (Connection* connection : connections) connection->close();
    }

    const TcpServerOptions options;
    Acceptor acceptor;
    Timer stopped;           // condition variables: timers that don't expire
    Timer connection_ended;  // (but for the limit of a drain)
    DeadlineWheel wheel;
    std::list<Connection*> connections;
    bool draining = false;
};

LIBNET_DECL void listen(TcpServerState::Acceptor& acceptor, const TcpServerOptions& options)
{
    const asio::ip::tcp::endpoint endpoint{options.address, options.port};
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address{true});
    acceptor.set_option(asio::ip::tcp::no_delay{true});  // accepted sockets inherit it, which saves a call for each
    if (endpoint.protocol() == asio::ip::tcp::v6()) acceptor.set_option(asio::ip::v6_only{false});
    if (options.reuse_port) {
        const int on = 1;
        if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
            throw boost::system::system_error{last_error(), "SO_REUSEPORT"};
    }
    acceptor.bind(endpoint);
    acceptor.listen();
}

using TcpServerPointer = std::shared_ptr<TcpServerState>;

LIBNET_DECL Task<> hold_session(std::unique_ptr<Connection> connection, std::shared_ptr<TcpServer::Session> session)
{
    // What a session throws ends this connection only; the access record has told what there was to tell.
    try {
        co_await (*session)(*connection);
    } catch (const std::exception&) {
    }
}

/// Descriptors or memory have run out (or a firewall rule interferes): a pause lets other connections end.
LIBNET_DECL Task<> pause_accepting(TcpServerPointer server)
{
    TcpServerState::Timer pause{server->acceptor.get_executor(), std::chrono::milliseconds{100}};
    co_await pause.async_wait(use_tuple);
}

LIBNET_DECL Task<> accept_connections(TcpServerPointer server, std::shared_ptr<TcpServer::Session> session)
{
    const auto executor = server->acceptor.get_executor();
    while (!server->draining) {
        const auto limit = server->options.max_connections;
        if (limit != 0 && server->connections.size() >= limit) {
            co_await server->connection_ended.async_wait(use_tuple);
            continue;
        }
        asio::ip::tcp::endpoint peer;
        auto [error, socket] = co_await server->acceptor.async_accept(peer, use_tuple);
        if (server->draining) break;
        if (!error) {
            auto connection = std::make_unique<Connection>(std::move(socket), peer, server);
            asio::co_spawn(executor, hold_session(std::move(connection), session), asio::detached);
        } else if (error != asio::error::connection_aborted) {
            co_await pause_accepting(server);
        }
    }
}

/// Waits until all connections have ended. Returns false when it is cancelled or `limit` has passed before.
LIBNET_DECL asio::awaitable<bool> connections_ended(TcpServerPointer server, TcpServerState::Timer::time_point limit)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;
    while (!server->connections.empty()) {
        if (state.cancelled() != asio::cancellation_type::none) co_return false;
        if (TcpServerState::Timer::clock_type::now() >= limit) co_return false;
        server->connection_ended.expires_at(limit);
        co_await server->connection_ended.async_wait(token);
    }
    co_return true;
}

/// Accepts connections until it is cancelled or the server is destroyed. False: it was told to end now.
LIBNET_DECL asio::awaitable<bool> serve_until_stopped(TcpServerPointer server,
                                                      std::shared_ptr<TcpServer::Session> session)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;

    asio::co_spawn(server->acceptor.get_executor(), accept_connections(server, std::move(session)), asio::detached);
    while (!server->draining && state.cancelled() == asio::cancellation_type::none)
        co_await server->stopped.async_wait(token);

    co_return (state.cancelled() & asio::cancellation_type::terminal) == asio::cancellation_type::none;
}

LIBNET_DECL asio::awaitable<void> run_server(TcpServerPointer server, std::shared_ptr<TcpServer::Session> session)
{
    using Timer = TcpServerState::Timer;
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    const bool politely = co_await serve_until_stopped(server, std::move(session));

    server->drain();
    bool ended = false;
    if (politely && server->options.drain_timeout.count() > 0) {
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        const auto limit = Timer::clock_type::now() + server->options.drain_timeout;
        ended = co_await connections_ended(server, limit);
    }
    if (!ended) {
        server->abort();
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await connections_ended(server, Timer::time_point::max());
    }
    server->wheel.rest();
}

}  // namespace detail

LIBNET_DECL Connection::Connection(TcpSocket socket, asio::ip::tcp::endpoint peer,
                                   std::shared_ptr<detail::TcpServerState> server)
    : server_{std::move(server)},
      socket_{std::move(socket)},
      peer_{std::move(peer)},
      deadline_{server_->wheel, [this] {
                    boost::system::error_code ignored;
                    socket_.cancel(ignored);
                }}
{
    position_ = server_->connections.insert(server_->connections.end(), this);
}

LIBNET_DECL Connection::~Connection()
{
    server_->connections.erase(position_);
    server_->connection_ended.cancel();
}

LIBNET_DECL asio::ip::tcp::endpoint Connection::local() const
{
    boost::system::error_code ignored;
    return socket_.local_endpoint(ignored);
}

LIBNET_DECL DeadlineWheel& Connection::wheel() noexcept { return server_->wheel; }

LIBNET_DECL void Connection::idle()
{
    idle_ = true;
    if (server_->draining) close();
}

LIBNET_DECL bool Connection::draining() const noexcept { return server_->draining; }

LIBNET_DECL void Connection::close()
{
    boost::system::error_code ignored;
    socket_.close(ignored);
    if (on_close_) on_close_();
}

LIBNET_DECL TcpServer::TcpServer(const Executor& executor, const TcpServerOptions& options)
    : state_{std::make_shared<detail::TcpServerState>(executor, options)}
{
    detail::listen(state_->acceptor, options);
}

LIBNET_DECL TcpServer::~TcpServer() { state_->abort(); }

LIBNET_DECL asio::ip::tcp::endpoint TcpServer::local_endpoint() const
{
    boost::system::error_code ignored;
    return state_->acceptor.local_endpoint(ignored);
}

LIBNET_DECL std::size_t TcpServer::connections() const noexcept { return state_->connections.size(); }

LIBNET_DECL asio::awaitable<void> TcpServer::run(Session session)
{
    return detail::run_server(state_, std::make_shared<Session>(std::move(session)));
}

}  // namespace libnet::io
