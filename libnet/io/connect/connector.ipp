#pragma once

#include <libnet/io/connect/connector.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace libnet::inline v0::io {

LIBNETXX_DECL bool is_quiet(OpenConnection& connection) noexcept
{
    auto& socket = *connection.socket;
    if (!socket.is_open() || socket.hung_up()) return false;
    const bool holds_octets = connection.tls && connection.tls->pending();
    if (!socket.ready(PolledSocket::read) && !holds_octets) return true;
    char octet;
    if (connection.tls) {
        if (connection.tls->receive({&octet, 1}).outcome != Transfer::want_read) return false;
        socket.exhausted(PolledSocket::read);
        return true;
    }
    if (::recv(socket.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) >= 0) return false;
    if (errno != EAGAIN && errno != EWOULDBLOCK) return false;
    socket.exhausted(PolledSocket::read);
    return true;
}

LIBNETXX_DECL Connector::Connector(SocketPoll& poll, ConnectorOptions options)
    : poll_{poll},
      options_{std::move(options)},
      resolver_{poll.executor(), options_.resolver, options_.names},
      wheel_{poll.executor()},
      idle_{options_.idle},
      idle_expires_{wheel_, [this] { expire(); }}
{}

LIBNETXX_DECL OpenConnection Connector::take_idle(std::string_view key)
{
    const auto now = std::chrono::steady_clock::now();
    while (auto connection = idle_.take(key, now))
        if (is_quiet(*connection)) return std::move(*connection);
    return {};
}

LIBNETXX_DECL void Connector::keep_idle(std::string key, OpenConnection connection)
{
    if (!connection.socket->watch()) return;
    idle_.put(std::move(key), std::move(connection), std::chrono::steady_clock::now());
    expire();
}

LIBNETXX_DECL void Connector::expire()
{
    const auto now = std::chrono::steady_clock::now();
    idle_.expire(now);
    const auto next = idle_.next_expiry();
    if (!next) return idle_expires_.clear();
    idle_expires_.expires_after(std::chrono::ceil<std::chrono::milliseconds>(*next - now));
}

LIBNETXX_DECL void Connector::close_idle() noexcept
{
    idle_.clear();
    idle_expires_.clear();
    wheel_.rest();
}

LIBNETXX_DECL Dial::Dial(Connector& connector, std::string host, std::uint16_t port, engine::ClientKey client,
                         Judge may_connect, std::function<void()> on_done)
    : connector_{connector},
      host_{std::move(host)},
      port_{port},
      client_{client},
      may_connect_{std::move(may_connect)},
      name_deadline_{connector.wheel_,
                     [this] { finish(End::no_name, make_error_code(boost::system::errc::timed_out)); }}
{
    boost::system::error_code is_name;
    const auto literal = asio::ip::make_address(host_, is_name);
    if (is_name) look_up(engine::NameLookups::Wish::usable);
    else race({literal});
    if (!end_) on_done_ = std::move(on_done);
}

LIBNETXX_DECL void Dial::look_up(engine::NameLookups::Wish wish)
{
    name_deadline_.expires_after(connector_.options_.resolve_timeout);
    name_.emplace(connector_.resolver_, host_, client_, wish, [this] { on_name(); });
    if (name_->outcome() != nullptr) on_name();
}

LIBNETXX_DECL void Dial::on_name()
{
    auto outcome = *name_->outcome();
    name_.reset();
    name_deadline_.clear();
    complete_ = outcome.complete;
    std::erase_if(outcome.addresses,
                  [this](const auto& address) { return std::ranges::find(tried_, address) != tried_.end(); });
    if (!outcome.addresses.empty()) return race(std::move(outcome.addresses));
    if (tried_.empty()) finish(End::no_name, outcome.error);
    else finish(error_ ? End::no_connection : End::not_allowed, error_);
}

LIBNETXX_DECL void Dial::race(std::vector<asio::ip::address> addresses)
{
    tried_.insert(tried_.end(), addresses.begin(), addresses.end());
    if (may_connect_) std::erase_if(addresses, [this](const auto& address) { return !may_connect_(address); });
    if (addresses.empty()) {
        // Those of the other family are late: one of them may be allowed.
        if (!complete_) return look_up(engine::NameLookups::Wish::complete);
        return finish(error_ ? End::no_connection : End::not_allowed, error_);
    }
    race_.emplace(connector_.poll_, addresses, port_, connector_.options_.race, [this] { on_race(); });
    if (race_->done()) on_race();
}

LIBNETXX_DECL void Dial::on_race()
{
    error_ = race_->error();
    socket_ = race_->take();
    race_.reset();
    if (socket_) return finish(End::connected);
    // The addresses of one family don't answer, those of the other are late: they may yet.
    if (!complete_) look_up(engine::NameLookups::Wish::complete);
    else finish(End::no_connection, error_);
}

LIBNETXX_DECL void Dial::finish(End end, boost::system::error_code error)
{
    end_ = end;
    error_ = error;
    name_deadline_.clear();
    name_.reset();
    if (const auto tell = std::exchange(on_done_, nullptr)) tell();
}

LIBNETXX_DECL Task<FileDescriptor> dial(Connector& connector, std::string host, std::uint16_t port,
                                        engine::ClientKey client, Dial::Judge may_connect)
{
    using Clock = std::chrono::steady_clock;
    // A condition variable: a timer that never expires.
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> done{connector.poll().executor(),
                                                                               Clock::time_point::max()};
    Dial dialling{connector, std::move(host), port, client, std::move(may_connect), [&done] { done.cancel(); }};
    if (!dialling.done()) co_await done.async_wait(use_tuple);
    if (!dialling.done()) throw boost::system::system_error{asio::error::operation_aborted};
    if (dialling.end() == Dial::End::not_allowed)
        throw boost::system::system_error{make_error_code(boost::system::errc::permission_denied)};
    if (dialling.end() != Dial::End::connected) throw boost::system::system_error{dialling.error()};
    co_return dialling.take();
}

}  // namespace libnet::inline v0::io
