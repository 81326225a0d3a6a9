#pragma once
// The octets of a trace's probes: a keyed identity in whatever field survives, and a word that keeps the flow constant.

#include <libnet/config.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace libnet::inline v0::engine {

namespace asio = boost::asio;

// The payload of UDP and ICMP probes:
//
//  +-------+-------+-------+-------+-------+-------+-------+-------+
//  |              cookie: the probe's keyed identity               |   0
//  +-------+-------+-------+-------+-------+-------+-------+-------+
//  |    number     |   balance     |             mark              |   8
//  +-------+-------+-------+-------+-------+-------+-------+-------+
//  |  zeros, up to the payload's size                              |  16

constexpr std::size_t trace_payload_head = 16;  ///< octets: no payload is shorter

/// What an answer brought back of a payload.
struct TracePayload {
    std::uint64_t cookie = 0;
    std::uint16_t number = 0;
    /// The mark, where it was quoted: it is the same in all probes of a tracer, and tells them from those of others.
    std::optional<std::uint32_t> mark{};
    friend bool operator==(const TracePayload&, const TracePayload&) = default;
};

/// Writes a payload of at least `trace_payload_head` octets; its balance is zero.
LIBNETXX_DECL void write_trace_payload(std::span<std::byte> payload, std::uint64_t cookie, std::uint16_t number,
                                       std::uint32_t mark);

/// nullopt: it is cut before the number's end, or zeros stand for it.
LIBNETXX_DECL std::optional<TracePayload> read_trace_payload(std::span<const std::byte> payload);

/// Sets the balance of `payload`, which was zero, so that the Internet checksum over it and everything else is `checksum`:
/// neither 0 nor 0xFFFF, which mean the same to ones' complement arithmetic. `others` is the sum (base::checksum_add) over
/// everything else, an even number of octets. `head` octets, an even number, are in front of the payload's head.
LIBNETXX_DECL void balance_trace_payload(std::span<std::byte> payload, std::uint32_t others, std::uint16_t checksum,
                                         std::size_t head = 0);

/// The sum over the pseudo header of RFC 768, RFC 9293 section 3.1 and RFC 8200 section 8.1. `length`: octets of the upper
/// layer's packet. The addresses are of one version.
LIBNETXX_DECL std::uint32_t pseudo_header_sum(const asio::ip::address& source, const asio::ip::address& destination,
                                              std::uint8_t protocol, std::size_t length);

constexpr std::uint8_t udp_protocol = 17, tcp_protocol = 6;  ///< in the IP header
constexpr std::size_t udp_header_size = 8, tcp_header_size = 20;

/// The addresses and ports of UDP or TCP packets.
struct TraceEnds {
    asio::ip::address source{};
    asio::ip::address destination{};
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
};

/// Balances a UDP payload, whose head begins at `head`, so that the datagram's checksum is its number.
LIBNETXX_DECL void balance_udp(std::span<std::byte> payload, const TraceEnds& ends, std::uint16_t number,
                               std::size_t head = 0);

/// The checksum field of such a datagram where the sender's device should have computed it, and a virtual one did not: the
/// pseudo header's sum alone.
LIBNETXX_DECL std::uint16_t unfinished_checksum(const TraceEnds& ends, std::uint8_t protocol, std::size_t length);

using TcpHeader = std::array<std::byte, tcp_header_size>;

/// A SYN whose sequence number is the probe's number and sixteen bits of its cookie. The checksum is there where the source
/// is known, else zero.
LIBNETXX_DECL TcpHeader make_tcp_probe(const TraceEnds& ends, std::uint16_t number, std::uint64_t cookie);

/// What the destination answers to such a SYN.
struct TcpAnswer {
    std::uint16_t source_port = 0, destination_port = 0;  ///< as it came: the source is the probed port
    std::uint16_t number = 0;                             ///< of the probe that it acknowledges
    std::uint16_t cookie = 0;
};

/// A SYN-ACK or a reset that acknowledges something; nullopt: another segment.
LIBNETXX_DECL std::optional<TcpAnswer> read_tcp_answer(std::span<const std::byte> segment);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_packet.ipp>
#endif
