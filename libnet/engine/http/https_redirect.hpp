#pragma once
// Where a request that came without TLS goes on with it.

#include <libnet/base/text.hpp>
#include <libnet/wire/http/authority.hpp>
#include <libnet/wire/http/http_request.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace libnet::inline v0::engine {

/// The same URL with https, on this port, which is left out where it is 443 (RFC 9110 section 4.2.2). The host is the
/// request's own, without its port. Nothing: the request names no host, or nothing that such a URL could be made of ("*", an
/// absolute form of another scheme).
///
/// The host is whichever the client has named: whoever can make a client name a host has it redirected there. A browser names the
/// host of the URL that it follows.
inline std::optional<std::string> https_location(const wire::RequestHead& request, std::uint16_t port)
{
    constexpr std::uint16_t usual = 443;
    const bool is_absolute = request.form == wire::TargetForm::absolute;
    if (!is_absolute && request.form != wire::TargetForm::origin) return std::nullopt;
    if (is_absolute && !base::iequals(request.scheme, "http")) return std::nullopt;
    if (request.authority.host.empty() || !request.path.starts_with('/')) return std::nullopt;
    wire::Authority authority{request.authority.host, std::nullopt, request.authority.is_ipv6};
    if (port != usual) authority.port = port;
    auto location = "https://" + wire::to_string(authority);
    location += request.path;
    if (request.has_query) location.append("?").append(request.query);
    return location;
}

/// The status that goes with it: 301 for clients that only read, which every client understands; 308 for others, who
/// are to send the same request again (RFC 9110 section 15.4.9).
inline unsigned https_redirect_status(const wire::RequestHead& request)
{
    return request.method == "GET" || request.method == "HEAD" ? 301 : 308;
}

}  // namespace libnet::inline v0::engine
