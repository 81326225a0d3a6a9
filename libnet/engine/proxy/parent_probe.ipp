#pragma once

#include <libnet/engine/proxy/parent_probe.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/proxy/proxy_protocol.hpp>
#include <libnet/wire/socks/socks5_client.hpp>

namespace libnet::inline v0::engine {

LIBNETXX_DECL void append_parent_probe(std::string& out, const ParentProxy& parent)
{
    if (parent.preface == ParentPreface::proxy_v1) wire::append_proxy_header_v1(out, {});
    if (parent.preface == ParentPreface::proxy_v2) wire::append_proxy_header_v2(out, {});
    if (parent.kind == ParentKind::socks5) return wire::append_socks5_greeting(out, !parent.user.empty());
    const bool is_v6 = parent.host.find(':') != std::string::npos;
    out.append("OPTIONS * HTTP/1.1\r\nHost: ")
        .append(wire::to_string(wire::Authority{parent.host, parent.port, is_v6}));
    if (!parent.authorization.empty()) out.append("\r\nProxy-Authorization: ").append(parent.authorization);
    out.append("\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n");
}

LIBNETXX_DECL ParentFinding read_parent_probe(const ParentProxy& parent, std::string_view received) noexcept
{
    if (parent.kind == ParentKind::socks5) {
        const auto method = wire::parse_socks5_method(received);
        if (!method) return ParentFinding::broken;
        if (!*method) return ParentFinding::unknown;
        const bool has_method = (*method)->value != wire::Socks5Method::unacceptable;
        return has_method ? ParentFinding::works : ParentFinding::broken;
    }
    constexpr std::string_view version = "HTTP/1.";
    const auto begin = received.substr(0, version.size());
    if (begin != version.substr(0, begin.size())) return ParentFinding::broken;
    if (received.find('\n') != received.npos) return ParentFinding::works;
    return received.size() < longest_parent_answer ? ParentFinding::unknown : ParentFinding::broken;
}

}  // namespace libnet::inline v0::engine
