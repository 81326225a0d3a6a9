#pragma once
// What an HTTP connection needs from the first octet of a request until it waits for the next one.

#include <libnet/engine/http/http_log.hpp>
#include <libnet/wire/http/http_chunked.hpp>
#include <libnet/wire/http/http_limits.hpp>
#include <libnet/wire/http/http_request_parser.hpp>

#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::engine {

/// Lent to a HttpConnection while there is something of a request; thousands of idle connections share a few.
struct HttpExchange {
    explicit HttpExchange(wire::HttpLimits limits = {}) : parser{limits}, decoder{limits} {}

    wire::RequestParser parser;
    wire::RequestHead head{};
    wire::ChunkedDecoder decoder;
    std::size_t head_size = 0;    // octets of `head`, once it is complete
    std::uint64_t body_size = 0;  // octets of the body's content that have come
    HttpLog log{};

    /// Forgets the request, however far it got, and keeps the memory: the next one is another client's.
    void clear() noexcept
    {
        parser.reset();
        head_size = 0;
        body_size = 0;
        log.clear();
    }
};

}  // namespace libnet::inline v0::engine
