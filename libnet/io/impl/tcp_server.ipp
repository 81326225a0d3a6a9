#pragma once

#include <libnet/config.hpp>
#include <libnet/io/file_descriptor.hpp>
#include <libnet/io/last_error.hpp>
#include <libnet/io/tcp_server.hpp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/intrusive/list.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace libnet::io {

namespace detail {

/// Descriptors below this one are for connections. The others are for what clients ask for, which may be a file each:
/// half of those that the process may have, but no more than 4096.
LIBNET_DECL int descriptors_of_connections() noexcept
{
    rlimit most{};
    if (::getrlimit(RLIMIT_NOFILE, &most) != 0) return std::numeric_limits<int>::max();
    const auto bound = most.rlim_cur - std::min<rlim_t>(most.rlim_cur / 2, 4096);
    return static_cast<int>(std::min<rlim_t>(bound, std::numeric_limits<int>::max()));
}

/// What the server, its accept loop and its sessions share.
struct TcpServerState : std::enable_shared_from_this<TcpServerState> {
    using Timer =
        asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
    using List = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

    TcpServerState(const Executor& executor, const TcpServerOptions& server_options, FileDescriptor socket)
        : options{server_options},
          poll{executor},
          listener{poll, std::move(socket)},
          stopped{executor, Timer::time_point::max()},
          connection_ended{executor, Timer::time_point::max()},
          wheel{executor}
    {}

    ~TcpServerState()
    {
        for (auto* list : {&open, &closing}) list->clear_and_dispose([](Connection* connection) { delete connection; });
    }

    void stop_accepting()
    {
        draining = true;
        listener.close();
        stopped.cancel();
        connection_ended.cancel();
    }

    void drain()
    {
        stop_accepting();
        close_if([](const Connection& connection) { return connection.idle_; });
    }

    void abort()
    {
        stop_accepting();
        close_if([](const Connection&) { return true; });
    }

    /// Closing one may end it, and what is called then may close others: none is looked at twice, and no iterator kept.
    template <typename Predicate>
    void close_if(Predicate predicate)
    {
        List looked_at;
        while (!open.empty()) {
            auto& connection = open.front();
            open.pop_front();
            const bool goes = predicate(connection);
            (goes ? closing : looked_at).push_back(connection);
            if (goes) connection.close();
        }
        open.splice(open.end(), looked_at);
    }

