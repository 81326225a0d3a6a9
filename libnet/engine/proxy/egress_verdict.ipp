#pragma once

#include <libnet/engine/proxy/egress_verdict.hpp>

#include <array>

namespace libnet::inline v0::engine {

namespace detail {

/// Name and sentence, in the order of the enumerators.
inline constexpr std::array<std::string_view, egress_verdicts> egress_sentences{
    "allowed: The target is allowed.",
    "bad_host: The host of the target is not valid.",
    "bad_path: The path of the target is ambiguous.",
    "port_denied: CONNECT and https don't reach this port. A proxy with --connect-port for it connects to it.",
    "rule_denied: A rule of this proxy denies the target.",
    "default_denied: No rule of this proxy allows the target.",
    "requests_exceeded: More requests were made than a limit of this proxy allows for now.",
    "quota_exceeded: More bytes were transferred than a limit of this proxy allows for now.",
    "documentation_address: The target's address is for documentation. A proxy with --allow-private connects to it.",
    "benchmarking_address: The target's address is for benchmarks. A proxy with --allow-private connects to it.",
    "reserved_address: The target's address is reserved. A proxy with --allow-private connects to it.",
    "shared_address: The target's address is shared by a provider. A proxy with --allow-private connects to it.",
    "private_address: The target's address is private. A proxy with --allow-private connects to it.",
    "link_local_address: The target's address is link-local. A proxy with --allow-private connects to it.",
    "loopback_address: The target's address is the proxy's own machine. A proxy with --allow-private connects to it.",
    "multicast_address: The target's address is for many hosts, not for one.",
    "metadata_address: The target gives out a machine's credentials. Only a rule 'private HOST NETWORK' opens it.",
};

}  // namespace detail

LIBNETXX_DECL std::string_view name_of(EgressVerdict verdict) noexcept
{
    const auto sentence = detail::egress_sentences[static_cast<std::size_t>(verdict)];
    return sentence.substr(0, sentence.find(':'));
}

LIBNETXX_DECL std::string_view reason_of(EgressVerdict verdict) noexcept
{
    return detail::egress_sentences[static_cast<std::size_t>(verdict)];
}

LIBNETXX_DECL wire::ProxyStatusError proxy_status_of(EgressVerdict verdict) noexcept
{
    if (verdict == EgressVerdict::bad_host || verdict == EgressVerdict::bad_path)
        return wire::ProxyStatusError::http_request_error;
    if (verdict >= EgressVerdict::documentation_address) return wire::ProxyStatusError::destination_ip_prohibited;
    return wire::ProxyStatusError::http_request_denied;
}

LIBNETXX_DECL unsigned status_of(EgressVerdict verdict) noexcept
{
    if (verdict == EgressVerdict::requests_exceeded || verdict == EgressVerdict::quota_exceeded) return 429;
    return proxy_status_of(verdict) == wire::ProxyStatusError::http_request_error ? 400 : 403;
}

LIBNETXX_DECL EgressVerdict verdict_of(AddressClass kind) noexcept
{
    switch (kind) {
    case AddressClass::global:
        return EgressVerdict::allowed;
    case AddressClass::documentation:
        return EgressVerdict::documentation_address;
    case AddressClass::benchmarking:
        return EgressVerdict::benchmarking_address;
    case AddressClass::reserved:
        return EgressVerdict::reserved_address;
    case AddressClass::shared:
        return EgressVerdict::shared_address;
    case AddressClass::private_use:
        return EgressVerdict::private_address;
    case AddressClass::link_local:
        return EgressVerdict::link_local_address;
    case AddressClass::loopback:
        return EgressVerdict::loopback_address;
    case AddressClass::multicast:
        return EgressVerdict::multicast_address;
    case AddressClass::metadata:
        return EgressVerdict::metadata_address;
    }
    return EgressVerdict::reserved_address;
}

}  // namespace libnet::inline v0::engine
