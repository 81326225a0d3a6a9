#pragma once
// How much of a message's framing is read before it is refused. Bodies have no limit here: their reader counts.

#include <algorithm>
#include <cstddef>

namespace libnet::inline v0::wire {

/// Bounds of one HTTP/1 message, in bytes unless said otherwise. Lines, heads and trailers have to be in memory as a whole:
/// their limits count as 64 MiB where they are more, such as SIZE_MAX for "no limit".
struct HttpLimits {
    std::size_t request_line = 8192;     ///< the request or status line without its CRLF, with empty lines before it
    std::size_t head = 32768;            ///< the whole head, with the empty line that ends it
    std::size_t fields = 100;            ///< field lines of a head, or of a trailer section
    std::size_t chunk_line = 1024;       ///< size and extensions of one chunk, without the CRLF
    std::size_t chunk_overhead = 16384;  ///< chunk lines beyond 16 bytes a chunk and twice its data, summed up: what
                                         ///< the extensions of all chunks may cost
    std::size_t trailers = 8192;         ///< the whole trailer section, with the empty line that ends it
};

/// The limits as they count.
constexpr HttpLimits bounded(HttpLimits limits) noexcept
{
    constexpr std::size_t most = 64 * 1024 * 1024;
    for (auto* limit : {&limits.request_line, &limits.head, &limits.chunk_line, &limits.trailers})
        *limit = std::min(*limit, most);
    return limits;
}

}  // namespace libnet::inline v0::wire
