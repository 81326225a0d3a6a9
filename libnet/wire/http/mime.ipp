#pragma once

#include <libnet/base/text.hpp>
#include <libnet/base/utf8.hpp>
#include <libnet/wire/http/mime.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace libnet::inline v0::wire {

namespace detail {

struct MediaType {
    std::string_view extension;
    std::string_view type;
};

/// Sorted by extension, in lower case. Types as registered with IANA (RFC 9239 for JavaScript), else as browsers send
/// and expect them.
inline constexpr std::array media_types = std::to_array<MediaType>({
    {"7z", "application/x-7z-compressed"},
    {"aac", "audio/aac"},
    {"apk", "application/vnd.android.package-archive"},
    {"apng", "image/apng"},
    {"asc", "text/plain; charset=utf-8"},
    {"atom", "application/atom+xml"},
    {"avi", "video/x-msvideo"},
    {"avif", "image/avif"},
    {"bin", "application/octet-stream"},
    {"bmp", "image/bmp"},
    {"bz2", "application/x-bzip2"},
    {"c", "text/plain; charset=utf-8"},
    {"cc", "text/plain; charset=utf-8"},
    {"cfg", "text/plain; charset=utf-8"},
    {"cjs", "text/javascript; charset=utf-8"},
    {"conf", "text/plain; charset=utf-8"},
    {"cpp", "text/plain; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"csv", "text/csv; charset=utf-8"},
    {"deb", "application/vnd.debian.binary-package"},
    {"diff", "text/plain; charset=utf-8"},
    {"doc", "application/msword"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"eot", "application/vnd.ms-fontobject"},
    {"epub", "application/epub+zip"},
    {"flac", "audio/flac"},
    {"gif", "image/gif"},
    {"glb", "model/gltf-binary"},
    {"gltf", "model/gltf+json"},
    {"gz", "application/gzip"},
    {"h", "text/plain; charset=utf-8"},
    {"heic", "image/heic"},
    {"hpp", "text/plain; charset=utf-8"},
    {"htm", "text/html; charset=utf-8"},
    {"html", "text/html; charset=utf-8"},
    {"ico", "image/x-icon"},
    {"ics", "text/calendar; charset=utf-8"},
    {"ini", "text/plain; charset=utf-8"},
    {"iso", "application/x-iso9660-image"},
    {"jar", "application/java-archive"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"js", "text/javascript; charset=utf-8"},
    {"json", "application/json"},
    {"jsonl", "application/jsonl"},
    {"jsonld", "application/ld+json"},
    {"jxl", "image/jxl"},
    {"log", "text/plain; charset=utf-8"},
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"m4a", "audio/mp4"},
    {"m4v", "video/mp4"},
    {"map", "application/json"},
    {"markdown", "text/markdown; charset=utf-8"},
    {"md", "text/markdown; charset=utf-8"},
    {"mid", "audio/midi"},
    {"mjs", "text/javascript; charset=utf-8"},
    {"mkv", "video/matroska"},
    {"mov", "video/quicktime"},
    {"mp3", "audio/mpeg"},
    {"mp4", "video/mp4"},
    {"mpd", "application/dash+xml"},
    {"mpeg", "video/mpeg"},
    {"mpg", "video/mpeg"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"oga", "audio/ogg"},
    {"ogg", "audio/ogg"},
    {"ogv", "video/ogg"},
    {"opus", "audio/ogg"},
    {"otf", "font/otf"},
    {"patch", "text/plain; charset=utf-8"},
    {"pcap", "application/vnd.tcpdump.pcap"},
    {"pdf", "application/pdf"},
    {"pem", "application/x-pem-file"},
    {"png", "image/png"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"ps", "application/postscript"},
    {"py", "text/plain; charset=utf-8"},
    {"rar", "application/vnd.rar"},
    {"rpm", "application/x-rpm"},
    {"rs", "text/plain; charset=utf-8"},
    {"rss", "application/rss+xml"},
    {"rst", "text/plain; charset=utf-8"},
    {"rtf", "application/rtf"},
    {"sh", "text/plain; charset=utf-8"},
    {"sig", "application/pgp-signature"},
    {"svg", "image/svg+xml"},
    {"tar", "application/x-tar"},
    {"tgz", "application/gzip"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"toml", "application/toml"},
    {"torrent", "application/x-bittorrent"},
    {"ts", "video/mp2t"},
    {"tsv", "text/tab-separated-values; charset=utf-8"},
    {"ttf", "font/ttf"},
    {"txt", "text/plain; charset=utf-8"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"wasm", "application/wasm"},
    {"wav", "audio/wav"},
    {"weba", "audio/webm"},
    {"webm", "video/webm"},
    {"webmanifest", "application/manifest+json"},
    {"webp", "image/webp"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"xhtml", "application/xhtml+xml"},
    {"xls", "application/vnd.ms-excel"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"xml", "text/xml; charset=utf-8"},
    {"xpi", "application/x-xpinstall"},
    {"xz", "application/x-xz"},
    {"yaml", "application/yaml"},
    {"yml", "application/yaml"},
    {"zip", "application/zip"},
    {"zst", "application/zstd"},
});
static_assert(std::ranges::is_sorted(media_types, {}, &MediaType::extension));

inline constexpr std::size_t longest_extension = 16;  // none of them is longer
static_assert(std::ranges::all_of(media_types,
                                  [](const MediaType& known) { return known.extension.size() <= longest_extension; }));

/// The extension of a file's name in lower case, written to the buffer; empty: there is none that could be known.
LIBNETXX_DECL std::string_view extension_of(std::string_view file_name,
                                            std::array<char, longest_extension>& buffer) noexcept
{
    file_name.remove_prefix(file_name.rfind('/') + 1);  // npos + 1 is 0: no slash, nothing to remove
    const auto dot = file_name.rfind('.');
    if (dot == file_name.npos) return {};
    const auto extension = file_name.substr(dot + 1);
    if (extension.size() > buffer.size()) return {};
    std::ranges::transform(extension, buffer.begin(), base::to_lower);
    return {buffer.data(), extension.size()};
}

/// The table's entry for an extension in lower case, or null.
LIBNETXX_DECL const MediaType* find_media_type(std::string_view extension) noexcept
{
    const auto known = std::ranges::lower_bound(media_types, extension, {}, &MediaType::extension);
    return known != media_types.end() && known->extension == extension ? &*known : nullptr;
}

/// Type and subtype of visible ASCII: what is not must not get into a field.
LIBNETXX_DECL bool is_media_type(std::string_view type) noexcept
{
    const auto slash = type.find('/');
    return slash != type.npos && slash > 0 && slash + 1 < type.size() &&
           std::ranges::all_of(type, [](char c) { return c > ' ' && c < '\x7F'; });
}

}  // namespace detail

