#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/http/error_page.hpp>
#include <libnet/engine/proxy/proxy_answer.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>
#include <libnet/wire/http/http_status.hpp>

namespace libnet::inline v0::engine {

LIBNETXX_DECL void append_error_answer(std::string& out, const ProxyAnswer& answer, std::string_view reason)
{
    std::string page;
    append_error_page(page, answer.status, reason);
    append_answer(out, answer, error_page_type, page);
}

LIBNETXX_DECL void append_answer(std::string& out, const ProxyAnswer& answer, std::string_view type,
                                 std::string_view content)
{
    out.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
    out.append(wire::reason_phrase(answer.status)).append("\r\n");
    wire::append_field(out, "Date", answer.date);
    if (!type.empty()) wire::append_field(out, "Content-Type", type);
    wire::append_field(out, "Content-Length", std::to_string(content.size()));
    wire::append_field(out, "Cache-Control", "no-store");
    if (!answer.keep_alive) wire::append_field(out, "Connection", "close");
    out.append("\r\n");
    if (answer.method != "HEAD") out.append(content);
}

}  // namespace libnet::inline v0::engine
