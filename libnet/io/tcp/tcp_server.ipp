#pragma once

#include <libnet/base/deadline_after.hpp>
#include <libnet/base/only.hpp>
#include <libnet/config.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/tcp/session_handler.ipp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/io/tcp/tcp_server_state.ipp>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace detail {

/// The failure of one step of it, with the address in place of the line of Asio's source that the error code has.
[[noreturn]] inline void throw_cannot_listen(const asio::ip::tcp::endpoint& endpoint,
                                             const boost::system::error_code& why)
{
    std::ostringstream what;
    what << "cannot listen on " << endpoint;
    throw boost::system::system_error{boost::system::error_code{why.value(), why.category()}, what.str()};
}

LIBNETXX_DECL FileDescriptor listen(const Executor& executor, const TcpServerOptions& options)
try {
    asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor{executor};
    const asio::ip::tcp::endpoint endpoint{options.address, options.port};
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address{true});
    acceptor.set_option(asio::ip::tcp::no_delay{true});  // accepted sockets inherit it, which saves a call for each
    if (endpoint.protocol() == asio::ip::tcp::v6()) acceptor.set_option(asio::ip::v6_only{false});
    const int on = 1;
    if (options.reuse_port && ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        throw boost::system::system_error{last_error(), "SO_REUSEPORT"};
    // One second is the shortest that the kernel knows. It is a saving only: a failure doesn't matter.
    const int seconds = 1;
    if (options.defer_accept)
        ::setsockopt(acceptor.native_handle(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds);
    acceptor.bind(endpoint);
    acceptor.listen();
    // Only now: two programs that start at the same time can't both have come this far.
    if (options.share_port && ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        throw boost::system::system_error{last_error(), "SO_REUSEPORT"};
    acceptor.native_non_blocking(true);
    return FileDescriptor{acceptor.release()};
} catch (const boost::system::system_error& error) {
    throw_cannot_listen({options.address, options.port}, error.code());
}

/// A listening socket that the caller has made.
LIBNETXX_DECL FileDescriptor adopt(FileDescriptor listener)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(listener.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0)
        throw boost::system::system_error{last_error(), "listening socket"};
    require_option(listens != 0, "listening socket: one that listens is needed");
    const int flags = ::fcntl(listener.get(), F_GETFL);
    if (flags < 0 || ::fcntl(listener.get(), F_SETFL, flags | O_NONBLOCK) != 0)
        throw boost::system::system_error{last_error(), "listening socket"};
    return listener;
}

LIBNETXX_DECL std::vector<FileDescriptor> adopt_all(std::vector<FileDescriptor> listeners)
{
    require_option(!listeners.empty(), "listening sockets: one at least is needed");
    for (auto& listener : listeners) listener = adopt(std::move(listener));
    return listeners;
}

using TcpServerPointer = std::shared_ptr<TcpServerState>;

/// Descriptors are short: those of spare connections can be had at once, if a client waits.
LIBNETXX_DECL bool spares_descriptors(TcpServerState& server)
{
    while (!server.has_descriptors())
        if (!server.is_waited_for() || !server.make_room()) return false;
    return true;
}

/// Descriptors are short, or memory has run out (or a firewall rule interferes): a pause lets other connections end.
/// Files may be closed, and connections of other servers in the process may end, without notice: hence the time limit.
LIBNETXX_DECL Task<> pause_accepting(TcpServerPointer server)
{
    server->full = true;
    do {
        server->connection_ended.expires_after(std::chrono::milliseconds{100});
        co_await server->connection_ended.async_wait(use_tuple);
    } while (server->accepts() && !spares_descriptors(*server));
    server->full = false;
    if (server->accepts()) server->connection_ended.expires_at(TcpServerState::Timer::time_point::max());
}

/// There are as many connections as there may be. Whoever waits gets the place of a connection that is spare. Where there
/// is none, one has to end, or to become spare, which is looked for now and then.
LIBNETXX_DECL Task<> wait_for_room(TcpServerPointer server)
{
    if (!server->is_waited_for()) {
        auto wait = server->listener.wait(PolledSocket::read);
        co_await std::move(wait);
        co_return;
    }
    if (server->make_room()) co_return;
    server->full = true;
    if (server->membership) server->budget->ask(*server->membership);
    server->connection_ended.expires_after(std::chrono::milliseconds{100});
    co_await server->connection_ended.async_wait(use_tuple);
    server->full = false;
    if (server->accepts()) server->connection_ended.expires_at(TcpServerState::Timer::time_point::max());
}

/// Accepts until the server drains. Throws where there is no memory to wait with.
LIBNETXX_DECL Task<> accept_some(TcpServerPointer server)
{
    constexpr unsigned in_a_row = 64;  // then others have their turn
    for (unsigned accepted = 0; server->accepts();) {
        if (server->budget->is_full()) {
            co_await wait_for_room(server);
            continue;
        }
        asio::ip::tcp::endpoint peer;
        auto place = server->budget->take();
        if (!place) continue;  // another thread has had the last one
        if (auto socket = server->accept(peer)) {
            const int descriptor = socket.get();
            const bool begun = server->begin(std::move(socket), peer, std::move(place));
            const bool is_short = server->is_short_of_descriptors(descriptor);
            if (is_short && !server->spare.empty() && (spares_descriptors(*server) || !server->is_waited_for()))
                continue;
            if (is_short) server->tell_shortage("descriptors are short");
            if (!begun || is_short) co_await pause_accepting(server);
            if (++accepted % in_a_row == 0) co_await asio::post(server->poll.executor(), use_tuple);
        } else if (place = {}; errno == EAGAIN) {
            server->tell_end_of_shortage();
            server->listener.exhausted(PolledSocket::read);
            auto wait = server->listener.wait(PolledSocket::read);
            co_await std::move(wait);
        } else if (errno != ECONNABORTED && errno != EINTR) {
            const auto why = last_error();
            // The kernel says so whether a client waits or not.
            if (why.value() == EMFILE && server->is_waited_for() && server->make_room()) continue;
            server->tell_shortage(why.message());
            co_await pause_accepting(server);
        }
    }
}

LIBNETXX_DECL Task<> accept_connections(TcpServerPointer server)
{
    while (server->accepts()) {
        try {
            auto accepting = accept_some(server);
            co_await std::move(accepting);
        } catch (const std::exception&) {
            // Memory has run out, even for a pause: it is tried again, for there will be some when a connection ends.
            if (server->accepts()) server->connection_ended.expires_at(TcpServerState::Timer::time_point::max());
        }
    }
}

/// Waits until all connections have ended. Returns false when it is cancelled or `limit` has passed before.
LIBNETXX_DECL asio::awaitable<bool> connections_ended(TcpServerPointer server, TcpServerState::Timer::time_point limit)
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
LIBNETXX_DECL asio::awaitable<bool> serve_until_stopped(TcpServerPointer server)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;

    asio::co_spawn(server->poll.executor(), accept_connections(server), asio::detached);
    while (server->accepts() && state.cancelled() == asio::cancellation_type::none)
        co_await server->stopped.async_wait(token);

    co_return (state.cancelled() & asio::cancellation_type::terminal) == asio::cancellation_type::none;
}

