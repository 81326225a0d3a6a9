#pragma once
// What the connections of one ForwardProxy share.

#include <libnet/engine/idle_pool.hpp>
#include <libnet/engine/proxy_decision.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/io/deadline.hpp>
#include <libnet/io/resolver.hpp>
#include <libnet/io/tcp_server.hpp>

#include <optional>
#include <string>
#include <vector>

namespace libnet::detail {

struct ForwardProxyState {
    ForwardProxyState(const io::Executor& executor, ForwardProxyOptions proxy_options);

    /// An idle connection to this server that is still open, or nothing.
    std::optional<io::TcpSocket> take_upstream(const std::string& server);

    /// Keeps a connection on which nothing is under way.
    void keep_upstream(std::string server, io::TcpSocket socket);

    void drop_expired_upstreams();

    const ForwardProxyOptions options;
    const engine::ProxyRules rules;
    std::optional<io::TcpServer> server;  // nothing once the ForwardProxy is destroyed
    const io::asio::ip::tcp::endpoint listener;
    io::Resolver resolver;
    io::DeadlineWheel wheel;
    engine::IdlePool<io::TcpSocket> upstreams;
    io::Deadline upstreams_expire;
    std::vector<char> scratch;  // see io::relay; also where bytes go that nobody wants
};

}  // namespace libnet::detail
