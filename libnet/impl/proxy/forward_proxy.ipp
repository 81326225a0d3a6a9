#pragma once

#include <libnet/config.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/impl/proxy/proxy_exchange.ipp>
#include <libnet/impl/proxy/proxy_peer.ipp>
#include <libnet/impl/proxy/proxy_session.hpp>
#include <libnet/impl/proxy/proxy_session.ipp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/impl/proxy/proxy_transfer.ipp>
#include <libnet/impl/proxy/proxy_tunnel.ipp>
#include <libnet/impl/proxy/proxy_upstream.ipp>
#include <libnet/wire/http/http_syntax.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <random>
#include <utility>

#include <sys/socket.h>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL std::string via_name_of(const ForwardProxyOptions& options)
{
    if (options.via_name.empty()) return "libnet-" + std::to_string(std::random_device{}());
    if (wire::is_token(options.via_name)) return options.via_name;
    throw boost::system::system_error{boost::asio::error::invalid_argument, "via_name"};
}

LIBNETXX_DECL ForwardProxyState::ForwardProxyState(const io::Executor& executor, ForwardProxyOptions proxy_options,
                                                   io::FileDescriptor listening)
    : options{std::move(proxy_options)},
      rules{via_name_of(options), options.connect_ports},
      server{std::in_place, executor,
             io::TcpServerOptions{.address = options.address,
                                  .port = options.port,
                                  .reuse_port = options.reuse_port,
                                  .share_port = options.share_port,
                                  .max_connections = options.max_connections,
                                  .drain_timeout = options.drain_timeout},
             std::move(listening)},
      listener{server->local_endpoint()},
      resolver{std::in_place, executor, options.resolver},
      wheel{executor},
      upstreams{{.timeout = options.upstream_idle_timeout, .max_size = options.max_idle_upstreams}},
      scratch(std::size_t{64} * 1024)
{}

LIBNETXX_DECL std::optional<io::TcpSocket> ForwardProxyState::take_upstream(const std::string& destination)
{
    const auto now = std::chrono::steady_clock::now();
    while (auto socket = upstreams.take(destination, now)) {
        // Alive: nothing to read. What a server says while nobody has asked is its farewell, or not meant for us.
        char byte;
        const auto peeked = ::recv(socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return socket;
    }
    return std::nullopt;
}

LIBNETXX_DECL void ForwardProxyState::keep_upstream(std::string destination, io::TcpSocket socket)
{
    if (!server) return;
    if (!upstreams_expire) upstreams_expire.emplace(wheel, [this] { drop_expired_upstreams(); });
    upstreams.put(std::move(destination), std::move(socket), std::chrono::steady_clock::now());
    drop_expired_upstreams();
}

LIBNETXX_DECL void ForwardProxyState::drop_expired_upstreams()
{
    const auto now = std::chrono::steady_clock::now();
    upstreams.expire(now);
    const auto next = upstreams.next_expiry();
    if (!next) return upstreams_expire->clear();
    upstreams_expire->expires_after(std::chrono::ceil<std::chrono::milliseconds>(*next - now));
}

LIBNETXX_DECL void ForwardProxyState::end()
{
    upstreams.clear();
    upstreams_expire.reset();
    resolver.reset();
}

LIBNETXX_DECL io::Task<> serve_proxy_client(std::shared_ptr<ForwardProxyState> state, io::Connection& connection)
{
    ProxySession session{*state, connection};
    co_await session.run();
}

LIBNETXX_DECL boost::asio::awaitable<void> run_proxy(std::shared_ptr<ForwardProxyState> state)
{
    if (!state->server) throw boost::system::system_error{boost::asio::error::operation_aborted, "ForwardProxy::run"};
    io::TcpServer::Session session = [state](io::Connection& connection) {
        return serve_proxy_client(state, connection);
    };
    auto running = state->server->run_sessions(std::move(session));
    co_await std::move(running);
    state->end();
}

}  // namespace detail

LIBNETXX_DECL ForwardProxy::ForwardProxy(io::Executor executor, ForwardProxyOptions options)
    : state_{std::make_shared<detail::ForwardProxyState>(executor, std::move(options))}
{}

LIBNETXX_DECL ForwardProxy::ForwardProxy(io::Executor executor, ForwardProxyOptions options,
                                         boost::asio::ip::tcp::acceptor listener)
    : state_{std::make_shared<detail::ForwardProxyState>(executor, std::move(options),
                                                         io::FileDescriptor{listener.release()})}
{}

LIBNETXX_DECL ForwardProxy::~ForwardProxy() = default;

LIBNETXX_DECL ForwardProxy::ForwardProxy(ForwardProxy&&) noexcept = default;

LIBNETXX_DECL ForwardProxy& ForwardProxy::operator=(ForwardProxy&&) noexcept = default;

LIBNETXX_DECL Executor ForwardProxy::get_executor() const { return state_->server->executor(); }

LIBNETXX_DECL boost::asio::ip::tcp::endpoint ForwardProxy::local_endpoint() const { return state_->listener; }

LIBNETXX_DECL std::size_t ForwardProxy::connections() const { return state_->server->connections(); }

LIBNETXX_DECL boost::asio::awaitable<void> ForwardProxy::run() & { return detail::run_proxy(state_.share()); }

LIBNETXX_DECL void ForwardProxy::serve(boost::asio::ip::tcp::socket connection)
{
    state_->server->serve(std::move(connection));
}

}  // namespace libnet::inline v0