/// It listens no more: waits for the connections to end, each with its next answer. False: it was told to end now.
LIBNETXX_DECL asio::awaitable<bool> last_answers_given(TcpServerPointer server)
{
    constexpr std::chrono::milliseconds often{250};
    const auto state = co_await asio::this_coro::cancellation_state;
    for (bool ended = false; !ended && state.cancelled() == asio::cancellation_type::none;) {
        const auto now = TcpServerState::Timer::clock_type::now();
        if (server->idle_for) server->close_spare(now - *server->idle_for);  // which may be said later than `retire`
        ended = co_await connections_ended(server, now + often);
    }
    co_return (state.cancelled() & asio::cancellation_type::terminal) == asio::cancellation_type::none;
}

LIBNETXX_DECL asio::awaitable<void> run_server(TcpServerPointer server, TcpServer::HandlerFactory factory)
{
    using Timer = TcpServerState::Timer;
    server->poll.thread().require();
    if (std::exchange(server->started, true))
        throw boost::system::system_error{asio::error::already_started, "libnet: run of a server"};
    if (server->draining)  // the object is gone already
        throw boost::system::system_error{asio::error::operation_aborted, "libnet: run of a server"};
    server->factory = std::move(factory);
    server->join_others();
    server->begin_early();
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    bool politely = co_await serve_until_stopped(server);
    if (politely && server->retiring) politely = co_await last_answers_given(server);

    bool ended = false;
    if (politely) server->drain();  // else nobody hears a word of it
    if (politely && server->options.drain_timeout.count() > 0) {
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        const auto limit = base::deadline_after(Timer::clock_type::now(), server->options.drain_timeout);
        ended = co_await connections_ended(server, limit);
    }
    if (!ended) {
        server->abort();
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        co_await connections_ended(server, Timer::time_point::max());
    }
    server->leave_others();
    server->wheel.rest();
    server->factory = nullptr;  // which may hold what holds the server
}

}  // namespace detail

