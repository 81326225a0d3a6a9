#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/http/uri_path.hpp>

#include <algorithm>
#include <ostream>

namespace libnet::inline v0::wire {

namespace detail {

/// Appends one path segment, decoded.
LIBNETXX_DECL boost::system::result<void, UriPathError> decode_segment(std::string_view segment, std::string& name)
{
    for (std::size_t i = 0; i < segment.size(); ++i) {
        char c = segment[i];
        if (c == '%') {
            const int high = i + 1 < segment.size() ? base::hex_value(segment[i + 1]) : -1;
            const int low = i + 2 < segment.size() ? base::hex_value(segment[i + 2]) : -1;
            if (high < 0 || low < 0) return UriPathError::bad_triplet;
            c = static_cast<char>(high << 4 | low);
            if (c == '/') return UriPathError::encoded_slash;
            i += 2;
        }
        if (c == '\0') return UriPathError::nul;
        name.push_back(c);
    }
    return {};
}

/// Drops the last segment of the name and the slash before it.
LIBNETXX_DECL void drop_segment(std::string& name)
{
    const auto slash = name.rfind('/');
    name.resize(slash == name.npos ? 0 : slash);
}

/// The characters that stand for themselves in a path: pchar of RFC 3986 section 3.3, and the slash.
constexpr bool is_path_character(char c)
{
    const char lower = base::to_lower(c);
    return (lower >= 'a' && lower <= 'z') || base::is_digit(c) ||
           std::string_view{"-._~!$&'()*+,;=:@/"}.find(c) != std::string_view::npos;
}

}  // namespace detail

LIBNETXX_DECL boost::system::result<void, UriPathError> decode_path(std::string_view path, FilePath& file)
{
    auto& name = file.name;
    name.clear();
    file.directory = false;
    if (!path.starts_with('/')) return UriPathError::not_absolute;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());

        const auto before = name.size();
        if (before > 0) name.push_back('/');
        const auto start = name.size();
        if (auto decoded = detail::decode_segment(segment, name); !decoded) return decoded;

        // Only now, for "%2e%2e" is ".." too (RFC 3986 section 6.2.2.2).
        const auto decoded = std::string_view{name}.substr(start);
        const bool up = decoded == "..";
        file.directory = decoded.empty() || decoded == "." || up;
        if (!file.directory) continue;
        name.resize(before);
        if (up && name.empty()) return UriPathError::above_root;
        if (up) detail::drop_segment(name);
    }
    return {};
}

LIBNETXX_DECL std::string encode_path(std::string_view name)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    name.remove_prefix(std::min(name.find_first_not_of('/'), name.size()));
    std::string path{'/'};
    path.reserve(name.size() + 1);
    for (const char c : name) {
        if (detail::is_path_character(c)) {
            path.push_back(c);
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        path.push_back('%');
        path.push_back(digits[octet >> 4]);
        path.push_back(digits[octet & 0x0F]);
    }
    return path;
}

LIBNETXX_DECL bool has_hidden_segment(std::string_view name)
{
    constexpr std::string_view well_known = ".well-known";
    if (name == well_known) return false;
    if (name.starts_with(".well-known/")) name.remove_prefix(well_known.size());
    return name.starts_with('.') || name.find("/.") != name.npos;
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, UriPathError error)
{
    switch (error) {
    case UriPathError::not_absolute:
        return out << "not absolute";
    case UriPathError::bad_triplet:
        return out << "bad triplet";
    case UriPathError::nul:
        return out << "NUL";
    case UriPathError::encoded_slash:
        return out << "encoded slash";
    case UriPathError::above_root:
        return out << "above the root";
    }
    return out << "unknown";
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const FilePath& file)
{
    return out << "FilePath{\"" << file.name << '"' << (file.directory ? ", directory}" : "}");
}

}  // namespace libnet::inline v0::wire
