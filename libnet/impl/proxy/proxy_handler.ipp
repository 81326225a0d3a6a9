#pragma once

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_handler.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL ProxyHandler::ProxyHandler(std::shared_ptr<ForwardProxyState> proxy, io::Connection& connection)
    : proxy_{std::move(proxy)},
      connection_{connection},
      session_{std::make_unique<ProxySession>(*proxy_, connection, *this)}
{}

LIBNETXX_DECL ProxyHandler::~ProxyHandler() = default;

LIBNETXX_DECL bool ProxyHandler::go_on()
{
    if (tunnel_) return go_on_tunnel();
    if (std::exchange(begun_, true)) session_->wake();
    else asio::co_spawn(connection_.executor(), serve(*this, connection_.keep_server()), asio::detached);
    return true;
}

/// Until the connection has served its last request. `server` must be there until then.
LIBNETXX_DECL io::Task<> ProxyHandler::serve(ProxyHandler& handler, std::shared_ptr<void>)
{
    bool tunnels = false;
    try {
        co_await handler.session_->run();
        tunnels = handler.begin_tunnel();
    } catch (...) {
        handler.proxy_->diagnostics.tell_exception("a client's connection is closed");
    }
    if (!tunnels) handler.connection_.end();
}

/// False: there is no tunnel, or it is over already.
LIBNETXX_DECL bool ProxyHandler::begin_tunnel()
{
    tunnel_ = session_->take_tunnel();
    if (!tunnel_) return false;
    session_.reset();
    return go_on_tunnel();
}

LIBNETXX_DECL bool ProxyHandler::go_on_tunnel()
{
    using Step = io::Relay::Step;
    const auto step = tunnel_->go_on();
    if (step != Step::more) return step == Step::waits;
    if (!alive_) alive_ = std::make_shared<bool>(true);
    asio::post(connection_.executor(), [alive = std::weak_ptr<bool>{alive_}, connection = &connection_] {
        if (!alive.expired()) connection->go_on();
    });
    return true;
}

}  // namespace libnet::inline v0::detail
