#pragma once
// Asking a parent proxy for a connection to the server.

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/ip/unmapped.hpp>
#include <libnet/wire/proxy/proxy_protocol.hpp>

#include <string>
#include <utility>

namespace libnet::inline v0::detail {

/// A parent has the request, and not only a tunnel to the server.
LIBNETXX_DECL bool ProxyExchange::asks_parent() const noexcept
{
    return parent_ != nullptr && parent_->kind == ParentKind::http && !tunnels_ && !destination_.is_tls;
}

LIBNETXX_DECL bool ProxyExchange::needs_handshake() const noexcept { return parent_ != nullptr && !asks_parent(); }

/// What stands in front of a connection's name, so that none of one parent serves another one, or the origins; no name
/// of a host or a parent has a space. A connection that has been told of one client's serves no other.
LIBNETXX_DECL std::string ProxyExchange::name_of_way() const
{
    auto name = parent_ != nullptr ? parent_->name + ' ' : std::string{};
    if (preface() != engine::ParentPreface::none) name += io::to_text(session_->client()) + ' ';
    return name;
}

/// What the parent, or the server, is told of the client.
LIBNETXX_DECL engine::ParentPreface ProxyExchange::preface() const
{
    return parent_ != nullptr ? parent_->preface : gate_.preface();
}

/// False: the connection takes nothing, not even as much as that.
LIBNETXX_DECL bool ProxyExchange::send_preface()
{
    using engine::ParentPreface;
    const auto kind = preface();
    if (kind == ParentPreface::none) return true;
    const auto client = session_->client(), local = session_->connection().local();
    wire::ProxyHeader header;
    header.is_proxied = !client.address().is_unspecified();  // a socket of a file system has none
    if (header.is_proxied) {
        header.source = {wire::unmapped(client.address()), client.port()};
        header.destination = {wire::unmapped(local.address()), local.port()};
    }
    std::string octets;
    if (kind == ParentPreface::proxy_v1) wire::append_proxy_header_v1(octets, header);
    else wire::append_proxy_header_v2(octets, header);
    return upstream_->peer.send({octets}) && !upstream_->peer.is_blocked();
}

/// The parent gets the very host that was judged, in its one spelling.
LIBNETXX_DECL void ProxyExchange::begin_handshake()
{
    const engine::ProxyDestination judged{host().name, destination_.port};
    std::string head;
    if (parent_->kind == ParentKind::http) {
        static const wire::HttpFields none;
        const auto& request = session_->request();
        const auto& vias = proxy_.options.headers.anonymous ? none : request.fields;
        engine::append_parent_connect(head, *parent_, judged, vias, request.version, proxy_.rules.via_name);
    }
    handshake_.emplace(*parent_, judged, std::move(head), proxy_.options.response_limits);
    answer_bytes_.truncate(0);
    upstream_deadline_.expires_after(proxy_.options.connect_timeout);
}

LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::negotiate()
{
    using Kind = engine::ParentStep::Kind;
    for (;;) {
        const auto step = handshake_->next(answer_bytes_.view());
        answer_bytes_.consume(step.consumed);
        if (step.kind == Kind::send) {
            if (!upstream_->peer.send({handshake_->out()})) return end_handshake(handshake_->on_closed());
            if (handshake_->has_asked()) upstream_deadline_.expires_after(proxy_.options.response_timeout);
            continue;
        }
        if (step.kind != Kind::receive) return end_handshake(step);
        const auto received = receive_handshake();
        if (received == io::Transfer::done) continue;
        if (received != io::Transfer::want_read) return end_handshake(handshake_->on_closed());
        if (!upstream_deadline_.expired()) return Connected::not_yet;
        return end_handshake(handshake_->on_timeout());
    }
}

LIBNETXX_DECL io::Transfer ProxyExchange::receive_handshake()
{
    auto& peer = upstream_->peer;
    if (!peer.flush()) return io::Transfer::failed;
    if (!peer.may_receive()) return io::Transfer::want_read;
    const auto received = peer.receive(answer_bytes_.prepare(answer_step));
    answer_bytes_.commit(received.size);
    if (answer_bytes_.empty()) answer_bytes_.release();
    return received.outcome;
}

/// It has agreed, or failed.
LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::end_handshake(engine::ParentStep step)
{
    using engine::ParentFault;
    using engine::ProxyFailure;
    const bool agreed = step.kind == engine::ParentStep::Kind::agreed;
    if (agreed) proxy_.parents.works(way_);
    // A server that answers before it is asked: its answer could be taken for that to our request. And a parent that
    // has agreed to what it hasn't read.
    const bool is_early = agreed && ((!tunnels_ && !answer_bytes_.empty()) || upstream_->peer.is_blocked());
    if (agreed && !is_early) {
        handshake_.reset();
        upstream_deadline_.clear();
        return begin_tls();
    }
    const auto failure = is_early ? ProxyFailure::bad_response : handshake_->failure();
    fault_ = is_early ? ParentFault::none : handshake_->fault();
    answer_.failure = failure;
    blames_parent_ = fault_ != ParentFault::none || failure == ProxyFailure::parent_denied ||
                     failure == ProxyFailure::response_timeout;
    drop_upstream();
    answer_bytes_.truncate(0);
    return Connected::no;
}

/// "http://host:port" of the request, as it was judged.
LIBNETXX_DECL std::string ProxyExchange::url_for_parent(const wire::RequestHead& request) const
{
    const auto& judged = host();
    const bool is_v6 = judged.address && judged.address->is_v6();
    return "http://" + wire::to_string(wire::Authority{judged.name, request.authority.port, is_v6});
}

}  // namespace libnet::inline v0::detail
