#pragma once
// Bodies of libnet/impl/handlers/handler_tunnel.hpp.

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/impl/handlers/handler_tunnel.hpp>

#include <string>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL HandlerTunnel::HandlerTunnel(io::HttpSession& session, std::shared_ptr<UpgradeJob> job)
    : session_{session},
      job_{std::move(job)}
{
    job_->handed = std::make_shared<HandedConnection>(session);
}

LIBNETXX_DECL bool HandlerTunnel::begin()
{
    const auto job = job_;
    if (!job) return true;  // who was told of a request may have closed the connection
    session_.connection().polled().watch_both();
    job->quiet = true;
    job->run();
    job->quiet = false;
    return !job_ || pursue(session_);
}

/// Something has happened to the connection, or the handler has ended.
LIBNETXX_DECL bool HandlerTunnel::pursue(io::HttpSession& session)
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
        end(reason);
        return true;
    }
    job->handed->look();
    if (session.draining() && !std::exchange(told_drain_, true)) job->drain();
    return false;
}

LIBNETXX_DECL void HandlerTunnel::describe(io::ConnectionNow& now) const
{
    if (!job_) return;
    const auto target = job_->call.target();
    now.method = "GET";
    now.target = io::ConnectionNow::cut({target.data(), target.size()});
    now.sent = job_->handed->sent();
    now.received = job_->handed->received();
}

LIBNETXX_DECL void HandlerTunnel::end(std::string_view reason)
{
    const auto handed = job_->handed;
    leave();
    session_.end_tunnel(handed->sent(), handed->received(), reason);
}

LIBNETXX_DECL void HandlerTunnel::stop() noexcept
{
    try {
        if (job_) end(engine::tunnel_cut);
    } catch (...) {
        session_.connection().diagnostics().tell_exception("a connection that a handler had was not logged");
    }
    leave();
}

LIBNETXX_DECL void HandlerTunnel::leave() noexcept
{
    const auto job = std::exchange(job_, nullptr);
    if (!job) return;
    job->handed->leave();
    job->leave();
}

}  // namespace libnet::inline v0::detail
