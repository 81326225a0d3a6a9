#pragma once
// What the connections of one ForwardProxy share.

#include <libnet/access.hpp>
#include <libnet/base/diagnostics.hpp>
#include <libnet/engine/proxy/parent_choice.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/upstream_places.hpp>
#include <libnet/forward_proxy_options.hpp>
#include <libnet/impl/proxy/proxy_exchange.hpp>
#include <libnet/impl/proxy/proxy_parent_check.hpp>
#include <libnet/io/access/request_guard.hpp>
#include <libnet/io/connect/connector.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/loop/deadline.hpp>
#include <libnet/io/tcp/splice_pipe.hpp>
#include <libnet/io/tcp/tcp_server.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

struct ForwardProxyState {
    /// Listens, unless it is given a socket that does.
    ForwardProxyState(const io::Executor& executor, ForwardProxyOptions proxy_options,
                      io::FileDescriptor listening = {});

    /// Closes everything, and whoever is served now ends at once.
    void stop() noexcept
    {
        checks.clear();
        if (connector) connector->close_idle();  // they are sockets of the server's
        server.reset();
        if (guard) guard->threads.close();
    }

    /// What is told of a request, and that of one which is over, with its memory. Who logs it may keep it.
    std::shared_ptr<engine::HttpForwarding> take_told();
    void give_told(std::shared_ptr<engine::HttpForwarding> told) noexcept
    {
        if (told && spare_told.size() < spare_told.capacity()) spare_told.push_back(std::move(told));
    }

    /// An identifier that no other request of this proxy has, and hardly one of another process.
    std::string next_request_id();

    const ForwardProxyOptions options;
    const base::Diagnostics diagnostics;
    const engine::ProxyRules rules;
    const std::shared_ptr<io::EgressControl> egress;
    std::optional<io::TcpServer> server;  // nothing once the ForwardProxy is destroyed
    const io::asio::ip::tcp::endpoint listener;
    std::optional<io::Connector> connector;      // empty when no client is served any more
    std::optional<io::RequestGuardShare> guard;  // nothing: every request is answered
    io::HttpShare http;                          // the clients' side
    io::DeadlineWheel wheel;                     // of the servers' side
    std::vector<char> scratch;                   // what is read goes through here, if it goes on at once
    io::SplicePipes pipes;                       // and what is much, through these
    io::SpareObjects<ProxyExchange> exchanges;
    std::vector<std::shared_ptr<engine::HttpForwarding>> spare_told;
    engine::UpstreamPlaces places{options.max_upstreams_per_host, options.max_upstreams};
    engine::ParentHealth parents{
        options.parents.size(), options.parent_retry, {options.parent_fall, options.parent_rise}};
    std::vector<std::unique_ptr<ProxyParentCheck>> checks;  // while it runs, one for each parent
    std::map<std::string_view, std::uint64_t> verdicts{};   // how many requests had which
    const std::uint32_t id_prefix = std::random_device{}();
    std::uint64_t requests = 0;
};

}  // namespace libnet::inline v0::detail
