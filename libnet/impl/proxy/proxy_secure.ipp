#pragma once
// TLS with the server, where the proxy itself speaks it.

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_state.hpp>
#include <libnet/tls.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::detail {

/// The way to the server is there. Nothing of the request goes out before the server has proved to be the one that was judged.
LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::begin_tls()
{
    if (!destination_.is_tls) return Connected::yes;
    auto& connection = upstream_->connection;
    connection.tls = proxy_.options.origin_tls->connect(connection.socket->native_handle(), host().name);
    secures_ = true;
    upstream_deadline_.expires_after(proxy_.options.connect_timeout);
    return secure();
}

LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::secure()
{
    using Handshake = io::TlsStream::Handshake;
    using io::PolledSocket, engine::ProxyFailure;
    const auto& socket = upstream_->connection.socket;
    const auto& tls = upstream_->connection.tls;
    const auto progress = tls->handshake();
    if (progress == Handshake::done) {
        secures_ = false;
        upstream_deadline_.clear();
        told_->connect = Clock::now() - dialled_ - told_->name.value_or(Clock::duration::zero());
        upstream_->peer.use(tls.get());
        return Connected::yes;
    }
    if (progress == Handshake::closed) return end_tls(ProxyFailure::connection_lost, {});
    if (progress == Handshake::want_read || progress == Handshake::want_write) {
        const bool reads = progress == Handshake::want_read;
        socket->exhausted(reads ? PolledSocket::read : PolledSocket::write);
        if (!(reads ? socket->watch() : socket->watch_both())) return end_tls(ProxyFailure::connection_lost, {});
        if (upstream_deadline_.expired()) return end_tls(ProxyFailure::connect_timeout, {});
        return Connected::not_yet;
    }
    using Fault = io::TlsStream::Fault;
    auto failure = ProxyFailure::tls_protocol;
    if (tls->fault() == Fault::certificate) failure = ProxyFailure::tls_certificate;
    if (tls->fault() == Fault::alert) failure = ProxyFailure::tls_alert;
    return end_tls(failure, tls->failure());
}

/// There is no TLS with this server. Another way to it would not make it another server, so none is tried.
LIBNETXX_DECL ProxyExchange::Connected ProxyExchange::end_tls(engine::ProxyFailure failure, std::string_view why)
{
    constexpr std::string_view in_front = "The TLS handshake failed: ";
    if (why.starts_with(in_front)) why.remove_prefix(in_front.size());
    if (why.ends_with('.')) why.remove_suffix(1);
    why_ = why;
    answer_.failure = failure;
    fault_ = engine::ParentFault::none;
    drop_upstream();
    return Connected::no;
}

}  // namespace libnet::inline v0::detail
