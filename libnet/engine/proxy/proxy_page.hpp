#pragma once
// What a proxy says to a client whose request was not answered by the server.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/proxy_status.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What such an answer holds, see RFC 9110 section 12.5.1.
enum class ProxyPageFormat : std::uint8_t {
    html,
    json,  ///< application/problem+json, RFC 9457
};

/// JSON where the client would rather have that than HTML, by its Accept fields; else HTML.
ProxyPageFormat choose_page_format(const wire::HttpFields& fields);

/// The media type of the format.
std::string_view content_type(ProxyPageFormat format) noexcept;

/// What is told. Texts are escaped, and may echo what a client sent.
struct ProxyPage {
    unsigned status = 0;
    std::string_view why{};  ///< in words; empty: it is left out
    std::string_view verdict{};
    std::string_view request_id{};
};

/// Appends the page.
void append_page(std::string& out, const ProxyPage& page, ProxyPageFormat format);

/// The error of Proxy-Status for an answer with this status that is given without looking for the server: the request
/// itself is at fault, or is denied (RFC 9209 section 2.3).
wire::ProxyStatusError proxy_status_of_refusal(unsigned status) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/proxy_page.ipp>
#endif
