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
    if (session_ == nullptr) return {error::operation_aborted};
    if (failure_) return {failure_};
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
    heard_ = heard_ || taken.size > 0;
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
    const std::string_view taken{static_cast<const char*>(octets.data()), std::min(room, octets.size())};
    out_.append(taken);
    if (frames_) follower_.add(taken);
    return taken.size();
}

/// Completes for the coroutine when what it has put is gone: messages that are pushed on and on don't keep it waiting.
LIBNETXX_DECL boost::system::error_code HandedConnection::send()
{
    namespace error = boost::asio::error;
    if (session_ == nullptr) return error::operation_aborted;
    if (failure_) return failure_;
    if (ended_) return error::broken_pipe;
    const auto result = pump();
    if (result == error::try_again && out_.empty()) return {};
    return result;
}

/// What is to be sent next, all of one piece.
LIBNETXX_DECL std::string_view HandedConnection::next_octets()
{
    if (!pushed_begun_ && gone_ < out_.size()) return std::string_view{out_}.substr(gone_);
    if (pushed_.empty() || !(pushed_begun_ || follower_.between_messages())) return {};
    pushed_begun_ = true;  // TLS wants the same octets again where it has to wait
    return std::string_view{*pushed_.front()}.substr(pushed_gone_);
}

/// So many of them are gone.
LIBNETXX_DECL void HandedConnection::pass(std::size_t size)
{
    sent_ += size;
    if (!pushed_begun_) {
        gone_ += size;
        if (gone_ < out_.size()) return;
        std::string{}.swap(out_);  // its memory, too: most connections are idle most of the time
        gone_ = 0;
        return;
    }
    pushed_gone_ += size;
    pushed_size_ -= size;
    if (pushed_gone_ < pushed_.front()->size()) return;
    pushed_.pop_front();
    pushed_gone_ = 0;
    pushed_begun_ = false;
    if (pushed_.empty()) pushed_ = {};  // its memory, too
}

/// Sends what there is until the client takes no more: `try_again`.
LIBNETXX_DECL boost::system::error_code HandedConnection::pump()
{
    namespace error = boost::asio::error;
    auto& transport = session_->transport();
    const auto before = sent_;
    for (auto octets = next_octets(); !octets.empty(); octets = next_octets()) {
        const auto sent = transport.send(octets);
        pass(sent.size);
        if (sent.outcome == io::Transfer::done) continue;
        if (sent.outcome == io::Transfer::failed) return error::connection_reset;
        if (sent.outcome != io::Transfer::paused) return await_room(sent_ != before);
        constexpr io::SendMeter::Wait longest = std::chrono::seconds{1};  // others of this client change what there is
        resume_at_ = std::chrono::steady_clock::now() + std::min(transport.pause(), longest);
        send_by_ = {};
        expect_earliest();
        return error::try_again;
    }
    resume_at_ = {};
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
    resume_at_ = {};
    if (!waited || moved || now >= send_by_) {
        if (waited && !patience_.judge(now, sent_, !moved).empty()) return error::timed_out;
        send_by_ = patience_.blocked(now);
        expect_earliest();
    }
    return error::try_again;
}

LIBNETXX_DECL HandedOctets::Pushed HandedConnection::push(const Frame& frame, std::size_t most_waiting)
{
    if (session_ == nullptr || failure_ || ended_ || !frames_ || follower_.closed()) return Pushed::over;
    std::size_t gone = 0;
    const bool at_once = pushed_.empty() && out_.empty() && follower_.between_messages();
    if (at_once) {
        gone = session_->transport().send(*frame).size;
        sent_ += gone;
        if (gone == frame->size()) return Pushed::taken;
    } else if (!pushed_.empty() && pushed_size_ + frame->size() > most_waiting) {
        return Pushed::full;
    }
    try {
        pushed_.push_back(frame);
    } catch (...) {
        give_up(make_error_code(boost::system::errc::not_enough_memory));  // a part of it may be gone
        return Pushed::over;
    }
    pushed_size_ += frame->size() - gone;
    if (!at_once) return Pushed::taken;
    pushed_begun_ = true;
    pushed_gone_ = gone;
    const auto result = pump();
    if (result && result != boost::asio::error::try_again) give_up(result);
    return failure_ ? Pushed::over : Pushed::taken;
}

// ---------------------------------------------------------------------------------------------------------- deadlines

LIBNETXX_DECL void HandedConnection::begin_frames(std::chrono::milliseconds idle_timeout)
{
    frames_ = true;
    idle_timeout_ = idle_timeout;
    if (session_ == nullptr || idle_timeout_.count() == 0) return;
    life_by_ = base::deadline_after(std::chrono::steady_clock::now(), idle_timeout_ / 2);
    expect_earliest();
}

/// A client that takes nothing is judged by that, and one that is told the end by how long it takes to answer.
LIBNETXX_DECL void HandedConnection::ask_for_life(engine::HttpTime now)
{
    constexpr std::string_view ping{"\x89\0", 2};
    if (std::exchange(heard_, false)) asked_ = false;
    else if (asked_) return give_up(boost::asio::error::timed_out);
    else if (send_by_ == engine::HttpTime{} && !follower_.closed() && follower_.between_frames()) {
        asked_ = true;
        out_ += ping;
    }
    life_by_ = base::deadline_after(now, idle_timeout_ / 2);
}

LIBNETXX_DECL void HandedConnection::expect_earliest()
{
    auto earliest = engine::HttpTime::max();
    for (const auto time : {send_by_, resume_at_, taken_until_, life_by_})
        if (time != engine::HttpTime{}) earliest = std::min(earliest, time);
    auto& deadline = session_->connection().deadline();
    if (earliest == engine::HttpTime::max()) return deadline.clear();
    using std::chrono::milliseconds;
    const auto left = std::chrono::ceil<milliseconds>(earliest - std::chrono::steady_clock::now());
    deadline.expires_after(std::max(left, milliseconds{0}));
}

// ------------------------------------------------------------------------------------------------------------ the end

LIBNETXX_DECL void HandedConnection::end() noexcept
{
    if (session_ == nullptr || std::exchange(ended_, true)) return;
    session_->transport().end();
    ::shutdown(session_->connection().polled().native_handle(), SHUT_WR);
    taken_until_ = std::chrono::steady_clock::now() + linger_time;
    send_by_ = resume_at_ = life_by_ = {};
    expect_earliest();
}

LIBNETXX_DECL void HandedConnection::close() noexcept { give_up(boost::asio::error::operation_aborted); }

LIBNETXX_DECL void HandedConnection::give_up(boost::system::error_code error) noexcept
{
    if (!failure_) failure_ = error;
    pushed_ = {};
    pushed_begun_ = false;
    wake();
}

LIBNETXX_DECL void HandedConnection::look()
{
    const bool expired = session_->connection().deadline().expired();
    if (!failure_ && !ended_) {
        if (expired && life_by_ != engine::HttpTime{}) {
            const auto now = std::chrono::steady_clock::now();
            if (now >= life_by_) ask_for_life(now);
        }
        const auto result = failure_ ? failure_ : pump();
        if (result && result != boost::asio::error::try_again) give_up(result);
    }
    if (failure_) session_->connection().deadline().clear();
    else if (expired) expect_earliest();
    wake();
}

LIBNETXX_DECL void HandedConnection::wake() noexcept { changed.cancel(); }

LIBNETXX_DECL void HandedConnection::leave() noexcept
{
    if (session_ != nullptr) session_->connection().deadline().clear();
    session_ = nullptr;
    wake();
}

}  // namespace libnet::inline v0::detail
