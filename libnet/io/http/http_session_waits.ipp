#pragma once
// The waits of an HttpSession.

#include <libnet/base/deadline_after.hpp>
#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/tls/tls_handshake.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// So much of a body is taken at a time.
inline constexpr std::size_t discarded_read = 4096, streamed_read = 64 * 1024;

}  // namespace detail

/// Waits for what has to be waited for, until the connection has come to rest, or to its end.
LIBNETXX_DECL Task<> HttpSession::drive(Wait wait, [[maybe_unused]] std::shared_ptr<void> server)
{
    bool rests = false;
    try {
        while (wait != Wait::end && !rests) {
            auto waiting = wait_for(wait);
            wait = co_await std::move(waiting);
            if (wait == Wait::nothing) wait = proceed();
            rests = wait == Wait::events || (wait == Wait::client && rest());
        }
    } catch (...) {
        connection_.diagnostics().tell_exception("a connection was ended");
    }
    driven_ = false;
    if (!rests) connection_.end();
}

/// Waits, and does what comes right after it.
LIBNETXX_DECL Task<HttpSession::Wait> HttpSession::wait_for(Wait wait)
{
    switch (wait) {
    case Wait::nothing:
    case Wait::events:
    case Wait::end:
        break;
    case Wait::client:
    case Wait::turn:
        co_await wait_for_client(wait);
        break;
    case Wait::preface: {
        const auto next = co_await read_preface();
        co_return next;
    }
    case Wait::handshake:
        co_await shake_hands();
        break;
    case Wait::negotiation:
        co_await negotiate();
        break;
    case Wait::guard: {
        const auto next = co_await ask_guard();
        co_return next;
    }
    case Wait::handler:
        co_await run_handler();
        break;
    case Wait::output: {
        const bool sent = co_await writer_.flush();
        if (!sent) lose();
        break;
    }
    }
    co_return Wait::nothing;
}

LIBNETXX_DECL Task<> HttpSession::wait_for_client(Wait wait)
{
    const bool in_turn = wait == Wait::turn;
    const auto side = in_turn ? PolledSocket::read : side_;
    const auto pace = in_turn ? PolledSocket::Pace::in_turn : PolledSocket::Pace::at_once;
    auto ready = connection_.polled().wait(side, pace);
    const bool open = co_await std::move(ready);
    began_to_wait();
    if (!open && !connection_.closed() && !connection_.deadline().expired()) engine_.ended();
}

/// Learns from a PROXY header whose connection it is.
LIBNETXX_DECL Task<HttpSession::Wait> HttpSession::read_preface()
{
    using engine::PrefaceSender;
    using End = Preface::End;
    const bool trusted = any_contains(share_.sources.proxy_protocol, connection_.peer().address());
    const auto sender = trusted ? PrefaceSender::trusted : PrefaceSender::other;
    const auto preface = co_await receive_preface(connection_, sender, share_.patience.header_timeout);
    refresh_now();
    steady_now_ = std::chrono::steady_clock::now();
    if (preface.end == End::served) {
        const auto& client = preface.decision.client;
        if (client) client_ = std::make_unique<asio::ip::tcp::endpoint>(client->address, client->port);
        co_return admit();
    }
    if (preface.end == End::closed) {
        engine_.ended();
        co_return Wait::nothing;
    }
    const bool late = preface.end == End::late;
    const auto reason = late && trusted ? engine::preface_too_slow
                        : late          ? engine::request_too_slow
                                        : preface.decision.reason;
    if (!late || trusted) share_.refused_prefaces.add(connection_, reason);
    turn_away(0, reason);
    co_return Wait::nothing;
}

/// Makes the handshake of TLS.
LIBNETXX_DECL Task<> HttpSession::shake_hands()
{
    using Handshake = TlsStream::Handshake;
    auto tls = share_.tls->accept(connection_.polled().native_handle());
    const auto handshake = co_await io::shake_hands(connection_, *tls, share_.patience.header_timeout);
    refresh_now();
    steady_now_ = std::chrono::steady_clock::now();
    if (handshake == Handshake::done) transport_.use(std::move(tls));
    else if (handshake == Handshake::plain_http) turn_away(400, engine::plain_http, engine::HttpFarewell::lingering);
    else if (handshake == Handshake::failed) turn_away(0, exchange().failure = tls->failure());
    else if (connection_.deadline().expired()) turn_away(0, engine::handshake_too_slow);
    else engine_.ended();
}

