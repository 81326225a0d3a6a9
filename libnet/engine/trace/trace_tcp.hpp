#pragma once
// The segments that TCP probes are: flags and options of their header (RFC 9293 section 3.1).

#include <cstdint>

namespace libnet::inline v0 {

/// Flags of a TCP header: RFC 9293 section 3.1, RFC 3168 section 6.1.
namespace tcp_flag {
constexpr std::uint8_t fin = 1, syn = 2, rst = 4, psh = 8, ack = 16, urg = 32, ece = 64, cwr = 128;  ///< bits
}  // namespace tcp_flag

/// What a TCP probe is. The default is a SYN without options; any other takes `TraceAccess::raw`.
struct TraceTcp {
    std::uint8_t flags = tcp_flag::syn;  ///< of the probe's segment: `tcp_flag`
    bool sack = false;                   ///< option: selective acknowledgements permitted (RFC 2018)
    bool timestamps = false;             ///< option: timestamps (RFC 7323)
    bool window_scaling = false;         ///< option: window scale (RFC 7323)
    std::uint16_t mss = 0;               ///< option: maximum segment size (RFC 9293 section 3.7.1); 0: without

    /// connect(2) sends no other.
    constexpr bool is_plain() const noexcept
    {
        return flags == tcp_flag::syn && !sack && !timestamps && !window_scaling && mss == 0;
    }
    friend bool operator==(const TraceTcp&, const TraceTcp&) = default;
};

}  // namespace libnet::inline v0
