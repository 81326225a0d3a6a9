#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/io/tcp/peer_address.hpp>
#include <libnet/io/tcp/relay.hpp>

#include <boost/asio/error.hpp>

#include <functional>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL engine::ProxyFailure failure_of_resolve(boost::system::error_code error) noexcept
{
    using engine::ProxyFailure;
    namespace asio = io::asio;
    if (error == asio::error::host_not_found || error == asio::error::no_data) return ProxyFailure::name_not_found;
    if (error == boost::system::errc::timed_out) return ProxyFailure::name_timeout;
    return ProxyFailure::name_server_failed;
}

/// Sets `upstream_`. `no`: there is none, and `answer_.failure`, or where there isn't any the policy, says why.
LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::connect()
{
    if (!dial_) {
        answer_ = {};
        if (reuse_upstream()) return Connected::yes;
        const io::Dial::Judge judge = [this](const io::asio::ip::address& address) {
            if (!told_->name) told_->name = Clock::now() - dialled_;
            return may_connect(address);
        };
        dialled_ = Clock::now();
        told_->name.reset();
        const auto client = engine::client_key(session_->client().address());
        dial_.emplace(*proxy_.connector, destination_.host, destination_.port, client, judge, [this] { poke(); });
    }
    if (!dial_->done()) return Connected::not_yet;
    const bool connected = dial_->end() == io::Dial::End::connected;
    if (connected) use_dialled(dial_->take());
    else note_failure(*dial_);
    dial_.reset();
    return connected ? Connected::yes : Connected::no;
}

LIBNETXX_DECL void ProxyExchange::use_dialled(io::FileDescriptor connected)
{
    told_->connect = Clock::now() - dialled_ - told_->name.value_or(Clock::duration::zero());
    const auto address = io::peer_address(connected.get()).value_or(io::asio::ip::address{});
    use_upstream(std::make_unique<io::PolledSocket>(proxy_.connector->poll(), std::move(connected), listener_), address,
                 false);
}

/// A connection that has authenticated as this client serves whatever else this client asks of the same server.
LIBNETXX_DECL bool ProxyExchange::reuse_upstream()
{
    authenticates_ = false;
    if (tunnels_) return false;
    if (pinned_->socket && pinned_->server == server_) {
        auto socket = std::move(pinned_->socket);
        const auto address = io::peer_address(socket->native_handle());
        if (io::is_quiet(*socket) && address && may_connect(*address)) {
            authenticates_ = true;
            use_upstream(std::move(socket), *address, true);
            return true;
        }
    }
    io::asio::ip::address address;
    auto idle = may_be_idle_ ? take_idle(address) : nullptr;
    if (!idle) return false;
    use_upstream(std::move(idle), address, true);
    return true;
}

LIBNETXX_DECL void ProxyExchange::use_upstream(std::unique_ptr<io::PolledSocket> socket,
                                               const io::asio::ip::address& address, bool was_idle)
{
    told_->upstream = address;
    told_->was_connected = was_idle;
    // A limit that is only reported was told before.
    if (!told_->is_reported) engine::tell_decision(*told_, gate_.admission());
    socket->listen(listener_);
    upstream_.emplace(std::move(socket), was_idle);
}

LIBNETXX_DECL void ProxyExchange::note_failure(const io::Dial& dial)
{
    if (dial.end() == io::Dial::End::no_name) answer_.failure = failure_of_resolve(dial.error());
    else if (dial.end() == io::Dial::End::no_connection) answer_.failure = engine::failure_of_connect(dial.error());
}

/// A connection that another client has opened is for whoever may connect to its address.
LIBNETXX_DECL std::unique_ptr<io::PolledSocket> ProxyExchange::take_idle(io::asio::ip::address& address)
{
    auto idle = proxy_.connector->take_idle(server_);
    if (!idle) return nullptr;
    const auto found = io::peer_address(idle->native_handle());
    address = found.value_or(address);
    if (found && may_connect(address)) return idle;
    if (found) proxy_.connector->keep_idle(server_, std::move(idle));
    return nullptr;
}

/// Not to an address that the policy refuses this client, or that would lead back to us.
LIBNETXX_DECL bool ProxyExchange::may_connect(const io::asio::ip::address& address)
{
    if (!gate_.admits(address)) return false;
    const auto verdict = engine::judge_address(address, destination_.port, proxy_.listener.address(),
                                               proxy_.listener.port(), io::is_local_address);
    return verdict == engine::ProxyVerdict::allowed;
}

LIBNETXX_DECL std::unique_ptr<io::PolledSocket> ProxyExchange::take_upstream()
{
    auto socket = std::move(upstream_->socket);
    upstream_.reset();
    return socket;
}

/// Closes the connection to the server. What it has got of a request is not all of it: a connection that simply ended
/// could be taken for the end of the body.
LIBNETXX_DECL void ProxyExchange::drop_upstream() noexcept
{
    upstream_deadline_.clear();
    awaited_upstream_ = false;
    if (upstream_ && upload_state_ != ProxyUploadState::complete) io::reset(*upstream_->socket);
    upstream_.reset();
}

}  // namespace libnet::inline v0::detail
