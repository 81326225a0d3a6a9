#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/access/client_table.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/io/tcp/relay.hpp>
#include <libnet/wire/ip/unmapped.hpp>

#include <boost/asio/error.hpp>

#include <functional>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL engine::ProxyFailure failure_of_resolve(boost::system::error_code error) noexcept
{
    using engine::ProxyFailure;
    namespace asio = io::asio;
    if (error == asio::error::host_not_found || error == asio::error::no_data) return ProxyFailure::name_not_found;
    if (error == boost::system::errc::too_many_symbolic_link_levels) return ProxyFailure::name_is_loop;
    if (error == boost::system::errc::timed_out) return ProxyFailure::name_timeout;
    return ProxyFailure::name_server_failed;
}

/// Sets `upstream_`. `no`: there is none, and `answer_.failure`, or where there isn't any the policy, says why.
LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::connect()
{
    for (;;) {
        auto connected = Connected::no;
        if (handshake_) connected = negotiate();
        else connected = secures_ ? secure() : reach();
        if (connected != Connected::no || !goes_another_way()) return connected;
    }
}

/// What the request's connection is called from here on.
LIBNETXX_DECL void ProxyExchange::take_way(std::size_t way)
{
    way_ = way;
    parent_ = way == engine::ParentRoute::direct ? nullptr : &proxy_.options.parents[way];
    told_->parent = parent_ != nullptr ? parent_->name : std::string{};
    const auto in_front = name_of_way();
    server_ = in_front + (destination_.is_tls ? "https://" : "") + to_string(destination_);
    if (destination_.address && parent_ == nullptr) server_ += " at " + destination_.address->to_string();
    // A parent of HTTP takes requests for any server on one connection; to others a connection is one to the server.
    key_ = asks_parent() ? in_front : server_;
}

/// The way that was tried has failed. Whether there is another one, which is tried from now on.
LIBNETXX_DECL bool ProxyExchange::goes_another_way()
{
    using engine::ParentFault;
    const auto fault = std::exchange(fault_, ParentFault::none);
    if (fault == ParentFault::none) return false;
    const auto now = Clock::now();
    if (parent_ != nullptr && fault == ParentFault::parent) proxy_.parents.failed(way_, now);
    const auto next = route_.next(proxy_.parents, now);
    if (!next) return false;
    take_way(*next);
    return true;
}

LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::reach()
{
    if (!dial_) {
        answer_ = {};
        blames_parent_ = false;
        why_.clear();
        if (reuse_upstream()) {
            if (parent_ != nullptr) proxy_.parents.works(way_);
            return Connected::yes;
        }
        const io::Dial::Judge judge = [this](const io::asio::ip::address& address) {
            if (!told_->name) told_->name = Clock::now() - dialled_;
            return may_connect(address);
        };
        dialled_ = Clock::now();
        told_->name.reset();
        const auto client = engine::client_key(session_->client().address());
        const auto& host = parent_ != nullptr ? parent_->host : destination_.host;
        const auto port = parent_ != nullptr ? parent_->port : destination_.port;
        dial_.emplace(*proxy_.connector, host, port, client, judge, [this] { poke(); });
    }
    if (!dial_->done()) return Connected::not_yet;
    bool connected = dial_->end() == io::Dial::End::connected;
    if (connected) connected = use_dialled(dial_->take(), dial_->judged());
    else if (is_at_other_address()) return reach_address();
    else note_failure(*dial_);
    dial_.reset();
    if (!connected) return Connected::no;
    if (!needs_handshake()) {
        if (parent_ != nullptr) proxy_.parents.works(way_);
        return begin_tls();
    }
    begin_handshake();
    return negotiate();
}

/// Whether the client has said a name that doesn't have the address which it has connected to, or none at all, and has no other
/// answer for that: then the name counts for nothing, and the address for all.
LIBNETXX_DECL bool ProxyExchange::is_at_other_address() const
{
    if (!destination_.address || parent_ != nullptr || !gate_.refusal().goes_on()) return false;
    const bool is_the_address = host().address && wire::unmapped(*host().address) == *destination_.address;
    return !is_the_address && dial_->end() != io::Dial::End::no_connection;
}

LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::reach_address()
{
    wire::CanonicalHost address{destination_.address->to_string(), destination_.address};
    dial_.reset();
    destination_.host = address.name;
    gate_ = gate_.for_host(std::move(address));
    take_way(way_);
    return gate_.admits() ? reach() : Connected::no;
}

