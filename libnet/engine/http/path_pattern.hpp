#pragma once
// Patterns of paths, as people write them: "*.css", "/assets/*".

#include <libnet/config.hpp>

#include <string_view>

namespace libnet::inline v0::engine {

/// Whether a pattern fits the whole text: `*` stands for any text, `?` for any one octet. Takes at most
/// pattern.size() * text.size() steps.
bool matches_glob(std::string_view pattern, std::string_view text) noexcept;

/// Whether a pattern fits a decoded path. A pattern without a slash is about its last segment.
bool matches_path(std::string_view pattern, std::string_view path) noexcept;

/// Whether a file's name shows a hash of its content, as build tools write it: 8 to 64 hexadecimal digits, letters and
/// decimal digits among them, between dots, hyphens or underscores, with an extension behind ("app.3f9a1c07.js",
/// "style-0a1b2c3d4e.css"). A date ("2024-11-25", "20241125") is none.
bool has_content_hash(std::string_view file_name) noexcept;

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/http/path_pattern.ipp>
#endif
