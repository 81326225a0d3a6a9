#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/http_syntax.hpp>
#include <libnet/wire/http/proxy_status.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace libnet::inline v0::wire {

namespace detail {

struct ProxyStatusRow {
    std::string_view name;
    unsigned status;
};

/// In the order of the enumerators.
inline constexpr std::array proxy_status_rows{
    ProxyStatusRow{"dns_timeout", 504},
    ProxyStatusRow{"dns_error", 502},
    ProxyStatusRow{"destination_not_found", 500},
    ProxyStatusRow{"destination_unavailable", 503},
    ProxyStatusRow{"destination_ip_prohibited", 502},
    ProxyStatusRow{"destination_ip_unroutable", 502},
    ProxyStatusRow{"connection_refused", 502},
    ProxyStatusRow{"connection_terminated", 502},
    ProxyStatusRow{"connection_timeout", 504},
    ProxyStatusRow{"connection_read_timeout", 504},
    ProxyStatusRow{"connection_write_timeout", 504},
    ProxyStatusRow{"connection_limit_reached", 503},
    ProxyStatusRow{"tls_protocol_error", 502},
    ProxyStatusRow{"tls_certificate_error", 502},
    ProxyStatusRow{"tls_alert_received", 502},
    ProxyStatusRow{"http_request_error", 400},
    ProxyStatusRow{"http_request_denied", 403},
    ProxyStatusRow{"http_response_incomplete", 502},
    ProxyStatusRow{"http_response_header_section_size", 502},
    ProxyStatusRow{"http_response_header_size", 502},
    ProxyStatusRow{"http_response_body_size", 502},
    ProxyStatusRow{"http_response_trailer_section_size", 502},
    ProxyStatusRow{"http_response_trailer_size", 502},
    ProxyStatusRow{"http_response_transfer_coding", 502},
    ProxyStatusRow{"http_response_content_coding", 502},
    ProxyStatusRow{"http_response_timeout", 504},
    ProxyStatusRow{"http_upgrade_failed", 502},
    ProxyStatusRow{"http_protocol_error", 502},
    ProxyStatusRow{"proxy_internal_response", 400},
    ProxyStatusRow{"proxy_internal_error", 500},
    ProxyStatusRow{"proxy_configuration_error", 500},
    ProxyStatusRow{"proxy_loop_detected", 502},
};

LIBNETXX_DECL const ProxyStatusRow& row_of(ProxyStatusError error) noexcept
{
    return proxy_status_rows.at(static_cast<std::size_t>(error));
}

/// A string of RFC 8941 section 3.3.3.
LIBNETXX_DECL void append_sf_string(std::string& out, std::string_view text)
{
    constexpr std::size_t most = 256;
    out += '"';
    for (const char c : text.substr(0, most)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == ' ' || is(CharClass::visible, c) ? c : '?';
    }
    out += '"';
}

/// A token of RFC 8941 section 3.3.4 begins with a letter or an asterisk, and may have colons and slashes.
LIBNETXX_DECL bool is_sf_token(std::string_view text)
{
    const auto may_stand = [](char c) { return is(CharClass::token, c) || c == ':' || c == '/'; };
    const auto begins = [](char c) { return (base::to_lower(c) >= 'a' && base::to_lower(c) <= 'z') || c == '*'; };
    return !text.empty() && begins(text.front()) && std::ranges::all_of(text, may_stand);
}

LIBNETXX_DECL void append_text_parameter(std::string& out, std::string_view name, std::string_view value)
{
    if (value.empty()) return;
    out.append("; ").append(name).append("=");
    append_sf_string(out, value);
}

}  // namespace detail

LIBNETXX_DECL std::string_view name_of(ProxyStatusError error) noexcept { return detail::row_of(error).name; }

LIBNETXX_DECL unsigned status_of(ProxyStatusError error) noexcept { return detail::row_of(error).status; }

LIBNETXX_DECL void append_proxy_status(std::string& out, const ProxyStatus& status)
{
    if (detail::is_sf_token(status.proxy)) out.append(status.proxy);
    else detail::append_sf_string(out, status.proxy);
    if (status.error) out.append("; error=").append(name_of(*status.error));
    if (status.error == ProxyStatusError::dns_error) detail::append_text_parameter(out, "rcode", status.dns_rcode);
    detail::append_text_parameter(out, "next-hop", status.next_hop);
    // An ALPN identifier that is a token stands as one (RFC 9209 section 2.1.3).
    if (detail::is_sf_token(status.next_protocol)) out.append("; next-protocol=").append(status.next_protocol);
    if (status.received_status) out.append("; received-status=").append(std::to_string(*status.received_status));
    detail::append_text_parameter(out, "details", status.details);
}

}  // namespace libnet::inline v0::wire
