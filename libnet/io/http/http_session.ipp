#pragma once

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/io/http/http_session_events.ipp>
#include <libnet/io/http/http_session_waits.ipp>
#include <libnet/wire/ip/unmapped.hpp>

#include <algorithm>
#include <utility>

#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace detail {

/// A client that sends faster than it can be answered is answered so many reads in a row, of 32 KiB each at most.
inline constexpr std::uint8_t most_receptions = 4;

inline constexpr std::size_t largest_read = 32 * 1024;

/// A client that has just connected may be about to send: so long the connection isn't spare.
inline constexpr std::chrono::seconds first_pause{1};

/// So much is queued before it is sent, when a client has asked for many things at once.
inline constexpr std::size_t largest_queue = 256 * 1024;

}  // namespace detail

LIBNETXX_DECL HttpSession::HttpSession(HttpShare& share, Connection& connection, std::unique_ptr<HttpHandler> handler)
    : share_{share},
      connection_{connection},
      transport_{connection.polled()},
      steady_now_{std::chrono::steady_clock::now()},
      engine_{share.patience, steady_now_, static_cast<bool>(share.on_record)},
      writer_{connection, transport_, engine_.sending()},
      handler_{std::move(handler)}
{
    connection_.on_close([this] { close(); });
}

LIBNETXX_DECL HttpSession::~HttpSession()
{
    connection_.on_close(nullptr);
    if (tunnel_) handler_->stop();
    close_log();
    handler_->rest();
    give_exchange_back();
}

LIBNETXX_DECL bool HttpSession::go_on()
{
    if (driven_) return true;
    auto wait = Wait::end;
    try {
        if (!std::exchange(begun_, true)) wait = begin();
        else wait = pursued_ ? go_on_handling() : proceed();
        if (wait == Wait::events || (wait == Wait::client && rest())) return true;
    } catch (...) {
        connection_.diagnostics().tell_exception("a connection was ended");
        wait = Wait::end;
    }
    if (wait == Wait::end) return false;
    driven_ = true;
    asio::co_spawn(connection_.executor(), drive(wait, connection_.keep_server()), asio::detached);
    return true;
}

LIBNETXX_DECL HttpSession::Wait HttpSession::begin()
{
    const auto& trusted = share_.sources.proxy_protocol;
    if (trusted.empty()) return admit();
    // Who isn't trusted to speak for others counts while it says, or doesn't, that it would like to.
    const bool is_trusted = any_contains(trusted, connection_.peer().address());
    return is_trusted || admit_client() ? Wait::preface : proceed();
}

/// Counts the client. False: it has too many connections, and is told so.
LIBNETXX_DECL bool HttpSession::admit_client()
{
    if (share_.guard == nullptr || guard_) return true;
    using Counts = RequestGuard::Counts;
    const auto& client = connected_client().address();
    names_clients_ = any_contains(share_.sources.trusted_proxies, client);
    guard_ =
        std::make_unique<RequestGuard>(*share_.guard, client, names_clients_ ? Counts::by_request : Counts::at_once);
    if (!guard_->admits_connection()) {
        turn_away(share_.tls ? 0 : 429, engine::connections_too_many);
        return false;
    }
    if (auto* const meter = guard_->meter()) transport_.use(*meter);
    return true;
}

/// It is known whose connection it is.
LIBNETXX_DECL HttpSession::Wait HttpSession::admit()
{
    names_clients_ = any_contains(share_.sources.trusted_proxies, connected_client().address());
    if (!admit_client()) return proceed();
    return share_.tls ? Wait::handshake : proceed();
}

/// Goes on until something has to be waited for.
LIBNETXX_DECL HttpSession::Wait HttpSession::proceed()
{
    auto wait = Wait::nothing;
    while (wait == Wait::nothing) wait = step();
    return wait;
}

LIBNETXX_DECL HttpSession::Wait HttpSession::step()
{
    using Kind = engine::HttpAction::Kind;
    if (connection_.draining()) engine_.drain();
    if (!octets_.empty() && !std::exchange(negotiated_, true) && handler_->negotiates(octets_.view().front()))
        return Wait::negotiation;
    if (!octets_.empty() && engine_.may_know() && !draining()) {
        const auto known = handler_->answer_known(*this);
        if (known == HttpHandler::Known::answered) return send_if_much();
        if (known == HttpHandler::Known::waits) return Wait::handler;
    }
    const auto action = next();
    switch (action.kind) {
    case Kind::receive:
        return receive(action.deadline);
    case Kind::handle:
        return handle();
    case Kind::refuse:
        handler_->refuse(*this, action.status, action.reason);
        return Wait::nothing;
    case Kind::finish:
        return finish();
    case Kind::linger:
        return linger(action.deadline);
    case Kind::close:
        settle();
        return Wait::end;
    case Kind::invite:
    case Kind::body:
    case Kind::body_end:
    case Kind::wait:  // the handler has left its request without an answer
        break;
    }
    engine_.fail(500, engine::handler_failed);
    return Wait::nothing;
}

