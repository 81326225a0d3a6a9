#pragma once
// An HttpSession whose handler goes on by events, and tunnels.

#include <libnet/engine/http/http_sentences.hpp>
#include <libnet/io/http/http_session.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// Up to this size an answer's pieces are copied behind each other, to leave in one call.
inline constexpr std::size_t most_gathered = 16 * 1024;

/// So much of a body is taken at a time, once it has shown to be large.
inline constexpr std::size_t largest_piece = 64 * 1024;

}  // namespace detail

/// Lets the handler go on. What it throws is its failure, which the server answers. `nothing`: the answer has ended, and
/// who called goes on with the next request, in a loop: a client that sends thousands at once must not nest as many calls.
LIBNETXX_DECL HttpSession::Wait HttpSession::pursue()
{
    if (!tunnel_) look_at_client();
    bool over = engine_.given_up();
    try {
        over = over || handler_->pursue(*this);
    } catch (...) {
        connection_.diagnostics().tell_exception("a request could not be answered");
        if (tunnel_) end_tunnel(0, 0, engine::handler_failed);
        else engine_.fail(500, engine::handler_failed);
        over = true;
    }
    const bool waits_itself = !over && handler_->way() == HttpHandler::Way::coroutine;
    if (!over && !waits_itself) {
        if (!tunnel_) {
            watch_client();
            expect_earliest();
        }
        return Wait::events;
    }
    pursued_ = false;
    blocked_ = false;
    read_by_ = send_by_ = {};
    expect_nothing();
    return waits_itself ? Wait::handler : Wait::nothing;
}

/// Of a tunnel the handler knows more than the session.
LIBNETXX_DECL void HttpSession::describe(ConnectionNow& now) const
{
    now.client = connected_client();
    const bool busy = tunnel_ || exchange_ || driven_;
    if (!busy) return;
    now.phase = tunnel_ ? ConnectionNow::Phase::tunnel : ConnectionNow::Phase::request;
    const std::chrono::nanoseconds since = std::chrono::steady_clock::now() - engine_.began();
    now.since = std::max(since, std::chrono::nanoseconds::zero());
    if (tunnel_) return handler_->describe(now);
    if (!exchange_ || !engine_.has_request()) return;
    now.method = ConnectionNow::cut(engine_.request().method);
    now.target = ConnectionNow::cut(engine_.request().target);
}

/// What has happened to the client's side.
LIBNETXX_DECL void HttpSession::look_at_client()
{
    steady_now_ = std::chrono::steady_clock::now();
    refresh_now();
    auto& polled = connection_.polled();
    if (connection_.draining()) engine_.drain();
    if (polled.broken()) engine_.lost(engine::client_gone);
    else if (polled.hung_up() && !engine_.reads_body()) engine_.ended();
    if (blocked_) resume_sending();
    const bool late = read_by_ != engine::HttpTime{} && steady_now_ >= read_by_ && !transport_.may_receive();
    if (late) engine_.expired();
    if (engine_.has_request() && !engine_.given_up() && !engine_.reads_body())
        next();  // which sees that the client has left
}

/// Sends what is queued, if it is time.
LIBNETXX_DECL void HttpSession::resume_sending()
{
    const bool expired = steady_now_ >= send_by_;
    const auto wanted = writer_.wanted();
    const auto side = wanted == Transfer::want_read ? PolledSocket::read : PolledSocket::write;
    if (!expired && (wanted == Transfer::paused || !connection_.polled().ready(side))) return;
    const bool stuck = expired && wanted != Transfer::paused;
    const auto why =
        wanted == Transfer::paused ? std::string_view{} : engine_.sending().judge(steady_now_, writer_.sent(), stuck);
    if (why.empty()) {
        send_queued();
        return;
    }
    writer_.give_up(why);
    lose();
}

