#pragma once

#include <libnet/base/text.hpp>
#include <libnet/engine/http/path_pattern.hpp>

#include <algorithm>
#include <cstddef>

namespace libnet::inline v0::engine {

LIBNETXX_DECL bool matches_glob(std::string_view pattern, std::string_view text) noexcept
{
    std::size_t p = 0, t = 0;
    std::size_t star = pattern.npos, resume = 0;  // the last star, and where the text behind it was tried to begin
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != pattern.npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == pattern.npos;
}

LIBNETXX_DECL bool matches_path(std::string_view pattern, std::string_view path) noexcept
{
    if (pattern.find('/') == pattern.npos) path.remove_prefix(path.rfind('/') + 1);
    return matches_glob(pattern, path);
}

LIBNETXX_DECL bool has_content_hash(std::string_view file_name) noexcept
{
    constexpr std::string_view separators = ".-_";
    file_name.remove_prefix(file_name.rfind('/') + 1);
    std::size_t begin = std::min(file_name.find_first_of(separators), file_name.size());
    while (begin < file_name.size()) {
        const auto end = file_name.find_first_of(separators, begin + 1);
        if (end == file_name.npos) return false;  // the extension
        const auto word = file_name.substr(begin + 1, end - begin - 1);
        const auto digits = std::ranges::count_if(word, base::is_digit);
        const bool hexadecimal = std::ranges::all_of(word, [](char c) { return base::hex_value(c) >= 0; });
        const auto letters = static_cast<std::ptrdiff_t>(word.size()) - digits;
        if (hexadecimal && word.size() >= 8 && word.size() <= 64 && digits > 0 && letters > 0) return true;
        begin = end;
    }
    return false;
}

}  // namespace libnet::inline v0::engine
