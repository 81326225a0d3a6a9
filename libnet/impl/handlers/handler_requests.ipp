#pragma once
// Bodies of libnet/impl/handlers/handler_requests.hpp: from a request to its handler.

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/impl/handlers/handler_answers.ipp>
#include <libnet/impl/handlers/handler_requests.hpp>
#include <libnet/impl/handlers/handler_tunnels.ipp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace libnet::inline v0::detail {

inline constexpr std::string_view handler_too_slow = "The program took too long to answer this.";
inline constexpr std::string_view body_too_large = "The request's body is larger than what is taken here.";

/// So many pieces of a body are taken before others have their turn. Each may have been 64 KiB, in chunks of one octet: a client that
/// makes no pause would have the thread for itself.
inline constexpr int pieces_in_a_turn = 4;

LIBNETXX_DECL std::unique_ptr<io::HttpHandler> MountedRoutes::before(std::unique_ptr<io::HttpHandler> others)
{
    return std::make_unique<HandlerRequests>(shared_from_this(), std::move(others));
}

LIBNETXX_DECL bool HandlerRequests::start(io::HttpSession& session)
{
    using Kind = engine::RouteMatch::Kind;
    phase_ = Phase::files;
    const auto& request = session.request();
    const auto channel = routes_->server().uses_tls ? engine::Channel::tls : engine::Channel::plain;
    // What is refused whatever it is for, the files refuse.
    const bool is_sound = !request.unknown_expectation && !engine::is_misdirected(request, channel);
    if (!is_sound || !wire::decode_path(request.path, path_)) return files_->start(session);
    const auto match = routes_->table().find(request.method, path_.name, path_.directory);
    if (match.kind == Kind::nothing) return files_->start(session);
    if (match.kind == Kind::found) return start_route(session, match);
    refuse_method(session, match.allow);
    return true;
}

/// The page says what the site has for that.
LIBNETXX_DECL bool HandlerRequests::start_refused(io::HttpSession& session, const engine::AccessVerdict& verdict)
{
    phase_ = Phase::files;
    return files_->start_refused(session, verdict);
}

LIBNETXX_DECL bool HandlerRequests::start_route(io::HttpSession& session, const engine::RouteMatch& match)
{
    route_ = &routes_->route(match.route);
    const auto& body = session.request().body;
    if (body.kind == wire::BodyFraming::Kind::length && body.length > route_->options.max_body) {
        refuse(session, 413, body_too_large);
        return true;
    }
    if (route_->upgrade) return start_upgrade(session, match);
    job_ = std::make_shared<HandlerJob>(session.connection());
    job_->handlers = routes_;
    job_->take_head(session, match);
    invited_ = false;
    phase_ = Phase::body;
    // What can be answered at once needs none of the session's waiting.
    if (session.has_body() || !route_->handler->at_once()) return false;
    call_at_once();
    return !job_->is_stream() && answer(session);
}

LIBNETXX_DECL io::HttpHandler::Way HandlerRequests::way() const noexcept
{
    return phase_ == Phase::files || phase_ == Phase::file ? Way::coroutine : Way::events;
}

LIBNETXX_DECL io::Task<> HandlerRequests::go_on(io::HttpSession& session)
{
    return phase_ == Phase::file ? send_file(session) : files_->go_on(session);
}

LIBNETXX_DECL bool HandlerRequests::pursue(io::HttpSession& session)
{
    switch (phase_) {
    case Phase::body:
        return take_body(session);
    case Phase::handler:
        return await_handler(session);
    case Phase::stream:
        return go_on_stream(session);
    case Phase::upgrade:
        return open_tunnel(session);
    case Phase::files:
    case Phase::file:
        break;
    }
    return false;
}

// ------------------------------------------------------------------------------------------------------------ bodies

/// Takes the whole body, and calls the handler then; or before, where it reads the body itself.
LIBNETXX_DECL bool HandlerRequests::take_body(io::HttpSession& session)
{
    if (route_->options.stream_body || !session.has_body()) {
        job_->body_ended = !session.has_body();
        return call(session);
    }
    for (int taken = 0;;) {
        const auto piece = session.next_piece();
        if (piece.failed) return true;
        if (piece.waits) {
            invite(session);
            return false;
        }
        auto& body = job_->call.body();
        if (piece.content.size() > route_->options.max_body - body.size()) {
            session.fail(413, std::string{body_too_large});
            return true;
        }
        body.append(piece.content);
        session.take_piece();
        if (piece.last) break;
        if (++taken < pieces_in_a_turn) continue;
        session.connection().go_on_soon();
        return false;
    }
    job_->body_ended = true;
    return call(session);
}

/// The client may wait to be told that the body is wanted (RFC 9110 section 10.1.1).
LIBNETXX_DECL void HandlerRequests::invite(io::HttpSession& session)
{
    if (std::exchange(invited_, true) || !session.awaits_invitation()) return;
    session.writer().queue().append("HTTP/1.1 100 Continue\r\n\r\n");
    session.invited();
    session.send_queued();
}

