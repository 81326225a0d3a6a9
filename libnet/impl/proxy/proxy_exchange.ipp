#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/connection_authentication.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/engine/proxy/proxy_upgrade.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/io/tcp/relay.hpp>

#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL ProxyExchange::ProxyExchange(ForwardProxyState& proxy)
    : proxy_{proxy},
      upstream_deadline_{proxy.wheel, [this] { poke(); }},
      response_parser_{proxy.options.response_limits}
{}

LIBNETXX_DECL void ProxyExchange::begin(io::HttpSession& session, io::ReadinessListener& listener,
                                        std::unique_ptr<ProxyPinned>& pinned, engine::ProxyDestination destination,
                                        engine::EgressGate gate, engine::ParentRoute route, bool tunnels,
                                        std::shared_ptr<engine::HttpForwarding> told)
{
    session_ = &session;
    listener_ = &listener;
    pinned_ = &pinned;
    destination_ = std::move(destination);
    gate_ = std::move(gate);
    told_ = std::move(told);
    error_.reset();
    // The address that was judged, whatever a resolver would make of its spelling.
    if (gate_.target().host->address) destination_.host = gate_.target().host->name;
    tunnels_ = tunnels;
    route_ = std::move(route);
    take_way(route_.next(proxy_.parents, Clock::now()).value_or(engine::ParentRoute::direct));
    may_be_idle_ = !tunnels && engine::may_use_idle_connection(session.request());
    upload_state_ = ProxyUploadState::complete;
    head_.clear();
    upgrade_.clear();
    if (!tunnels) upgrade_ = engine::requested_upgrade(session.request());
}

LIBNETXX_DECL void ProxyExchange::clear() noexcept
{
    dial_.reset();
    drop_upstream();
    own_ = {};
    gate_ = {};
    meter_ = nullptr;
    hooks_ = nullptr;
    asks_ = false;
    told_.reset();
    answer_ = {};
    answer_reader_.reset();
    answer_bytes_.truncate(0);
    answer_bytes_.release();
}

LIBNETXX_DECL ProxyExchange::Step ProxyExchange::go_on()
{
    while (!session_->given_up()) {
        if (!upstream_ || handshake_ || secures_ || asks_)
            if (const auto step = open()) return *step;
        more_ = false;
        upload();
        download();
        judge_deadline();
        if (session_->given_up()) break;
        if (ends_by_quota()) return Step::over;
        if (!is_over()) {
            expect_progress();
            if (more_) session_->connection().go_on_soon();
            return Step::waits;
        }
        if (!may_retry()) return end();
        may_be_idle_ = false;
        drop_upstream();
    }
    return Step::over;
}

/// Nothing: the server has the request's head.
LIBNETXX_DECL std::optional<ProxyExchange::Step> ProxyExchange::open()
{
    const auto connected = asks_ ? Connected::yes : connect();
    if (connected == Connected::not_yet) return Step::waits;
    if (connected == Connected::no) {
        fail_exchange();
        return Step::over;
    }
    if (hooks_ != nullptr) {
        const auto decided = ask_about_connection();
        if (asks_) return Step::waits;
        if (decided != ProxyHookCall::State::goes_on) return Step::hooked;
    }
    if (tunnels_) return Step::tunnel;
    send_request();
    return std::nullopt;
}

LIBNETXX_DECL engine::ForwardedBy ProxyExchange::forwarded_by() const
{
    const auto& rules = proxy_.options.headers;
    return {proxy_.rules.via_name, rules.empty() ? nullptr : &rules, {session_->client().address(), told_->request_id}};
}

LIBNETXX_DECL void ProxyExchange::send_request()
{
    const auto& original = session_->request();
    std::optional<wire::RequestHead> changed;
    if (hooks_ != nullptr) {
        if (session_->has_body()) hooks_->filter_upwards(session_->connection());
        changed = hooks_->changed(original);
    }
    const auto& request = changed ? *changed : original;
    auto by = forwarded_by();
    const auto credentials = proxy_.options.credentials ? proxy_.options.credentials->now() : nullptr;
    // The answer to TRACE is the request.
    if (credentials && request.method != "TRACE") by.authorization = credentials->find(host(), destination_.port);
    has_credential_ = !by.authorization.empty();
    std::string url;
    if (asks_parent()) {
        url = url_for_parent(request);
        by.absolute = url;
        by.proxy_authorization = parent_->authorization;
    }
    head_.clear();
    engine::append_forwarded_request(head_, request, by, upgrade_);
    authenticates_ = authenticates_ || engine::authenticates_connection(request.fields, "Authorization");
    answer_bytes_.truncate(0);
    response_parser_.reset();
    download_state_ = ProxyDownloadState::head;
    if (session_->has_body()) {
        body_writer_ = engine::ProxyBodyWriter{request.body.kind};
        upload_state_ = ProxyUploadState::under_way;
    }
    sent_ = Clock::now();
    if (meter_ != nullptr) meter_->moved(head_.size());
    if (!upstream_->peer.send({head_})) fail_answer(engine::ProxyFailure::connection_lost);
    awaited_upstream_ = false;
}

LIBNETXX_DECL ProxyExchange::Step ProxyExchange::end()
{
    using State = ProxyDownloadState;
    upstream_deadline_.clear();
    if (download_state_ == State::switched) return Step::tunnel;
    if (download_state_ == State::hooked) return Step::hooked;
    if (download_state_ == State::complete || download_state_ == State::complete_and_last) end_exchange();
    else fail_exchange();
    return Step::over;
}

