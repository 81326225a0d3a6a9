#pragma once

#include <libnet/config.hpp>
#include <libnet/engine/proxy/proxy_body.hpp>
#include <libnet/wire/http/hop_by_hop.hpp>

#include <algorithm>
#include <cstring>

namespace libnet::inline v0::engine {

LIBNETXX_DECL ProxyBodyReader::ProxyBodyReader(wire::BodyFraming framing, wire::HttpLimits limits,
                                               wire::ChunkSource source)
    : framing_{framing},
      remaining_{framing.length},
      chunked_{limits, source}
{
    using Kind = wire::BodyFraming::Kind;
    done_ = framing.kind == Kind::none || (framing.kind == Kind::length && framing.length == 0);
}

LIBNETXX_DECL boost::system::result<ProxyBodyReader::Piece, wire::HttpError> ProxyBodyReader::decode(
    std::span<char> received)
{
    using Kind = wire::BodyFraming::Kind;
    Piece piece;
    if (framing_.kind == Kind::until_close) return Piece{received.size(), received.size()};
    if (framing_.kind != Kind::chunked) {
        piece.data = piece.consumed = readable(received.size());
        remaining_ -= piece.data;
        done_ = remaining_ == 0;
        return piece;
    }
    while (!done_ && piece.consumed < received.size()) {
        chunked_.take_whole_chunks(received, piece.data, piece.consumed);
        if (piece.consumed == received.size()) break;
        const std::string_view rest{received.data() + piece.consumed, received.size() - piece.consumed};
        const auto step = chunked_.next(rest);
        if (!step) return step.error();
        if (!step->data.empty()) std::memmove(received.data() + piece.data, step->data.data(), step->data.size());
        piece.data += step->data.size();
        piece.consumed += step->consumed;
        done_ = step->done;
    }
    return piece;
}

LIBNETXX_DECL std::size_t ProxyBodyReader::readable(std::size_t most) const noexcept
{
    using Kind = wire::BodyFraming::Kind;
    if (framing_.kind == Kind::chunked || framing_.kind == Kind::until_close) return most;
    return static_cast<std::size_t>(std::min<std::uint64_t>(most, remaining_));
}

LIBNETXX_DECL ProxyBodyWriter::Frame ProxyBodyWriter::piece(std::string_view data)
{
    if (framing_ != wire::BodyFraming::Kind::chunked || data.empty()) return {{}, data, {}};
    return {wire::format_chunk_header(data.size(), header_), data, wire::chunk_end};
}

LIBNETXX_DECL ProxyBodyWriter::Frame ProxyBodyWriter::last_piece(std::string_view data,
                                                                 const wire::HttpFields& trailers,
                                                                 const std::function<bool(std::string_view)>& keeps)
{
    auto frame = piece(data);
    if (framing_ != wire::BodyFraming::Kind::chunked) return frame;
    end_.assign(frame.after);
    wire::HttpFields forwarded;
    const auto hop_by_hop = wire::HopByHop::read(trailers);
    for (const auto& [name, value] : trailers)
        if (hop_by_hop && hop_by_hop->forwards(name) && (!keeps || keeps(name))) forwarded.add(name, value);
    wire::append_last_chunk(end_, forwarded);
    frame.after = end_;
    return frame;
}

}  // namespace libnet::inline v0::engine