/// The handler reads the body itself, and asks for more.
LIBNETXX_DECL void HandlerRequests::give_piece(io::HttpSession& session)
{
    auto& job = *job_;
    if (!job.wants_piece || job.body_ended) return;
    const auto piece = session.next_piece();
    if (piece.failed) return;  // the session knows what to do
    if (piece.waits) return invite(session);
    if (session.body_size() > route_->options.max_body) return session.fail(413, std::string{body_too_large});
    job.piece = piece.content;
    job.body_ended = piece.last;
    session.take_piece();
    if (job.piece.empty() && !job.body_ended) return session.connection().go_on_soon();
    job.wants_piece = false;
    job.changed.cancel();
    expect_answer(session);
}

// ------------------------------------------------------------------------------------------------------- the handler

/// Calls the handler. True: its answer has ended.
LIBNETXX_DECL bool HandlerRequests::call(io::HttpSession& session)
{
    phase_ = Phase::handler;
    if (route_->handler->at_once()) {
        call_at_once();
        return answer(session);
    }
    expect_answer(session);
    job_->quiet = true;
    auto answering = HandlerJob::answer(job_, route_->handler->coroutine());
    // The signal must outlive the coroutine: the completion holds it.
    boost::asio::co_spawn(
        session.connection().executor(), std::move(answering),
        boost::asio::bind_cancellation_slot(job_->abort.slot(), [held = job_](std::exception_ptr) {}));
    job_->quiet = false;
    return await_handler(session);
}

LIBNETXX_DECL void HandlerRequests::call_at_once()
{
    phase_ = Phase::handler;
    try {
        job_->reply.emplace(route_->handler->at_once()(job_->call));
    } catch (...) {
        job_->failure = std::current_exception();
    }
    job_->done = true;
}

LIBNETXX_DECL void HandlerRequests::expect_answer(io::HttpSession& session)
{
    const auto timeout = route_->options.answer_timeout;
    if (timeout.count() == 0) return;
    auto& connection = session.connection();
    if (!answer_by_) answer_by_.emplace(connection.wheel(), [&connection] { connection.go_on(); });
    answer_by_->expires_after(timeout);
}

LIBNETXX_DECL bool HandlerRequests::await_handler(io::HttpSession& session)
{
    if (job_->done) return answer(session);
    if (has_left(session)) return true;
    give_piece(session);
    if (session.given_up()) {
        leave();
        return true;
    }
    const bool late = answer_by_ && answer_by_->expired() && !job_->wants_piece;
    if (!late) return false;
    leave();
    session.fail(503, std::string{handler_too_slow});
    return true;
}

/// The client has closed its half, and no handler reads what it has sent before: it has left.
LIBNETXX_DECL bool HandlerRequests::has_left(io::HttpSession& session)
{
    if (!session.connection().polled().hung_up() ||
        (session.has_body() && !job_->body_ended && phase_ == Phase::handler))
        return false;
    leave();
    session.writer().give_up(engine::client_gone);
    session.lose();
    return true;
}

/// The handler has answered, or failed. True: the answer has ended.
LIBNETXX_DECL bool HandlerRequests::answer(io::HttpSession& session)
{
    if (answer_by_) answer_by_->clear();
    if (job_->failure) return fail(session);
    try {
        session.refresh_now();
        check_fields();
        if (!job_->file().empty()) {
            phase_ = Phase::file;
            return false;
        }
        judge_conditions(session);
        return job_->source() ? begin_stream(session) : answer_with_text(session);
    } catch (...) {
        job_->failure = std::current_exception();
        return fail(session);
    }
}

/// There is no answer. What is no HttpFailure is told to the diagnostics.
LIBNETXX_DECL bool HandlerRequests::fail(io::HttpSession& session)
{
    unsigned status = 500;
    std::string reason{engine::handler_failed};
    try {
        std::rethrow_exception(std::exchange(job_->failure, nullptr));
    } catch (const HttpFailure& failure) {
        status = failure.status() >= 400 && failure.status() < 600 ? failure.status() : 500;
        reason = failure.what();
    } catch (...) {
        const auto& request = session.request();
        session.connection().diagnostics().tell_exception("a handler failed: " + std::string{request.method} + ' ' +
                                                          std::string{request.path});
    }
    leave();
    session.fail(status, std::move(reason));
    return true;
}

// ------------------------------------------------------------------------------------------------------------ the end

/// The answer has ended.
LIBNETXX_DECL void HandlerRequests::finish() noexcept
{
    if (job_) job_->connection = nullptr;
    job_.reset();
    upgrade_.reset();
    phase_ = Phase::files;
}

/// The request is no handler's any more.
LIBNETXX_DECL void HandlerRequests::leave() noexcept
{
    if (const auto job = std::exchange(job_, nullptr)) job->leave();
    upgrade_.reset();
    if (answer_by_) answer_by_->clear();
    phase_ = Phase::files;
}

LIBNETXX_DECL void HandlerRequests::refuse(io::HttpSession& session, unsigned status, std::string_view reason)
{
    leave();
    files_->refuse(session, status, reason);
}

LIBNETXX_DECL void HandlerRequests::rest() noexcept
{
    leave();
    files_->rest();
}

LIBNETXX_DECL void HandlerRequests::stop() noexcept
{
    leave();
    files_->stop();
}

}  // namespace libnet::inline v0::detail
