#pragma once
// ICMP (RFC 792, 1122, 1812) and ICMPv6 (RFC 4443): echo messages both ways, errors with what they quote, and both in
// words.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace libnet::inline v0::wire {

//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |     Type      |     Code      |           Checksum            |   0
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |   Echo: identifier, sequence. Errors: MTU, pointer, unused    |   4
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |   Echo: payload. Errors: the packet that caused the error     |   8

constexpr std::size_t icmp_header_size = 8;
constexpr std::uint8_t icmp_protocol = 1, icmpv6_protocol = 58;  ///< in the IP header

/// Message types of ICMP, RFC 792 and 8335.
namespace icmp_type {
constexpr std::uint8_t echo_reply = 0, destination_unreachable = 3, source_quench = 4, redirect = 5, echo_request = 8,
                       time_exceeded = 11, parameter_problem = 12, timestamp_request = 13, timestamp_reply = 14,
                       extended_echo_request = 42, extended_echo_reply = 43;
}
/// Message types of ICMPv6, RFC 4443 and 8335. Below 128: errors.
namespace icmpv6_type {
constexpr std::uint8_t destination_unreachable = 1, packet_too_big = 2, time_exceeded = 3, parameter_problem = 4,
                       echo_request = 128, echo_reply = 129, extended_echo_request = 160, extended_echo_reply = 161;
}

/// Why bytes are not the ICMP message that was asked for.
enum class IcmpError {
    truncated = 1,  ///< fewer than eight octets
    other_type,     ///< a message of another type
    bad_checksum,   ///< damaged on the way (IPv4 only: the kernel checks ICMPv6)
};

/// An echo message; `payload` is a view into the decoded bytes.
struct IcmpEcho {
    std::uint16_t identifier = 0;
    std::uint16_t sequence = 0;
    std::span<const std::byte> payload;
};

/// Makes an echo request of `message`: writes the eight octets of the header in front of the payload that is in place
/// from octet 8 on. The checksum is computed for IPv4; for IPv6, whose checksum covers addresses that only the kernel
/// knows, it stays 0 and the kernel fills it in (RFC 3542 section 3.1). `message` has at least `icmp_header_size`
/// octets.
LIBNETXX_DECL void encode_echo_request(IpVersion version, std::uint16_t identifier, std::uint16_t sequence,
                                       std::span<std::byte> message);

/// The same for a reply, for a program that answers.
LIBNETXX_DECL void encode_echo_reply(IpVersion version, std::uint16_t identifier, std::uint16_t sequence,
                                     std::span<std::byte> message);

/// Decodes an echo reply, from its ICMP header on. `bad_checksum` is only told for IPv4.
LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_echo_reply(IpVersion version,
                                                                           std::span<const std::byte> message);

/// Decodes the beginning of an echo request that an error quotes: it is cut anywhere after its header, so that its
/// checksum can't be checked.
LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_quoted_echo_request(IpVersion version,
                                                                                    std::span<const std::byte> message);

/// An ICMP error, which a host on the path sent about a packet of ours.
struct IcmpErrorMessage {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint32_t info = 0;                 ///< octets 4 to 7: MTU, pointer or unused, as the type says
    std::span<const std::byte> quoted;      ///< the beginning of our packet, from its IP header on
    std::span<const std::byte> extensions;  ///< RFC 4884 section 7, from its header on; empty when there are none
};

/// Decodes an error message (unreachable, time exceeded, parameter problem, packet too big, redirect, source quench)
/// from its ICMP header on. The views point into `message`. What is quoted is not looked into: see decode_ipv4.
LIBNETXX_DECL boost::system::result<IcmpErrorMessage, IcmpError> decode_icmp_error(IpVersion version,
                                                                                   std::span<const std::byte> message);

/// What a quoted packet was, whichever version of IP carried it.
struct QuotedPacket {
    asio::ip::address source;
    asio::ip::address destination;
    std::uint8_t ttl = 0;       ///< what was left of it where the error arose
    std::uint8_t protocol = 0;  ///< 1 ICMP, 17 UDP, 58 ICMPv6
    std::span<const std::byte>
        payload;  ///< from the upper header on, as far as it was quoted; empty for later fragments
};

/// Decodes the IP header that `IcmpErrorMessage::quoted` begins with; nullopt when it is none of that version.
LIBNETXX_DECL std::optional<QuotedPacket> decode_quoted(IpVersion version, std::span<const std::byte> quoted);

/// The next hop's MTU that an error tells (RFC 1191 section 4, RFC 4443 section 3.2); nullopt for other errors, and for
/// routers older than RFC 1191, which tell 0.
LIBNETXX_DECL std::optional<std::uint32_t> icmp_mtu(IpVersion version, std::uint8_t type, std::uint8_t code,
                                                    std::uint32_t info);

/// Whether an error message means that the packet it quotes was dropped. Redirects and source quenches are advice: the
/// packet went on.
LIBNETXX_DECL bool icmp_means_dropped(IpVersion version, std::uint8_t type);

/// An error's type and code in words, as ping has always told them ("Destination Host Unreachable"). Codes without a
/// name get their type's, and types without one "unknown ICMP message". The text is a literal.
LIBNETXX_DECL std::string_view icmp_words(IpVersion version, std::uint8_t type, std::uint8_t code);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/icmp/icmp.ipp>
#endif