LIBNETXX_DECL engine::HttpAction HttpSession::next()
{
    const auto action = engine_.next(octets_in_place(), steady_now_);
    drop_spent();
    return action;
}

/// A request has come.
LIBNETXX_DECL HttpSession::Wait HttpSession::handle()
{
    any_request_ = true;
    if (names_clients_ && !learn_client()) return start({429, engine::connections_too_many, "Retry-After", "1"});
    if (!guard_) return start({});
    const auto verdict = guard_->judge(engine_.request(), handler_->guarded_name(engine_.request()));
    return verdict ? start(*verdict) : Wait::guard;
}

/// Takes the client's address from the request. False: that client has too many connections.
LIBNETXX_DECL bool HttpSession::learn_client()
{
    const auto& sources = share_.sources;
    const auto address = wire::client_address(engine_.request().fields, connected_client().address(),
                                              sources.trusted_proxies, sources.field);
    // Where the proxy names no one else the request is its own, and the port that of the connection.
    if (address != wire::unmapped(connected_client().address())) exchange().client = address;
    else exchange().client.reset();
    return !guard_ || guard_->stand_for(address);
}

LIBNETXX_DECL asio::ip::tcp::endpoint HttpSession::client() const
{
    const bool is_named = names_clients_ && exchange_ && exchange_->client && engine_.has_request();
    return is_named ? asio::ip::tcp::endpoint{*exchange_->client, 0} : connected_client();
}

/// Gives the request to the handler. What that throws is its failure, which the server answers.
LIBNETXX_DECL HttpSession::Wait HttpSession::start(const engine::AccessVerdict& verdict)
{
    body_begun_ = has_piece_ = false;
    if (share_.on_record) engine_.handled(driven_ ? engine::HttpTime::clock::now() : steady_now_);
    bool answered = true;
    try {
        answered = verdict.status == 0 ? handler_->start(*this) : handler_->start_refused(*this, verdict);
    } catch (...) {
        connection_.diagnostics().tell_exception("a request could not be answered");
        engine_.fail(500, engine::handler_failed);
    }
    if (answered) return send_if_much();
    if (handler_->way() == HttpHandler::Way::coroutine) return Wait::handler;
    pursued_ = true;
    return pursue();
}

/// An answer is queued, and others may follow.
LIBNETXX_DECL HttpSession::Wait HttpSession::send_if_much()
{
    if (writer_.queue().size() < detail::largest_queue || !writer_.failure().empty()) return Wait::nothing;
    const auto flushed = writer_.try_flush();
    if (flushed == ResponseWriter::Progress::failed) lose();
    return flushed == ResponseWriter::Progress::blocked ? Wait::output : Wait::nothing;
}

/// All that has come is dealt with: sends what is queued, and takes what has come since.
LIBNETXX_DECL HttpSession::Wait HttpSession::receive(engine::HttpTime deadline)
{
    const auto flushed = writer_.try_flush();
    if (flushed == ResponseWriter::Progress::blocked) return Wait::output;
    if (flushed == ResponseWriter::Progress::failed) {
        lose();
        return Wait::nothing;
    }
    settle();
    writer_.queue().release();
    if (receptions_ >= detail::most_receptions && connection_.polled().ready(PolledSocket::read)) return Wait::turn;
    return take_octets(deadline, read_size_);
}

LIBNETXX_DECL HttpSession::Wait HttpSession::take_octets(engine::HttpTime deadline, std::size_t size)
{
    if (take(size)) {
        if (connection_.deadline().expired()) {
            engine_.expired();
            return Wait::nothing;
        }
        began_to_wait();
        expect(deadline);
        if (engine_.idle() && !connection_.draining())
            connection_.spare(any_request_ ? steady_now_ : steady_now_ + detail::first_pause);
        return Wait::client;
    }
    if (outcome_ != Transfer::done) {
        engine_.ended();
        return Wait::nothing;
    }
    ++receptions_;
    if (!shut_) connection_.busy();
    exchange();
    return Wait::nothing;
}