    /// The next connection's socket, or why there is none: then errno tells.
    FileDescriptor accept(asio::ip::tcp::endpoint& peer) const noexcept
    {
        auto size = static_cast<socklen_t>(peer.capacity());
        FileDescriptor socket{::accept4(listener.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (socket) peer.resize(size);
        return socket;
    }

    void begin(FileDescriptor socket, const asio::ip::tcp::endpoint& peer)
    {
        auto connection = std::make_unique<Connection>(std::move(socket), peer, *this);
        connection->handler_ = factory(*connection);
        open.push_back(*connection);
        connection.release()->go_on();
    }

    /// Whether there is a descriptor for another connection. The kernel hands out the lowest free one. One connection is
    /// always taken, if it can be.
    bool has_descriptors() const noexcept
    {
        const FileDescriptor lowest{::fcntl(listener.native_handle(), F_DUPFD_CLOEXEC, 0)};
        return lowest && (lowest.get() < descriptor_bound || connections == 0);
    }

    /// Whether the next connection has to wait, after `newest` was accepted. Once one of them has reached the bound it is
    /// looked at each time, until half of them have ended.
    bool is_short_of_descriptors(int newest) noexcept
    {
        if (newest >= descriptor_bound) crowd = connections;
        else if (connections <= crowd / 2) crowd = 0;
        return crowd > 0 && !has_descriptors();
    }

    const TcpServerOptions options;
    const int descriptor_bound = descriptors_of_connections();
    SocketPoll poll;
    PolledSocket listener;
    Timer stopped;           // condition variables: timers that don't expire
    Timer connection_ended;  // (but for the limit of a drain, and when descriptors are short)
    DeadlineWheel wheel;
    TcpServer::HandlerFactory factory;
    List open, closing;
    std::size_t connections = 0;
    std::size_t crowd = 0;  // how many there were when descriptors were short; 0: they aren't
    bool draining = false;
    bool full = false;  // the accept loop waits for a connection to end
};

LIBNET_DECL FileDescriptor listen(const Executor& executor, const TcpServerOptions& options)
{
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor{executor};
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
    acceptor.native_non_blocking(true);
    return FileDescriptor{acceptor.release()};
}

LIBNET_DECL asio::ip::tcp::endpoint endpoint_of(int socket) noexcept
{
    asio::ip::tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    if (::getsockname(socket, endpoint.data(), &size) != 0) return {};
    endpoint.resize(size);
    return endpoint;
}

using TcpServerPointer = std::shared_ptr<TcpServerState>;

/// A connection that a coroutine serves from beginning to end.
class SessionHandler : public ConnectionHandler {
public:
    SessionHandler(Connection& connection, std::shared_ptr<TcpServer::Session> session)
        : connection_{connection},
          session_{std::move(session)}
    {}

    bool go_on() override
    {
        if (session_) asio::co_spawn(connection_.executor(), hold(connection_, std::move(session_)), asio::detached);
        return true;
    }

private:
    /// Ends the connection however the coroutine ends, even if it is destroyed.
    struct Ending {
        Connection& connection;
        std::shared_ptr<void> server = connection.keep_server();
        explicit Ending(Connection& of) : connection{of} {}
        ~Ending() { connection.end(); }
        Ending(const Ending&) = delete;
        Ending& operator=(const Ending&) = delete;
    };

    static Task<> hold(Connection& connection, std::shared_ptr<TcpServer::Session> session)
    {
        const Ending ending{connection};
        // What a session throws ends this connection only; the access record has told what there was to tell.
        try {
            co_await (*session)(connection);
        } catch (const std::exception&) {
        }
    }

    Connection& connection_;
    std::shared_ptr<TcpServer::Session> session_;  // null: it has begun
};

/// Descriptors are short, or memory has run out (or a firewall rule interferes): a pause lets other connections end.
/// Files may be closed, and connections of other servers in the process may end, without a word: hence the time limit.
LIBNET_DECL Task<> pause_accepting(TcpServerPointer server)
{
    server->full = true;
    do {
        server->connection_ended.expires_after(std::chrono::milliseconds{100});
        co_await server->connection_ended.async_wait(use_tuple);
    } while (!server->draining && !server->has_descriptors());
    server->full = false;
    if (!server->draining) server->connection_ended.expires_at(TcpServerState::Timer::time_point::max());
}

LIBNET_DECL Task<> wait_for_room(TcpServerPointer server)
{
    server->full = true;
    co_await server->connection_ended.async_wait(use_tuple);
    server->full = false;
}

LIBNET_DECL Task<> accept_connections(TcpServerPointer server)
{
    constexpr unsigned in_a_row = 64;  // then others have their turn
    const auto limit = server->options.max_connections;
    for (unsigned accepted = 0; !server->draining;) {
        if (limit != 0 && server->connections >= limit) {
            co_await wait_for_room(server);
            continue;
        }
        asio::ip::tcp::endpoint peer;
        if (auto socket = server->accept(peer)) {
            const int descriptor = socket.get();
            server->begin(std::move(socket), peer);
            if (server->is_short_of_descriptors(descriptor)) co_await pause_accepting(server);
            if (++accepted % in_a_row == 0) co_await asio::post(server->poll.executor(), use_tuple);
        } else if (errno == EAGAIN) {
            server->listener.exhausted(PolledSocket::read);
            auto wait = server->listener.wait(PolledSocket::read);
            co_await std::move(wait);
        } else if (errno != ECONNABORTED && errno != EINTR) {
            co_await pause_accepting(server);
        }
    }
}

/// Waits until all connections have ended. Returns false when it is cancelled or `limit` has passed before.
LIBNET_DECL asio::awaitable<bool> connections_ended(TcpServerPointer server, TcpServerState::Timer::time_point limit)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;
    while (server->connections > 0) {
        if (state.cancelled() != asio::cancellation_type::none) co_return false;
        if (TcpServerState::Timer::clock_type::now() >= limit) co_return false;
        server->connection_ended.expires_at(limit);
        co_await server->connection_ended.async_wait(token);
    }
    co_return true;
}

/// Accepts connections until it is cancelled or the server is destroyed. False: it was told to end now.
LIBNET_DECL asio::awaitable<bool> serve_until_stopped(TcpServerPointer server)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;

