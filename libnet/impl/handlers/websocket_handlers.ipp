#pragma once
// Bodies of libnet/websocket_handlers.hpp.

#include <libnet/base/text.hpp>
#include <libnet/impl/handlers/handed_connection.hpp>
#include <libnet/impl/handlers/handler_job.hpp>
#include <libnet/impl/handlers/mounted_routes.hpp>
#include <libnet/impl/handlers/upgrade_handler.hpp>
#include <libnet/impl/handlers/websocket_settings.hpp>
#include <libnet/websocket_handlers.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// Accepts a WebSocket, has the handler use it, and closes it.
class WebSocketRoute final : public UpgradeHandler {
public:
    WebSocketRoute(WebSocketHandler handler, WebSocketOptions options)
        : handler_{std::move(handler)},
          options_{std::move(options)}
    {}

    UpgradeRefusal judge(HttpCall& call) const override;
    boost::asio::awaitable<void> run(std::shared_ptr<HandlerJob> job) const override;

private:
    bool allows_origin(const HttpCall& call) const;
    void choose_protocol(HttpCall& call) const;
    boost::asio::awaitable<void> use(WebSocket& socket, HandlerJob& job) const;

    /// Counts a WebSocket as long as it is there.
    class Open {
    public:
        explicit Open(std::size_t& count) noexcept : count_{count} { ++count_; }
        ~Open() { --count_; }
        Open(const Open&) = delete;
        Open& operator=(const Open&) = delete;

    private:
        std::size_t& count_;
    };

    const WebSocketHandler handler_;
    const WebSocketOptions options_;
    mutable std::size_t open_ = 0;
};

