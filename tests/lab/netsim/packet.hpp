#pragma once
// A packet of the tool, taken apart; and everything that is sent back, put together.

#include <tests/lab/netsim/model.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace netsim {

using Bytes = std::vector<std::byte>;

/// A packet as it came from the tool. Views into the bytes that it was read from.
struct Packet {
    std::span<const std::byte> bytes;  ///< whole, from the IP header on
    IpVersion version = IpVersion::v4;
    std::uint8_t ttl = 0;
    std::uint8_t tos = 0;          ///< or traffic class
    std::uint32_t flow_label = 0;  ///< IPv6
    bool dont_fragment = true;     ///< always for IPv6
    std::uint8_t protocol = 0;     ///< the upper one, behind IPv6 extension headers
    Address source, destination;
    std::span<const std::byte> payload;                   ///< of IP
    std::uint16_t source_port = 0, destination_port = 0;  ///< UDP, TCP; identifier and sequence of an echo request
    bool echo_request = false;
    std::uint8_t tcp_flags = 0;
};

/// nullopt: not an IP packet of version 4 or 6, or truncated.
std::optional<Packet> parse_packet(std::span<const std::byte> bytes);

/// What an ICMP error says.
struct ErrorMessage {
    std::uint8_t type = 0, code = 0;
    std::uint32_t info = 0;                    ///< octets 4 to 7: MTU; RFC 4884's length is set here by the builder
    Address from;                              ///< source of the error
    std::uint8_t quoted_ttl = 1;               ///< TTL of the packet when it reached whoever complains
    const IcmpBehaviour* behaviour = nullptr;  ///< quote, extensions, alterations
    std::optional<Address> source_seen;        ///< the packet's source as that node saw it (NAT)
};

/// The builders write into `out`, whose memory is used again from call to call: none allocates in steady state. All
/// checksums are right, unless the behaviour asks otherwise. Replies leave with TTL 64 minus `hops`.
void build_error(const Packet& packet, const ErrorMessage& error, unsigned hops, Bytes& out);
void build_echo_reply(const Packet& packet, const Address& from, unsigned hops, Bytes& out);
void build_tcp_reply(const Packet& packet, const Address& from, bool syn_ack, unsigned hops, Bytes& out);
void build_udp_reply(const Packet& packet, const Address& from, std::span<const std::byte> payload, unsigned hops,
                     Bytes& out);

/// Flips one bit of what the IP packet carries behind the first four octets of its transport header (so that ICMP's
/// type and checksum stay), chosen by `random`.
void corrupt_packet(std::span<std::byte> packet, std::uint64_t random);

/// The packet's source address replaced, transport checksum mended: a forged copy.
void replace_source(std::span<std::byte> packet, const Address& from);
/// The identifier of an echo reply replaced, checksum mended.
void replace_identifier(std::span<std::byte> packet, std::uint16_t identifier);

}  // namespace netsim
