#pragma once
// What a PathMtuFinder runs on: performs the actions of a PathMtuSearch on one ICMP socket.

#include <libnet/engine/query/path_mtu_search.hpp>
#include <libnet/io/icmp/icmp_message_socket.hpp>
#include <libnet/io/loop/turnstile.hpp>
#include <libnet/path_mtu_options.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// One search. Nothing runs between calls of `next`.
class PathMtuSession {
public:
    /// As PathMtuFinder's constructor.
    PathMtuSession(const asio::any_io_executor& executor, const asio::ip::address& address,
                   const PathMtuOptions& options);

    /// As PathMtuFinder::next. Keeps the session alive.
    static asio::awaitable<std::optional<PathMtuStep>> next(std::shared_ptr<PathMtuSession> self);

    const asio::any_io_executor& executor() const noexcept { return executor_; }

    /// The calls of `next`, which get their findings one after the other.
    io::Turnstile& nexts() noexcept { return nexts_; }

    const PathMtu& result() const noexcept { return search_.result(); }

    /// Ends the pending `next`, and every later one, with `operation_aborted`.
    void stop();

private:
    void send(const engine::path_mtu_action::Send& send);
    void take_answers();
    bool take_errors();
    void take_error(const io::QueuedError& queued);

    asio::any_io_executor executor_;
    io::Turnstile nexts_;
    asio::ip::address address_;
    io::IcmpMessageSocket socket_;
    engine::PathMtuSearch search_;
    std::optional<std::uint32_t> refused_mtu_;  ///< our own system has just said that a packet is larger than this
    bool stopped_ = false;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/query/path_mtu_session.ipp>
#endif
