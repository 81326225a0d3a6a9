#pragma once
// What one client may have at a time, and in a while.

#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::engine {

/// Limits for each client. A client is an IPv4 address, or an IPv6 network of 64 bits: that is what one household or
/// machine gets (RFC 6177), and all of its addresses are its own.
struct ClientLimits {
    std::size_t connections = 0;         ///< at a time; 0: any number
    double requests_per_second = 0;      ///< in the long run; 0: any number
    double request_burst = 50;           ///< so many at once, after a while without; at least 1
    std::uint64_t bytes_per_second = 0;  ///< sent to it, over all of its connections; 0: any number
    double failed_logins_per_minute =
        10;  ///< as many at once; then that client's log-ins are refused for a while; 0: any number

    /// So many clients are remembered, at 150 bytes or so each. When one more comes, the one that was quiet the longest
    /// is forgotten, with what it had used up of its limits; a client with open connections isn't.
    std::size_t max_clients = 65'536;
};

}  // namespace libnet::inline v0::engine
