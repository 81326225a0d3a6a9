#pragma once
// Bodies of libnet/io/http/gzip_stream.hpp.

#include <libnet/base/text.hpp>
#include <libnet/io/http/gzip_stream.hpp>
#include <libnet/wire/http/content_coding.hpp>

#include <array>
#include <new>
#include <utility>

#if defined(LIBNETXX_COMPRESSION)
#  include <zlib.h>
#endif

namespace libnet::inline v0::io {

namespace detail {

/// gzip comes before identity, or is all that is taken. Browsers and scrapers weigh them equally.
inline bool prefers_gzip(const wire::HttpFields& fields)
{
    std::string accepted;
    for (const auto& field : fields)
        if (base::iequals(field.name, "Accept-Encoding"))
            accepted.append(accepted.empty() ? "" : ",").append(field.value);
    const auto codings = wire::read_accept_encoding(accepted);
    for (const auto coding : codings.in_order()) {
        if (coding == wire::ContentCoding::gzip) return true;
        if (coding == wire::ContentCoding::identity) return false;
    }
    return false;
}

}  // namespace detail

#if defined(LIBNETXX_COMPRESSION)

struct GzipStream::State {
    State()
    {
        constexpr int level = 1, memory_level = 8, gzip = 15 + 16;
        if (::deflateInit2(&stream, level, Z_DEFLATED, gzip, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc{};
    }
    ~State() { ::deflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    std::string deflate(std::string_view piece, int flush)
    {
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // zlib only reads it
        stream.avail_in = static_cast<uInt>(piece.size());
        std::string out;
        int result = Z_OK;
        std::array<char, 16 * 1024> step;
        do {
            stream.next_out = reinterpret_cast<Bytef*>(step.data());
            stream.avail_out = static_cast<uInt>(step.size());
            result = ::deflate(&stream, flush);
            out.append(step.data(), step.size() - stream.avail_out);
        } while (stream.avail_out == 0 || (flush == Z_FINISH && result == Z_OK));
        return out;
    }

    z_stream stream{};
};

LIBNETXX_DECL std::unique_ptr<GzipStream> GzipStream::for_client(const wire::HttpFields& fields)
{
    if (!detail::prefers_gzip(fields)) return nullptr;
    return std::unique_ptr<GzipStream>{new GzipStream{std::make_unique<State>()}};
}

LIBNETXX_DECL std::string GzipStream::add(std::string_view piece) { return state_->deflate(piece, Z_NO_FLUSH); }
LIBNETXX_DECL std::string GzipStream::finish() { return state_->deflate({}, Z_FINISH); }

#else

struct GzipStream::State {};

LIBNETXX_DECL std::unique_ptr<GzipStream> GzipStream::for_client(const wire::HttpFields&) { return nullptr; }
LIBNETXX_DECL std::string GzipStream::add(std::string_view piece) { return std::string{piece}; }
LIBNETXX_DECL std::string GzipStream::finish() { return {}; }

#endif

LIBNETXX_DECL GzipStream::GzipStream(std::unique_ptr<State> state) : state_{std::move(state)} {}
LIBNETXX_DECL GzipStream::~GzipStream() = default;

}  // namespace libnet::inline v0::io
