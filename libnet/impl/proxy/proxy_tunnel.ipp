#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_answer.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>
#include <libnet/io/tcp/relay.hpp>

namespace libnet::inline v0::detail {

LIBNETXX_DECL io::Task<> ProxySession::tunnel(const engine::ProxyDestination& destination)
{
    const bool connected = co_await connect_upstream(destination, false);
    if (!connected) {
        co_await fail_exchange(destination);
        co_return;
    }
    keep_ = false;
    // What the client sent without waiting for our answer belongs to the server.
    const std::string_view early{input_.data() + consumed_, filled_ - consumed_};
    const auto timeout = proxy_.options.transfer_timeout;
    const auto gone = co_await client_.write({engine::tunnel_answer}, timeout);
    const auto lost = co_await upstream_->peer.write({early}, timeout);
    exchange_.status = 200;
    if (gone || lost) co_return;

    const auto result = co_await io::relay(connection_.socket(), upstream_->socket, proxy_.scratch, connection_.wheel(),
                                           proxy_.options.tunnel_timeout);
    exchange_.received = early.size() + result.forward;
    exchange_.sent = result.backward;
    if (result.end == io::RelayEnd::idle) exchange_.reason = "The tunnel was idle for too long.";
    boost::system::error_code ignored;
    connection_.socket().close(ignored);
    upstream_.reset();
}

}  // namespace libnet::inline v0::detail
