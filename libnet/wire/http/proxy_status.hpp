#pragma once
// Proxy-Status: what a proxy says about how it came to its answer (RFC 9209).

#include <libnet/config.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::wire {

/// The error types of RFC 9209 section 2.3.
enum class ProxyStatusError : std::uint8_t {
    dns_timeout,
    dns_error,
    destination_not_found,
    destination_unavailable,
    destination_ip_prohibited,
    destination_ip_unroutable,
    connection_refused,
    connection_terminated,
    connection_timeout,
    connection_read_timeout,
    connection_write_timeout,
    connection_limit_reached,
    tls_protocol_error,
    tls_certificate_error,
    tls_alert_received,
    http_request_error,
    http_request_denied,
    http_response_incomplete,
    http_response_header_section_size,
    http_response_header_size,
    http_response_body_size,
    http_response_trailer_section_size,
    http_response_trailer_size,
    http_response_transfer_coding,
    http_response_content_coding,
    http_response_timeout,
    http_upgrade_failed,
    http_protocol_error,
    proxy_internal_response,
    proxy_internal_error,
    proxy_configuration_error,
    proxy_loop_detected,
};

/// The error as the field has it: "dns_error".
std::string_view name_of(ProxyStatusError error) noexcept;

/// The status that RFC 9209 recommends for an answer with this error: 403, 500, 502, 503 or 504; and 400 for
/// http_request_error and proxy_internal_response, where it leaves the choice.
unsigned status_of(ProxyStatusError error) noexcept;

/// One member of the field: what one proxy says.
struct ProxyStatus {
    std::string_view proxy;                     ///< who says it, such as its name in Via; not empty
    std::optional<ProxyStatusError> error{};    ///< nothing: there was none
    std::optional<unsigned> received_status{};  ///< of the next hop's answer, where ours is another
    std::string_view next_hop{};                ///< the address or name that was asked; empty: it is not told
    std::string_view next_protocol{};           ///< the ALPN identifier, such as "http/1.1"; empty: it is not told
    std::string_view dns_rcode{};               ///< "NXDOMAIN", with dns_error only; empty: it is not told
    std::string_view details{};                 ///< for people; empty: none
};

/// Appends the member, without the field's name: `libnet; error=dns_error; rcode="NXDOMAIN"`. Texts may hold anything:
/// octets that a string of RFC 8941 can't have become "?", and what is longer than 256 octets is cut.
void append_proxy_status(std::string& out, const ProxyStatus& status);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/http/proxy_status.ipp>
#endif
