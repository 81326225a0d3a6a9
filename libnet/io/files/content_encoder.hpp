#pragma once
// Compresses contents: gzip with zlib, Brotli and Zstandard with their own libraries.

#include <libnet/config.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// Whether contents can be put into this coding: LIBNETXX_COMPRESSION was on when the library was built.
bool can_encode(wire::ContentCoding coding) noexcept;

/// Puts a content into a coding, for a cache: more time is spent than one would for a single answer, but no more than
/// about a tenth of a second for a mebibyte. Nothing: it got no smaller, there is no memory, or the coding isn't there.
std::optional<std::string> encode(std::string_view content, wire::ContentCoding coding);

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/files/content_encoder.ipp>
#endif