LIBNETXX_DECL HttpSession::Wait HttpSession::finish()
{
    const auto progress = writer_.try_flush(MSG_MORE);  // the last octets and the end go in one packet
    if (progress == ResponseWriter::Progress::blocked) return Wait::output;
    if (progress == ResponseWriter::Progress::failed) {
        lose();
        return Wait::nothing;
    }
    settle();
    transport_.end();
    // To close the socket would answer what hasn't been received with a reset, which may overtake what was sent.
    engine_.finished(!octets_.empty() || connection_.polled().ready(PolledSocket::read), steady_now_);
    return Wait::nothing;
}

/// Takes what comes, and throws it away: a socket that is closed with unread input answers with a reset, and that may
/// overtake the answer.
LIBNETXX_DECL HttpSession::Wait HttpSession::linger(engine::HttpTime deadline)
{
    if (!std::exchange(shut_, true)) {
        if (::shutdown(connection_.polled().native_handle(), SHUT_WR) != 0) engine_.ended();
        expect_nothing();
        if (!connection_.draining()) connection_.idle();  // a drain that begins now need not wait for this
    }
    return take_octets(deadline, detail::largest_read);
}

// ------------------------------------------------------------------------------------------------- handlers' answers

LIBNETXX_DECL engine::HttpPersistence HttpSession::begin_answer(const engine::HttpAnswer& answer)
{
    if (draining()) engine_.drain();
    auto told = answer;
    if (guard_ && has_request()) {
        told.user = guard_->user();
        told.rule = guard_->rule();
    }
    if (share_.on_record) told.began = driven_ || pursued_ ? engine::HttpTime::clock::now() : steady_now_;
    return engine_.begin_answer(told);
}

LIBNETXX_DECL void HttpSession::end_head(engine::HttpPersistence persistence)
{
    auto& queue = writer_.queue();
    if (persistence == engine::HttpPersistence::close) queue.append("Connection: close\r\n");
    if (persistence == engine::HttpPersistence::keep_alive) queue.append("Connection: keep-alive\r\n");
    queue.append("\r\n");
    engine_.head_queued(writer_.queued());
}

LIBNETXX_DECL void HttpSession::end_answer(std::uint64_t content)
{
    engine_.end_answer(content);
    drop_spent();
}

LIBNETXX_DECL void HttpSession::answer_known(std::size_t head_size, bool keep, const engine::HttpRecord* record)
{
    engine_.answer_known(head_size, keep, record, steady_now_);
    any_request_ = true;
    drop_spent();
}

LIBNETXX_DECL void HttpSession::end_tunnel(std::uint64_t sent, std::uint64_t received, std::string_view reason)
{
    engine_.end_tunnel(sent, received, reason);
    if (const auto kept = std::move(tunnel_); kept && share_.on_record)
        tell(kept->completed(std::chrono::steady_clock::now(), sent, received, reason));
    settle();
}

LIBNETXX_DECL void HttpSession::turn_away(unsigned status, std::string_view reason, engine::HttpFarewell farewell)
{
    exchange();
    engine_.turn_away(status, reason, farewell);
    // A socket that is closed with unread input answers with a reset, and that would take the answer away.
    constexpr std::size_t most = 64 * 1024;
    const bool is_told = status != 0 && farewell == engine::HttpFarewell::curt;
    if (is_told) ::recv(connection_.polled().native_handle(), nullptr, most, MSG_TRUNC | MSG_DONTWAIT);
}

// -------------------------------------------------------------------------------------------------- octets and memory

/// True: there was nothing to take yet; `side_` is what to wait for.
LIBNETXX_DECL bool HttpSession::take(std::size_t size)
{
    outcome_ = Transfer::want_read;
    side_ = PolledSocket::read;
    if (connection_.closed()) {
        outcome_ = Transfer::failed;
        return false;
    }
    if (!transport_.may_receive()) return true;
    const char* const before = octets_.view().data();
    const auto room = octets_.prepare(size);
    if (!octets_.empty() && octets_.view().data() != before) engine_.moved(octets_in_place());
    const auto taken = transport_.receive(room);
    octets_.commit(taken.size);
    outcome_ = taken.outcome;
    if (outcome_ == Transfer::want_write) side_ = PolledSocket::write;
    if (outcome_ == Transfer::done) {
        if (taken.size == room.size()) read_size_ = std::min(2 * read_size_, detail::largest_read);
        steady_now_ = std::chrono::steady_clock::now();
        now_ = HttpClock::now();
        engine_.received(steady_now_);
        expect_nothing();
    }
    return outcome_ == Transfer::want_read || outcome_ == Transfer::want_write;
}

