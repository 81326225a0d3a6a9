#pragma once
// A body on its way through a proxy: taken out of one framing, and put into another.

#include <libnet/config.hpp>
#include <libnet/wire/http/http_chunked.hpp>
#include <libnet/wire/http/http_framing.hpp>

#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// Takes a body out of its framing, in place, in pieces of any size.
class ProxyBodyReader {
public:
    /// `source`: who sends the body; faults in a server's chunks are repaired, see wire::ChunkedDecoder.
    explicit ProxyBodyReader(wire::BodyFraming framing, wire::HttpLimits limits = {},
                             wire::ChunkSource source = wire::ChunkSource::client);

    /// What came out of the bytes received.
    struct Piece {
        std::size_t data = 0;      ///< this many bytes of the body are now at the front of the buffer
        std::size_t consumed = 0;  ///< this many of the received bytes are done with: all, unless the body has ended
        friend bool operator==(const Piece&, const Piece&) = default;
    };

    /// Decodes the bytes that were received. The data of many small chunks is moved together, so that whoever sends a
    /// byte per chunk doesn't make us send a packet per byte. Errors: those of wire::ChunkedDecoder.
    boost::system::result<Piece, wire::HttpError> decode(std::span<char> received);

    /// The body is complete. A body until close never is: see `may_end_here`.
    bool done() const noexcept { return done_; }

    /// Whether a peer that closes now has sent everything.
    bool may_end_here() const noexcept { return done_ || framing_.kind == wire::BodyFraming::Kind::until_close; }

    /// How many bytes can be read without touching the message behind the body, at most `most`. Chunks tell too late:
    /// what was read too much remains in the buffer behind `consumed`.
    std::size_t readable(std::size_t most) const noexcept;

    /// The trailer fields, once it is done; valid while the reader is.
    const wire::HttpFields& trailers() const noexcept { return chunked_.trailers(); }

private:
    wire::BodyFraming framing_;
    std::uint64_t remaining_ = 0;
    wire::ChunkedDecoder chunked_;
    bool done_ = false;
};

/// Puts a body into a framing. What belongs around a piece of data comes as views, for a gathering write.
class ProxyBodyWriter {
public:
    /// A piece as it goes over the wire. The views are valid until the next call.
    struct Frame {
        std::string_view before, data, after;
    };

    explicit ProxyBodyWriter(wire::BodyFraming::Kind framing = wire::BodyFraming::Kind::none) noexcept
        : framing_{framing}
    {}

    /// A piece that others follow. Empty data makes an empty frame.
    Frame piece(std::string_view data);

    /// The last piece, maybe empty. Trailers go out where the framing has a place for them; those that are for one hop
    /// only are left out, and those that `keeps` says no to (empty: it keeps all).
    Frame last_piece(std::string_view data, const wire::HttpFields& trailers,
                     const std::function<bool(std::string_view name)>& keeps = {});

private:
    wire::BodyFraming::Kind framing_;
    wire::ChunkHeaderBuffer header_{};
    std::string end_;
};

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/proxy_body.ipp>
#endif
