// Any bytes as a chunked body, at once and byte by byte: the same data, the same end, and within the limits.

#include <libnet/wire/http/http_chunked.hpp>

#include <cstdlib>
#include <string>

using namespace libnet::wire;

namespace {

void require(bool condition)
{
    if (!condition) std::abort();
}

/// The body with the verdict behind it.
std::string decode(std::string_view bytes, std::size_t piece_size, ChunkSource source)
{
    ChunkedDecoder decoder{{.fields = 3, .chunk_line = 30, .chunk_overhead = 60, .trailers = 60}, source};
    std::string body;
    while (!bytes.empty()) {
        const std::string piece{bytes.substr(0, piece_size)};
        const auto step = decoder.next(piece);
        if (!step) return body + std::string{reason_of(step.error())};
        require(step->consumed <= piece.size() && step->data.size() <= step->consumed);
        require(step->consumed > 0 || step->done);
        body += step->data;
        bytes.remove_prefix(step->consumed);
        if (!step->done) continue;
        require(decoder.trailers().size() <= 3);
        for (const auto& [name, value] : decoder.trailers()) require(value.find_first_of("\r\n") == value.npos);
        return body + "|" + std::to_string(bytes.size());
    }
    return body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    for (const auto source : {ChunkSource::client, ChunkSource::server})
        require(decode(bytes, size, source) == decode(bytes, 1, source));
    return 0;
}
