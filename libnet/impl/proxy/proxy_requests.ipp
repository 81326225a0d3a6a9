#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/engine/proxy/pac_file.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/engine/proxy/proxy_page.hpp>
#include <libnet/engine/proxy/socks_negotiation.hpp>
#include <libnet/impl/proxy/proxy_requests.hpp>
#include <libnet/io/http/response_head.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/io/tcp/peer_user.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/http/canonical_host.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace libnet::inline v0::detail {

/// The answer that opens a tunnel: no content, and no field that speaks of one (RFC 9110 section 9.3.6).
inline constexpr std::string_view tunnel_answer = "HTTP/1.1 200 Connection established\r\n\r\n";

LIBNETXX_DECL ProxyRequests::~ProxyRequests() { give_exchange_back(); }

LIBNETXX_DECL std::optional<std::string_view> ProxyRequests::guarded_name(const wire::RequestHead& request)
{
    // Browsers fetch it without logging in, and rules are about where requests go.
    const auto is_for_pac = [&] {
        return std::holds_alternative<engine::ProxyAnswerPac>(engine::decide(request, proxy_->rules));
    };
    if (proxy_->rules.serves_pac && is_for_pac()) return std::nullopt;
    const auto host = wire::canonical_host(request.authority.host);
    host_ = host ? host->name : std::string{request.authority.host};
    std::ranges::transform(host_, host_.begin(), base::to_lower);
    host_ += '/';  // a host is no file's name: ".br" is a country, not a compressed file
    return host_;
}

LIBNETXX_DECL bool ProxyRequests::start_refused(io::HttpSession& session, const engine::AccessVerdict& verdict)
{
    session_ = &session;
    begin_telling(session);
    const bool may_keep = session.request().form != wire::TargetForm::authority;  // see refuse
    answer_with_page(session, {.status = verdict.status,
                               .reason = verdict.reason,
                               .may_keep = may_keep,
                               .name = verdict.name,
                               .value = verdict.value,
                               .error = wire::ProxyStatusError::http_request_denied});
    return true;
}

LIBNETXX_DECL bool ProxyRequests::start(io::HttpSession& session)
{
    session_ = &session;
    begin_telling(session);
    if (unusual_ && unusual_->datagram_port) return associate();
    const auto& request = session.request();
    auto decision = engine::decide(request, proxy_->rules);
    if (auto* const to = std::get_if<engine::ProxyForward>(&decision))
        return take_up(std::move(to->destination), false);
    auto* const through = std::get_if<engine::ProxyTunnel>(&decision);
    if (through != nullptr && proxy_->rules.is_transparent && !is_led_tunnel_) {
        error_ = wire::ProxyStatusError::http_request_error;
        refuse(session, 400, "CONNECT is for proxies that clients know.");
        return true;
    }
    if (through != nullptr) return take_up(std::move(through->destination), true);
    const bool may_keep = request.version == wire::HttpVersion::http_1_1;
    if (const auto* refusal = std::get_if<engine::ProxyRefuse>(&decision)) {
        error_ = refusal->error;
        refuse(session, refusal->status, refusal->reason);
    } else if (std::holds_alternative<engine::ProxyAnswerTrace>(decision)) {
        std::string traced;
        engine::append_traced_request(traced, request);
        answer(session, {.status = 200, .type = "message/http", .content = traced, .may_keep = may_keep});
    } else if (std::holds_alternative<engine::ProxyAnswerPac>(decision)) {
        const auto host = wire::parse_authority(request.fields.value_of("Host"));
        std::string proxy = proxy_->options.tls ? "HTTPS " : "PROXY ";
        proxy += host ? wire::to_string(*host) : io::to_text(session.connection().local());
        const auto script = engine::pac_file(*proxy_->egress->policy(), proxy);
        answer(session, {.status = 200, .type = engine::pac_type, .content = script, .may_keep = may_keep});
    } else {
        answer(session, {.status = 200, .may_keep = may_keep});
    }
    count();
    return true;
}

/// It goes on by events.
LIBNETXX_DECL io::Task<> ProxyRequests::go_on(io::HttpSession&) { co_return; }

