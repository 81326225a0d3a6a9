#pragma once
// What a server tells about a request when it is over: one record, which an access log, a metric or a test takes.

#include <libnet/engine/http/cache_use.hpp>
#include <libnet/engine/http/http_forwarding.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace libnet::inline v0 {

/// One request and what became of it. Every view may hold any bytes that a client sent: escape them before printing.
struct AccessRecord {
    boost::asio::ip::tcp::endpoint client{};          ///< who asked
    std::chrono::system_clock::time_point started{};  ///< when the request's first byte came
    std::string_view user = {};                       ///< who has logged in for it, or empty
    std::string_view method = {};                     ///< empty: the bytes were no request
    /// The request-target as sent, RFC 9112 section 3.2; may be empty. Where `method` is empty: the line that was no request
    std::string_view target = {};
    unsigned version = 11;                ///< 10 or 11: HTTP/1.0 or HTTP/1.1
    unsigned status = 0;                  ///< what we answered; 0: nothing, the client was gone
    std::uint64_t bytes_sent = 0;         ///< of the answer's content, to the client; of a tunnel: all that went there
    std::uint64_t bytes_received = 0;     ///< of the request's content, from the client; of a tunnel: all that came
    std::chrono::nanoseconds duration{};  ///< from `started` to the answer's last byte; steady, never negative
    /// From `started` until the server begins with it: a head that comes slowly, a rate to be kept, a password that is checked
    std::chrono::nanoseconds queue{};
    std::chrono::nanoseconds first_byte{};  ///< from `started` until its answer begins; 0 where there is none
    std::string_view referer = {};          ///< the Referer field, or empty
    std::string_view user_agent = {};       ///< the User-Agent field, or empty
    std::string_view reason = {};           ///< why the request was refused or failed, in words; empty: it was served
    std::string_view rule = {};  ///< of AccessOptions that refused the request, as it was written; empty: none did
    /// What a ForwardProxy tells beside; null: it is another server's. Valid during the call only, too.
    const engine::HttpForwarding* forwarding = nullptr;
    /// Whether a StaticFileServer remembered the files that the answer needed; `none`: there were none, or it is
    /// another server's.
    engine::CacheUse cache = engine::CacheUse::none;
};

/// Called once per request, on the server's thread, when the request is over. The record's views are valid during the
/// call only. What takes long in it delays every connection of that thread; what it throws ends the connection, and is
/// told to the server's diagnostics.
using AccessHandler = std::function<void(const AccessRecord&)>;

}  // namespace libnet::inline v0
