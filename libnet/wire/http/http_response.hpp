#pragma once
// The head of a response, as a value.

#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_framing.hpp>
#include <libnet/wire/http/http_repair.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace libnet::inline v0::wire {

/// A response that ResponseParser found beyond doubt. All views point into the bytes it was given, but for the values of
/// folded fields, which are in the parser until it begins another head.
struct ResponseHead {
    unsigned status = 0;        ///< 100..599; below 200 another response follows, but 101 ends HTTP on the connection
    std::string_view reason{};  ///< as sent; may be empty
    HttpVersion version = HttpVersion::http_1_1;
    HttpFields fields{};
    BodyFraming body{};
    /// As the fields say, also where there is no body (HEAD, 304); nothing in the answer to CONNECT that begins a tunnel.
    std::optional<std::uint64_t> content_length{};
    HttpRepairs repairs{};    ///< the faults that were repaired
    bool keep_alive = false;  ///< the connection can be used again once the body has ended
};

}  // namespace libnet::inline v0::wire
