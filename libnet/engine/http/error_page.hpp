#pragma once
// The page a person sees when a request fails.

#include <libnet/config.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// The media type of what `append_error_page` writes.
inline constexpr std::string_view error_page_type = "text/html; charset=utf-8";

/// Appends text so that HTML shows it as it is, in an element or a quoted attribute.
void append_escaped(std::string& html, std::string_view text);

/// Appends a short HTML page: the status, its reason phrase, and `why` in words. `why` is escaped and may echo what a
/// client sent; empty leaves it out.
void append_error_page(std::string& html, unsigned status, std::string_view why);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/http/error_page.ipp>
#endif
