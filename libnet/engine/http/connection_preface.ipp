#pragma once

#include <libnet/engine/http/connection_preface.hpp>

namespace libnet::inline v0::engine {

namespace detail {

/// A client's octets: they are its first request, or its TLS.
LIBNETXX_DECL PrefaceDecision judge_client_preface(std::string_view received)
{
    using Kind = PrefaceDecision::Kind;
    for (const auto signature : {wire::proxy_v1_signature, wire::proxy_v2_signature}) {
        if (received.starts_with(signature)) return {.kind = Kind::refuse, .reason = preface_not_trusted};
        if (signature.starts_with(received)) return {.kind = Kind::wait};
    }
    return {.kind = Kind::serve};
}

}  // namespace detail

LIBNETXX_DECL PrefaceDecision judge_preface(std::string_view received, PrefaceSender sender)
{
    using Kind = PrefaceDecision::Kind;
    if (sender == PrefaceSender::other) return detail::judge_client_preface(received);
    const auto parsed = wire::parse_proxy_header(received);
    if (!parsed) return {.kind = Kind::refuse, .reason = wire::reason_of(parsed.error())};
    if (!*parsed) return {.kind = Kind::wait};
    const auto& [header, consumed] = **parsed;
    if (!header.is_proxied) return {.kind = Kind::serve, .consumed = consumed};
    return {.kind = Kind::serve, .consumed = consumed, .client = header.source};
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PrefaceDecision& decision)
{
    using Kind = PrefaceDecision::Kind;
    if (decision.kind == Kind::wait) return out << "wait";
    if (decision.kind == Kind::refuse) return out << "refuse: " << decision.reason;
    out << "serve behind " << decision.consumed;
    if (decision.client) out << " for " << decision.client->address.to_string() << ' ' << decision.client->port;
    return out;
}

}  // namespace libnet::inline v0::engine