LIBNETXX_DECL bool HttpSession::send(std::string_view before, std::string_view content, std::string_view behind)
{
    auto& queue = writer_.queue();
    queue.append(before);
    if (blocked_ || content.size() <= detail::most_gathered) {
        queue.append(content);
        queue.append(behind);
        return blocked_ || send_queued();
    }
    const auto sent = writer_.sent();
    const auto progress = writer_.try_send(content);
    moved_ = moved_ || writer_.sent() != sent;
    queue.append(content);
    queue.append(behind);  // with what follows, or when the handler has no more for now
    note_blocked(progress);
    return progress != ResponseWriter::Progress::failed;
}

LIBNETXX_DECL bool HttpSession::send_queued()
{
    if (writer_.queue().empty()) return true;
    const auto sent = writer_.sent();
    const auto progress = writer_.try_flush();
    moved_ = moved_ || writer_.sent() != sent;
    note_blocked(progress);
    return progress != ResponseWriter::Progress::failed;
}

LIBNETXX_DECL void HttpSession::note_blocked(ResponseWriter::Progress progress)
{
    blocked_ = progress == ResponseWriter::Progress::blocked;
    send_by_ = {};
    if (progress == ResponseWriter::Progress::failed) lose();
    if (!blocked_) return;
    if (writer_.wanted() != Transfer::paused) send_by_ = engine_.sending().blocked(steady_now_);
    else send_by_ = steady_now_ + std::min<SendMeter::Wait>(transport_.pause(), std::chrono::seconds{1});
}

/// Has the session told of what happens next.
LIBNETXX_DECL void HttpSession::watch_client()
{
    auto& polled = connection_.polled();
    const bool watched = blocked_ || side_ == PolledSocket::write ? polled.watch_both() : polled.watch();
    if (!watched) engine_.lost(engine::client_gone);
}

// ------------------------------------------------------------------------------------------------------------ bodies

LIBNETXX_DECL HttpSession::NextPiece HttpSession::next_piece()
{
    using Kind = engine::HttpAction::Kind;
    take_piece();
    if (!std::exchange(body_begun_, true)) engine_.take_body(engine::HttpBodyUse::relay, steady_now_);
    read_by_ = {};
    for (;;) {
        const auto action = next();
        if (action.kind == Kind::body) {
            has_piece_ = moved_ = true;
            return {.content = engine_.piece(), .last = action.last};
        }
        if (action.kind != Kind::receive) return {.failed = true};
        const auto size = std::min(2 * read_size_, detail::largest_piece);
        if (!exchange_->log.empty()) {
            send_queued();
            settle();  // the views of records don't outlive what follows
        }
        hold_head(size);
        if (take(size)) {
            read_by_ = action.deadline;
            return {.waits = true};
        }
        if (outcome_ != Transfer::done) engine_.ended();
    }
}

LIBNETXX_DECL void HttpSession::take_piece() noexcept
{
    if (!std::exchange(has_piece_, false)) return;
    engine_.body_taken(steady_now_);
    drop_spent();
}

LIBNETXX_DECL void HttpSession::fail(unsigned status, std::string reason)
{
    auto& words = exchange().failure;
    words = std::move(reason);
    engine_.fail(status, words);
}

/// The deadline is the earliest of those that run.
LIBNETXX_DECL void HttpSession::expect_earliest()
{
    constexpr engine::HttpTime none{};
    if (read_by_ == none && send_by_ == none) return expect_nothing();
    if (read_by_ == none || send_by_ == none) return expect(std::max(read_by_, send_by_));
    expect(std::min(read_by_, send_by_));
}

// ----------------------------------------------------------------------------------------------------------- tunnels

LIBNETXX_DECL void HttpSession::open_tunnel()
{
    tunnel_ = std::make_unique<engine::KeptRecord>(engine_.keep_record());
    engine_.hand_over();
    settle();
    blocked_ = false;
    expected_ = {};  // the deadline is the handler's already
    octets_.consume(octets_.size());
    octets_.release();
    writer_.queue().release();
    give_exchange_back();
}

LIBNETXX_DECL std::unique_ptr<HttpHandler> HttpSession::open_tunnel(std::unique_ptr<HttpHandler> handler)
{
    auto former = std::exchange(handler_, std::move(handler));
    try {
        open_tunnel();
    } catch (...) {
        handler_ = std::move(former);
        throw;
    }
    return former;
}

}  // namespace libnet::inline v0::io
