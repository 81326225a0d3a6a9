#pragma once

#include <libnet/engine/directory_page.hpp>
#include <libnet/engine/impl/directory_words.ipp>

#include <cstddef>

namespace libnet::engine {

namespace detail {

/// The length of the UTF-8 sequence that the text begins with (RFC 3629 section 4); 0: it begins with none.
LIBNET_DECL std::size_t utf8_length(std::string_view text) noexcept
{
    const auto octet = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto tail = [](unsigned c) { return (c & 0xC0U) == 0x80U; };
    const unsigned first = octet(0), second = octet(1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return tail(second) ? 2 : 0;
    const unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) return 0;
    if (first >= 0xE0 && first <= 0xEF) return tail(octet(2)) ? 3 : 0;
    if (first >= 0xF0 && first <= 0xF4) return tail(octet(2)) && tail(octet(3)) ? 4 : 0;
    return 0;
}

/// A string in quotes, RFC 8259 section 7.
LIBNET_DECL void append_json_string(std::string& json, std::string_view text)
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

}  // namespace detail

LIBNET_DECL void append_directory_json(std::string& json, std::string_view path, const DirectoryContent& content)
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
        detail::append_json_string(json, detail::entry_reference(entry));
        if (entry.kind == FileKind::directory) json += ",\"type\":\"directory\"";
        else (json += ",\"type\":\"file\",\"size\":") += std::to_string(entry.size);
        json += ",\"modified\":\"";
        detail::append_timestamp(json, entry.modified);
        json += "\"}";
        separator = ",\n";
    }
    json += "]}\n";
}

}  // namespace libnet::engine
