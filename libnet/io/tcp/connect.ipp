#pragma once

#include <libnet/config.hpp>
#include <libnet/io/loop/last_error.hpp>
#include <libnet/io/tcp/connect.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace libnet::inline v0::io {

namespace detail {

/// A race and its sockets. The handlers of waits share it: they may run after the race is over, too.
struct ConnectAttempts : std::enable_shared_from_this<ConnectAttempts> {
    using Clock = std::chrono::steady_clock;
    using Race = engine::ConnectRace;

    ConnectAttempts(SocketPoll& socket_poll, std::uint16_t to_port, Race connect_race)
        : poll{socket_poll},
          port{to_port},
          race{std::move(connect_race)},
          wake{socket_poll.executor()}
    {}

    /// Does what the race says, until there is something to wait for, or it is over.
    void go_on()
    {
        while (!over) {
            const auto action = race.next(Clock::now());
            if (const auto* attempt = std::get_if<Race::Start>(&action)) start(*attempt);
            else if (const auto* until = std::get_if<Race::WaitUntil>(&action)) return wait(until->deadline);
            else if (const auto* won = std::get_if<Race::Won>(&action)) win(*sockets[won->attempt]);
            else end(std::get<Race::Lost>(action).reason);
        }
    }

    void start(const Race::Start& attempt)
    {
        const asio::ip::tcp::endpoint endpoint{attempt.address, port};
        FileDescriptor socket{
            ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)};
        const bool connected = socket && ::connect(socket.get(), endpoint.data(), socklen_of(endpoint)) == 0;
        const int failure = connected ? 0 : errno;
        auto& polled = *sockets.emplace_back(std::make_unique<PolledSocket>(poll, std::move(socket)));
        if (connected) return race.on_connected(attempt.attempt);
        if (failure != EINPROGRESS) return race.on_failed({failure, boost::system::system_category()});
        polled.exhausted(PolledSocket::write);
        auto connecting = polled.wait(PolledSocket::write);
        std::move(connecting)([self = shared_from_this(), number = attempt.attempt](bool ready) {
            if (ready) self->on_ready(number);
        });
    }

    void on_ready(std::size_t number)
    {
        int failure = 0;
        socklen_t size = sizeof failure;
        if (::getsockopt(sockets[number]->native_handle(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) failure = errno;
        if (failure == 0) race.on_connected(number);
        else race.on_failed({failure, boost::system::system_category()});
        go_on();
    }

    void wait(Clock::time_point deadline)
    {
        wake.expires_at(deadline);
        wake.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
            if (!cancelled) self->go_on();
        });
    }

    void win(PolledSocket& socket)
    {
        winner = socket.release();
        const int on = 1;
        ::setsockopt(winner.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        end({});
    }

    void end(boost::system::error_code reason)
    {
        error = reason;
        give_up();
        if (const auto tell = std::exchange(on_done, nullptr)) tell();
    }

    void give_up()
    {
        over = true;
        sockets.clear();
        wake.cancel();
    }

    static socklen_t socklen_of(const asio::ip::tcp::endpoint& endpoint)
    {
        return static_cast<socklen_t>(endpoint.size());
    }

    SocketPoll& poll;
    const std::uint16_t port;
    Race race;
    std::vector<std::unique_ptr<PolledSocket>> sockets;  // by the number of the attempt
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> wake;
    std::function<void()> on_done;
    FileDescriptor winner;
    boost::system::error_code error;
    bool over = false;
};

}  // namespace detail

LIBNETXX_DECL Connecting::Connecting(SocketPoll& poll, const std::vector<asio::ip::address>& addresses,
                                     std::uint16_t port, const engine::ConnectRaceOptions& options,
                                     std::function<void()> on_done)
    : attempts_{std::make_shared<detail::ConnectAttempts>(
          poll, port, engine::ConnectRace{addresses, options, detail::ConnectAttempts::Clock::now()})}
{
    attempts_->go_on();
    if (!attempts_->over) attempts_->on_done = std::move(on_done);
}

LIBNETXX_DECL Connecting::~Connecting()
{
    attempts_->on_done = nullptr;
    attempts_->give_up();
}

LIBNETXX_DECL bool Connecting::done() const noexcept { return attempts_->over; }

LIBNETXX_DECL boost::system::error_code Connecting::error() const noexcept { return attempts_->error; }

LIBNETXX_DECL FileDescriptor Connecting::take() noexcept { return std::move(attempts_->winner); }

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
