#pragma once
// Clients that don't know of the proxy: a firewall has led their connections here.

#include <libnet/config.hpp>
#include <libnet/engine/proxy/first_octets.hpp>
#include <libnet/impl/proxy/proxy_requests.hpp>
#include <libnet/io/tcp/original_destination.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

inline constexpr std::string_view led_in_circles = "The connection is the proxy's own: a firewall has led it back.";

/// What a client of TLS is told whose server isn't reached: a fatal alert, access_denied (RFC 8446 section 6.2).
inline constexpr std::string_view access_denied_alert{"\x15\x03\x03\x00\x02\x02\x31", 7};

/// Finds out what the client speaks. HTTP goes on as it does elsewhere; all else ends in a CONNECT.
LIBNETXX_DECL io::Task<> ProxyRequests::look_at_client(io::HttpSession& session)
{
    using engine::FirstProtocol;
    unusual().original = io::original_destination(session.connection().polled().native_handle());
    if (original() == nullptr || is_led_in_circles(session)) {
        session.turn_away(0, led_in_circles);
        co_return;
    }
    auto first = engine::look_at_first_octets(session.octets());
    while (first.protocol == FirstProtocol::incomplete) {
        auto receiving = session.receive_more();
        const bool more = co_await std::move(receiving);
        if (!more) co_return;
        first = engine::look_at_first_octets(session.octets());
    }
    if (first.protocol == FirstProtocol::http) co_return;
    is_led_tunnel_ = true;
    is_led_tls_ = first.protocol == FirstProtocol::tls;
    const auto address = wire::unmapped(original()->address());
    const auto host = first.server_name.empty() ? address.to_string() : first.server_name;
    const bool is_v6 = first.server_name.empty() && address.is_v6();
    const auto authority = wire::to_string(wire::Authority{host, original()->port(), is_v6});
    session.begin_with("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
}

/// It would come back to us for ever.
LIBNETXX_DECL bool ProxyRequests::is_led_in_circles(io::HttpSession& session) const
{
    const auto& peer = session.connection().peer();
    return io::OwnConnection::begins_at({wire::unmapped(peer.address()), peer.port()});
}

/// What is judged. Of a transparent proxy it is what the client says, at the place that it has connected to.
LIBNETXX_DECL engine::EgressTarget ProxyRequests::target_of(engine::ProxyDestination& destination, bool tunnels) const
{
    std::optional<wire::RequestHead> changed;
    if (hook_) changed = hook_->changed(session_->request());
    const auto& request = changed ? *changed : session_->request();
    if (original() == nullptr || (hook_ && hook_->is_redirected())) {
        auto target = engine::egress_target(request);
        target.is_by_http = dialect_ == wire::ProxyDialect::http;
        return target;
    }
    destination.address = wire::unmapped(original()->address());
    destination.port = original()->port();
    if (destination.host.empty()) destination.host = destination.address->to_string();
    auto target =
        engine::egress_target(destination.host, destination.port, tunnels ? "CONNECT" : request.method, request.path);
    target.is_tls = destination.is_tls;
    target.is_by_http = false;
    return target;
}

/// What isn't HTTP has no words for it.
LIBNETXX_DECL void ProxyRequests::answer_silently(io::HttpSession& session, const Answer& answer)
{
    session.begin_answer({.status = answer.status, .reason = answer.reason, .may_keep = false});
    if (is_led_tls_) session.writer().queue().append(access_denied_alert);
    session.head_queued();
    session.end_answer();
}

}  // namespace libnet::inline v0::detail
