#pragma once

#include <libnet/io/connect/connector.hpp>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
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

LIBNETXX_DECL void Connector::keep_idle(std::string key, OpenConnection connection, engine::IdlePlace place)
{
    if (!connection.socket->watch()) return;
    idle_.put(std::move(key), std::move(connection), std::chrono::steady_clock::now(), place);
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
      deadline_{connector.wheel_, [this] { fail_late(); }}
{
    boost::system::error_code is_name;
    const auto literal = asio::ip::make_address(host_, is_name);
    if (is_name) look_up(engine::NameLookups::Wish::usable);
    else race({literal});
    if (!end_) on_done_ = std::move(on_done);
}

LIBNETXX_DECL void Dial::look_up(engine::NameLookups::Wish wish)
{
    deadline_.expires_after(connector_.options_.resolve_timeout);
    const auto& ways = connector_.options_.ways;
    if (ways && ways->resolve) {
        resolving_.emplace(
            connector_.poll_.executor(), [ways, host = host_] { return ways->resolve(host); },
            [this] { on_resolved(); });
        if (resolving_->done()) on_resolved();
        return;
    }
    name_.emplace(connector_.resolver_, host_, client_, wish, [this] { on_name(); });
    if (name_->outcome() != nullptr) on_name();
}

LIBNETXX_DECL void Dial::on_name()
{
    auto outcome = *name_->outcome();
    name_.reset();
    deadline_.clear();
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
    if (const auto& ways = connector_.options_.ways; ways && ways->connect) {
        untried_.assign(addresses.rbegin(), addresses.rend());
        deadline_.expires_after(std::chrono::ceil<std::chrono::milliseconds>(connector_.options_.race.timeout));
        return connect_next();
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

/// What a program's own way has thrown.
LIBNETXX_DECL boost::system::error_code error_of(const std::exception_ptr& failure) noexcept
{
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code();
    } catch (...) {
        return make_error_code(boost::system::errc::io_error);
    }
}

LIBNETXX_DECL void Dial::on_resolved()
{
    deadline_.clear();
    if (const auto failure = resolving_->failure()) return finish(End::no_name, error_of(failure));
    auto addresses = std::move(*resolving_->result());
    resolving_.reset();
    if (addresses.empty()) return finish(End::no_name, asio::error::host_not_found);
    race(std::move(addresses));
}

LIBNETXX_DECL void Dial::connect_next()
{
    if (untried_.empty()) return finish(End::no_connection, error_);
    judged_ = untried_.back();
    untried_.pop_back();
    const asio::ip::tcp::endpoint to{*judged_, port_};
    connecting_.emplace(
        connector_.poll_.executor(), [ways = connector_.options_.ways, to] { return ways->connect(to); },
        [this] { on_connected(); });
    if (connecting_->done()) on_connected();
}

LIBNETXX_DECL void Dial::on_connected()
{
    if (const auto failure = connecting_->failure()) {
        const auto error = error_of(failure);
        if (!error_) error_ = error;
        return connect_next();
    }
    boost::system::error_code error;
    auto& connected = *connecting_->result();
    connected.native_non_blocking(true, error);
    if (!error) connected.set_option(asio::ip::tcp::no_delay{true}, error_);  // what isn't TCP has no such option
    error_.clear();
    if (!error) socket_ = FileDescriptor{connected.release(error)};
    finish(error ? End::no_connection : End::connected, error);
}

LIBNETXX_DECL void Dial::fail_late()
{
    const auto end = connecting_ ? End::no_connection : End::no_name;
    finish(end, make_error_code(boost::system::errc::timed_out));
}

LIBNETXX_DECL void Dial::finish(End end, boost::system::error_code error)
{
    end_ = end;
    error_ = error;
    deadline_.clear();
    name_.reset();
    resolving_.reset();
    connecting_.reset();
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