/// Which direction's end is the end of the other one, too. A server that has answered early may well want the rest of the
/// body; a client that sends it expects so.
LIBNETXX_DECL bool ProxyExchange::is_over() const noexcept
{
    switch (download_state_) {
    case ProxyDownloadState::complete:
        return upload_state_ != ProxyUploadState::under_way;
    case ProxyDownloadState::head:
    case ProxyDownloadState::asking:
    case ProxyDownloadState::body:
        return false;
    default:
        return true;
    }
}

/// A connection that was idle has died under the request before a word of the answer came.
LIBNETXX_DECL bool ProxyExchange::may_retry() const noexcept
{
    const bool failed = download_state_ == ProxyDownloadState::upstream_failed;
    return failed && may_be_idle_ && engine::should_retry(upstream_->was_idle, answer_.any_byte);
}

/// Sets the deadline of the server. Where bytes have moved it is anew; where none are awaited there is none.
LIBNETXX_DECL void ProxyExchange::expect_progress()
{
    const auto& options = proxy_.options;
    // A client that waits for 100 (Continue) waits for the server, as we do.
    const bool invited = !session_->request().expect_continue || answer_.interim > 0 || session_->body_size() > 0;
    const bool upload_waits = upload_state_ == ProxyUploadState::under_way && !upstream_->peer.is_blocked() && invited;
    const bool in_answer = download_state_ == ProxyDownloadState::head || download_state_ == ProxyDownloadState::body;
    const bool awaits_answer = in_answer && !upload_waits && !session_->is_blocked() && !awaits_filter();
    const bool is_paused = meter_ != nullptr && meter_->is_paused();
    const bool awaits_upstream = (awaits_answer && !is_paused) || upstream_->peer.is_blocked();
    const bool waits_on = std::exchange(awaited_upstream_, awaits_upstream) && !upstream_->peer.moved();
    if (!awaits_upstream) upstream_deadline_.clear();
    if (!awaits_upstream || waits_on) return;
    auto timeout = options.transfer_timeout;
    if (awaits_answer && download_state_ == ProxyDownloadState::head) {
        timeout = options.response_timeout;
        // From its first byte on, the head has so long in all: a server that drips bytes must not hold us without end.
        if (answer_.head_ends)
            timeout = std::chrono::ceil<std::chrono::milliseconds>(*answer_.head_ends - Clock::now());
    }
    upstream_deadline_.expires_after(timeout);
}

LIBNETXX_DECL void ProxyExchange::judge_deadline()
{
    if (is_over()) return;
    if (upstream_deadline_.expired() && awaited_upstream_ && !upstream_->peer.has_moved())
        fail_answer(engine::ProxyFailure::response_timeout);
}

/// None of the server's addresses may be connected to. Returns why, in words.
LIBNETXX_DECL std::string ProxyExchange::deny()
{
    const auto& refusal = gate_.refusal();
    if (refusal.goes_on()) {
        error_ = wire::ProxyStatusError::destination_ip_prohibited;
        told_->verdict = "own_listener";
        return std::string{engine::reason_of(engine::ProxyVerdict::own_listener)};
    }
    error_ = proxy_status_of(refusal.verdict);
    engine::tell_decision(*told_, refusal);
    return std::string{reason_of(refusal.verdict)};
}

/// The client must see that an answer is not complete. Where its end is the connection's end, that takes a RST.
LIBNETXX_DECL void ProxyExchange::cut_client() noexcept
{
    const bool is_cut = answer_.begun && answer_.plan.body == wire::BodyFraming::Kind::until_close;
    if (is_cut) io::reset(session_->connection().polled());
}

/// True: a quota is used up before all is sent, and the exchange is over.
LIBNETXX_DECL bool ProxyExchange::ends_by_quota()
{
    if (meter_ == nullptr || is_over() || !meter_->is_spent()) return false;
    constexpr auto verdict = engine::EgressVerdict::quota_exceeded;
    cut_client();
    error_ = proxy_status_of(verdict);
    engine::tell_decision(*told_, {verdict});  // the rule that let it begin has not ended it
    session_->fail(status_of(verdict), std::string{reason_of(verdict)});
    drop_upstream();
    return true;
}

/// The request has no answer, or half of one.
LIBNETXX_DECL void ProxyExchange::fail_exchange()
{
    cut_client();
    if (const auto failure = answer_.failure) {
        error_ = proxy_status_of(*failure);
        told_->verdict = name_of(*error_);
        told_->is_reported = false;
        session_->fail(status_of(*failure),
                       describe(*failure, destination_, blames_parent_ ? told_->parent : "", why_));
    } else {
        session_->fail(403, deny());
    }
    drop_upstream();
}

/// The client has its answer.
LIBNETXX_DECL void ProxyExchange::end_exchange()
{
    const bool request_complete = upload_state_ == ProxyUploadState::complete;
    const bool keeps_server = download_state_ == ProxyDownloadState::complete && response_.keep_alive &&
                              answer_.interim_keeps && request_complete && nothing_left_;
    session_->end_answer();
    if (keeps_server) {
        auto connection = std::move(upstream_->connection);
        connection.socket->listen(nullptr);
        upstream_.reset();
        const auto place = may_be_idle_ ? engine::IdlePlace::another : engine::IdlePlace::of_the_oldest;
        if (!authenticates_) proxy_.connector->keep_idle(key_, std::move(connection), place);
        else if (keeps_client_ && request_complete) pinned_->reset(new ProxyPinned{std::move(connection), server_});
    }
    drop_upstream();
}

}  // namespace libnet::inline v0::detail