LIBNETXX_DECL bool ProxyRequests::pursue(io::HttpSession&)
{
    using Step = ProxyExchange::Step;
    if (tunnel_) return go_on_tunnel();
    if (association() != nullptr) return unusual_->is_associated ? go_on_association() : open_association();
    if (hook_ && !exchange_) {
        if (go_on_hook()) return true;
        if (!exchange_) return false;
    }
    const auto step = exchange_->go_on();
    if (step == Step::waits) return false;
    if (step == Step::tunnel) return open_tunnel();
    if (step == Step::hooked) return end_by_hook();
    failure_ = exchange_->failure();
    error_ = exchange_->error();
    if (!session_->given_up()) count();  // else `refuse` does
    give_exchange_back();
    hook_.reset();
    place_.reset();
    meter_.reset();
    return true;
}

/// What the policy wants to know of it: when it is, and which place the client has connected to.
LIBNETXX_DECL engine::WeekMoment ProxyRequests::moment_of(const engine::EgressPolicy& policy) const
{
    if (!policy.names_times()) return {};
    return io::week_moment(std::chrono::system_clock::now());
}

LIBNETXX_DECL std::string ProxyRequests::listener_of(const engine::EgressPolicy& policy) const
{
    if (!policy.names_listeners()) return {};
    return std::to_string(session_->connection().local().port());
}

/// What the connection proves of its client, which is found out once; null: nothing. Behind a proxy the process on the other
/// end of a Unix socket is the proxy's.
LIBNETXX_DECL std::shared_ptr<const engine::ClientIdentity> ProxyRequests::identity(io::HttpSession& session)
{
    if (std::exchange(is_identified_, true)) return unusual_ ? unusual_->identity : nullptr;
    engine::ClientIdentity found;
    if (const auto* const tls = session.transport().tls()) found.certificate = tls->peer_names();
    const bool has_no_address = session.connected_client().address().is_unspecified();
    if (has_no_address) found.uid = io::peer_user(session.connection().polled().native_handle());
    if (found.empty()) return nullptr;
    unusual().identity = std::make_shared<const engine::ClientIdentity>(std::move(found));
    return unusual().identity;
}

/// Begins an exchange, if the policy allows it. True: it doesn't, and the request is answered.
LIBNETXX_DECL bool ProxyRequests::exchange(engine::ProxyDestination destination, bool tunnels)
{
    const auto* const guard = session_->guard();
    auto target = target_of(destination, tunnels);
    auto policy = proxy_->egress->policy();
    auto listener = listener_of(*policy);
    const auto when = moment_of(*policy);
    engine::EgressGate gate{std::move(policy),
                            session_->client().address(),
                            guard != nullptr ? guard->user() : std::string_view{},
                            std::move(listener),
                            std::move(target),
                            when,
                            identity(*session_)};
    told_->host = destination.host;
    told_->port = destination.port;
    if (!gate.admits()) return refuse_by_policy(gate, tunnels);
    auto route = find_route(gate, tunnels);
    if (!route) return true;
    if (is_beyond_limit(gate, tunnels)) return true;
    place_ = proxy_->places.take(gate.target().host->name);
    if (!place_) {
        answer_with_page(*session_, {.status = 503,
                                     .reason = "connection_limit_reached: Too many connections to servers are in use.",
                                     .may_keep = !tunnels && !session_->has_body(),
                                     .error = wire::ProxyStatusError::connection_limit_reached});
        return true;
    }
    if (!exchange_) exchange_ = proxy_->exchanges.take(*proxy_);
    exchange_->begin(*session_, *this, pinned_, std::move(destination), std::move(gate), std::move(*route), tunnels,
                     told_);
    exchange_->count_for(meter_.get());
    exchange_->use(hook_.get());
    return false;
}

/// What follows a CONNECT could be anything, see refuse; and who is refused is not asked for a body.
LIBNETXX_DECL bool ProxyRequests::refuse_by_policy(const engine::EgressGate& gate, bool tunnels)
{
    engine::tell_decision(*told_, gate.refusal());
    const auto verdict = gate.refusal().verdict;
    answer_with_page(*session_, {.status = status_of(verdict),
                                 .reason = reason_of(verdict),
                                 .may_keep = !tunnels && !session_->has_body(),
                                 .error = proxy_status_of(verdict)});
    return true;
}

