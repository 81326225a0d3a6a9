#pragma once
// The head of a response, as a value.

#include <libnet/wire/http/http_fields.hpp>
#include <libnet/wire/http/http_framing.hpp>

#include <string_view>

namespace libnet::inline v0::wire {

/// A response that ResponseParser found beyond doubt. All views point into the bytes it was given.
struct ResponseHead {
    unsigned status = 0;        ///< 100..599; below 200 another response follows, but 101 ends HTTP on the connection
    std::string_view reason{};  ///< as sent; may be empty
    HttpVersion version = HttpVersion::http_1_1;
    HttpFields fields{};
    BodyFraming body{};
    bool keep_alive = false;  ///< the connection can be used again once the body has ended
};

}  // namespace libnet::inline v0::wire
