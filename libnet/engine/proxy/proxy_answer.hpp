#pragma once
// The answers that a proxy gives itself.

#include <libnet/config.hpp>

#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// What all of the proxy's own answers have in common.
struct ProxyAnswer {
    unsigned status = 200;
    std::string_view method;  ///< of the request: an answer to HEAD has no content; may be empty
    std::string_view date;    ///< IMF-fixdate
    bool keep_alive = false;  ///< the connection outlives the answer
};

/// Appends an error page as a whole response. `reason` is in words; the page escapes it.
void append_error_answer(std::string& out, const ProxyAnswer& answer, std::string_view reason);

/// Appends a response with this content. An empty `type` goes with empty content.
void append_answer(std::string& out, const ProxyAnswer& answer, std::string_view type, std::string_view content);

/// The answer that opens a tunnel: no content, and no field that speaks of one (RFC 9110 section 9.3.6).
constexpr std::string_view tunnel_answer = "HTTP/1.1 200 Connection established\r\n\r\n";

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/proxy_answer.ipp>
#endif
