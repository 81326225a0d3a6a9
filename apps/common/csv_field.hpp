#pragma once
// Comma-separated values.

#include <string>
#include <string_view>

namespace libnet::apps {

/// A field as RFC 4180 section 2 wants it: in quotes where it holds a quote, a comma or a line end.
inline std::string csv_field(std::string_view text)
{
    if (text.find_first_of("\",\r\n") == text.npos) return std::string{text};
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace libnet::apps
