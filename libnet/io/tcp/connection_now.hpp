#pragma once
// A connection of a server at one moment, for those who look at it.

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace libnet::inline v0::io {

/// What a connection is at. Its texts may hold any octets that a client sent.
struct ConnectionNow {
    static constexpr std::size_t longest = 200;  ///< octets of a text; what is longer is cut

    enum class Phase : std::uint8_t {  ///< What a connection is at.
        idle,                          ///< nothing is under way
        request,                       ///< a request is being received or answered
        tunnel,                        ///< octets pass in both directions
    };

    boost::asio::ip::tcp::endpoint client{};  ///< the peer, or whom a PROXY header has named
    Phase phase = Phase::idle;                ///< what it is at
    std::chrono::nanoseconds since{};  ///< how long the request or tunnel has been under way; zero while it is idle
    std::string method{};              ///< of the request; empty: its head isn't complete
    std::string target{};              ///< of the request; where the tunnel leads
    std::uint64_t sent = 0;            ///< octets of the tunnel to the client
    std::uint64_t received = 0;        ///< and from it

    /// As much of a text as is kept.
    static std::string cut(std::string_view text) { return std::string{text.substr(0, longest)}; }
};

}  // namespace libnet::inline v0::io
