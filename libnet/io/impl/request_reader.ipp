#pragma once

#include <libnet/io/request_reader.hpp>

#include <algorithm>

namespace libnet::io {

namespace detail {

inline constexpr std::size_t largest_read = 32 * 1024;
inline constexpr std::size_t body_read = 4096;

/// What a lingering close waits for, and reads, at most: a client that sends more than this behind a mistake will see a
/// reset.
inline constexpr std::chrono::milliseconds linger_time{2000};
inline constexpr std::size_t linger_bytes = 4 * 1024 * 1024;

}  // namespace detail

LIBNET_DECL RequestReader::Parsed RequestReader::parse()
{
    if (buffer_.empty()) return Parsed::incomplete;
    const auto size = parser_.parse(buffer_.view(), head_);
    if (!size) {
        error_ = size.error();
        return Parsed::refused;
    }
    if (*size == 0) return Parsed::incomplete;
    head_size_ = *size;
    body_bytes_ = 0;
    any_request_ = true;
    if (head_begun_) connection_.deadline().clear();
    head_begun_ = false;
    return Parsed::request;
}

LIBNET_DECL void RequestReader::next() noexcept
{
    buffer_.consume(head_size_);
    head_size_ = 0;
}

LIBNET_DECL Task<RequestReader::Received> RequestReader::receive()
{
    auto& deadline = connection_.deadline();
    const bool idle = buffer_.empty();
    if (idle) {
        deadline.expires_after(any_request_ ? timeouts_.idle : timeouts_.header);
        connection_.idle();
    } else if (!head_begun_) {
        deadline.expires_after(timeouts_.header);
        head_begun_ = true;
    }
    const auto room = buffer_.prepare(read_size_);
    const auto bytes = asio::buffer(room.data(), room.size());
    const auto [error, size] = co_await connection_.socket().async_receive(bytes, use_tuple);
    connection_.busy();
    buffer_.commit(size);
    if (size == room.size()) read_size_ = std::min(2 * read_size_, detail::largest_read);
    if (error) co_return deadline.expired() ? Received::timed_out : Received::closed;
    if (idle) {
        deadline.clear();
        started_ = std::chrono::system_clock::now();
        started_steady_ = std::chrono::steady_clock::now();
    }
    co_return Received::bytes;
}

LIBNET_DECL Task<RequestReader::Body> RequestReader::discard_body(std::size_t limit)
{
    hold_head();
    decoder_.reset();
    auto outcome = Body::discarded;
    connection_.deadline().expires_after(timeouts_.header);
    while (!skip_body_bytes(limit, outcome)) {
        const auto room = buffer_.prepare(detail::body_read);
        const auto error = co_await fill(room);
        if (!error) continue;
        outcome = connection_.deadline().expired() ? Body::timed_out : Body::closed;
        break;
    }
    connection_.deadline().clear();
    co_return outcome;
}

/// Makes room behind the head, now: the head then stays where it is while the body comes and goes.
LIBNET_DECL void RequestReader::hold_head()
{
    const char* const before = buffer_.view().data();
    buffer_.prepare(detail::body_read);
    if (buffer_.view().data() == before) return;
    [[maybe_unused]] const auto again = parser_.parse(buffer_.view(), head_);  // the same bytes, elsewhere
}

/// Drops what is there of the body. True: that is all, or more than there may be, as `outcome` says.
LIBNET_DECL bool RequestReader::skip_body_bytes(std::size_t limit, Body& outcome)
{
    if (head_.body.kind == wire::BodyFraming::Kind::chunked) return skip_chunks(limit, outcome);
    if (head_.body.length > limit) {
        outcome = Body::too_large;
        return true;
    }
    const auto size = std::min<std::size_t>(head_.body.length - body_bytes_, buffer_.size() - head_size_);
    buffer_.erase(head_size_, size);
    body_bytes_ += size;
    return body_bytes_ == head_.body.length;
}

LIBNET_DECL bool RequestReader::skip_chunks(std::size_t limit, Body& outcome)
{
    while (buffer_.size() > head_size_) {
        const auto step = decoder_.next(buffer_.view().substr(head_size_));
        if (!step) {
            error_ = step.error();
            outcome = Body::refused;
            return true;
        }
        buffer_.erase(head_size_, step->consumed);
        body_bytes_ += step->data.size();
        if (step->done) return true;
        if (body_bytes_ > limit) {
            outcome = Body::too_large;
            return true;
        }
    }
    return false;
}

LIBNET_DECL Task<boost::system::error_code> RequestReader::fill(std::span<char> room)
{
    const auto bytes = asio::buffer(room.data(), room.size());
    const auto [error, size] = co_await connection_.socket().async_receive(bytes, use_tuple);
    buffer_.commit(size);
    co_return error;
}

LIBNET_DECL Task<> RequestReader::linger()
{
    boost::system::error_code failed;
    connection_.socket().shutdown(asio::socket_base::shutdown_send, failed);
    connection_.deadline().expires_after(detail::linger_time);
    if (!connection_.draining()) connection_.idle();  // a drain that begins now need not wait for this
    std::size_t thrown_away = 0;
    while (!failed && thrown_away < detail::linger_bytes) {
        buffer_.truncate(0);
        const auto room = buffer_.prepare(detail::largest_read);
        failed = co_await fill(room);
        thrown_away += buffer_.size();
    }
}

}  // namespace libnet::io
