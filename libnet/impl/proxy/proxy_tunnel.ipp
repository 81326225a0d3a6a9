#pragma once

#include <libnet/config.hpp>
#include <libnet/impl/proxy/proxy_tunnel.hpp>

#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL ProxyTunnel::ProxyTunnel(ForwardProxyState& proxy, io::Connection& connection,
                                       std::unique_ptr<io::PolledSocket> upstream, std::string_view early,
                                       const wire::RequestHead& request, ProxyRecord record)
    : proxy_{proxy},
      connection_{connection},
      upstream_{std::move(upstream)},
      relay_{connection.polled(), *upstream_, proxy.scratch},
      record_{std::move(record)},
      target_size_{static_cast<std::uint32_t>(request.target.size())},
      referer_size_{static_cast<std::uint32_t>(request.fields.value_of("Referer").size())},
      version_{request.version}
{
    head_.append(request.target).append(request.fields.value_of("Referer"));
    head_.append(request.fields.value_of("User-Agent"));
    head_.shrink_to_fit();
    relay_.begin_with(early);
    io::keep_alive(connection.polled(), proxy.options.tunnel_keep_alive);
    io::keep_alive(*upstream_, proxy.options.tunnel_keep_alive);
    connection_.deadline().clear();
    expect_more();
}

LIBNETXX_DECL ProxyTunnel::~ProxyTunnel()
{
    record_.received = relay_.forward();
    record_.sent = relay_.backward();
    const std::string_view texts = head_;
    wire::RequestHead request;
    request.method = "CONNECT";
    request.target = texts.substr(0, target_size_);
    request.version = version_;
    auto record = record_.of(request, connection_.peer());
    record.referer = texts.substr(target_size_, referer_size_);
    record.user_agent = texts.substr(target_size_ + referer_size_);
    tell_access(proxy_, record);
}

LIBNETXX_DECL io::Relay::Step ProxyTunnel::go_on()
{
    using Step = io::Relay::Step;
    if (connection_.closed()) return Step::ended;
    const auto step = relay_.go_on();
    if (step == Step::ended || step == Step::broken) return step;
    if (relay_.moved()) {
        expect_more();
    } else if (connection_.deadline().expired()) {
        record_.reason = relay_.is_half_closed()
                             ? "One side of the tunnel had ended, and the other was idle for too long."
                             : "The tunnel was idle for too long.";
        return Step::ended;
    }
    return step;
}

/// Something has gone through, be it one side's end.
LIBNETXX_DECL void ProxyTunnel::expect_more()
{
    auto timeout = proxy_.options.tunnel_timeout;
    const auto shorter = proxy_.options.half_closed_timeout;
    if (relay_.is_half_closed() && shorter.count() > 0 && (timeout.count() == 0 || shorter < timeout))
        timeout = shorter;
    if (timeout.count() > 0) connection_.deadline().expires_after(timeout);
    else connection_.deadline().clear();
}

}  // namespace libnet::inline v0::detail