/// By which parents the request may go. Nothing: by none, and the request is answered.
LIBNETXX_DECL std::optional<engine::ParentRoute> ProxyRequests::find_route(engine::EgressGate& gate, bool tunnels)
{
    if (!gate.has_routes()) return engine::ParentRoute{std::vector<std::size_t>{engine::ParentRoute::direct}};
    const auto& parents = proxy_->options.parents;
    const auto names = gate.route();
    const auto is_parent = [](const std::string& name) { return name != engine::direct_route; };
    const bool admits_parents = std::ranges::none_of(names, is_parent) || gate.admits_by_parent();
    std::vector<std::size_t> ways;
    for (const auto& name : names) {
        const auto found = std::ranges::find(parents, name, &ParentProxy::name);
        if (!is_parent(name)) ways.push_back(engine::ParentRoute::direct);
        else if (admits_parents && found != parents.end())
            ways.push_back(static_cast<std::size_t>(found - parents.begin()));
    }
    if (!ways.empty()) return engine::ParentRoute{std::move(ways)};
    if (!admits_parents) {
        refuse_by_policy(gate, tunnels);
        return std::nullopt;
    }
    answer_with_page(*session_, {.status = 500,
                                 .reason = "The parent proxy that the rules name is not there.",
                                 .may_keep = !tunnels && !session_->has_body(),
                                 .error = wire::ProxyStatusError::proxy_configuration_error});
    return std::nullopt;
}

/// Answers with an error page; the connection ends behind it. For CONNECT that is a must (RFC 9931 section 8): what
/// follows could be anything.
LIBNETXX_DECL void ProxyRequests::refuse(io::HttpSession& session, unsigned status, std::string_view reason)
{
    give_exchange_back();
    hook_.reset();
    place_.reset();
    meter_.reset();
    if (!session.has_request() || !told_) begin_telling(session);
    const auto known = std::exchange(error_, std::nullopt);
    const auto error = known.value_or(engine::proxy_status_of_refusal(status));
    // An exchange that has failed has told its verdict.
    if (!known || told_->verdict == "allowed") told_->verdict = name_of(error);
    answer_with_page(session, {.status = status, .reason = reason, .may_keep = false, .error = error});
}

/// A request comes up that is about to be answered, one way or the other.
LIBNETXX_DECL void ProxyRequests::begin_telling(io::HttpSession& session)
{
    proxy_->give_told(std::move(told_));
    told_ = proxy_->take_told();
    told_->request_id = proxy_->next_request_id();
    told_->identity = identity(session);
    error_.reset();
    counted_ = false;
    session.tell(told_);
}

/// Answers with an error page, or the same in JSON, as the client prefers.
LIBNETXX_DECL void ProxyRequests::answer_with_page(io::HttpSession& session, Answer answer)
{
    using engine::ProxyPageFormat;
    if (told_->verdict == "allowed") told_->verdict = name_of(*answer.error);
    const auto format =
        session.has_request() ? engine::choose_page_format(session.request().fields) : ProxyPageFormat::html;
    std::string page;
    engine::append_page(page, {answer.status, answer.reason, told_->verdict, told_->request_id}, format);
    answer.type = engine::content_type(format);
    answer.content = page;
    count();
    this->answer(session, answer);
}

/// The verdict on the request under way is final.
LIBNETXX_DECL void ProxyRequests::count()
{
    if (!std::exchange(counted_, true)) ++proxy_->verdicts[told_->verdict];
}

