#pragma once
// What an HTTP connection needs from the first octet of a request until it waits for the next one.

#include <libnet/engine/http/cache_use.hpp>
#include <libnet/engine/http/http_log.hpp>
#include <libnet/wire/http/http_chunked.hpp>
#include <libnet/wire/http/http_limits.hpp>
#include <libnet/wire/http/http_request_parser.hpp>

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What the log has to know of an answer that begins.
struct HttpAnswer {
    unsigned status = 200;
    std::string_view reason{};         ///< why it isn't what was asked for; static, or good until it is told
    std::uint64_t content_length = 0;  ///< octets that follow the head; 0 where `end_answer` says it
    bool may_keep = true;              ///< false: the connection ends behind it in any case
    std::string_view user{};           ///< who has logged in
    std::string_view rule{};           ///< of access that has refused the request; empty: none has
    HttpTime began{};                  ///< when it begins
    CacheUse cache = CacheUse::none;   ///< what it was made of
};

/// Lent to a HttpConnection while there is something of a request; thousands of idle connections share a few.
struct HttpExchange {
    explicit HttpExchange(wire::HttpLimits limits = {}) : parser{limits}, decoder{limits} {}

    wire::RequestParser parser;
    wire::RequestHead head{};
    wire::ChunkedDecoder decoder;
    std::size_t head_size = 0;                           // octets of `head`, once it is complete
    std::size_t scanned = 0;                             // octets of the body, behind the head, that are done with
    std::uint64_t body_size = 0;                         // octets of the body's content that have come
    std::string_view piece{};                            // of the body, which the handler has
    std::size_t piece_octets = 0;                        // its octets, with their framing
    std::string_view refused_line{};                     // what is no request
    HttpAnswer answer{};                                 // once it has begun
    HttpTime handled_at{};                               // when the handler got the request; none: it hasn't
    std::optional<boost::asio::ip::address> client{};    // whom a proxy has named in the request
    std::shared_ptr<const HttpForwarding> forwarding{};  // what a proxy tells of the request
    std::string failure{};            // why there can be none, where the words must outlive who said them
    std::uint64_t content_begin = 0;  // of it, in all that the connection is ever sent
    HttpLog log{};

    /// Forgets the request, however far it got, and keeps the memory: the next one is another client's.
    void clear() noexcept
    {
        parser.reset();
        head_size = scanned = piece_octets = 0;
        body_size = 0;
        refused_line = {};
        client.reset();
        forwarding.reset();
        handled_at = {};
        log.clear();
    }
};

}  // namespace libnet::inline v0::engine
