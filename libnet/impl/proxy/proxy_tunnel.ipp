#pragma once

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_tunnel.hpp>
#include <libnet/io/tcp/socket_transfer.hpp>
#include <libnet/wire/tls/client_hello.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL ProxyTunnel::ProxyTunnel(const ForwardProxyOptions& options, io::Connection& connection,
                                       std::unique_ptr<io::TlsStream> tls, io::OpenConnection upstream,
                                       const Early& early, std::span<char> scratch, io::SendMeter* meter,
                                       std::optional<wire::CanonicalHost> checked)
    : options_{options},
      connection_{connection},
      upstream_{std::move(upstream.socket)},
      tls_{tls ? std::make_unique<io::TlsRelayLayer>(std::move(tls), connection.polled()) : nullptr},
      server_tls_{upstream.tls ? std::make_unique<io::TlsRelayLayer>(std::move(upstream.tls), *upstream_) : nullptr},
      relay_{connection.polled(), *upstream_, scratch, tls_.get(), server_tls_.get()},
      meter_{meter},
      scratch_{scratch}
{
    if (meter_ != nullptr)
        resumes_ = std::make_unique<io::Deadline>(connection.wheel(), [&connection] { connection.go_on(); });
    if (checked) hello_ = std::make_unique<Hello>(Hello{std::move(*checked), std::string{early.from_client}});
    else relay_.begin_with(early.from_client);
    relay_.answer_with(early.unsent, early.from_server);
    io::keep_alive(connection.polled(), options.tunnel_keep_alive);
    io::keep_alive(*upstream_, options.tunnel_keep_alive);
    if (hello_) connection_.deadline().expires_after(options.request_timeout);
    else expect_more();
}

/// Nothing that the client says reaches the server before it is known for whom it is; and servers of TLS don't speak first.
LIBNETXX_DECL io::Relay::Step ProxyTunnel::await_hello()
{
    using Step = io::Relay::Step;
    auto& client = connection_.polled();
    if (!relay_.flush_backward()) return Step::broken;
    for (;;) {
        const auto check = engine::check_hello(wire::read_client_hello(hello_->held), hello_->host);
        if (check == engine::HelloCheck::fits) {
            relay_.begin_with(hello_->held);
            hello_.reset();
            expect_more();
            return Step::more;
        }
        if (check != engine::HelloCheck::incomplete) return refuse(check);
        if (connection_.deadline().expired()) return refuse(engine::HelloCheck::no_tls);
        const bool may_receive = tls_ ? tls_->may_receive() : client.ready(io::PolledSocket::read);
        if (!may_receive) return client.watch() ? Step::waits : Step::broken;
        const auto received = tls_ ? tls_->receive(scratch_) : io::receive_some(client, scratch_);
        if (received.outcome == io::Transfer::want_read || received.outcome == io::Transfer::want_write)
            return client.watch() ? Step::waits : Step::broken;
        if (received.outcome == io::Transfer::failed) return Step::broken;
        if (received.outcome == io::Transfer::ended) return refuse(engine::HelloCheck::no_tls);
        hello_->held.append(scratch_.data(), received.size);
    }
}

/// The client has been told that the tunnel is open: all that is left to say is said in its protocol.
LIBNETXX_DECL io::Relay::Step ProxyTunnel::refuse(engine::HelloCheck check)
{
    verdict_ = name_of(check);
    reason_ = reason_of(check);
    if (check != engine::HelloCheck::other_server) return io::Relay::Step::ended;
    const auto alert = engine::unrecognized_name_alert;
    if (tls_) tls_->send(alert);
    else io::send_some(connection_.polled(), alert);
    return io::Relay::Step::ended;
}

LIBNETXX_DECL io::Relay::Step ProxyTunnel::go_on()
{
    using Step = io::Relay::Step;
    if (hello_) {
        const auto heard = await_hello();
        if (hello_) return heard;
    }
    const auto step = limits_ == nullptr ? relay() : relay_limited();
    if (step == Step::ended || step == Step::broken) return step;
    if (relay_.moved()) {
        expect_more();
    } else if (connection_.deadline().expired()) {
        reason_ = relay_.is_half_closed() ? "One side of the tunnel had ended, and the other was idle for too long."
                                          : "The tunnel was idle for too long.";
        return Step::ended;
    }
    return step;
}

LIBNETXX_DECL io::Relay::Step ProxyTunnel::relay() { return meter_ == nullptr ? relay_.go_on() : relay_metered(); }

/// The same within the limits of the rules. While it pauses nothing is read on either side.
LIBNETXX_DECL io::Relay::Step ProxyTunnel::relay_limited()
{
    using Step = io::Relay::Step;
    if (limits_->is_spent()) {
        verdict_ = name_of(engine::EgressVerdict::quota_exceeded);
        reason_ = reason_of(engine::EgressVerdict::quota_exceeded);
        io::reset(connection_.polled());  // what ends here is not what has come to its end
        io::reset(*upstream_);
        return Step::broken;
    }
    if (limits_->pauses()) {
        expect_more();
        return Step::waits;
    }
    const auto before = relay_.forward() + relay_.backward();
    const auto step = relay();
    limits_->moved(relay_.forward() + relay_.backward() - before);
    const bool is_over = step == Step::ended || step == Step::broken;
    return !is_over && (limits_->is_spent() || limits_->pauses()) ? Step::more : step;
}

/// As Relay::go_on, within what the client may have. What it may not have yet stays with the server.
LIBNETXX_DECL io::Relay::Step ProxyTunnel::relay_metered()
{
    constexpr io::SendMeter::Wait longest = std::chrono::seconds{1};  // others of this client change what there is
    const auto pause = std::min(meter_->pause(), longest);
    const bool may_send = pause == pause.zero();
    const auto before = relay_.backward();
    const auto step = relay_.go_on(may_send ? io::Relay::Ways::both : io::Relay::Ways::forward);
    meter_->sent(static_cast<std::size_t>(relay_.backward() - before));
    if (may_send) resumes_->clear();
    else resumes_->expires_after(std::chrono::ceil<std::chrono::milliseconds>(pause));
    return may_send && step == io::Relay::Step::waits && meter_->pause() != pause.zero() ? io::Relay::Step::more : step;
}

/// Something has gone through, be it one side's end.
LIBNETXX_DECL void ProxyTunnel::expect_more()
{
    auto timeout = options_.tunnel_timeout;
    const auto shorter = options_.half_closed_timeout;
    if (relay_.is_half_closed() && shorter.count() > 0 && (timeout.count() == 0 || shorter < timeout))
        timeout = shorter;
    if (timeout.count() > 0) connection_.deadline().expires_after(timeout);
    else connection_.deadline().clear();
}

}  // namespace libnet::inline v0::detail
