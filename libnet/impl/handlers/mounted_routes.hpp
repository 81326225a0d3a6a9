#pragma once
// The handlers that a program has mounted beside its files.

#include <libnet/engine/http/route_table.hpp>
#include <libnet/http_handlers.hpp>
#include <libnet/impl/files/file_server_context.hpp>
#include <libnet/impl/handlers/upgrade_handler.hpp>
#include <libnet/io/http/http_handler.hpp>
#include <libnet/io/loop/disk_threads.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

struct MountedRoute {
    std::optional<RequestHandler> handler;  // nothing: `upgrade`
    RouteOptions options;
    std::shared_ptr<const UpgradeHandler> upgrade{};
};

/// The server in front of whose own answers they stand. What it refers to outlives the server's connections.
struct MountedServer {
    bool uses_tls = false;
    std::function<const engine::Site&(std::string_view host)> site_of{};  // which pages may read answers; empty: none
    io::DiskThreads* threads = nullptr;                                   // that read files; null: there are none
};

/// The routes of a server.
class MountedRoutes final : public io::MountedHandlers, public std::enable_shared_from_this<MountedRoutes> {
public:
    explicit MountedRoutes(MountedServer server) : server_{std::move(server)} {}

    /// Those of a server, which are made when there were none.
    static MountedRoutes& of(FileServerContext& server)
    {
        if (!server.mounted) {
            MountedServer mounted;
            mounted.uses_tls = server.options.tls != nullptr;
            mounted.site_of = [&server](std::string_view host) -> const engine::Site& {
                return server.site_of(host).site;
            };
            mounted.threads = &server.share.threads;
            server.mounted = std::make_shared<MountedRoutes>(std::move(mounted));
        }
        return static_cast<MountedRoutes&>(*server.mounted);
    }

    void add(std::string_view method, std::string_view pattern, MountedRoute route)
    {
        if (route.options.answer_timeout.count() < 0)
            throw std::invalid_argument{"RouteOptions: the answer timeout is negative; 0 means any time"};
        table_.add(method, pattern, routes_.size());
        routes_.push_back(std::move(route));
    }

    std::unique_ptr<io::HttpHandler> before(std::unique_ptr<io::HttpHandler> others) override;

    const engine::RouteTable& table() const noexcept { return table_; }
    const MountedRoute& route(std::size_t index) const noexcept { return routes_[index]; }
    const MountedServer& server() const noexcept { return server_; }

private:
    const MountedServer server_;
    engine::RouteTable table_;
    std::deque<MountedRoute> routes_;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/handler_requests.ipp>
#endif
