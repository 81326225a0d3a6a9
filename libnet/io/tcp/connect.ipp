#pragma once

#include <libnet/config.hpp>
#include <libnet/io/tcp/connect.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <variant>

#include <sys/socket.h>
#include <unistd.h>

namespace libnet::inline v0::io {

namespace detail {

/// A race and its sockets. The handlers of attempts share it: they run after the race is over, too.
struct ConnectAttempts {
    using Clock = std::chrono::steady_clock;

    ConnectAttempts(const Executor& executor, engine::ConnectRace connect_race)
        : race{std::move(connect_race)},
          wake{executor}
    {}

    engine::ConnectRace race;
    std::vector<TcpSocket> sockets;  // by the number of the attempt
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> wake;
};

/// Closes the attempts that have not won when the race is left, by whichever way.
struct CloseAttempts {
    std::shared_ptr<ConnectAttempts> attempts;
    ~CloseAttempts() { attempts->sockets.clear(); }
};

LIBNETXX_DECL void start_attempt(const std::shared_ptr<ConnectAttempts>& attempts,
                                 const engine::ConnectRace::Start& start, std::uint16_t port)
{
    auto& socket = attempts->sockets.emplace_back(attempts->wake.get_executor());
    socket.async_connect({start.address, port}, [attempts, attempt = start.attempt](boost::system::error_code error) {
        if (error) attempts->race.on_failed(error);
        else attempts->race.on_connected(attempt);
        attempts->wake.cancel();
    });
}

}  // namespace detail

LIBNETXX_DECL Task<TcpSocket> connect(std::vector<asio::ip::address> addresses, std::uint16_t port,
                                      engine::ConnectRaceOptions options)
{
    using engine::ConnectRace;
    using Clock = detail::ConnectAttempts::Clock;

    const auto executor = co_await asio::this_coro::executor;
    const auto attempts =
        std::make_shared<detail::ConnectAttempts>(executor, ConnectRace{addresses, options, Clock::now()});
    attempts->sockets.reserve(addresses.size());  // an asio socket may not move while it connects
    const detail::CloseAttempts close_attempts{attempts};

    for (;;) {
        const auto action = attempts->race.next(Clock::now());
        if (const auto* start = std::get_if<ConnectRace::Start>(&action)) {
            detail::start_attempt(attempts, *start, port);
        } else if (const auto* wait = std::get_if<ConnectRace::WaitUntil>(&action)) {
            attempts->wake.expires_at(wait->deadline);
            co_await attempts->wake.async_wait(use_tuple);  // a cancellation throws here, the next time round
        } else if (const auto* won = std::get_if<ConnectRace::Won>(&action)) {
            auto socket = std::move(attempts->sockets[won->attempt]);
            socket.set_option(asio::ip::tcp::no_delay{true});
            co_return socket;
        } else {
            throw boost::system::system_error{std::get<ConnectRace::Lost>(action).reason, "connect"};
        }
    }
}

LIBNETXX_DECL bool is_local_address(const asio::ip::address& address)
{
    if (address.is_loopback() || address.is_unspecified()) return true;
    // An address can be bound if it is ours. Where ip_nonlocal_bind says otherwise, too much counts as local.
    const asio::ip::udp::endpoint endpoint{address, 0};
    const int probe = ::socket(endpoint.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return false;
    const bool bound = ::bind(probe, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
    ::close(probe);
    return bound;
}

}  // namespace libnet::inline v0::io
