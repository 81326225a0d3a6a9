#pragma once
// Bodies of libnet/endpoint_handlers.hpp.

#include <libnet/endpoint_handlers.hpp>
#include <libnet/impl/handlers/mounted_routes.hpp>
#include <libnet/impl/handlers/websocket_handlers.ipp>

#include <memory>
#include <string_view>
#include <utility>

namespace libnet::inline v0 {

LIBNETXX_DECL EndpointHandlers::EndpointHandlers(io::HttpEndpoint& endpoint)
    : routes_{std::dynamic_pointer_cast<detail::MountedRoutes>(endpoint.mounted())}
{
    if (routes_) return;
    routes_ = std::make_shared<detail::MountedRoutes>(detail::MountedServer{endpoint.uses_tls(), {}, nullptr});
    endpoint.mount(routes_);
}

LIBNETXX_DECL void EndpointHandlers::handle(std::string_view method, std::string_view pattern, RequestHandler handler,
                                            const RouteOptions& options)
{
    routes_->add(method, pattern, detail::MountedRoute{std::move(handler), options});
}

LIBNETXX_DECL void EndpointHandlers::websocket(std::string_view pattern, WebSocketHandler handler,
                                               const WebSocketOptions& options)
{
    routes_->add("GET", pattern, detail::websocket_route(std::move(handler), options));
}

}  // namespace libnet::inline v0
