#pragma once

#include <libnet/base/json_string.hpp>
#include <libnet/engine/files/directory_page.hpp>
#include <libnet/engine/files/directory_words.ipp>

#include <cstddef>

namespace libnet::inline v0::engine {

LIBNETXX_DECL void append_directory_json(std::string& json, std::string_view path, const DirectoryContent& content)
{
    json += "{\"path\":";
    base::append_json_string(json, path);
    json += content.complete ? ",\"complete\":true,\"entries\":[" : ",\"complete\":false,\"entries\":[";
    const char* separator = "\n";
    for (const auto& entry : content.entries) {
        json += separator;
        json += "{\"name\":";
        base::append_json_string(json, entry.name);
        json += ",\"href\":";
        const auto reference = detail::entry_reference(entry);
        // What stands before a colon would be a scheme (RFC 3986 section 4.2).
        base::append_json_string(json, reference.find(':') == reference.npos ? reference : "./" + reference);
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