LIBNETXX_DECL std::string_view media_type_of(std::string_view file_name) noexcept
{
    std::array<char, detail::longest_extension> buffer{};
    const auto* const known = detail::find_media_type(detail::extension_of(file_name, buffer));
    return known != nullptr ? known->type : "application/octet-stream";
}

LIBNETXX_DECL bool lacks_extension(std::string_view file_name) noexcept
{
    return file_name.substr(file_name.rfind('/') + 1).find('.') == file_name.npos;
}

LIBNETXX_DECL bool begins_as_text(std::string_view begin) noexcept
{
    constexpr std::string_view controls = "\t\n\f\r\x1B";  // ESC: colours of a log
    if (begin.empty()) return false;
    while (!begin.empty()) {
        const auto length = base::utf8_length(begin);
        const auto first = static_cast<unsigned char>(begin[0]);
        if (length == 0) return begin.size() < 4 && first >= 0xC2 && first < 0xF5;  // the look cut it, perhaps
        const bool control = first < ' ' || first == 0x7F;
        if (control && controls.find(begin[0]) == controls.npos) return false;
        begin.remove_prefix(length);
    }
    return true;
}

LIBNETXX_DECL MediaTypes::MediaTypes(std::string_view text, std::string_view more)
    : known_{read(text)},
      more_{read(more)}
{}

LIBNETXX_DECL std::vector<MediaTypes::Known> MediaTypes::read(std::string_view text)
{
    std::vector<Known> types;
    while (!text.empty()) {
        auto line = base::take_line(text);
        line = line.substr(0, line.find('#'));
        const auto type = base::take_word(line);
        if (!detail::is_media_type(type)) continue;
        const bool add_charset = type.starts_with("text/") && type.find(';') == type.npos;
        for (auto extension = base::take_word(line); !extension.empty(); extension = base::take_word(line)) {
            if (extension.size() > detail::longest_extension) continue;
            std::string lower{extension};
            std::ranges::transform(lower, lower.begin(), base::to_lower);
            types.push_back({std::move(lower), std::string{type} + (add_charset ? "; charset=utf-8" : "")});
        }
    }
    std::ranges::stable_sort(types, {}, &Known::extension);
    const auto same = [](const Known& a, const Known& b) { return a.extension == b.extension; };
    types.erase(std::unique(types.begin(), types.end(), same), types.end());
    return types;
}

LIBNETXX_DECL const std::string* MediaTypes::find(const std::vector<Known>& types, std::string_view extension) noexcept
{
    const auto known = std::ranges::lower_bound(types, extension, {},
                                                [](const Known& entry) { return std::string_view{entry.extension}; });
    return known != types.end() && known->extension == extension ? &known->type : nullptr;
}

LIBNETXX_DECL std::string_view MediaTypes::type_of(std::string_view file_name) const noexcept
{
    std::array<char, detail::longest_extension> buffer{};
    const auto extension = detail::extension_of(file_name, buffer);
    if (const auto* const own = find(known_, extension)) return *own;
    if (const auto* const built_in = detail::find_media_type(extension)) return built_in->type;
    if (const auto* const other = find(more_, extension)) return *other;
    return "application/octet-stream";
}

LIBNETXX_DECL bool is_compressible(std::string_view media_type) noexcept
{
    constexpr std::array<std::string_view, 12> plain{"application/javascript",
                                                     "application/json",
                                                     "application/jsonl",
                                                     "application/manifest+json",
                                                     "application/rtf",
                                                     "application/toml",
                                                     "application/vnd.ms-fontobject",
                                                     "application/wasm",
                                                     "application/xml",
                                                     "application/yaml",
                                                     "font/otf",
                                                     "font/ttf"};
    const auto type = base::trim(media_type.substr(0, media_type.find(';')));
    return type.starts_with("text/") || type.ends_with("+xml") || type.ends_with("+json") || type == "image/bmp" ||
           type == "image/x-icon" || type == "image/vnd.microsoft.icon" ||
           std::ranges::find(plain, type) != plain.end();
}

}  // namespace libnet::inline v0::wire
