#pragma once
// How much may go through a proxy: bytes and requests, for each client or target.

#include <libnet/base/siphash.hpp>
#include <libnet/config.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace libnet::inline v0::engine {

/// So much in a period.
struct LimitAmount {
    std::uint64_t amount = 0;  ///< 0: any
    std::chrono::seconds period{0};
    friend bool operator==(const LimitAmount&, const LimitAmount&) = default;
};

/// What is counted together.
enum class LimitPer : std::uint8_t {
    client,             ///< a user who has logged in; else an address, or an IPv6 network of 64 bits
    target,             ///< a host
    client_and_target,  ///< what one client has of one host
    rule,               ///< everything that the rule fits
};

/// The amounts of one limit.
struct EgressAmounts {
    std::uint64_t bytes_per_second = 0;  ///< to the client and from it together, slowed down to that; 0: any
    LimitAmount quota{};     ///< bytes, both ways; beyond it requests are refused, and tunnels and answers end
    LimitAmount requests{};  ///< beyond it requests are refused
    LimitPer per = LimitPer::client;
    friend bool operator==(const EgressAmounts&, const EgressAmounts&) = default;
};

/// Reads "10G/day": a whole number of bytes or requests, with K, M, G or T (powers of 1024) behind it if need be, and a period:
/// s, min, hour, day or week.
/// @throws std::invalid_argument  what() says what would do
LimitAmount parse_limit_amount(std::string_view text);

/// What an amount is counted under. The seed keeps clients from choosing hosts that collide with those of others.
/// `client`: a user's name, or an address's octets; of another kind than each other by `is_user`.
std::uint64_t limit_key(const base::SipKey& seed, LimitPer per, std::string_view client, bool is_user,
                        std::string_view target);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/proxy/egress_limit.ipp>
#endif
