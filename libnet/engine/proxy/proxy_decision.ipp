#pragma once

#include <libnet/base/text.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_decision.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL ProxyDestination destination_of(const wire::Authority& authority, std::uint16_t default_port)
{
    ProxyDestination destination{std::string{authority.host}, authority.port.value_or(default_port)};
    std::ranges::transform(destination.host, destination.host.begin(), base::to_lower);
    return destination;
}

LIBNETXX_DECL std::ptrdiff_t count(const wire::HttpFields& fields, std::string_view name)
{
    return std::ranges::count_if(fields, [name](const auto& field) { return base::iequals(field.name, name); });
}

LIBNETXX_DECL ProxyDecision decide_forward(const wire::RequestHead& request, const ProxyRules& rules)
{
    if (request.form == wire::TargetForm::origin && rules.is_transparent)
        return ProxyForward{destination_of(request.authority, 80)};
    if (request.form != wire::TargetForm::absolute)
        return ProxyRefuse{400, wire::ProxyStatusError::http_request_error,
                           "This is a forward proxy: it needs the whole URL as the request target."};
    const bool is_https = base::iequals(request.scheme, "https");
    if (is_https && !rules.dials_tls)
        return ProxyRefuse{501, wire::ProxyStatusError::http_request_error,
                           "This proxy speaks plain HTTP to origin servers; use CONNECT for https."};
    if (!is_https && !base::iequals(request.scheme, "http"))
        return ProxyRefuse{501, wire::ProxyStatusError::http_request_error,
                           "This proxy doesn't support the scheme of the URL."};
    auto destination = destination_of(request.authority, is_https ? 443 : 80);
    destination.is_tls = is_https;
    return ProxyForward{std::move(destination)};
}

}  // namespace detail

LIBNETXX_DECL std::string to_string(const ProxyDestination& destination)
{
    const bool is_ipv6 = destination.host.find(':') != std::string::npos;
    return wire::to_string(wire::Authority{destination.host, destination.port, is_ipv6});
}

LIBNETXX_DECL ProxyDecision decide(const wire::RequestHead& request, const ProxyRules& rules)
{
    if (wire::has_passed(request.fields, rules.via_name))
        return ProxyRefuse{502, wire::ProxyStatusError::proxy_loop_detected,
                           "The request has passed through this proxy before: a forwarding loop."};
    if (!wire::HopByHop::read(request.fields))
        return ProxyRefuse{400, wire::ProxyStatusError::http_request_error, "Connection nominates too many fields."};
    if (request.form == wire::TargetForm::authority) return ProxyTunnel{detail::destination_of(request.authority, 0)};

    const bool is_get = request.method == "GET" || request.method == "HEAD";
    const bool is_pac = request.path == "/proxy.pac" || request.path == "/wpad.dat";
    const bool is_ours = request.form == wire::TargetForm::origin && !rules.is_transparent;
    if (rules.serves_pac && is_ours && is_get && is_pac) return ProxyAnswerPac{};
    const bool is_options = request.method == "OPTIONS", is_trace = request.method == "TRACE";
    if (request.form == wire::TargetForm::asterisk) return ProxyAnswerOptions{};
    const auto* max_forwards = is_options || is_trace ? request.fields.find("Max-Forwards") : nullptr;
    if (!max_forwards) return detail::decide_forward(request, rules);
    if (detail::count(request.fields, "Max-Forwards") > 1)
        return ProxyRefuse{400, wire::ProxyStatusError::http_request_error, "Max-Forwards is there twice."};
    const auto hops = base::parse_number<std::uint32_t>(max_forwards->value);
    if (!hops)
        return ProxyRefuse{400, wire::ProxyStatusError::http_request_error, "Max-Forwards is not a number of hops."};
    if (*hops > 0) return detail::decide_forward(request, rules);
    if (is_trace) return ProxyAnswerTrace{};
    return ProxyAnswerOptions{};
}

}  // namespace libnet::inline v0::engine
