#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/http/error_page.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/engine/proxy/socks_negotiation.hpp>
#include <libnet/impl/proxy/proxy_requests.hpp>
#include <libnet/io/http/response_head.hpp>
#include <libnet/wire/http/canonical_host.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

/// The answer that opens a tunnel: no content, and no field that speaks of one (RFC 9110 section 9.3.6).
inline constexpr std::string_view tunnel_answer = "HTTP/1.1 200 Connection established\r\n\r\n";

LIBNETXX_DECL ProxyRequests::~ProxyRequests() { give_exchange_back(); }

LIBNETXX_DECL std::optional<std::string_view> ProxyRequests::guarded_name(const wire::RequestHead& request)
{
    const auto host = wire::canonical_host(request.authority.host);
    host_ = host ? host->name : std::string{request.authority.host};
    std::ranges::transform(host_, host_.begin(), base::to_lower);
    host_ += '/';  // a host is no file's name: ".br" is a country, not a compressed file
    return host_;
}

LIBNETXX_DECL bool ProxyRequests::start_refused(io::HttpSession& session, const engine::AccessVerdict& verdict)
{
    std::string page;
    engine::append_error_page(page, verdict.status, verdict.reason);
    const bool may_keep = session.request().form != wire::TargetForm::authority;  // see refuse
    answer(session,
           {verdict.status, verdict.reason, engine::error_page_type, page, may_keep, verdict.name, verdict.value});
    return true;
}

LIBNETXX_DECL bool ProxyRequests::start(io::HttpSession& session)
{
    session_ = &session;
    const auto& request = session.request();
    auto decision = engine::decide(request, proxy_->rules);
    if (auto* const to = std::get_if<engine::ProxyForward>(&decision))
        return exchange(std::move(to->destination), false);
    if (auto* const through = std::get_if<engine::ProxyTunnel>(&decision))
        return exchange(std::move(through->destination), true);
    const bool may_keep = request.version == wire::HttpVersion::http_1_1;
    if (const auto* refusal = std::get_if<engine::ProxyRefuse>(&decision)) {
        refuse(session, refusal->status, refusal->reason);
    } else if (std::holds_alternative<engine::ProxyAnswerTrace>(decision)) {
        std::string traced;
        engine::append_traced_request(traced, request);
        answer(session, {.status = 200, .type = "message/http", .content = traced, .may_keep = may_keep});
    } else {
        answer(session, {.status = 200, .may_keep = may_keep});
    }
    return true;
}

/// It goes on by events.
LIBNETXX_DECL io::Task<> ProxyRequests::go_on(io::HttpSession&) { co_return; }

LIBNETXX_DECL bool ProxyRequests::pursue(io::HttpSession&)
{
    using Step = ProxyExchange::Step;
    if (tunnel_) return go_on_tunnel();
    const auto step = exchange_->go_on();
    if (step == Step::waits) return false;
    if (step == Step::tunnel) return open_tunnel();
    failure_ = exchange_->failure();
    give_exchange_back();
    return true;
}

/// Begins an exchange, if the policy allows it. True: it doesn't, and the request is answered.
LIBNETXX_DECL bool ProxyRequests::exchange(engine::ProxyDestination destination, bool tunnels)
{
    const auto* const guard = session_->guard();
    auto target = engine::egress_target(session_->request());
    engine::EgressGate gate{proxy_->egress->policy(), session_->client().address(),
                            guard != nullptr ? guard->user() : std::string_view{}, std::move(target)};
    if (!gate.admits()) {
        const auto verdict = gate.refusal().verdict;
        refuse(*session_, status_of(verdict), reason_of(verdict));
        return true;
    }
    if (!exchange_) exchange_ = proxy_->exchanges.take(*proxy_);
    exchange_->begin(*session_, *this, pinned_, std::move(destination), std::move(gate), tunnels);
    return false;
}

/// Answers with an error page; the connection ends behind it. For CONNECT that is a must (RFC 9931 section 8): what
/// follows could be anything.
LIBNETXX_DECL void ProxyRequests::refuse(io::HttpSession& session, unsigned status, std::string_view reason)
{
    give_exchange_back();
    std::string page;
    engine::append_error_page(page, status, reason);
    answer(session, {status, reason, engine::error_page_type, page, false});
}

LIBNETXX_DECL void ProxyRequests::answer(io::HttpSession& session, const Answer& answer)
{
    if (dialect_ != wire::ProxyDialect::http) return answer_socks(session, answer);
    const bool head_only = session.has_request() && session.request().method == "HEAD";
    const auto persistence = session.begin_answer({.status = answer.status,
                                                   .reason = answer.reason,
                                                   .content_length = head_only ? 0 : answer.content.size(),
                                                   .may_keep = answer.may_keep});
    auto& queue = session.writer().queue();
    io::ResponseHead head{queue, answer.status, session.date()};
    if (!answer.type.empty()) head.field("Content-Type", answer.type);
    head.field("Content-Length", std::to_string(answer.content.size()));
    head.field("Cache-Control", "no-store");
    if (!answer.name.empty()) head.field(answer.name, answer.value);
    session.end_head(persistence);
    if (!head_only) queue.append(answer.content);
    session.end_answer();
}

/// The server is there, or has agreed. True: it is over already.
LIBNETXX_DECL bool ProxyRequests::open_tunnel()
{
    auto& session = *session_;
    const bool is_connect = exchange_->tunnel_head().empty();
    session.begin_answer({.status = exchange_->status(), .may_keep = false});
    std::string granted;
    if (dialect_ == wire::ProxyDialect::http) granted = is_connect ? tunnel_answer : exchange_->tunnel_head();
    else engine::append_socks_answer(granted, dialect_, wire::Socks5Reply::succeeded);
    session.send(granted, {}, {});
    if (session.given_up()) return true;
    const ProxyTunnel::Early early{.from_client = session.octets().substr(session.head_octets().size()),
                                   .from_server = exchange_->early(),
                                   .unsent = session.writer().queue().view()};
    auto* const meter = session.guard() != nullptr ? session.guard()->meter() : nullptr;
    tunnel_ = std::make_unique<ProxyTunnel>(proxy_->options, session.connection(), session.transport().release_tls(),
                                            exchange_->take_upstream(), early, proxy_->scratch, meter);
    session.open_tunnel();
    give_exchange_back();
    return tunnel_ == nullptr || go_on_tunnel();  // who was told of a request may have closed the connection
}

LIBNETXX_DECL bool ProxyRequests::go_on_tunnel()
{
    using Step = io::Relay::Step;
    const auto step = tunnel_->go_on();
    if (step == Step::more) session_->connection().go_on_soon();
    if (step == Step::more || step == Step::waits) return false;
    end_tunnel(tunnel_->reason());
    return true;
}

LIBNETXX_DECL void ProxyRequests::end_tunnel(std::string_view reason)
{
    const auto tunnel = std::move(tunnel_);
    session_->end_tunnel(tunnel->sent(), tunnel->received(), reason);
}

LIBNETXX_DECL void ProxyRequests::stop() noexcept
try {
    if (tunnel_) end_tunnel(engine::tunnel_cut);
} catch (...) {
    proxy_->diagnostics.tell_exception("a tunnel was not logged");
}

LIBNETXX_DECL void ProxyRequests::give_exchange_back() noexcept
{
    if (exchange_) proxy_->exchanges.give(std::move(exchange_));
}

}  // namespace libnet::inline v0::detail
