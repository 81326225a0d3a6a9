#pragma once
// Handlers of Boost.Beast's messages, and WebSockets, on the port of a HttpEndpoint, such as an exporter's.

#include <libnet/config.hpp>
#include <libnet/http_endpoint.hpp>
#include <libnet/http_handlers.hpp>
#include <libnet/websocket_handlers.hpp>

#include <memory>
#include <string_view>

namespace libnet::inline v0 {

namespace detail {
class MountedRoutes;
}

/// Mounts handlers in front of what an endpoint answers itself; those get the paths that fit them.
///
///     EndpointHandlers handlers{endpoint};
///     handlers.websocket("/live", [](WebSocket& socket, HttpCall&) -> asio::awaitable<void> { ... }, {});
///
/// They are called as those of a StaticFileServer are, but answer with no files: HttpReply::file becomes a 500. Handlers are
/// mounted before HttpEndpoint::run; this object may be gone then.
class EndpointHandlers {
public:
    /// A second one of an endpoint adds to the handlers that are there.
    /// @throws std::logic_error  something else is mounted on it (HttpEndpoint::mount)
    explicit EndpointHandlers(io::HttpEndpoint& endpoint);

    /// As StaticFileServer::handle and websocket.
    /// @throws std::invalid_argument  the pattern is malformed, or another route has the same
    void handle(std::string_view method, std::string_view pattern, RequestHandler handler, const RouteOptions& options);
    void websocket(std::string_view pattern, WebSocketHandler handler, const WebSocketOptions& options);

private:
    std::shared_ptr<detail::MountedRoutes> routes_;  ///< the endpoint shares them
};

}  // namespace libnet::inline v0

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/endpoint_handlers.ipp>
#endif
