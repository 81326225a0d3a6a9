#pragma once

#include <libnet/access.hpp>
#include <libnet/config.hpp>
#include <libnet/forward_proxy.hpp>
#include <libnet/impl/proxy/proxy_event.ipp>
#include <libnet/impl/proxy/proxy_exchange.ipp>
#include <libnet/impl/proxy/proxy_hooked.ipp>
#include <libnet/impl/proxy/proxy_hooks.ipp>
#include <libnet/impl/proxy/proxy_limits.ipp>
#include <libnet/impl/proxy/proxy_parent.ipp>
#include <libnet/impl/proxy/proxy_parent_check.ipp>
#include <libnet/impl/proxy/proxy_peer.ipp>
#include <libnet/impl/proxy/proxy_requests.ipp>
#include <libnet/impl/proxy/proxy_secure.ipp>
#include <libnet/impl/proxy/proxy_socks.ipp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/impl/proxy/proxy_transfer.ipp>
#include <libnet/impl/proxy/proxy_transparent.ipp>
#include <libnet/impl/proxy/proxy_tunnel.ipp>
#include <libnet/impl/proxy/proxy_udp.ipp>
#include <libnet/impl/proxy/proxy_upstream.ipp>
#include <libnet/impl/proxy/udp_association.ipp>
#include <libnet/impl/server/access_record_of.hpp>
#include <libnet/io/loop/sigpipe.hpp>
#include <libnet/tls.hpp>
#include <libnet/wire/http/http_syntax.hpp>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <random>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL std::string via_name_of(const ForwardProxyOptions& options)
{
    if (options.via_name.empty()) return "libnet-" + std::to_string(std::random_device{}());
    if (wire::is_token(options.via_name)) return options.via_name;
    throw boost::system::system_error{boost::asio::error::invalid_argument, "via_name"};
}

LIBNETXX_DECL io::ConnectorOptions connector_options(const ForwardProxyOptions& options)
{
    io::ConnectorOptions connector;
    connector.resolver = options.resolver;
    connector.resolve_timeout = options.resolve_timeout;
    connector.race.timeout = options.connect_timeout;
    connector.ways = options.outbound;
    connector.idle.timeout = options.upstream_idle_timeout;
    connector.idle.max_size = options.max_idle_upstreams;
    connector.idle.max_per_key = options.max_idle_upstreams;  // clients that all want one server may have them all
    return connector;
}

LIBNETXX_DECL const ForwardProxyOptions& checked(const ForwardProxyOptions& options)
{
    try {
        engine::check_header_rules(options.headers);
    } catch (const std::invalid_argument& error) {
        throw boost::system::system_error{boost::asio::error::invalid_argument,
                                          std::string{"headers: "} + error.what()};
    }
    if (options.socks_udp && options.outbound && options.outbound->resolve)
        throw boost::system::system_error{boost::asio::error::invalid_argument,
                                          "outbound: names of datagrams (socks_udp) would be looked up otherwise"};
    for (auto each = options.parents.begin(); each != options.parents.end(); ++each) {
        const auto has_name = [each](const ParentProxy& other) { return other.name == each->name; };
        if (!engine::is_parent_name(each->name) || std::any_of(options.parents.begin(), each, has_name))
            throw boost::system::system_error{boost::asio::error::invalid_argument,
                                              "parents: '" + each->name + "' is no name, or is there twice"};
        if (each->host.empty() || each->port == 0)
            throw boost::system::system_error{boost::asio::error::invalid_argument,
                                              "parents: '" + each->name + "' has no host or no port"};
    }
    return options;
}

/// Who wants to know of requests that are over. The options must outlive it.
LIBNETXX_DECL io::HttpShare::OnRecord proxy_records(const ForwardProxyOptions& options)
{
    if (!options.on_access && !options.on_event) return {};
    return [&options](const engine::HttpRecord& record, const boost::asio::ip::tcp::endpoint& client) {
        static const engine::HttpForwarding no_request{.verdict = "no_request"};  // it ended before one was there
        auto told = access_record(record, client);
        if (told.forwarding == nullptr) told.forwarding = &no_request;
        if (options.on_access) options.on_access(told);
        if (options.on_event) options.on_event(ProxyEvent::end, told);
    };
}

/// How a client's connection behaves.
LIBNETXX_DECL io::HttpShare client_side(const ForwardProxyOptions& options)
{
    return {.patience = {.header_timeout = options.request_timeout,
                         .idle_timeout = options.idle_timeout,
                         .body_timeout = options.transfer_timeout,
                         .min_receive_rate = options.min_receive_rate,
                         .send_timeout = options.transfer_timeout,
                         .min_send_rate = options.min_send_rate,
                         .max_requests = options.max_requests,
                         .end_means_leaving = true,
                         .takes_userinfo_out = true},
            .limits = options.limits,
            .tls = options.transparent ? std::shared_ptr<TlsContext>{} : options.tls,
            .on_record = proxy_records(options),
            .sources = {.proxy_protocol = options.proxy_protocol}};
}

