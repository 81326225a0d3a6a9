#pragma once

#include <libnet/io/files/content_encoder.hpp>

#include <cstddef>
#include <cstdint>

#if defined(LIBNETXX_COMPRESSION)
#  include <brotli/encode.h>
#  include <zlib.h>
#  include <zstd.h>
#endif

namespace libnet::inline v0::io {

#if defined(LIBNETXX_COMPRESSION)

namespace detail {

// Each writes to `out`, which has the size that the result must stay below, and returns the size, or 0.

LIBNETXX_DECL std::size_t encode_gzip(std::string_view content, std::string& out)
{
    constexpr int level = 6, memory_level = 9, gzip = 15 + 16;
    z_stream stream{};
    if (::deflateInit2(&stream, level, Z_DEFLATED, gzip, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));  // zlib only reads it
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int ended = ::deflate(&stream, Z_FINISH);
    ::deflateEnd(&stream);
    return ended == Z_STREAM_END ? stream.total_out : 0;
}

LIBNETXX_DECL std::size_t encode_brotli(std::string_view content, std::string& out)
{
    constexpr int quality = 5;
    std::size_t size = out.size();
    const bool done = ::BrotliEncoderCompress(quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, content.size(),
                                              reinterpret_cast<const std::uint8_t*>(content.data()), &size,
                                              reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE;
    return done ? size : 0;
}

LIBNETXX_DECL std::size_t encode_zstd(std::string_view content, std::string& out)
{
    constexpr int level = 6;  // its window is 2 MiB at most; browsers take 8 (RFC 9659)
    const auto size = ::ZSTD_compress(out.data(), out.size(), content.data(), content.size(), level);
    return ::ZSTD_isError(size) != 0 ? 0 : size;
}

}  // namespace detail

LIBNETXX_DECL bool can_encode(wire::ContentCoding coding) noexcept { return coding != wire::ContentCoding::identity; }

LIBNETXX_DECL std::optional<std::string> encode(std::string_view content, wire::ContentCoding coding)
{
    if (content.empty()) return std::nullopt;
    std::string out(content.size() - 1, '\0');
    const auto size = coding == wire::ContentCoding::gzip   ? detail::encode_gzip(content, out)
                      : coding == wire::ContentCoding::br   ? detail::encode_brotli(content, out)
                      : coding == wire::ContentCoding::zstd ? detail::encode_zstd(content, out)
                                                            : 0;
    if (size == 0) return std::nullopt;
    out.resize(size);
    return out;
}

#else

LIBNETXX_DECL bool can_encode(wire::ContentCoding) noexcept { return false; }

LIBNETXX_DECL std::optional<std::string> encode(std::string_view, wire::ContentCoding) { return std::nullopt; }

#endif

}  // namespace libnet::inline v0::io