LIBNETXX_DECL void ProxyRequests::answer(io::HttpSession& session, const Answer& answer)
{
    if (is_led_tunnel_) return answer_silently(session, answer);
    if (dialect_ != wire::ProxyDialect::http) return answer_socks(session, answer);
    const bool has_no_content = answer.status == 204 || answer.status == 304;
    const bool head_only = has_no_content || (session.has_request() && session.request().method == "HEAD");
    const auto persistence = session.begin_answer({.status = answer.status,
                                                   .reason = answer.reason,
                                                   .content_length = head_only ? 0 : answer.content.size(),
                                                   .may_keep = answer.may_keep});
    auto& queue = session.writer().queue();
    io::ResponseHead head{queue, answer.status, session.date()};
    if (!answer.type.empty()) head.field("Content-Type", answer.type);
    if (!has_no_content) head.field("Content-Length", std::to_string(answer.content.size()));
    if (answer.fields == nullptr || !answer.fields->has("Cache-Control")) head.field("Cache-Control", "no-store");
    if (!answer.name.empty()) head.field(answer.name, answer.value);
    if (answer.fields != nullptr)
        for (const auto& [name, value] : *answer.fields) head.field(name, value);
    std::string status;
    wire::append_proxy_status(status, {.proxy = proxy_->rules.via_name,
                                       .error = answer.error,
                                       .next_hop = told_ ? std::string_view{told_->parent} : std::string_view{},
                                       .details = answer.error ? answer.reason : ""});
    head.field("Proxy-Status", status);
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
    if (is_led_tunnel_) granted = {};
    else if (dialect_ == wire::ProxyDialect::http) granted = is_connect ? tunnel_answer : exchange_->tunnel_head();
    else engine::append_socks_answer(granted, dialect_, wire::Socks5Reply::succeeded);
    session.send(granted, {}, {});
    if (session.given_up()) return true;
    const ProxyTunnel::Early early{.from_client = session.octets().substr(session.head_octets().size()),
                                   .from_server = exchange_->early(),
                                   .unsent = session.writer().queue().view()};
    std::optional<wire::CanonicalHost> checked;
    if (is_connect && !is_led_tunnel_ && std::ranges::count(proxy_->options.check_sni, told_->port) > 0)
        checked = exchange_->host();
    // A tunnel reads so much up to eight times in a row.
    auto scratch = std::span{proxy_->scratch};
    if (meter_) scratch = scratch.first(std::clamp<std::size_t>(meter_->piece() / 8, 1024, scratch.size()));
    auto* const meter = session.guard() != nullptr ? session.guard()->meter() : nullptr;
    tunnel_ = std::make_unique<ProxyTunnel>(proxy_->options, session.connection(), session.transport().release_tls(),
                                            exchange_->take_upstream(), early, scratch, meter, std::move(checked));
    tunnel_->count_for(meter_.get());
    if (meter == nullptr && !meter_) tunnel_->splice_through(proxy_->pipes);
    if (proxy_->options.transparent) unusual().own = exchange_->take_own_connection();
    tell_tunnel(exchange_->status());
    session.open_tunnel();
    give_exchange_back();
    hook_.reset();
    return tunnel_ == nullptr || go_on_tunnel();  // who was told of a request may have closed the connection
}

/// Tells the program of a tunnel that begins.
LIBNETXX_DECL void ProxyRequests::tell_tunnel(unsigned status) const
{
    const auto& on_event = proxy_->options.on_event;
    if (!on_event) return;
    const auto& request = session_->request();
    AccessRecord record;
    record.client = session_->client();
    record.started = std::chrono::system_clock::now();
    if (const auto* const guard = session_->guard()) record.user = guard->user();
    record.method = request.method;
    record.target = request.target;
    record.version = request.version == wire::HttpVersion::http_1_0 ? 10 : 11;
    record.status = status;
    record.referer = request.fields.value_of("Referer");
    record.user_agent = request.fields.value_of("User-Agent");
    record.forwarding = told_.get();
    on_event(ProxyEvent::tunnel, record);
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
    if (unusual_) unusual_->own = {};
    place_.reset();
    meter_.reset();
    if (!tunnel->verdict().empty()) {
        told_->verdict = tunnel->verdict();
        told_->rule.clear();  // it let the tunnel begin, and has not ended it
        told_->rule_line = 0;
    }
    count();
    session_->end_tunnel(tunnel->sent(), tunnel->received(), reason);
}

LIBNETXX_DECL void ProxyRequests::stop() noexcept
try {
    hook_.reset();
    if (tunnel_) end_tunnel(engine::tunnel_cut);
    if (association() != nullptr && unusual_->is_associated) end_association();
} catch (...) {
    proxy_->diagnostics.tell_exception("a tunnel was not logged");
}

LIBNETXX_DECL void ProxyRequests::describe(io::ConnectionNow& now) const
{
    const auto* const datagrams = association();
    if ((!tunnel_ && datagrams == nullptr) || !told_) return;
    now.method = tunnel_ ? "CONNECT" : "UDP";
    now.target = io::ConnectionNow::cut(told_->host) + ':' + std::to_string(told_->port);
    now.sent = tunnel_ ? tunnel_->sent() : datagrams->sent();
    now.received = tunnel_ ? tunnel_->received() : datagrams->received();
}

LIBNETXX_DECL void ProxyRequests::give_exchange_back() noexcept
{
    if (exchange_) proxy_->exchanges.give(std::move(exchange_));
}

}  // namespace libnet::inline v0::detail
