#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/engine/proxy/proxy_policy.hpp>
#include <libnet/impl/proxy/proxy_session.hpp>

#include <boost/asio/error.hpp>

#include <functional>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL engine::ProxyFailure failure_of_resolve(boost::system::error_code error) noexcept
{
    using engine::ProxyFailure;
    if (error == asio::error::host_not_found || error == asio::error::no_data) return ProxyFailure::name_not_found;
    if (error == boost::system::errc::timed_out) return ProxyFailure::name_timeout;
    return ProxyFailure::name_server_failed;
}

/// Sets `upstream_`. False: there is none, and `answer_.failure`, `client_fault_` or `record_.reason` (a matter of policy)
/// says why.
LIBNETXX_DECL io::Task<bool> ProxySession::connect_upstream(const engine::ProxyDestination& destination,
                                                            bool may_be_idle)
{
    answer_ = {};
    upstream_.reset();
    if (reuse_upstream(to_string(destination), may_be_idle)) co_return true;
    const io::Dial::Judge judge = [this, port = destination.port](const asio::ip::address& address) {
        return may_connect(address, port);
    };
    const std::function<void()> on_done = [this] { poke(); };
    const auto client = engine::client_key(connection_.peer().address());
    io::Dial dial{*proxy_.connector, destination.host, destination.port, client, judge, on_done};
    client_.socket().watch();
    while (!dial.done()) {
        if (client_has_left()) co_return false;
        auto waiting = pause();
        co_await std::move(waiting);
    }
    if (dial.end() != io::Dial::End::connected) {
        note_failure(dial);
        co_return false;
    }
    auto socket = std::make_unique<io::PolledSocket>(proxy_.connector->poll(), dial.take(), &listener_);
    use_upstream(std::move(socket), false);
    co_return true;
}

/// A connection that has authenticated as this client serves whatever else this client asks of the same server.
LIBNETXX_DECL bool ProxySession::reuse_upstream(const std::string& server, bool may_be_idle)
{
    authenticates_ = false;
    if (pinned_ && pinned_to_ == server) {
        if (io::is_quiet(*pinned_)) {
            authenticates_ = true;
            use_upstream(std::move(pinned_), true);
            return true;
        }
        pinned_.reset();
    }
    auto idle = may_be_idle ? proxy_.connector->take_idle(server) : nullptr;
    if (!idle) return false;
    use_upstream(std::move(idle), true);
    return true;
}

LIBNETXX_DECL void ProxySession::use_upstream(std::unique_ptr<io::PolledSocket> socket, bool was_idle)
{
    socket->listen(&listener_);
    upstream_.emplace(std::move(socket), was_idle);
}

LIBNETXX_DECL void ProxySession::note_failure(const io::Dial& dial)
{
    if (dial.end() == io::Dial::End::no_name) answer_.failure = failure_of_resolve(dial.error());
    else if (dial.end() == io::Dial::End::no_connection) answer_.failure = engine::failure_of_connect(dial.error());
    else record_.reason = engine::reason_of(engine::ProxyVerdict::own_listener);
}

/// Not to an address that would lead back to us.
LIBNETXX_DECL bool ProxySession::may_connect(const asio::ip::address& address, std::uint16_t port) const
{
    const auto verdict =
        engine::judge_address(address, port, proxy_.listener.address(), proxy_.listener.port(), io::is_local_address);
    return verdict == engine::ProxyVerdict::allowed;
}

/// Closes the connection to the server. What it has got of a request is not all of it: a connection that simply ended
/// could be taken for the end of the body.
LIBNETXX_DECL void ProxySession::drop_upstream() noexcept
{
    upstream_deadline_.clear();
    if (upstream_ && upload_state_ != ProxyUploadState::complete) io::reset(*upstream_->socket);
    upstream_.reset();
}

}  // namespace libnet::inline v0::detail
