#pragma once
// Bodies of libnet/impl/handlers/handler_requests.hpp: a handler that takes the connection over.

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/impl/handlers/handler_requests.hpp>
#include <libnet/io/http/response_head.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <string>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL bool HandlerRequests::start_upgrade(io::HttpSession& session)
{
    const auto& request = session.request();
    auto refusal = route_->upgrade->judge(job_->call);
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
    handed_ = std::make_shared<HandedConnection>(session);
    job_->octets = handed_;
    session_ = &session;
    told_drain_ = false;
    phase_ = Phase::tunnel;
    session.open_tunnel();
    if (!handed_) return true;  // who was told of a request may have closed the connection
    session.connection().polled().watch_both();
    auto& job = *job_;
    job.quiet = true;
    auto running = route_->upgrade->run(job_);
    boost::asio::co_spawn(session.connection().executor(), std::move(running),
                          boost::asio::bind_cancellation_slot(job.abort.slot(), [held = job_](std::exception_ptr) {}));
    job.quiet = false;
    return go_on_tunnel(session);
}

/// Something has happened to the connection, or the handler has ended.
LIBNETXX_DECL bool HandlerRequests::go_on_tunnel(io::HttpSession& session)
{
    const auto job = job_;
    if (job->done) {
        std::string_view reason;
        try {
            if (job->failure) std::rethrow_exception(job->failure);
        } catch (...) {
            const auto target = job->call.target();
            session.connection().diagnostics().tell_exception("a handler failed: GET " +
                                                              std::string{target.data(), target.size()});
            reason = engine::handler_failed;
        }
        end_tunnel(reason);
        return true;
    }
    handed_->look();
    if (session.draining() && job->on_drain && !std::exchange(told_drain_, true)) job->on_drain();
    return false;
}

LIBNETXX_DECL void HandlerRequests::describe(io::ConnectionNow& now) const
{
    if (!handed_ || !job_) return;
    const auto target = job_->call.target();
    now.method = "GET";
    now.target = io::ConnectionNow::cut({target.data(), target.size()});
    now.sent = handed_->sent();
    now.received = handed_->received();
}

LIBNETXX_DECL void HandlerRequests::end_tunnel(std::string_view reason)
{
    const auto handed = std::exchange(handed_, nullptr);
    handed->leave();
    if (job_) job_->leave();
    job_.reset();
    phase_ = Phase::files;
    session_->end_tunnel(handed->sent(), handed->received(), reason);
}

}  // namespace libnet::inline v0::detail
