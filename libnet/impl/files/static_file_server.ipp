#pragma once

#include <libnet/impl/files/file_requests.hpp>
#include <libnet/impl/server/access_record_of.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/loop/sigpipe.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/system/system_error.hpp>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// The text of a mime.types file; empty where it can't be read. What is too long for one is cut.
LIBNETXX_DECL std::string read_media_types(const std::string& file)
{
    constexpr std::size_t limit = 1 << 20;
    std::string text(limit, '\0');
    std::ifstream in{file, std::ios::binary};
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

/// The options of a site with the media types of the machine, unless it has others.
LIBNETXX_DECL SiteOptions with_media_types(SiteOptions options, const std::string& media_types)
{
    if (options.more_media_types.empty()) options.more_media_types = media_types;
    return options;
}

/// Those with Strict-Transport-Security in front of its own fields, where the server wants that: which is for TLS alone
/// (RFC 6797 section 7.2).
LIBNETXX_DECL SiteOptions with_hsts(SiteOptions options, const StaticFileServerOptions& server)
{
    if (!server.tls || server.hsts.count() <= 0) return options;
    options.headers.insert(options.headers.begin(), SiteHeader{"*", "Strict-Transport-Security",
                                                               "max-age=" + std::to_string(server.hsts.count())});
    return options;
}

/// How an HTTP connection of the server behaves.
LIBNETXX_DECL io::HttpShare http_share(const StaticFileServerOptions& options)
{
    return {.patience = {.header_timeout = options.header_timeout,
                         .idle_timeout = options.idle_timeout,
                         .body_timeout = options.header_timeout,
                         .min_receive_rate = options.min_receive_rate,
                         .send_timeout = options.write_timeout,
                         .min_send_rate = options.min_send_rate,
                         .max_discarded_body = options.max_request_body,
                         .max_requests = options.max_requests},
            .limits = options.request_limits,
            .tls = options.tls,
            .on_record = records_for(options.on_access),
            .sources = {.proxy_protocol = options.proxy_protocol,
                        .trusted_proxies = options.trusted_proxies,
                        .field = options.forwarding_field}};
}

LIBNETXX_DECL FileServerContext::FileServerContext(const io::Executor& executor, StaticFileServerOptions server_options)
    : options{std::move(server_options)},
      share{executor, {}, base::Diagnostics{options.diagnostics}, options.clock},
      http(http_share(options))
{
    io::require_option(options.redirect_to_https != 0, "redirect_to_https: a port from 1 to 65535");
    auto withheld = options.withheld;
    if (!options.hash_file.empty()) {
        withheld.push_back(options.hash_file);
        const auto failure = share.hashing.hashes().keep_in(options.hash_file);
        if (!failure.empty())
            share.diagnostics.tell(DiagnosticLevel::warning, "hashes of files are not kept: " + failure);
    }
    if (options.access || options.limits) http.guard = &guard.emplace(executor, options.access, options.limits);
    const auto media_types = read_media_types(options.mime_types);
    sites.emplace_back(with_hsts(with_media_types(options.site, media_types), options), share, options.root, withheld);
    for (const auto& host : options.hosts) {
        for (const auto& name : host.names) hosts.add(name, sites.size());
        sites.emplace_back(with_hsts(with_media_types(host.site, media_types), options), share, host.root, withheld);
    }
}

}  // namespace detail

/// Lives as long as the server object and its last session.
struct StaticFileServer::State {
    State(const io::Executor& executor, StaticFileServerOptions options) : context{executor, std::move(options)} {}

    /// Closes everything.
    void stop() noexcept
    {
        tcp.reset();
        context.rest();
    }

    static boost::asio::awaitable<void> run(std::shared_ptr<State> state)
    {
        if (!state->tcp)
            throw boost::system::system_error{boost::asio::error::operation_aborted, "StaticFileServer::run"};
        state->context.runs = true;
        // The factory keeps the state alive: connections may outlast the server object by a turn of the event loop.
        io::TcpServer::HandlerFactory factory = [state](io::Connection& connection) {
            std::unique_ptr<io::HttpHandler> requests = std::make_unique<detail::FileRequests>(state->context);
            const bool serves = !state->context.options.redirect_to_https;
            if (const auto& mounted = state->context.mounted; mounted && serves)
                requests = mounted->before(std::move(requests));
            return std::make_unique<io::HttpSession>(state->context.http, connection, std::move(requests));
        };
        auto served = state->tcp->run(std::move(factory));
        co_await std::move(served);
        state->context.rest();
    }

