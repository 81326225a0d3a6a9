#pragma once
// The IPv4 header, RFC 791 section 3.1: what a raw socket delivers first, and what an ICMP error quotes.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace libnet::inline v0::wire {

//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |Version|  IHL  |Type of service|         Total length          |   0
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |        Identification         |0|D|M|     Fragment offset     |   4
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  | Time to live  |   Protocol    |        Header checksum        |   8
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |                        Source address                         |  12
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |                      Destination address                      |  16
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |               Options, up to 40 octets (IHL > 5)              |  20

constexpr std::size_t ipv4_header_size = 20;      ///< without options
constexpr std::size_t ipv4_max_header_size = 60;  ///< with all the options that fit
constexpr std::size_t ipv4_max_packet_size = 65535;

/// Why bytes are not an IP header.
enum class IpError {
    truncated = 1,  ///< fewer bytes than the header needs
    wrong_version,  ///< the version field names another version of IP
    bad_length,     ///< a length field contradicts itself
};

/// The fields of an IPv4 header that we use.
struct Ipv4Header {
    std::size_t header_length = 0;  ///< octets, with options: where the payload begins
    std::size_t total_length = 0;   ///< octets, of the whole packet as it was sent; a quoted packet may be cut shorter
    std::uint8_t type_of_service = 0;
    std::uint16_t identification = 0;
    bool dont_fragment = false;
    bool more_fragments = false;
    std::size_t fragment_offset = 0;  ///< octets
    std::uint8_t ttl = 0;
    std::uint8_t protocol = 0;  ///< 1 is ICMP, 17 UDP
    asio::ip::address_v4 source;
    asio::ip::address_v4 destination;
    friend bool operator==(const Ipv4Header&, const Ipv4Header&) = default;
};

/// Decodes the header at the front of a packet. The packet may be shorter than its total length, as a quoted one is;
/// the checksum is not looked at: routers change the TTL of what they quote, and the kernel has checked the rest.
LIBNETXX_DECL boost::system::result<Ipv4Header, IpError> decode_ipv4(std::span<const std::byte> packet);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/ip/ipv4.ipp>
#endif