/// False: the connection is lost already.
LIBNETXX_DECL bool ProxyExchange::use_dialled(io::FileDescriptor connected,
                                              const std::optional<io::asio::ip::address>& judged)
{
    if (proxy_.options.transparent && tunnels_) {  // a loop of requests is seen by Via
        io::asio::ip::tcp::endpoint from;
        auto size = static_cast<socklen_t>(from.capacity());
        if (::getsockname(connected.get(), from.data(), &size) == 0) {
            from.resize(size);
            own_ = io::OwnConnection{from};
        }
    }
    told_->connect = Clock::now() - dialled_ - told_->name.value_or(Clock::duration::zero());
    io::OpenConnection connection{
        std::make_unique<io::PolledSocket>(proxy_.connector->poll(), std::move(connected), listener_)};
    connection.judged = judged;
    const auto address = io::address_of(connection).value_or(io::asio::ip::address{});
    use_upstream(std::move(connection), address, false);
    if (send_preface()) return true;
    answer_.failure = engine::ProxyFailure::connection_lost;
    blames_parent_ = parent_ != nullptr;
    fault_ = blames_parent_ ? engine::ParentFault::parent : engine::ParentFault::none;
    drop_upstream();
    return false;
}

/// A connection that has authenticated as this client serves whatever else this client asks of the same server.
LIBNETXX_DECL bool ProxyExchange::reuse_upstream()
{
    authenticates_ = false;
    if (tunnels_) return false;
    if (*pinned_ && (*pinned_)->server == server_) {
        auto pinned = std::move((*pinned_)->connection);
        pinned_->reset();
        const auto address = io::address_of(pinned);
        if (io::is_quiet(pinned) && address && may_connect(*address)) {
            authenticates_ = true;
            use_upstream(std::move(pinned), *address, true);
            return true;
        }
    }
    io::asio::ip::address address;
    auto idle = may_be_idle_ ? take_idle(address) : io::OpenConnection{};
    if (!idle) return false;
    use_upstream(std::move(idle), address, true);
    return true;
}

LIBNETXX_DECL void ProxyExchange::use_upstream(io::OpenConnection connection, const io::asio::ip::address& address,
                                               bool was_idle)
{
    told_->upstream = address;
    told_->was_connected = was_idle;
    // A limit that is only reported was told before.
    if (!told_->is_reported) engine::tell_decision(*told_, gate_.admission());
    connection.socket->listen(listener_);
    upstream_.emplace(std::move(connection), was_idle);
}

LIBNETXX_DECL void ProxyExchange::note_failure(const io::Dial& dial)
{
    if (dial.end() == io::Dial::End::no_name) answer_.failure = failure_of_resolve(dial.error());
    else if (dial.end() == io::Dial::End::no_connection) answer_.failure = engine::failure_of_connect(dial.error());
    if (!answer_.failure) return;  // the policy's no is the last word
    blames_parent_ = parent_ != nullptr;
    fault_ = blames_parent_ ? engine::ParentFault::parent : engine::ParentFault::this_request;
}

/// A connection that another client has opened is for whoever may connect to its address.
LIBNETXX_DECL io::OpenConnection ProxyExchange::take_idle(io::asio::ip::address& address)
{
    auto idle = proxy_.connector->take_idle(key_);
    if (!idle) return {};
    const auto found = io::address_of(idle);
    address = found.value_or(address);
    if (found && may_connect(address)) return idle;
    if (found) proxy_.connector->keep_idle(key_, std::move(idle));
    return {};
}

/// Not to an address that the policy refuses this client, or that would lead back to us. Parents are the operator's.
LIBNETXX_DECL bool ProxyExchange::may_connect(const io::asio::ip::address& address)
{
    if (parent_ == nullptr && destination_.address && wire::unmapped(address) != *destination_.address) return false;
    if (parent_ == nullptr && !gate_.admits(address)) return false;
    const auto port = parent_ != nullptr ? parent_->port : destination_.port;
    const auto verdict =
        engine::judge_address(address, port, proxy_.listener.address(), proxy_.listener.port(), io::is_local_address);
    return verdict == engine::ProxyVerdict::allowed;
}

LIBNETXX_DECL io::OpenConnection ProxyExchange::take_upstream()
{
    auto connection = std::move(upstream_->connection);
    upstream_.reset();
    return connection;
}

/// Closes the connection to the server. What it has got of a request is not all of it: a connection that simply ended
/// could be taken for the end of the body.
LIBNETXX_DECL void ProxyExchange::drop_upstream() noexcept
{
    upstream_deadline_.clear();
    awaited_upstream_ = false;
    handshake_.reset();
    secures_ = false;
    const bool is_cut = upload_state_ != ProxyUploadState::complete;
    if (upstream_ && is_cut) io::reset(*upstream_->connection.socket);
    if (upstream_ && !is_cut && upstream_->connection.tls) upstream_->connection.tls->end();
    upstream_.reset();
}

}  // namespace libnet::inline v0::detail