    void listen(const io::Executor& executor, io::FileDescriptor listener = {})
    {
        const auto& options = context.options;
        io::TcpServerOptions tcp_options{.address = options.address,
                                         .port = options.port,
                                         .reuse_port = options.reuse_port,
                                         .share_port = options.share_port,
                                         .defer_accept = options.defer_accept,
                                         .max_connections = options.max_connections,
                                         .shared_connections = options.shared_connections,
                                         .drain_timeout = options.drain_timeout,
                                         .on_memory_shortage = [this] { context.shed(); },
                                         .diagnostics = options.diagnostics};
        try {
            tcp.emplace(executor, tcp_options, std::move(listener));
        } catch (const boost::system::system_error& error) {
            const bool no_ipv6 = error.code() == boost::asio::error::address_family_not_supported;
            if (!no_ipv6 || options.address != boost::asio::ip::address_v6::any()) throw;
            tcp_options.address = boost::asio::ip::address_v4::any();
            tcp.emplace(executor, tcp_options);
        }
    }

    detail::FileServerContext context;
    std::optional<io::TcpServer> tcp;
};

LIBNETXX_DECL StaticFileServer::StaticFileServer(ServerExecutor executor, StaticFileServerOptions options)
    : state_{std::make_shared<State>(executor, std::move(options))}
{
    io::ignore_sigpipe();
    state_->listen(executor);
}

LIBNETXX_DECL StaticFileServer::StaticFileServer(ServerExecutor executor, StaticFileServerOptions options,
                                                 boost::asio::ip::tcp::acceptor listener)
    : state_{std::make_shared<State>(executor, std::move(options))}
{
    io::ignore_sigpipe();
    state_->listen(executor, io::FileDescriptor{listener.release()});
}

LIBNETXX_DECL StaticFileServer::~StaticFileServer() = default;

LIBNETXX_DECL StaticFileServer::StaticFileServer(StaticFileServer&&) noexcept = default;

LIBNETXX_DECL StaticFileServer& StaticFileServer::operator=(StaticFileServer&&) noexcept = default;

LIBNETXX_DECL Executor StaticFileServer::get_executor() const { return state_->tcp->executor(); }

LIBNETXX_DECL boost::asio::ip::tcp::endpoint StaticFileServer::local_endpoint() const
{
    return state_->tcp->local_endpoint();
}

LIBNETXX_DECL std::size_t StaticFileServer::connections() const { return state_->tcp->connections(); }

LIBNETXX_DECL ServerNow StaticFileServer::now(std::size_t most_connections) const
{
    ServerNow now;
    now.connections = state_->tcp->connections_now(most_connections);
    for (const auto& site : state_->context.sites) {
        now.add("files known", site.files.known().files);
        now.add("files open", site.files.known().descriptors);
        now.add("octets of files in memory", site.files.known().bytes);
    }
    now.add("octets of listings in memory", *state_->context.share.pages);
    return now;
}

LIBNETXX_DECL std::uint64_t StaticFileServer::cache_evictions() const
{
    auto evictions = state_->context.share.absences.evictions();
    for (const auto& site : state_->context.sites)
        evictions += site.files.known().evictions + site.encoded.evictions() + site.pages.evictions();
    return evictions;
}

LIBNETXX_DECL detail::FileServerContext& StaticFileServer::context_to_mount_on()
{
    auto& context = state_->context;
    if (context.runs) throw std::logic_error{"libnet: handlers are mounted before StaticFileServer::run"};
    return context;
}

LIBNETXX_DECL std::uint64_t StaticFileServer::refused_proxy_headers() const
{
    return state_->context.http.refused_prefaces.count();
}

LIBNETXX_DECL boost::asio::awaitable<void> StaticFileServer::run() & { return State::run(state_.share()); }

LIBNETXX_DECL void StaticFileServer::retire(std::optional<std::chrono::milliseconds> idle_for)
{
    if (state_->tcp) state_->tcp->retire(idle_for);
}

LIBNETXX_DECL void StaticFileServer::serve(boost::asio::ip::tcp::socket connection)
{
    state_->tcp->serve(std::move(connection));
}

}  // namespace libnet::inline v0
