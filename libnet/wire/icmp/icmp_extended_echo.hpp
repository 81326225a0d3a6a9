#pragma once
// ICMP and ICMPv6 extended echo (RFC 8335): asking a node about the state of one of its interfaces, or of a
// neighbour's.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace libnet::inline v0::wire {

// The request, RFC 8335 section 2, with the extension structure of RFC 4884 section 7:
//
//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |     Type      |     Code      |           Checksum            |   0
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |          Identifier           |   Sequence    |  Reserved   |L|   4
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |Version|       Reserved        |  Checksum of the extensions   |   8
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |            Length             |     Class     |    C-Type     |  12
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |  a name, an index, or an address behind AFI and length        |  16
//
// The reply, section 3, which Linux sends with the request's extensions behind it:
//
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |          Identifier           |   Sequence    |State|Res|A|4|6|   4
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// Which interface is meant: its name (1 to 255 octets), its index, or an address that it has.
using InterfaceId = std::variant<std::string, std::uint32_t, asio::ip::address>;

/// Where the interface is.
enum class InterfacePlace : std::uint8_t {
    node,       ///< on the node that is asked: the L bit is set
    neighbour,  ///< on a node beside it, whose address is asked for: L is clear, and its neighbour table is looked at
};

/// How a name fills its object.
enum class NameForm : std::uint8_t {
    padded,  ///< with zeros up to a multiple of four octets, as RFC 8335 section 2.1 says
    /// The object's length leaves the padding out. Linux takes padding for a part of the name, and refuses the sixteen
    /// octets that a name of 13 to 15 becomes.
    exact,
};

/// What a request asks.
struct ExtendedEchoRequest {
    std::uint16_t identifier = 0;                 ///< of who asks
    std::uint8_t sequence = 0;                    ///< of the request
    InterfacePlace place = InterfacePlace::node;  ///< where the interface is
    InterfaceId interface;                        ///< which one it is
    friend bool operator==(const ExtendedEchoRequest&, const ExtendedEchoRequest&) = default;
};

/// How a request was understood (the reply's code), RFC 8335 section 3.
enum class ExtendedEchoCode : std::uint8_t {
    no_error = 0,
    malformed_query = 1,
    no_such_interface = 2,
    no_such_table_entry = 3,
    multiple_interfaces = 4,
};

/// What a node's ARP table or neighbour cache says about a neighbour's address, RFC 8335 section 3.
enum class NeighbourState : std::uint8_t {
    none = 0,  ///< the interface is the node's own
    incomplete = 1,
    reachable = 2,
    stale = 3,
    delay = 4,
    probe = 5,
    failed = 6,
};

/// What a reply says. Unless the code is `no_error`, the rest is false and none, whatever was sent.
struct ExtendedEchoReply {
    std::uint16_t identifier = 0;                        ///< of the request
    std::uint8_t sequence = 0;                           ///< of the request
    ExtendedEchoCode code = ExtendedEchoCode::no_error;  ///< whether it knows the interface
    NeighbourState neighbour = NeighbourState::none;     ///< of an interface on a neighbour
    bool active = false;                                 ///< A: the interface is up
    bool ipv4 = false;                                   ///< 4: IPv4 runs on it
    bool ipv6 = false;                                   ///< 6: IPv6 runs on it
    std::span<const std::byte> payload{};  ///< what is behind the header, a view: nothing, or the request's (Linux)
};

/// Why bytes are not the message that was asked for.
enum class ExtendedEchoError {
    truncated = 1,  ///< fewer octets than the header, or an object that its length says to be longer
    other_type,     ///< a message of another type, or a request with a code
    bad_checksum,   ///< damaged on the way: the message (IPv4 only: the kernel checks ICMPv6) or the extensions
    bad_version,    ///< of the extension structure: not 2
    bad_object,     ///< not exactly one Interface Identification Object, or one that identifies nothing
    unknown_code,   ///< of a reply: above 4
    unknown_state,  ///< of a reply's neighbour: 7
};

/// A request, from its ICMP header on. The checksum is computed for IPv4; for IPv6 the kernel fills it in. Throws
/// `std::length_error` for a name that is empty or longer than 255 octets.
LIBNETXX_DECL std::vector<std::byte> encode_extended_echo_request(IpVersion version, const ExtendedEchoRequest& request,
                                                                  NameForm form = NameForm::padded);

/// Decodes a reply from its ICMP header on.
LIBNETXX_DECL boost::system::result<ExtendedEchoReply, ExtendedEchoError> decode_extended_echo_reply(
    IpVersion version, std::span<const std::byte> message);

/// Which request an ICMP error quotes.
struct QuotedExtendedEcho {
    std::uint16_t identifier = 0;  ///< of who asked
    std::uint8_t sequence = 0;     ///< of the request
};

/// Decodes the beginning of a request that an error quotes: it may be cut anywhere after its header.
LIBNETXX_DECL boost::system::result<QuotedExtendedEcho, ExtendedEchoError> decode_quoted_extended_echo_request(
    IpVersion version, std::span<const std::byte> message);

/// Decodes a request from its ICMP header on, for a program that answers. Names come without their padding.
LIBNETXX_DECL boost::system::result<ExtendedEchoRequest, ExtendedEchoError> decode_extended_echo_request(
    IpVersion version, std::span<const std::byte> message);

/// A reply from its ICMP header on, for a program that answers.
LIBNETXX_DECL std::vector<std::byte> encode_extended_echo_reply(IpVersion version, const ExtendedEchoReply& reply);

/// In the words of RFC 8335: "No Such Interface", "Reachable". The texts are literals.
LIBNETXX_DECL std::string_view extended_echo_words(ExtendedEchoCode code) noexcept;
LIBNETXX_DECL std::string_view neighbour_words(NeighbourState state) noexcept;  ///< in words

/// As a user would write it: "eth0", "2", "192.0.2.1".
LIBNETXX_DECL std::string interface_text(const InterfaceId& interface);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/icmp/icmp_extended_echo.ipp>
#endif
