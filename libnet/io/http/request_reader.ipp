#pragma once

#include <libnet/io/http/request_reader.hpp>

#include <algorithm>
#include <utility>

#include <sys/socket.h>

namespace libnet::inline v0::io {

namespace detail {

inline constexpr std::size_t largest_read = 32 * 1024;
inline constexpr std::size_t body_read = 4096;

/// What a lingering close waits for, and reads, at most: a client that sends more than this behind a mistake will see a
/// reset.
inline constexpr std::chrono::milliseconds linger_time{2000};
inline constexpr std::size_t linger_bytes = 4 * 1024 * 1024;

}  // namespace detail

LIBNETXX_DECL RequestReader::Parsed RequestReader::parse()
{
    if (buffer_.empty()) return Parsed::incomplete;
    const auto size = parsing_->parser.parse(buffer_.view(), parsing_->head);
    if (!size) {
        parsing_->error = size.error();
        return Parsed::refused;
    }
    if (*size == 0) return Parsed::incomplete;
    parsing_->head_size = *size;
    begin_request();
    return Parsed::request;
}

LIBNETXX_DECL void RequestReader::skip(std::size_t head_size) noexcept
{
    parsing_->parser.reset();
    begin_request();
    buffer_.consume(head_size);
}

/// The head is complete.
LIBNETXX_DECL void RequestReader::begin_request() noexcept
{
    parsing_->body_bytes = 0;
    any_request_ = true;
    if (head_begun_) connection_.deadline().clear();
    head_begun_ = false;
}

LIBNETXX_DECL void RequestReader::next() noexcept { buffer_.consume(std::exchange(parsing_->head_size, 0U)); }

LIBNETXX_DECL RequestReader::Received RequestReader::try_receive()
{
    if (connection_.closed()) return Received::closed;
    const bool idle = buffer_.empty();
    if (!take(read_size_)) {
        if (outcome_ != Transfer::done) return Received::closed;
        received_at_ = std::chrono::system_clock::now();
        if (idle) begin_head();
        return Received::bytes;
    }
    if (connection_.deadline().expired()) return Received::timed_out;
    if (idle) buffer_.release();
    expect();
    return connection_.closed() ? Received::closed : Received::nothing;
}

LIBNETXX_DECL Task<RequestReader::Received> RequestReader::receive()
{
    for (;;) {
        const auto received = try_receive();
        if (received != Received::nothing) co_return received;
        auto wait = connection_.polled().wait(side_);
        const bool open = co_await std::move(wait);
        if (!open) co_return connection_.deadline().expired() ? Received::timed_out : Received::closed;
    }
}

/// The first bytes of a request have come.
LIBNETXX_DECL void RequestReader::begin_head()
{
    connection_.busy();
    connection_.deadline().clear();
    expecting_ = false;
    started_ = received_at_;
    started_steady_ = std::chrono::steady_clock::now();
}

/// Sets the deadline of what is to come, unless it runs already: bytes of TLS that bring nothing don't put it off.
LIBNETXX_DECL void RequestReader::expect()
{
    auto& deadline = connection_.deadline();
    if (buffer_.empty()) {
        if (std::exchange(expecting_, true)) return;
        deadline.expires_after(any_request_ ? timeouts_.idle : timeouts_.header);
        connection_.idle();
        return;
    }
    if (!head_begun_) began_ = std::chrono::steady_clock::now();
    head_begun_ = true;
    expect_more(timeouts_.for_head(), buffer_.size());
}

/// Sets the deadline of what follows the first bytes of a head or body.
LIBNETXX_DECL void RequestReader::expect_more(const engine::ReceivePatience& patience, std::uint64_t received)
{
    const auto taken = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
    connection_.deadline().expires_after(patience.allowed(received) - taken);
}

LIBNETXX_DECL Task<RequestReader::Body> RequestReader::discard_body(std::size_t limit)
{
    hold_head();
    parsing_->decoder.reset();
    auto outcome = Body::discarded;
    began_ = std::chrono::steady_clock::now();
    while (!skip_body_bytes(limit, outcome)) {
        expect_more(timeouts_.for_body(), parsing_->body_bytes);
        const bool filled = co_await fill(detail::body_read);
        if (filled) continue;
        outcome = connection_.deadline().expired() ? Body::timed_out : Body::closed;
        break;
    }
    connection_.deadline().clear();
    co_return outcome;
}

/// Makes room behind the head, now: the head then stays where it is while the body comes and goes.
LIBNETXX_DECL void RequestReader::hold_head()
{
    const char* const before = buffer_.view().data();
    buffer_.prepare(detail::body_read);
    if (buffer_.view().data() == before) return;
    [[maybe_unused]] const auto again =
        parsing_->parser.parse(buffer_.view(), parsing_->head);  // the same bytes, elsewhere
}

/// Drops what is there of the body. True: that is all, or more than there may be, as `outcome` says.
LIBNETXX_DECL bool RequestReader::skip_body_bytes(std::size_t limit, Body& outcome)
{
    if (parsing_->head.body.kind == wire::BodyFraming::Kind::chunked) return skip_chunks(limit, outcome);
    if (parsing_->head.body.length > limit) {
        outcome = Body::too_large;
        return true;
    }
    const auto size =
        std::min<std::size_t>(parsing_->head.body.length - parsing_->body_bytes, buffer_.size() - parsing_->head_size);
    buffer_.erase(parsing_->head_size, size);
    parsing_->body_bytes += size;
    return parsing_->body_bytes == parsing_->head.body.length;
}

LIBNETXX_DECL bool RequestReader::skip_chunks(std::size_t limit, Body& outcome)
{
    while (buffer_.size() > parsing_->head_size) {
        const auto step = parsing_->decoder.next(buffer_.view().substr(parsing_->head_size));
        if (!step) {
            parsing_->error = step.error();
            outcome = Body::refused;
            return true;
        }
        buffer_.erase(parsing_->head_size, step->consumed);
        parsing_->body_bytes += step->data.size();
        if (step->done) return true;
        if (parsing_->body_bytes > limit) {
            outcome = Body::too_large;
            return true;
        }
    }
    return false;
}

/// Waits until bytes have come, and takes about `size` of them. False: no more will come. The buffer gets its memory
/// when there is something to put into it.
LIBNETXX_DECL Task<bool> RequestReader::fill(std::size_t size)
{
    while (take(size)) {
        auto wait = connection_.polled().wait(side_);
        const bool open = co_await std::move(wait);
        if (!open) co_return false;
    }
    co_return outcome_ == Transfer::done;
}

/// True: there was nothing to take yet; `side_` is what to wait for.
LIBNETXX_DECL bool RequestReader::take(std::size_t size)
{
    outcome_ = Transfer::want_read;
    side_ = PolledSocket::read;
    if (!transport_.may_receive()) return true;
    const auto room = buffer_.prepare(size);
    const auto taken = transport_.receive(room);
    buffer_.commit(taken.size);
    if (taken.size == room.size()) read_size_ = std::min(2 * read_size_, detail::largest_read);
    outcome_ = taken.outcome;
    if (outcome_ == Transfer::want_write) side_ = PolledSocket::write;
    return outcome_ == Transfer::want_read || outcome_ == Transfer::want_write;
}

LIBNETXX_DECL Task<> RequestReader::linger()
{
    const bool shut = ::shutdown(connection_.polled().native_handle(), SHUT_WR) == 0;
    connection_.deadline().expires_after(detail::linger_time);
    if (!connection_.draining()) connection_.idle();  // a drain that begins now need not wait for this
    bool open = shut;
    for (std::size_t thrown_away = 0; open && thrown_away < detail::linger_bytes; thrown_away += buffer_.size()) {
        buffer_.truncate(0);
        open = co_await fill(detail::largest_read);
    }
}

}  // namespace libnet::inline v0::io
