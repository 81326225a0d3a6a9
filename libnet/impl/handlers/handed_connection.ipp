#pragma once
// Bodies of libnet/impl/handlers/handed_connection.hpp.

#include <libnet/impl/handlers/handed_connection.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include <sys/socket.h>

namespace libnet::inline v0::detail {

/// So much is sent at a time.
inline constexpr std::size_t most_put = 64 * 1024;

/// So long what comes behind the end is thrown away.
inline constexpr std::chrono::seconds linger_time{2};

LIBNETXX_DECL HandedConnection::HandedConnection(io::HttpSession& session)
    : HandedOctets{session.connection().executor()},
      session_{&session},
      early_{session.octets().substr(session.head_octets().size())},
      out_{session.writer().queue().view()},
      patience_{session.patience().send_timeout, session.patience().min_send_rate}
{}

LIBNETXX_DECL HandedOctets::Moved HandedConnection::receive(boost::asio::mutable_buffer room)
{
    namespace error = boost::asio::error;
    if (session_ == nullptr || closed_) return {error::operation_aborted};
    auto* const begin = static_cast<char*>(room.data());
    if (!early_.empty()) {
        const auto size = std::min(early_.size(), room.size());
        std::memcpy(begin, early_.data(), size);
        early_.erase(0, size);
        if (early_.empty()) early_.shrink_to_fit();
        received_ += size;
        return {{}, size};
    }
    auto& transport = session_->transport();
    if (ended_ && std::chrono::steady_clock::now() >= taken_until_) return {error::timed_out};
    if (!transport.may_receive()) return {error::try_again};
    const auto taken = transport.receive({begin, room.size()});
    received_ += taken.size;
    switch (taken.outcome) {
    case io::Transfer::done:
        return {{}, taken.size};
    case io::Transfer::want_read:
    case io::Transfer::want_write:
        return {error::try_again};
    case io::Transfer::ended:
        return {error::eof};
    default:
        return {error::connection_reset};
    }
}

LIBNETXX_DECL std::size_t HandedConnection::put(boost::asio::const_buffer octets)
{
    const auto room = most_put - std::min(out_.size() - gone_, most_put);
    const auto size = std::min(room, octets.size());
    out_.append(static_cast<const char*>(octets.data()), size);
    return size;
}

LIBNETXX_DECL boost::system::error_code HandedConnection::send()
{
    namespace error = boost::asio::error;
    if (session_ == nullptr || closed_) return error::operation_aborted;
    if (ended_) return error::broken_pipe;
    auto& transport = session_->transport();
    bool moved = false;
    while (gone_ < out_.size()) {
        const auto sent = transport.send(std::string_view{out_}.substr(gone_));
        gone_ += sent.size;
        sent_ += sent.size;
        moved = moved || sent.size > 0;
        if (sent.outcome == io::Transfer::done) continue;
        if (sent.outcome == io::Transfer::failed) return error::connection_reset;
        if (sent.outcome != io::Transfer::paused) return await_room(moved);
        constexpr io::SendMeter::Wait longest = std::chrono::seconds{1};  // others of this client change what there is
        writable.expires_after(std::min(transport.pause(), longest));
        send_by_ = {};
        return error::try_again;
    }
    out_.clear();
    gone_ = 0;
    if (out_.capacity() > 4096) out_.shrink_to_fit();
    const bool waited = std::exchange(send_by_, {}) != engine::HttpTime{};
    if (waited && !patience_.judge(std::chrono::steady_clock::now(), sent_, false).empty()) return error::timed_out;
    return {};
}

/// Whatever happens to the connection has this looked at, but only octets that the client has taken put the deadline off.
LIBNETXX_DECL boost::system::error_code HandedConnection::await_room(bool moved)
{
    namespace error = boost::asio::error;
    const auto now = std::chrono::steady_clock::now();
    const bool waited = send_by_ != engine::HttpTime{};
    if (!waited || moved || now >= send_by_) {
        if (waited && !patience_.judge(now, sent_, !moved).empty()) return error::timed_out;
        send_by_ = patience_.blocked(now);
    }
    writable.expires_at(send_by_);
    return error::try_again;
}

LIBNETXX_DECL void HandedConnection::end() noexcept
{
    if (session_ == nullptr || std::exchange(ended_, true)) return;
    session_->transport().end();
    ::shutdown(session_->connection().polled().native_handle(), SHUT_WR);
    taken_until_ = std::chrono::steady_clock::now() + linger_time;
    readable.expires_at(taken_until_);
}

LIBNETXX_DECL void HandedConnection::close() noexcept
{
    closed_ = true;
    look();
}

LIBNETXX_DECL void HandedConnection::look()
{
    readable.cancel();
    writable.cancel();
}

LIBNETXX_DECL void HandedConnection::leave() noexcept
{
    session_ = nullptr;
    look();
}

}  // namespace libnet::inline v0::detail
