#pragma once
// Bodies of libnet/impl/handlers/handler_requests.hpp: a handler that takes the connection over.

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/impl/handlers/handler_requests.hpp>
#include <libnet/impl/handlers/handler_tunnel.hpp>
#include <libnet/io/http/response_head.hpp>

#include <string>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL bool HandlerRequests::start_upgrade(io::HttpSession& session, const engine::RouteMatch& match)
{
    upgrade_ = route_->upgrade->job(session.connection());
    upgrade_->handlers = routes_;
    upgrade_->take_head(session, match);
    const auto& request = session.request();
    auto refusal = route_->upgrade->judge(upgrade_->call);
    const bool is_plain =
        request.method == "GET" && request.version == wire::HttpVersion::http_1_1 && !session.has_body();
    if (refusal.status == 0 && !is_plain) refusal = {400, "A request for this is a GET of HTTP/1.1 without a body."};
    if (refusal.status == 0) {
        phase_ = Phase::upgrade;
        return false;
    }
    refuse_upgrade(session, refusal);
    finish();
    return true;
}

LIBNETXX_DECL void HandlerRequests::refuse_upgrade(io::HttpSession& session, const UpgradeRefusal& refusal)
{
    const auto text = std::to_string(refusal.status).append(": ").append(refusal.reason).append("\n");
    const bool head_only = session.request().method == "HEAD";
    const auto persistence = session.begin_answer(
        {.status = refusal.status, .reason = refusal.reason, .content_length = head_only ? 0 : text.size()});
    io::ResponseHead head{session.writer().queue(), refusal.status, session.date()};
    if (!refusal.field.empty()) head.field(refusal.field, refusal.value);
    if (refusal.status == 426 && persistence != engine::HttpPersistence::close) head.field("Connection", "Upgrade");
    head.field("Content-Type", "text/plain; charset=utf-8");
    head.field("Content-Length", std::to_string(text.size()));
    session.end_head(persistence);
    if (!head_only) session.writer().queue().append(text);
    session.end_answer();
}

/// The handler writes the 101 itself, behind what was answered before.
LIBNETXX_DECL bool HandlerRequests::open_tunnel(io::HttpSession& session)
{
    session.send_queued();
    if (session.given_up()) {
        leave();
        return true;
    }
    session.begin_answer({.status = 101, .may_keep = false});
    auto tunnel = std::make_unique<HandlerTunnel>(session, std::exchange(upgrade_, nullptr));
    auto& opened = *tunnel;
    // From here on there is nothing but the tunnel: this object is gone at the end of the function.
    const auto self = session.open_tunnel(std::move(tunnel));
    return opened.begin();
}

}  // namespace libnet::inline v0::detail
