#pragma once

#include <libnet/base/json_string.hpp>
#include <libnet/config.hpp>
#include <libnet/engine/http/error_page.hpp>
#include <libnet/engine/proxy/proxy_page.hpp>
#include <libnet/wire/http/accept.hpp>
#include <libnet/wire/http/http_status.hpp>

#include <algorithm>

namespace libnet::inline v0::engine {

LIBNETXX_DECL ProxyPageFormat choose_page_format(const wire::HttpFields& fields)
{
    std::string accepted;
    wire::for_each_item(fields, "Accept", [&accepted](std::string_view item) {
        if (!accepted.empty()) accepted += ',';
        accepted += item;
    });
    if (accepted.empty()) return ProxyPageFormat::html;
    const auto json =
        std::max(wire::weight_of(accepted, "application/json"), wire::weight_of(accepted, "application/problem+json"));
    return json > wire::weight_of(accepted, "text/html") ? ProxyPageFormat::json : ProxyPageFormat::html;
}

LIBNETXX_DECL std::string_view content_type(ProxyPageFormat format) noexcept
{
    return format == ProxyPageFormat::json ? "application/problem+json" : error_page_type;
}

LIBNETXX_DECL void append_page(std::string& out, const ProxyPage& page, ProxyPageFormat format)
{
    if (format == ProxyPageFormat::html) {
        append_error_page(out, page.status, page.why);
        out += "<p>Verdict <code>";
        append_escaped(out, page.verdict);
        out += "</code>, request <code>";
        append_escaped(out, page.request_id);
        out += "</code></p>\n";
        return;
    }
    out.append("{\"type\":\"about:blank\",\"status\":").append(std::to_string(page.status)).append(",\"title\":");
    base::append_json_string(out, wire::reason_phrase(page.status));
    if (!page.why.empty()) {
        out += ",\"detail\":";
        base::append_json_string(out, page.why);
    }
    out += ",\"verdict\":";
    base::append_json_string(out, page.verdict);
    out += ",\"request_id\":";
    base::append_json_string(out, page.request_id);
    out += "}\n";
}

LIBNETXX_DECL wire::ProxyStatusError proxy_status_of_refusal(unsigned status) noexcept
{
    using Error = wire::ProxyStatusError;
    switch (status) {
    case 401:
    case 403:
    case 407:
    case 429:
        return Error::http_request_denied;
    case 500:
        return Error::proxy_internal_error;
    case 502:
        return Error::http_protocol_error;
    case 504:
        return Error::http_response_timeout;
    case 501:
    case 505:
        return Error::http_request_error;
    default:
        return status < 500 ? Error::http_request_error : Error::proxy_internal_response;
    }
}

}  // namespace libnet::inline v0::engine
