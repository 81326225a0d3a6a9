#pragma once
// What a proxy tells of a request beside what every server tells.

#include <libnet/engine/http/client_identity.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace libnet::inline v0::engine {

/// How a request was decided, and how it came to its server.
struct HttpForwarding {
    using Duration = std::chrono::nanoseconds;  ///< of the phases below

    std::string
        request_id{};  ///< that the client has seen, where the answer is the proxy's own; made of letters and digits
    /// What was decided, in one word, as the answer and the metric have it: "allowed", or that of the refusal
    /// ("private_address", "rule_denied"), or of what went wrong (an error type of RFC 9209, "dns_error"). Static.
    std::string_view verdict = "allowed";
    std::string rule{};         ///< the rule that decided, as it was written; empty: none did
    std::size_t rule_line = 0;  ///< its line; 0: none did
    bool is_reported = false;   ///< `verdict` is a refusal, and the policy only reports: the request went on
    std::shared_ptr<const ClientIdentity> identity{};  ///< what the client's connection proves; null: nothing
    std::string host{};                    ///< where the request is to go, without brackets; empty: to the proxy itself
    std::uint16_t port = 0;                ///< the port that the request names; 0: none
    boost::asio::ip::address upstream{};   ///< the address that was connected to; unspecified: none
    bool was_connected = false;            ///< the connection had served a request before
    std::string parent{};                  ///< the name of the parent proxy that it went by; empty: by none
    std::optional<Duration> name{};        ///< how long the look-up of the name took
    std::optional<Duration> connect{};     ///< how long it took to connect
    std::optional<Duration> first_byte{};  ///< from the request's way to the server to the first byte of its answer
};

}  // namespace libnet::inline v0::engine