LIBNETXX_DECL std::shared_ptr<io::EgressControl> egress_of(const ForwardProxyOptions& options)
{
    if (options.egress) return options.egress;
    io::EgressOptions egress{options.allow_private, options.connect_ports, {}, {}, {}};
    for (const auto& parent : options.parents) egress.parents.push_back(parent.name);
    egress.route = egress.parents;
    if (!egress.route.empty() && options.parents_or_direct) egress.route.emplace_back(engine::direct_route);
    return std::make_shared<io::EgressControl>(egress);
}

LIBNETXX_DECL ForwardProxyState::ForwardProxyState(const io::Executor& executor, ForwardProxyOptions proxy_options,
                                                   io::FileDescriptor listening)
    : options{std::move(proxy_options)},
      diagnostics{options.diagnostics},
      rules{via_name_of(checked(options)), options.serves_pac, options.origin_tls != nullptr, options.transparent},
      egress{egress_of(options)},
      server{std::in_place, executor,
             io::TcpServerOptions{.address = options.address,
                                  .port = options.port,
                                  .reuse_port = options.reuse_port,
                                  .share_port = options.share_port,
                                  .max_connections = options.max_connections,
                                  .shared_connections = options.shared_connections,
                                  .drain_timeout = options.drain_timeout,
                                  .diagnostics = options.diagnostics},
             std::move(listening)},
      listener{server->local_endpoint()},
      connector{std::in_place, server->poll(), connector_options(options)},
      http(client_side(options)),
      wheel{executor},
      scratch(std::size_t{64} * 1024)
{
    io::ignore_sigpipe();
    constexpr std::size_t most_spare = 64;
    spare_told.reserve(most_spare);
    if (options.access || options.client_limits)
        http.guard = &guard.emplace(executor, options.access, options.client_limits, io::proxy_words);
}

LIBNETXX_DECL std::shared_ptr<engine::HttpForwarding> ForwardProxyState::take_told()
{
    while (!spare_told.empty()) {
        auto told = std::move(spare_told.back());
        spare_told.pop_back();
        if (told.use_count() > 1) continue;
        *told = {};
        return told;
    }
    return std::make_shared<engine::HttpForwarding>();
}

LIBNETXX_DECL std::string ForwardProxyState::next_request_id()
{
    char text[40];
    const auto size =
        std::snprintf(text, sizeof text, "%08x%06llx", id_prefix, static_cast<unsigned long long>(++requests));
    return {text, static_cast<std::size_t>(size)};
}

LIBNETXX_DECL boost::asio::awaitable<void> run_proxy(std::shared_ptr<ForwardProxyState> state)
{
    if (!state->server) throw boost::system::system_error{boost::asio::error::operation_aborted, "ForwardProxy::run"};
    io::TcpServer::HandlerFactory handlers = [state](io::Connection& connection) {
        return std::make_unique<io::HttpSession>(state->http, connection, std::make_unique<ProxyRequests>(state));
    };
    const bool checks = state->options.parent_check.count() > 0;
    for (std::size_t i = 0; checks && i < state->options.parents.size(); ++i)
        state->checks.push_back(std::make_unique<ProxyParentCheck>(*state, i));
    auto running = state->server->run(std::move(handlers));
    co_await std::move(running);
    state->checks.clear();
    state->connector.reset();  // lets go of all that would keep the io_context running
    state->exchanges = {};     // and their deadlines, for which the wheel would go on turning
    state->wheel.rest();
    if (state->guard) state->guard->threads.close();
}

}  // namespace detail

LIBNETXX_DECL ForwardProxy::ForwardProxy(ServerExecutor executor, ForwardProxyOptions options)
    : state_{std::make_shared<detail::ForwardProxyState>(executor, std::move(options))}
{}

LIBNETXX_DECL ForwardProxy::ForwardProxy(ServerExecutor executor, ForwardProxyOptions options,
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

LIBNETXX_DECL ServerNow ForwardProxy::now(std::size_t most_connections) const
{
    ServerNow now;
    now.connections = state_->server->connections_now(most_connections);
    if (!state_->connector) return now;
    now.add("idle connections to servers", state_->connector->idle_connections());
    if (!state_->checks.empty()) now.add("parent proxies that are down", state_->parents.down());
    now.add("questions about names", state_->connector->resolver().open_questions());
    now.names = state_->connector->resolver().open_names(ServerNow::most_names);
    return now;
}

LIBNETXX_DECL std::uint64_t ForwardProxy::refused_proxy_headers() const
{
    return state_->http.refused_prefaces.count();
}

LIBNETXX_DECL std::map<std::string_view, std::uint64_t> ForwardProxy::verdicts() const { return state_->verdicts; }

LIBNETXX_DECL boost::asio::awaitable<void> ForwardProxy::run() & { return detail::run_proxy(state_.share()); }

LIBNETXX_DECL void ForwardProxy::retire(std::optional<std::chrono::milliseconds> idle_for)
{
    if (state_->server) state_->server->retire(idle_for);
}

LIBNETXX_DECL void ForwardProxy::serve(boost::asio::ip::tcp::socket connection)
{
    state_->server->serve(std::move(connection));
}

}  // namespace libnet::inline v0
