#pragma once
// What the clients and the access log of every HTTP server here are told of a connection, in words. Each is static.

#include <string_view>

namespace libnet::inline v0::engine {

inline constexpr std::string_view request_too_slow = "The request took too long to arrive.";
inline constexpr std::string_view client_left = "The connection ended before the request did.";
inline constexpr std::string_view client_gone = "The client closed the connection before it had the answer.";
inline constexpr std::string_view client_slow = "The client took what it was sent too slowly.";
inline constexpr std::string_view client_stuck = "The client took nothing for too long.";
inline constexpr std::string_view body_too_slow = "The request's body came too slowly.";
inline constexpr std::string_view tunnel_cut = "The server ended while the tunnel was open.";
inline constexpr std::string_view handler_failed = "The program could not answer this.";
inline constexpr std::string_view handler_gone = "The server ended before it had answered.";
inline constexpr std::string_view unknown_expectation = "The server meets no expectation but 100-continue.";
inline constexpr std::string_view connections_too_many = "This client has too many connections.";
inline constexpr std::string_view handshake_too_slow = "The TLS handshake took too long.";
inline constexpr std::string_view plain_http = "This port speaks HTTPS, and the request came as plain HTTP.";

}  // namespace libnet::inline v0::engine
