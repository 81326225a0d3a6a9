#pragma once
// What the connections of one ForwardProxy share.

#include <libnet/engine/proxy/idle_pool.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/forward_proxy_options.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/tcp/tcp_server.hpp>

#include <optional>
#include <string>
#include <vector>

namespace libnet::inline v0::detail {

struct ForwardProxyState {
    /// Listens, unless it is given a socket that does.
    ForwardProxyState(const io::Executor& executor, ForwardProxyOptions proxy_options,
                      io::FileDescriptor listening = {});

    /// An idle connection to this server that is still open, or nothing.
    std::optional<io::TcpSocket> take_upstream(const std::string& server);

    /// Keeps a connection on which nothing is under way.
    void keep_upstream(std::string server, io::TcpSocket socket);

    void drop_expired_upstreams();

    /// Closes everything. Sessions end in their own time, and need the resolver that long.
    void stop() noexcept
    {
        server.reset();
        upstreams.clear();
    }

    /// Nothing is served any more: lets go of all that would keep the io_context running.
    void end();

    const ForwardProxyOptions options;
    const engine::ProxyRules rules;
    std::optional<io::TcpServer> server;  // nothing once the ForwardProxy is destroyed
    const io::asio::ip::tcp::endpoint listener;
    std::optional<io::Resolver> resolver;  // nothing once nobody is served any more
    io::DeadlineWheel wheel;
    engine::IdlePool<io::TcpSocket> upstreams;
    std::optional<io::Deadline> upstreams_expire;  // while some are idle
    std::vector<char> scratch;                     // see io::relay; also where bytes go that nobody wants
};

}  // namespace libnet::inline v0::detail
