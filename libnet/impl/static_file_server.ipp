#pragma once

#include <libnet/impl/file_session.hpp>
#include <libnet/io/sigpipe.hpp>
#include <libnet/io/tcp_server.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/system/system_error.hpp>

#include <cstddef>
#include <fstream>
#include <ios>
#include <optional>
#include <string>
#include <utility>

namespace libnet {

namespace detail {

/// The text of a mime.types file; empty where it can't be read. What is too long for one is cut.
LIBNET_DECL std::string read_media_types(const std::string& file)
{
    constexpr std::size_t limit = 1 << 20;
    std::string text(limit, '\0');
    std::ifstream in{file, std::ios::binary};
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

/// A site with the media types of the machine, unless it has its own.
LIBNET_DECL ServedSite serve_site(SiteOptions options, const std::string& root, const std::string& media_types)
{
    if (options.media_types.empty()) options.media_types = media_types;
    return {engine::Site{std::move(options)}, io::RootDirectory{root}};
}

LIBNET_DECL FileServerContext::FileServerContext(StaticFileServerOptions server_options)
    : options{std::move(server_options)}
{
    const auto media_types = read_media_types(options.mime_types);
    sites.push_back(serve_site(options.site, options.root, media_types));
    for (const auto& host : options.hosts) {
        for (const auto& name : host.names) hosts.add(name, sites.size());
        sites.push_back(serve_site(host.site, host.root, media_types));
    }
}

}  // namespace detail

/// Lives as long as the server object and its last session.
struct StaticFileServer::State {
    explicit State(StaticFileServerOptions options) : context{std::move(options)} {}

    /// The session keeps the state alive: it may outlast the server object by a turn of the event loop.
    static io::Task<> serve(std::shared_ptr<State> state, io::Connection& connection)
    {
        detail::FileSession session{state->context, connection};
        co_await session.run();
    }

    void listen(const io::Executor& executor)
    {
        const auto& options = context.options;
        io::TcpServerOptions tcp_options{.address = options.address,
                                         .port = options.port,
                                         .reuse_port = options.reuse_port,
                                         .max_connections = options.max_connections,
                                         .drain_timeout = options.drain_timeout};
        try {
            tcp.emplace(executor, tcp_options);
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

LIBNET_DECL StaticFileServer::StaticFileServer(const io::Executor& executor, StaticFileServerOptions options)
    : state_{std::make_shared<State>(std::move(options))}
{
    io::ignore_sigpipe();
    state_->listen(executor);
}

LIBNET_DECL StaticFileServer::~StaticFileServer() { state_->tcp.reset(); }

LIBNET_DECL boost::asio::ip::tcp::endpoint StaticFileServer::local_endpoint() const
{
    return state_->tcp->local_endpoint();
}

LIBNET_DECL std::size_t StaticFileServer::connections() const noexcept { return state_->tcp->connections(); }

LIBNET_DECL boost::asio::awaitable<void> StaticFileServer::run()
{
    return state_->tcp->run([state = state_](io::Connection& connection) { return State::serve(state, connection); });
}

}  // namespace libnet
