#pragma once
// A connection that a handler has taken over.

#include <libnet/base/ring_queue.hpp>
#include <libnet/engine/http/http_action.hpp>
#include <libnet/engine/http/send_patience.hpp>
#include <libnet/impl/handlers/handed_octets.hpp>
#include <libnet/io/http/http_session.hpp>
#include <libnet/wire/http/websocket_frame.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// Stands between the session, whose tunnel it is, and a coroutine that may outlive it.
///
/// What is sent comes from two sides: octets that the coroutine puts, and whole messages that are pushed. A message is
/// sent where one of the coroutine's has ended, and goes out to its end once it has begun:
///
///     pushed_[0], where it has begun   out_ (put)   the other pushed ones, where out_ ends between two messages
class HandedConnection final : public HandedOctets {
public:
    /// The answer of the session has begun; its tunnel is about to be opened.
    explicit HandedConnection(io::HttpSession& session);

    Moved receive(boost::asio::mutable_buffer room) override;
    std::size_t put(boost::asio::const_buffer octets) override;
    boost::system::error_code send() override;
    void end() noexcept override;
    void close() noexcept override;
    void begin_frames(std::chrono::milliseconds idle_timeout) override;
    Pushed push(const Frame& frame, std::size_t most_waiting) override;
    void give_up(boost::system::error_code error) noexcept override;

    /// Something has happened to the connection: what waits looks again.
    void look();

    /// The session is gone, or about to be.
    void leave() noexcept;

    std::uint64_t received() const noexcept { return received_; }
    std::uint64_t sent() const noexcept { return sent_; }

private:
    boost::system::error_code pump();
    std::string_view next_octets();
    void pass(std::size_t size);
    boost::system::error_code await_room(bool moved);
    void ask_for_life(engine::HttpTime now);
    void expect_earliest();
    void wake() noexcept;

    io::HttpSession* session_;
    std::string early_;     // octets that have come already
    std::string out_;       // and that are to be sent
    std::size_t gone_ = 0;  // of `out_`
    engine::RingQueue<Frame> pushed_{};
    std::size_t pushed_size_ = 0;  // octets in it that are to be sent
    std::size_t pushed_gone_ = 0;  // of the first one
    bool pushed_begun_ = false;    // the first one
    bool frames_ = false;          // what is put are frames
    bool ended_ = false;
    bool heard_ = false;  // octets have come since this was looked at
    bool asked_ = false;  // for a sign of life, since octets came
    wire::WebSocketFollower follower_{};
    boost::system::error_code failure_{};  // what waits ends with this; none: it goes on
    std::uint64_t received_ = 0, sent_ = 0;
    engine::SendPatience patience_;
    std::chrono::milliseconds idle_timeout_{0};  // zero: none
    // The connection's deadline is the earliest of those that are set.
    engine::HttpTime send_by_{};      // none: the client takes what it is sent
    engine::HttpTime resume_at_{};    // none: it may have more now
    engine::HttpTime taken_until_{};  // once it has ended
    engine::HttpTime life_by_{};      // a sign of life
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/handed_connection.ipp>
#endif
