#pragma once
// One client's connection to a ForwardProxy.

#include <libnet/impl/proxy/proxy_session.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/impl/proxy/proxy_tunnel.hpp>
#include <libnet/io/tcp/tcp_server.hpp>

#include <memory>

namespace libnet::inline v0::detail {

/// Requests first, in a coroutine; then maybe a tunnel, which needs none. Hears of the client's and the server's socket.
class ProxyHandler final : public io::ConnectionHandler, public io::ReadinessListener {
public:
    ProxyHandler(std::shared_ptr<ForwardProxyState> proxy, io::Connection& connection);
    ~ProxyHandler() override;

    bool go_on() override;
    bool awaits_room() const noexcept override { return true; }

private:
    void on_readable() override { connection_.go_on(); }
    void on_writable() override { connection_.go_on(); }

    static io::Task<> serve(ProxyHandler& handler, std::shared_ptr<void> server);
    bool begin_tunnel();
    bool go_on_tunnel();

    std::shared_ptr<ForwardProxyState> proxy_;
    io::Connection& connection_;
    std::unique_ptr<ProxySession> session_;
    std::unique_ptr<ProxyTunnel> tunnel_;
    std::shared_ptr<bool> alive_;  // for handlers of the event loop
    bool begun_ = false;
};

}  // namespace libnet::inline v0::detail
