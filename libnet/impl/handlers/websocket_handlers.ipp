#pragma once
// Bodies of libnet/websocket_handlers.hpp.

#include <libnet/base/text.hpp>
#include <libnet/impl/handlers/handed_connection.hpp>
#include <libnet/impl/handlers/mounted_routes.hpp>
#include <libnet/impl/handlers/upgrade_handler.hpp>
#include <libnet/impl/handlers/websocket_settings.hpp>
#include <libnet/websocket_handlers.hpp>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0 {

namespace detail {

/// Accepts WebSockets, and has the handler talk.
class WebSocketRoute final : public UpgradeHandler {
public:
    WebSocketRoute(WebSocketHandler handler, WebSocketOptions options)
        : handler_{std::move(handler)},
          options_{std::move(options)}
    {}

    std::shared_ptr<UpgradeJob> job(io::Connection& connection) const override;
    UpgradeRefusal judge(HttpCall& call) const override;

private:
    friend class WebSocketTalk;
    bool allows_origin(const HttpCall& call) const;
    void choose_protocol(HttpCall& call) const;

    const WebSocketHandler handler_;
    const WebSocketOptions options_;
    mutable std::size_t open_ = 0;
};

/// A WebSocket while it is there. Thousands may be idle, each with a coroutine of its handler's: what goes before and behind that
/// goes on by completions, without a coroutine's frame.
class WebSocketTalk final : public UpgradeJob, public std::enable_shared_from_this<WebSocketTalk> {
public:
    WebSocketTalk(io::Connection& of, const WebSocketRoute& route) : UpgradeJob{of}, route_{route} {}
    ~WebSocketTalk() override
    {
        if (socket_) --route_.open_;  // the route is there as long as `handlers`
    }

    void run() override;
    void drain() override;

private:
    /// Completes the handler's coroutine, and holds the signal that cancels it. Smaller than what bind_cancellation_slot makes.
    struct Ended {
        using cancellation_slot_type = boost::asio::cancellation_slot;
        cancellation_slot_type get_cancellation_slot() const noexcept { return talk->abort.slot(); }
        void operator()(const std::exception_ptr& failed_with) const { talk->close(failed_with); }

        std::shared_ptr<WebSocketTalk> talk;
    };

    void use();
    void close(const std::exception_ptr& failed_with);
    void finish();

    const WebSocketRoute& route_;
    std::optional<WebSocket> socket_{};
    bool used_ = false;  // by the handler
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

LIBNETXX_DECL std::shared_ptr<UpgradeJob> WebSocketRoute::job(io::Connection& connection) const
{
    return std::make_shared<WebSocketTalk>(connection, *this);
}

LIBNETXX_DECL void WebSocketTalk::run()
{
    namespace http = boost::beast::http;
    socket_.emplace(HttpConnectionStream{handed});
    ++route_.open_;
    const auto protocol = call[http::field::sec_websocket_protocol];
    set_up(*socket_, route_.options_, {protocol.data(), protocol.size()});
    const http::request<http::string_body>& request = call;
    socket_->async_accept(request, [self = shared_from_this()](boost::system::error_code refused) {
        if (refused) return self->finish();
        for (const auto spent : {http::field::connection, http::field::upgrade, http::field::sec_websocket_key,
                                 http::field::sec_websocket_version, http::field::sec_websocket_extensions})
            self->call.erase(spent);
        self->handed->begin_frames(self->route_.options_.idle_timeout);
        self->use();
    });
}

LIBNETXX_DECL void WebSocketTalk::use()
{
    used_ = true;
    try {
        if (connection != nullptr && connection->draining()) drain();
        auto talking = route_.handler_.function()(*socket_, call);
        boost::asio::co_spawn(handed->executor(), std::move(talking), Ended{shared_from_this()});
    } catch (...) {
        close(std::current_exception());  // it is no coroutine, or there is no memory for one
    }
}

LIBNETXX_DECL void WebSocketTalk::drain()
{
    constexpr auto going_away = boost::beast::websocket::close_code::going_away;
    if (used_ && socket_->is_open()) socket_->async_close(going_away, [](boost::system::error_code) {});
}

/// The handler has ended.
LIBNETXX_DECL void WebSocketTalk::close(const std::exception_ptr& failed_with)
{
    namespace websocket = boost::beast::websocket;
    used_ = false;
    try {
        if (failed_with) std::rethrow_exception(failed_with);
    } catch (const boost::system::system_error&) {
        // The end of the connection, as a rule. Where it isn't, the client gets to know.
        if (socket_->is_open()) failure = failed_with;
    } catch (const boost::asio::multiple_exceptions& failures) {
        // Of several coroutines (operator&&): the end of the connection ends them all.
        if (socket_->is_open()) failure = failures.first_exception();
    } catch (...) {
        failure = failed_with;
    }
    if (connection == nullptr || !socket_->is_open()) return finish();
    auto code = failed_with ? websocket::close_code::internal_error : websocket::close_code::normal;
    if (connection->draining()) code = websocket::close_code::going_away;
    try {
        socket_->async_close(code, [self = shared_from_this()](boost::system::error_code) { self->finish(); });
    } catch (...) {
        finish();  // there is no memory for it
    }
}

LIBNETXX_DECL void WebSocketTalk::finish()
{
    done = true;
    tell();
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