LIBNETXX_DECL TcpServer::TcpServer(const Executor& executor, const TcpServerOptions& options)
    : TcpServer{executor, options, FileDescriptor{}}
{}

LIBNETXX_DECL TcpServer::TcpServer(const Executor& executor, const TcpServerOptions& options, FileDescriptor listener)
    : TcpServer{executor, options, base::only(listener ? std::move(listener) : detail::listen(executor, options))}
{}

LIBNETXX_DECL TcpServer::TcpServer(const Executor& executor, const TcpServerOptions& options,
                                   std::vector<FileDescriptor> listeners)
    : state_{std::make_shared<detail::TcpServerState>(executor, options,
                                                      detail::Listeners{detail::adopt_all(std::move(listeners))})}
{}

LIBNETXX_DECL TcpServer::~TcpServer() { state_->abort(); }

LIBNETXX_DECL const Executor& TcpServer::executor() const noexcept { return state_->poll.executor(); }

LIBNETXX_DECL asio::ip::tcp::endpoint TcpServer::local_endpoint() const
{
    return detail::endpoint_of(state_->listeners.first());
}

LIBNETXX_DECL std::size_t TcpServer::connections() const noexcept { return state_->connections; }

LIBNETXX_DECL std::vector<ConnectionNow> TcpServer::connections_now(std::size_t most) const
{
    std::vector<ConnectionNow> found;
    for (const bool busy : {true, false})
        for (const auto& connection : state_->open) {
            if (found.size() == most) return found;
            if (connection.idle_ == busy || connection.closed()) continue;
            auto& now = found.emplace_back();
            now.client = connection.peer();
            if (connection.handler_) connection.handler_->describe(now);
        }
    return found;
}

LIBNETXX_DECL SocketPoll& TcpServer::poll() noexcept { return state_->poll; }

LIBNETXX_DECL asio::awaitable<void> TcpServer::run(HandlerFactory factory)
{
    return detail::run_server(state_, std::move(factory));
}

LIBNETXX_DECL void TcpServer::retire(std::optional<std::chrono::milliseconds> idle_for) { state_->retire(idle_for); }

LIBNETXX_DECL void TcpServer::serve(asio::ip::tcp::socket connection)
{
    const auto peer = connection.remote_endpoint();
    state_->adopt(FileDescriptor{connection.release()}, peer);
}

LIBNETXX_DECL asio::awaitable<void> TcpServer::run_sessions(Session session)
{
    auto shared = std::make_shared<Session>(std::move(session));
    return run([shared = std::move(shared)](Connection& connection) {
        return std::make_unique<detail::SessionHandler>(connection, shared);
    });
}

}  // namespace libnet::inline v0::io
