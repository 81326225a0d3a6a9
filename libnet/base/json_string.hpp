#pragma once
// Text as a JSON string.

#include <libnet/base/utf8.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::base {

/// Appends the text in quotes, RFC 8259 section 7. Octets that are no UTF-8 become U+FFFD.
inline void append_json_string(std::string& json, std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    json += '"';
    while (!text.empty()) {
        const auto size = utf8_length(text);
        const char c = text.front();
        if (size == 0) {
            json += "\xEF\xBF\xBD";
        } else if (c == '"' || c == '\\') {
            (json += '\\') += c;
        } else if (size == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)) {
            json += "\\u00";
            json += digits[static_cast<unsigned char>(c) >> 4];
            json += digits[static_cast<unsigned char>(c) & 0x0F];
        } else {
            json += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    json += '"';
}

}  // namespace libnet::inline v0::base
