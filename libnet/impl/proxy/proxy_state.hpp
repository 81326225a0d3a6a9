#pragma once
// What the connections of one ForwardProxy share.

#include <libnet/base/diagnostics.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/forward_proxy_options.hpp>
#include <libnet/io/connect/connector.hpp>
#include <libnet/io/http/http_clock.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/tcp/tcp_server.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace libnet::inline v0::detail {

struct ForwardProxyState {
    /// Listens, unless it is given a socket that does.
    ForwardProxyState(const io::Executor& executor, ForwardProxyOptions proxy_options,
                      io::FileDescriptor listening = {});

    /// Closes everything, and whoever is served now ends at once.
    void stop() noexcept
    {
        if (connector) connector->close_idle();  // they are sockets of the server's
        server.reset();
    }

    /// The time as a Date field has it. Valid until the next call.
    std::string_view date() { return clock.date(io::HttpClock::now()); }

    const ForwardProxyOptions options;
    const base::Diagnostics diagnostics;
    const engine::ProxyRules rules;
    std::optional<io::TcpServer> server;  // nothing once the ForwardProxy is destroyed
    const io::asio::ip::tcp::endpoint listener;
    std::optional<io::Connector> connector;  // nothing once nobody is served any more
    io::DeadlineWheel wheel;                 // of the servers' side
    io::HttpClock clock;
    std::vector<char> scratch;  // what is read goes through here, if it goes on at once
};

/// Tells whoever wants to know of requests. What that throws is diagnosed, and ends the connection: false.
bool tell_access(const ForwardProxyState& proxy, const AccessRecord& record) noexcept;

}  // namespace libnet::inline v0::detail
