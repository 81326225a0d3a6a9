#pragma once

#include <libnet/engine/http/error_page.hpp>
#include <libnet/wire/http/http_status.hpp>

namespace libnet::inline v0::engine {

LIBNETXX_DECL void append_escaped(std::string& html, std::string_view text)
{
    for (const char c : text) {
        switch (c) {
        case '&':
            html += "&amp;";
            break;
        case '<':
            html += "&lt;";
            break;
        case '>':
            html += "&gt;";
            break;
        case '"':
            html += "&quot;";
            break;
        case '\'':
            html += "&#39;";
            break;
        default:
            html += c;
        }
    }
}

LIBNETXX_DECL void append_error_page(std::string& html, unsigned status, std::string_view why)
{
    const auto append_title = [&] { ((html += std::to_string(status)) += ' ') += wire::reason_phrase(status); };
    html +=
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>";
    append_title();
    html += "</title>\n<h1>";
    append_title();
    html += "</h1>\n";
    if (why.empty()) return;
    html += "<p>";
    append_escaped(html, why);
    html += "</p>\n";
}

}  // namespace libnet::inline v0::engine