/// Makes room behind the head, now: the head then stays where it is while the body comes and goes.
LIBNETXX_DECL void HttpSession::hold_head(std::size_t size)
{
    const char* const before = octets_.view().data();
    octets_.prepare(size);
    if (octets_.view().data() != before) engine_.moved(octets_in_place());
}

LIBNETXX_DECL void HttpSession::begin_with(std::string_view head)
{
    const std::string behind{octets_.view()};
    octets_.consume(octets_.size());
    octets_.append(head);
    octets_.append(behind);
}

LIBNETXX_DECL void HttpSession::drop_spent() noexcept
{
    const auto [offset, size] = engine_.spent();
    if (size == 0) return;
    if (offset == 0) octets_.consume(size);
    else octets_.erase(offset, size);
}

/// The engine moves the content of chunks together.
LIBNETXX_DECL std::span<char> HttpSession::octets_in_place() noexcept
{
    const auto view = octets_.view();
    return {const_cast<char*>(view.data()), view.size()};  // the buffer is ours, and not const
}

/// Sets the deadline of what is to come, unless it runs already: octets of TLS that bring nothing don't put it off.
LIBNETXX_DECL void HttpSession::expect(engine::HttpTime deadline)
{
    if (std::exchange(expected_, deadline) == deadline) return;
    if (deadline == engine::HttpTime::max()) return connection_.deadline().clear();
    connection_.deadline().expires_after(std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_now_));
}

/// Something has happened that the handler may have waited for.
LIBNETXX_DECL HttpSession::Wait HttpSession::go_on_handling()
{
    began_to_wait();
    const auto wait = pursue();
    return wait == Wait::nothing ? proceed() : wait;
}

LIBNETXX_DECL void HttpSession::expect_nothing() noexcept
{
    if (std::exchange(expected_, {}) != engine::HttpTime{}) connection_.deadline().clear();
}

/// Others have their turn.
LIBNETXX_DECL void HttpSession::began_to_wait() noexcept
{
    receptions_ = 0;
    writer_.begin_slice();
}

/// Between two requests, or within a head. False: a coroutine has to wait.
LIBNETXX_DECL bool HttpSession::rest()
{
    if (octets_.empty()) {
        octets_.release();
        handler_->rest();
        give_exchange_back();
        if (guard_) guard_->rest();
    }
    return side_ == PolledSocket::read && connection_.polled().watch();
}

LIBNETXX_DECL engine::HttpExchange& HttpSession::exchange()
{
    if (!exchange_) {
        exchange_ = share_.exchanges.take(share_.limits);
        engine_.use(exchange_.get());
    }
    return *exchange_;
}

LIBNETXX_DECL void HttpSession::give_exchange_back() noexcept
{
    if (!exchange_) return;
    engine_.use(nullptr);
    share_.exchanges.give(std::move(exchange_));
}

// ------------------------------------------------------------------------------------------------------------ the log

/// Tells of the answers that are sent, or never will be.
LIBNETXX_DECL void HttpSession::settle()
{
    if (!exchange_ || exchange_->log.empty()) return;
    exchange_->log.settle(std::chrono::steady_clock::now(), writer_.sent(), writer_.failure(),
                          [this](const engine::HttpRecord& record) { tell(record); });
}

LIBNETXX_DECL void HttpSession::tell(const engine::HttpRecord& record) const
{
    if (record.client) share_.on_record(record, {*record.client, 0});
    else share_.on_record(record, connected_client());
}

/// Tells of all that is left: nothing more will be sent.
LIBNETXX_DECL void HttpSession::close_log() noexcept
{
    for (bool settled = false; !settled;) {
        try {
            engine_.abandon();
            settle();
            settled = true;
        } catch (...) {
            connection_.diagnostics().tell_exception("a request was not logged");
        }
    }
}

/// The server closes the connection by force. Whatever waits is told so, and the log at once: who is told of it may be gone
/// soon.
LIBNETXX_DECL void HttpSession::close() noexcept
{
    engine_.lost(engine::handler_gone);
    close_log();
    writer_.stop();
    handler_->stop();
}

}  // namespace libnet::inline v0::io
