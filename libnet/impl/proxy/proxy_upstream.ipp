#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_policy.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>
#include <libnet/io/tcp/connect.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL ProxyUpstream::ProxyUpstream(io::TcpSocket connected, io::DeadlineWheel& wheel, bool used_before)
    : socket{std::move(connected)},
      deadline{wheel,
               [this] {
                   boost::system::error_code ignored;
                   socket.cancel(ignored);
               }},
      was_idle{used_before}
{}

LIBNETXX_DECL engine::ProxyFailure failure_of_resolve(boost::system::error_code error) noexcept
{
    using engine::ProxyFailure;
    if (error == asio::error::host_not_found || error == asio::error::no_data) return ProxyFailure::name_not_found;
    if (error == boost::system::errc::timed_out) return ProxyFailure::name_timeout;
    return ProxyFailure::name_server_failed;
}

/// Sets `upstream_`. False: there is none, and `answer_.failure` or `exchange_.reason` (a matter of policy) says why.
LIBNETXX_DECL io::Task<bool> ProxySession::connect_upstream(const engine::ProxyDestination& destination,
                                                            bool may_be_idle)
{
    answer_ = {};
    upstream_.reset();
    if (aborted_) throw boost::system::system_error{asio::error::operation_aborted};
    if (may_be_idle) {
        if (auto idle = proxy_.take_upstream(to_string(destination))) {
            upstream_.emplace(std::move(*idle), connection_.wheel(), true);
            co_return true;
        }
    }
    const auto executor = co_await asio::this_coro::executor;
    auto token = asio::bind_cancellation_slot(abort_.slot(), asio::use_awaitable_t<io::Executor>{});
    auto establishing = asio::co_spawn(executor, establish(destination), std::move(token));
    co_await std::move(establishing);
    co_return upstream_.has_value();
}

/// Resolves, judges, connects.
LIBNETXX_DECL io::Task<> ProxySession::establish(const engine::ProxyDestination& destination)
{
    auto addresses = co_await resolve(destination);
    if (answer_.failure || drop_own_listener(addresses, destination.port)) co_return;
    try {
        const engine::ConnectRaceOptions times{.timeout = proxy_.options.connect_timeout};
        auto connecting = io::connect(std::move(addresses), destination.port, times);
        auto socket = co_await std::move(connecting);
        upstream_.emplace(std::move(socket), connection_.wheel(), false);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        answer_.failure = engine::failure_of_connect(error.code());
    }
}

LIBNETXX_DECL io::Task<std::vector<asio::ip::address>> ProxySession::resolve(
    const engine::ProxyDestination& destination)
{
    boost::system::error_code not_literal;
    std::vector<asio::ip::address> addresses{asio::ip::make_address(destination.host, not_literal)};
    if (!not_literal) co_return addresses;
    try {
        const auto executor = co_await asio::this_coro::executor;
        auto resolving =
            asio::co_spawn(executor, proxy_.resolver->resolve(destination.host), asio::use_awaitable_t<io::Executor>{});
        addresses = co_await std::move(resolving);
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        answer_.failure = failure_of_resolve(error.code());
    }
    co_return addresses;
}

/// Drops the addresses that would lead back to us. True: nothing else is left.
LIBNETXX_DECL bool ProxySession::drop_own_listener(std::vector<asio::ip::address>& addresses, std::uint16_t port)
{
    const auto verdict_of = [&](const asio::ip::address& address) {
        return engine::judge_address(address, port, proxy_.listener.address(), proxy_.listener.port(),
                                     io::is_local_address);
    };
    std::erase_if(addresses, [&](const auto& address) { return verdict_of(address) != engine::ProxyVerdict::allowed; });
    if (!addresses.empty()) return false;
    exchange_.reason = engine::reason_of(engine::ProxyVerdict::own_listener);
    return true;
}

/// The server closes the connection by force: everything that is not pending on the client's socket ends here.
LIBNETXX_DECL void ProxySession::abort()
{
    aborted_ = true;
    boost::system::error_code ignored;
    if (upstream_) upstream_->socket.close(ignored);
    abort_.emit(asio::cancellation_type::terminal);
}

}  // namespace libnet::inline v0::detail
