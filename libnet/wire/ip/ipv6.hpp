#pragma once
// The IPv6 header, RFC 8200 section 3, and the way through its extension headers to what it carries.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ipv4.hpp>

namespace libnet::inline v0::wire {

//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |Version| Traffic class |              Flow label               |   0
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |        Payload length         |  Next header  |   Hop limit   |   4
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |                   Source address (128 bits)                   |   8
//  |                Destination address (128 bits)                 |  24
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  40

constexpr std::size_t ipv6_header_size = 40;

/// The fields of an IPv6 header that we use.
struct Ipv6Header {
    std::size_t header_length = 0;   ///< octets, with the extension headers that were passed: where the payload begins
    std::size_t payload_length = 0;  ///< octets after the fixed header, as sent; a quoted packet may be cut shorter
    std::uint8_t traffic_class = 0;
    std::uint32_t flow_label = 0;  ///< 20 bits
    std::uint8_t hop_limit = 0;
    std::uint8_t protocol = 0;        ///< the upper layer: 58 is ICMPv6, 17 UDP
    std::size_t fragment_offset = 0;  ///< octets; when it isn't 0, the payload doesn't begin with the upper header
    asio::ip::address_v6 source;
    asio::ip::address_v6 destination;
    friend bool operator==(const Ipv6Header&, const Ipv6Header&) = default;
};

/// Decodes the header at the front of a packet, which may be cut short as a quoted one is, and passes hop-by-hop,
/// routing, destination options and fragment headers (RFC 8200 section 4). The work is bounded by the packet: each
/// extension header takes at least eight octets of it.
LIBNETXX_DECL boost::system::result<Ipv6Header, IpError> decode_ipv6(std::span<const std::byte> packet);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/ip/ipv6.ipp>
#endif
