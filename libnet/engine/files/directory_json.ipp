#pragma once

#include <libnet/base/utf8.hpp>
#include <libnet/engine/files/directory_page.hpp>
#include <libnet/engine/files/directory_words.ipp>

#include <cstddef>

namespace libnet::inline v0::engine {

namespace detail {

/// A string in quotes, RFC 8259 section 7.
LIBNETXX_DECL void append_json_string(std::string& json, std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    json += '"';
    while (!text.empty()) {
        const auto size = base::utf8_length(text);
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

}  // namespace detail

LIBNETXX_DECL void append_directory_json(std::string& json, std::string_view path, const DirectoryContent& content)
{
    json += "{\"path\":";
    detail::append_json_string(json, path);
    json += content.complete ? ",\"complete\":true,\"entries\":[" : ",\"complete\":false,\"entries\":[";
    const char* separator = "\n";
    for (const auto& entry : content.entries) {
        json += separator;
        json += "{\"name\":";
        detail::append_json_string(json, entry.name);
        json += ",\"href\":";
        const auto reference = detail::entry_reference(entry);
        // What stands before a colon would be a scheme (RFC 3986 section 4.2).
        detail::append_json_string(json, reference.find(':') == reference.npos ? reference : "./" + reference);
        if (entry.kind == FileKind::directory) json += ",\"type\":\"directory\"";
        else (json += ",\"type\":\"file\",\"size\":") += std::to_string(entry.size);
        json += ",\"modified\":\"";
        detail::append_timestamp(json, entry.modified);
        json += "\"}";
        separator = ",\n";
    }
    json += "]}\n";
}

}  // namespace libnet::inline v0::engine