/// 16 octets in base64 (RFC 6455 section 4.1).
LIBNETXX_DECL bool is_websocket_key(std::string_view key) noexcept
{
    constexpr std::string_view marks = "+/";
    const auto is_digit = [marks](char c) {
        return base::is_digit(c) || (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z') ||
               marks.find(c) != marks.npos;
    };
    return key.size() == 24 && key.ends_with("==") && std::ranges::all_of(key.substr(0, 22), is_digit);
}

LIBNETXX_DECL UpgradeRefusal WebSocketRoute::judge(HttpCall& call) const
{
    namespace http = boost::beast::http;
    if (!boost::beast::websocket::is_upgrade(call)) return {426, "This is for WebSockets.", "Upgrade", "websocket"};
    const auto field = [&call](http::field name) {
        const auto value = call[name];
        return std::string_view{value.data(), value.size()};
    };
    if (field(http::field::sec_websocket_version) != "13")
        return {426, "Version 13 of the WebSocket protocol is spoken here.", "Sec-WebSocket-Version", "13"};
    if (call.count(http::field::sec_websocket_key) != 1 || !is_websocket_key(field(http::field::sec_websocket_key)))
        return {400, "The request's Sec-WebSocket-Key is no such key."};
    if (!allows_origin(call)) return {403, "Pages of this origin may not connect here."};
    if (options_.allows_host && !options_.allows_host(field(http::field::host)))
        return {403, "This isn't served under the name in Host."};
    if (options_.max_open > 0 && open_ >= options_.max_open)
        return {503, "As many WebSockets as may be open here are.", "Retry-After", "10"};
    choose_protocol(call);
    return {};
}

/// The origin of a page is that of the server where the authorities are the same: the scheme may have been another one in
/// front of a proxy.
LIBNETXX_DECL bool WebSocketRoute::allows_origin(const HttpCall& call) const
{
    namespace http = boost::beast::http;
    const auto all = call.equal_range(http::field::origin);
    if (all.first == all.second) return true;
    if (std::next(all.first) != all.second) return false;
    const std::string_view origin{all.first->value().data(), all.first->value().size()};
    const auto is_listed = [origin](const std::string& one) { return one == "*" || base::iequals(one, origin); };
    if (std::ranges::any_of(options_.origins, is_listed)) return true;
    const auto host = call[http::field::host];
    const auto scheme = origin.find("://");
    return scheme != origin.npos && !host.empty() &&
           base::iequals(origin.substr(scheme + 3), std::string_view{host.data(), host.size()});
}

/// The field says which one was chosen, from now on.
LIBNETXX_DECL void WebSocketRoute::choose_protocol(HttpCall& call) const
{
    namespace http = boost::beast::http;
    const auto offers = call.equal_range(http::field::sec_websocket_protocol);
    std::string chosen;
    for (auto at = offers.first; at != offers.second; ++at)
        base::for_each_list_item(std::string_view{at->value().data(), at->value().size()}, [&](std::string_view offer) {
            if (chosen.empty() && std::ranges::find(options_.protocols, offer) != options_.protocols.end())
                chosen = offer;
        });
    if (chosen.empty()) call.erase(http::field::sec_websocket_protocol);
    else call.set(http::field::sec_websocket_protocol, chosen);
}

LIBNETXX_DECL boost::asio::awaitable<void> WebSocketRoute::run(std::shared_ptr<HandlerJob> job) const
{
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    const Open counted{open_};
    HttpConnectionStream stream{job->octets};
    WebSocket socket{std::move(stream)};
    const auto protocol = job->call[boost::beast::http::field::sec_websocket_protocol];
    set_up(socket, options_, {protocol.data(), protocol.size()});
    const boost::beast::http::request<boost::beast::http::string_body>& request = job->call;
    const auto [refused] = co_await socket.async_accept(request, token);
    if (!refused) {
        job->octets->begin_frames(options_.idle_timeout);
        auto using_it = use(socket, *job);
        co_await std::move(using_it);
    }
    job->done = true;
    job->tell();
}

LIBNETXX_DECL boost::asio::awaitable<void> WebSocketRoute::use(WebSocket& socket, HandlerJob& job) const
{
    namespace websocket = boost::beast::websocket;
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    job.on_drain = [&socket] {
        if (socket.is_open()) socket.async_close(websocket::close_code::going_away, [](boost::system::error_code) {});
    };
    if (job.connection != nullptr && job.connection->draining()) job.on_drain();
    auto code = websocket::close_code::normal;
    try {
        auto going_on = handler_.function()(socket, job.call);
        co_await std::move(going_on);
    } catch (const boost::system::system_error&) {
        // The end of the connection, as a rule. Where it isn't, the client gets to know.
        code = websocket::close_code::internal_error;
        if (socket.is_open()) job.failure = std::current_exception();
    } catch (const boost::asio::multiple_exceptions& failures) {
        // Of several coroutines (operator&&): the end of the connection ends them all.
        code = websocket::close_code::internal_error;
        if (socket.is_open()) job.failure = failures.first_exception();
    } catch (...) {
        code = websocket::close_code::internal_error;
        job.failure = std::current_exception();
    }
    const bool drains = job.connection == nullptr || job.connection->draining();
    job.on_drain = nullptr;
    if (job.connection == nullptr || !socket.is_open()) co_return;
    const websocket::close_reason reason{drains ? websocket::close_code::going_away : code};
    co_await socket.async_close(reason, token);
}

/// What is mounted for a WebSocket.
LIBNETXX_DECL MountedRoute websocket_route(WebSocketHandler handler, const WebSocketOptions& options)
{
    if (options.idle_timeout.count() < 0 || options.close_timeout.count() <= 0)
        throw std::invalid_argument{"WebSocketOptions: the idle timeout is negative, or there is none for the close"};
    auto upgrade = std::make_shared<WebSocketRoute>(std::move(handler), options);
    return {std::nullopt, {}, std::move(upgrade)};
}

}  // namespace detail

LIBNETXX_DECL void StaticFileServer::websocket(std::string_view pattern, WebSocketHandler handler)
{
    const WebSocketOptions usual;
    websocket(pattern, std::move(handler), usual);
}

LIBNETXX_DECL void StaticFileServer::websocket(std::string_view pattern, WebSocketHandler handler,
                                               const WebSocketOptions& options)
{
    auto& routes = detail::MountedRoutes::of(context_to_mount_on());
    routes.add("GET", pattern, detail::websocket_route(std::move(handler), options));
}

}  // namespace libnet::inline v0