    asio::co_spawn(server->poll.executor(), accept_connections(server), asio::detached);
    while (!server->draining && state.cancelled() == asio::cancellation_type::none)
        co_await server->stopped.async_wait(token);

    co_return (state.cancelled() & asio::cancellation_type::terminal) == asio::cancellation_type::none;
}

LIBNET_DECL asio::awaitable<void> run_server(TcpServerPointer server)
{
    using Timer = TcpServerState::Timer;
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    const bool politely = co_await serve_until_stopped(server);

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
    server->factory = nullptr;  // which may hold what holds the server
}

}  // namespace detail

LIBNET_DECL Connection::Connection(FileDescriptor socket, const asio::ip::tcp::endpoint& peer,
                                   detail::TcpServerState& server)
    : server_{server},
      polled_{server.poll, std::move(socket), this},
      peer_{peer},
      deadline_{server.wheel, [this] { on_deadline(); }}
{
    ++server_.connections;
}

LIBNET_DECL Connection::~Connection()
{
    --server_.connections;
    if (server_.full || server_.draining) server_.connection_ended.cancel();
}

LIBNET_DECL TcpSocket& Connection::socket()
{
    if (socket_ == nullptr) {
        socket_ = std::make_unique<TcpSocket>(executor());
        auto descriptor = polled_.release();
        if (descriptor) socket_->assign(peer_.protocol(), descriptor.get());
        descriptor.release();
    }
    return *socket_;
}

LIBNET_DECL asio::ip::tcp::endpoint Connection::local() const
{
    return detail::endpoint_of(socket_ ? socket_->native_handle() : polled_.native_handle());
}

LIBNET_DECL const Executor& Connection::executor() const noexcept { return server_.poll.executor(); }

LIBNET_DECL DeadlineWheel& Connection::wheel() noexcept { return server_.wheel; }

LIBNET_DECL void Connection::idle()
{
    idle_ = true;
    if (server_.draining) close();
}

LIBNET_DECL bool Connection::draining() const noexcept { return server_.draining; }

LIBNET_DECL void Connection::on_deadline()
{
    boost::system::error_code ignored;
    if (socket_) socket_->cancel(ignored);
    else if (!polled_.cancel()) go_on();
}

LIBNET_DECL void Connection::close()
{
    closed_ = true;
    boost::system::error_code ignored;
    if (socket_) socket_->close(ignored);
    const bool waited = polled_.close();
    if (on_close_) on_close_();
    if (!waited) go_on();
}

LIBNET_DECL void Connection::go_on()
{
    if (std::exchange(going_on_, true)) return;  // it will notice
    bool more = false;
    try {
        more = handler_->go_on();
    } catch (const std::exception&) {
        // This connection has had it, nobody else.
    }
    going_on_ = false;
    if (!more || ended_) delete this;
}

LIBNET_DECL std::shared_ptr<void> Connection::keep_server() const { return server_.shared_from_this(); }

LIBNET_DECL void Connection::end()
{
    if (going_on_) ended_ = true;
    else delete this;
}

LIBNET_DECL TcpServer::TcpServer(const Executor& executor, const TcpServerOptions& options)
    : state_{std::make_shared<detail::TcpServerState>(executor, options, detail::listen(executor, options))}
{}

LIBNET_DECL TcpServer::~TcpServer() { state_->abort(); }

LIBNET_DECL asio::ip::tcp::endpoint TcpServer::local_endpoint() const
{
    return detail::endpoint_of(state_->listener.native_handle());
}

LIBNET_DECL std::size_t TcpServer::connections() const noexcept { return state_->connections; }

LIBNET_DECL asio::awaitable<void> TcpServer::run(HandlerFactory factory)
{
    state_->factory = std::move(factory);
    return detail::run_server(state_);
}

LIBNET_DECL asio::awaitable<void> TcpServer::run_sessions(Session session)
{
    auto shared = std::make_shared<Session>(std::move(session));
    return run([shared = std::move(shared)](Connection& connection) {
        return std::make_unique<detail::SessionHandler>(connection, shared);
    });
}

}  // namespace libnet::io
