#pragma once
// Requests about which the program itself is asked.

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_requests.hpp>

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace libnet::inline v0::detail {

inline constexpr std::string_view hook_has_answered =
    "The program that runs this proxy has answered the request itself.";
inline constexpr std::string_view hook_has_failed =
    "The program that runs this proxy has failed to deal with the request.";

// ---------------------------------------------------------------------------------------------------------- requests

/// A request that is to be forwarded, or to become a tunnel. True: it is answered.
LIBNETXX_DECL bool ProxyRequests::take_up(engine::ProxyDestination destination, bool tunnels)
{
    if (!proxy_->options.hooks) return exchange(std::move(destination), tunnels);
    told_->host = destination.host;
    told_->port = destination.port;
    const auto& head = session_->request();
    auto hooked = std::make_shared<ProxyHooked>();
    hooked->hooks = proxy_->options.hooks;
    auto& request = hooked->request;
    request.client = session_->client();
    if (const auto* const guard = session_->guard()) request.user = guard->user();
    request.id = told_->request_id;
    request.method = head.method;
    request.is_tunnel = tunnels;
    request.is_tls = destination.is_tls;
    request.host = destination.host;
    request.port = destination.port;
    if (!tunnels) request.path = head.path;
    if (!tunnels && head.has_query) request.path.append("?").append(head.query);
    request.fields = ProxyFields{head.fields};
    hook_ = std::make_unique<ProxyHookUse>(std::move(hooked), std::move(destination), tunnels);
    return go_on_hook();
}

/// `on_request` is asked. True: the request is answered.
LIBNETXX_DECL bool ProxyRequests::go_on_hook()
{
    using State = ProxyHookCall::State;
    const auto decided = hook_->ask(ProxyHookStage::request, session_->connection());
    if (decided == State::waits) return false;
    if (decided != State::goes_on) return end_by_hook();
    try {
        hook_->check_request();
    } catch (...) {
        hook_->failure = std::current_exception();
        return end_by_hook();
    }
    return exchange(std::move(hook_->destination), hook_->tunnels);
}

/// A hook has an answer, or has failed. The answer ends here.
LIBNETXX_DECL bool ProxyRequests::end_by_hook()
{
    const auto ended = std::move(hook_);
    give_exchange_back();
    place_.reset();
    meter_.reset();
    const bool may_keep = !ended->tunnels && !session_->has_body();
    constexpr unsigned not_granted = 300;
    const bool is_possible = ended->reply && (!ended->tunnels || ended->reply->status() >= not_granted);
    if (!is_possible) {
        tell_hook_failure(ended->failure);
        answer_with_page(*session_, {.status = 500,
                                     .reason = hook_has_failed,
                                     .may_keep = may_keep,
                                     .error = wire::ProxyStatusError::proxy_internal_error});
        return true;
    }
    const auto& reply = *ended->reply;
    told_->verdict = "answered_by_hook";
    count();
    answer(*session_, {.status = reply.status(),
                       .reason = reply.status() >= 400 ? hook_has_answered : std::string_view{},
                       .content = reply.content(),
                       .may_keep = may_keep,
                       .fields = &reply.fields()});
    return true;
}

LIBNETXX_DECL void ProxyRequests::tell_hook_failure(const std::exception_ptr& failure) const
{
    const auto& diagnostics = session_->connection().diagnostics();
    const auto what = "a hook failed: request " + told_->request_id + " to " + told_->host;
    if (!failure) return diagnostics.tell(DiagnosticLevel::error, what + ": a tunnel can only be refused");
    try {
        std::rethrow_exception(failure);
    } catch (...) {
        diagnostics.tell_exception(what);
    }
}

// ---------------------------------------------------------------------------------------------------------- exchanges

LIBNETXX_DECL ProxyHookCall::State ProxyExchange::ask_about_connection()
{
    hooks_->of->connection = {told_->upstream, told_->parent, told_->was_connected};
    const auto decided = hooks_->ask(ProxyHookStage::connection, session_->connection());
    asks_ = decided == ProxyHookCall::State::waits;
    return decided;
}

/// A hook is asked about the answer. False: it has yet to decide, or the answer goes no further.
LIBNETXX_DECL bool ProxyExchange::go_on_asking()
{
    using State = ProxyHookCall::State;
    const auto decided = hooks_->ask(ProxyHookStage::response, session_->connection());
    if (decided == State::waits) return false;
    if (decided != State::goes_on) {
        download_state_ = ProxyDownloadState::hooked;
        return false;
    }
    try {
        hooks_->put_back(response_);
    } catch (...) {
        hooks_->failure = std::current_exception();
        download_state_ = ProxyDownloadState::hooked;
        return false;
    }
    if (response_.body.kind != wire::BodyFraming::Kind::none) hooks_->filter_downwards(session_->connection());
    forward_answer_head(asked_head_);
    return true;
}

/// The server has nothing to hurry for.
LIBNETXX_DECL bool ProxyExchange::awaits_filter() const noexcept
{
    return hooks_ != nullptr && hooks_->downwards && !hooks_->downwards->wants_piece();
}

LIBNETXX_DECL void ProxyExchange::fail_filter(const ProxyFilter& filter)
{
    try {
        std::rethrow_exception(filter.failure());
    } catch (...) {
        session_->connection().diagnostics().tell_exception("a filter failed: request " + told_->request_id + " to " +
                                                            told_->host);
    }
    fail_answer(engine::ProxyFailure::hook_failed);
}

/// As `upload`, with the filter in between.
LIBNETXX_DECL void ProxyExchange::upload_filtered()
{
    static const wire::HttpFields no_trailers;
    auto& filter = *hooks_->upwards;
    for (int round = 0;; ++round) {
        if (!upstream_->peer.flush() && upload_state_ == ProxyUploadState::under_way)
            upload_state_ = ProxyUploadState::upstream_gone;
        if (upload_state_ != ProxyUploadState::under_way || upstream_->peer.is_blocked()) return;
        more_ = more_ || round == rounds;
        if (round == rounds || (meter_ != nullptr && meter_->pauses())) return;
        const auto written = filter.take();
        const bool is_last = filter.is_done();
        if (is_last && filter.failure()) return fail_filter(filter);
        if (is_last || !written.empty()) {
            const auto frame = is_last ? body_writer_.last_piece(written, no_trailers) : body_writer_.piece(written);
            const bool sent = upstream_->peer.send({frame.before, frame.data, frame.after});
            if (meter_ != nullptr) meter_->moved(written.size());
            if (!sent) upload_state_ = ProxyUploadState::upstream_gone;
            else if (is_last) upload_state_ = ProxyUploadState::complete;
            continue;
        }
        if (!filter.wants_piece()) return;
        const auto piece = session_->next_piece();
        if (piece.waits || piece.failed) return;
        filter.give(piece.content, piece.last);
        session_->take_piece();
    }
}

/// Sends what the filter has written of the answer's body. True: it wants more of that.
LIBNETXX_DECL bool ProxyExchange::go_on_filtering()
{
    static const wire::HttpFields no_trailers;
    auto& filter = *hooks_->downwards;
    const auto written = filter.take();
    const bool is_last = filter.is_done();
    if (is_last && filter.failure()) {
        if (!written.empty()) send_piece(written, nullptr);
        fail_filter(filter);
        return false;
    }
    if (is_last || !written.empty()) send_piece(written, is_last ? &no_trailers : nullptr);
    // The rest of what it hasn't read is in the way of another answer.
    if (is_last && !filter.has_ended() && download_state_ == ProxyDownloadState::complete)
        download_state_ = ProxyDownloadState::complete_and_last;
    return filter.wants_piece();
}

}  // namespace libnet::inline v0::detail