/// What the handler throws ends the connection.
LIBNETXX_DECL Task<> HttpSession::negotiate()
{
    negotiates_until_ = base::deadline_after(std::chrono::steady_clock::now(), share_.patience.header_timeout);
    auto negotiation = handler_->negotiate(*this);
    co_await std::move(negotiation);
    connection_.deadline().clear();
    steady_now_ = std::chrono::steady_clock::now();
    refresh_now();
}

/// The deadline is set each time: what is sent in between may have needed one of its own.
LIBNETXX_DECL Task<bool> HttpSession::receive_more()
{
    using std::chrono::milliseconds;
    while (take(read_size_)) {
        const auto left = negotiates_until_ - std::chrono::steady_clock::now();
        connection_.deadline().expires_after(std::max(std::chrono::ceil<milliseconds>(left), milliseconds{0}));
        auto wait = connection_.polled().wait(side_);
        const bool open = co_await std::move(wait);
        if (open) continue;
        if (connection_.closed()) co_return false;
        turn_away(0, connection_.deadline().expired() ? engine::request_too_slow : engine::client_left);
        co_return false;
    }
    if (outcome_ == Transfer::done) co_return true;
    if (!connection_.closed()) turn_away(0, engine::client_left);
    co_return false;
}

/// Has a password checked, and gives the request to the handler then.
LIBNETXX_DECL Task<HttpSession::Wait> HttpSession::ask_guard()
{
    const auto name = handler_->guarded_name(engine_.request()).value_or(std::string_view{});
    const auto verdict = co_await guard_->judge_name(name, engine_.request());
    steady_now_ = std::chrono::steady_clock::now();
    refresh_now();
    co_return engine_.given_up() ? Wait::nothing : start(verdict);
}

/// Lets the handler go on. What it throws is its failure, which the server answers.
LIBNETXX_DECL Task<> HttpSession::run_handler()
{
    try {
        auto going_on = handler_->go_on(*this);
        co_await std::move(going_on);
    } catch (...) {
        if (!connection_.closed()) connection_.diagnostics().tell_exception("a request could not be answered");
        engine_.fail(500, engine::handler_failed);
    }
    steady_now_ = std::chrono::steady_clock::now();
}

// ------------------------------------------------------------------------------------------------------------ bodies

LIBNETXX_DECL Task<HttpSession::Body> HttpSession::discard_body()
{
    using Kind = engine::HttpAction::Kind;
    steady_now_ = std::chrono::steady_clock::now();
    engine_.take_body(engine::HttpBodyUse::discard, steady_now_);
    for (;;) {
        const auto action = next();
        if (action.kind == Kind::invite) invite();
        else if (action.kind == Kind::body_end) co_return action.too_large ? Body::too_large : Body::complete;
        else if (action.kind == Kind::receive) co_await receive_body(action.deadline);
        else co_return Body::failed;
    }
}

LIBNETXX_DECL Task<HttpSession::Piece> HttpSession::read_body()
{
    using Kind = engine::HttpAction::Kind;
    steady_now_ = std::chrono::steady_clock::now();
    if (std::exchange(body_begun_, true)) engine_.body_taken(steady_now_);
    else engine_.take_body(engine::HttpBodyUse::stream, steady_now_);
    for (;;) {
        const auto action = next();
        if (action.kind == Kind::invite) invite();
        else if (action.kind == Kind::body) co_return Piece{engine_.piece(), action.last, false};
        else if (action.kind == Kind::receive) co_await receive_body(action.deadline);
        else co_return Piece{{}, true, true};
    }
}

LIBNETXX_DECL void HttpSession::invite() { writer_.queue().append("HTTP/1.1 100 Continue\r\n\r\n"); }

/// Sends what is queued, and waits for more of the body, or for what becomes of it.
LIBNETXX_DECL Task<> HttpSession::receive_body(engine::HttpTime deadline)
{
    const bool sent = co_await writer_.flush();
    if (!sent) {
        lose();
        co_return;
    }
    settle();  // the views of records don't outlive what follows
    const auto size = body_begun_ ? detail::streamed_read : detail::discarded_read;
    hold_head(size);
    while (take(size)) {
        expect(deadline);
        auto wait = connection_.polled().wait(side_);
        const bool open = co_await std::move(wait);
        if (open) continue;
        if (connection_.deadline().expired()) engine_.expired();
        else engine_.ended();
        expect_nothing();
        co_return;
    }
    if (outcome_ != Transfer::done) engine_.ended();
}

}  // namespace libnet::inline v0::io
