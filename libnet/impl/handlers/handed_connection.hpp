#pragma once
// A connection that a handler has taken over.

#include <libnet/engine/http/http_action.hpp>
#include <libnet/engine/http/send_patience.hpp>
#include <libnet/impl/handlers/handed_octets.hpp>
#include <libnet/io/http/http_session.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace libnet::inline v0::detail {

/// Stands between the session, whose tunnel it is, and a coroutine that may outlive it.
class HandedConnection final : public HandedOctets {
public:
    /// The answer of the session has begun; its tunnel is about to be opened.
    explicit HandedConnection(io::HttpSession& session);

    Moved receive(boost::asio::mutable_buffer room) override;
    std::size_t put(boost::asio::const_buffer octets) override;
    boost::system::error_code send() override;
    void end() noexcept override;
    void close() noexcept override;

    /// Something has happened to the connection: what waits looks again.
    void look();

    /// The session is gone, or about to be.
    void leave() noexcept;

    std::uint64_t received() const noexcept { return received_; }
    std::uint64_t sent() const noexcept { return sent_; }

private:
    boost::system::error_code await_room(bool moved);

    io::HttpSession* session_;
    std::string early_;     // octets that have come already
    std::string out_;       // and that are to be sent
    std::size_t gone_ = 0;  // of `out_`
    std::uint64_t received_ = 0, sent_ = 0;
    engine::SendPatience patience_;
    engine::HttpTime send_by_{};  // none: the client takes what it is sent
    bool ended_ = false, closed_ = false;
    std::chrono::steady_clock::time_point taken_until_{};  // once it has ended
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/handlers/handed_connection.ipp>
#endif
