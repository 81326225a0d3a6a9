#pragma once
// The octets of a trace's probes: a keyed identity in whatever field survives, and a word that keeps the flow constant.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_tcp.hpp>
#include <libnet/wire/ip/ip_version.hpp>

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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

constexpr std::uint8_t tcp_protocol = 6, udp_protocol = 17, dccp_protocol = 33,
                       udp_lite_protocol = 136;  ///< in the IP header
constexpr std::size_t udp_header_size = 8, tcp_header_size = 20, dccp_request_size = 20;

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

/// Whether the checksum of UDP-Lite that covers so many octets (0: all) covers the balance of a payload.
constexpr bool covers_balance(std::uint16_t coverage) noexcept
{
    return coverage == 0 || coverage >= udp_header_size + trace_payload_head;
}

/// The same for UDP-Lite, whose checksum covers so many octets: `covers_balance(coverage)`.
LIBNETXX_DECL void balance_udp_lite(std::span<std::byte> payload, const TraceEnds& ends, std::uint16_t number,
                                    std::uint16_t coverage);

/// The checksum field of such a datagram where the sender's device should have computed it, and a virtual one did not: the
/// pseudo header's sum alone.
LIBNETXX_DECL std::uint16_t unfinished_checksum(const TraceEnds& ends, std::uint8_t protocol, std::size_t length);

/// Octets of such a probe: its header with the options.
LIBNETXX_DECL std::size_t tcp_probe_size(const TraceTcp& tcp);

/// A segment whose sequence number is the probe's number and sixteen bits of its cookie, and its acknowledgement number
/// too, where it has one. The checksum is there where the source is known, else zero.
LIBNETXX_DECL std::vector<std::byte> make_tcp_probe(const TraceEnds& ends, std::uint16_t number, std::uint64_t cookie,
                                                    const TraceTcp& tcp = {});

/// What the destination answers to such a SYN.
struct TcpAnswer {
    std::uint16_t source_port = 0, destination_port = 0;  ///< as it came: the source is the probed port
    std::uint16_t number = 0;                             ///< of the probe that it acknowledges
    std::uint16_t cookie = 0;
    std::uint8_t flags = 0;  ///< see tcp_flag
};

/// What answers a probe with these flags: a SYN-ACK or a reset that acknowledges it, or, where the probe acknowledged
/// something, a reset with that number (RFC 9293 section 3.10.7.1). nullopt: another segment.
LIBNETXX_DECL std::optional<TcpAnswer> read_tcp_answer(std::span<const std::byte> segment,
                                                       std::uint8_t sent_flags = tcp_flag::syn);

//  DCCP-Request, RFC 4340 section 5:
//
//  +----------------+----------------+--------+--------+----------------+
//  |  source port   |   dest port    | offset | CCVal  |    checksum    |   0    the probe's number
//  +--------+-------+----------------+--------+--------+----------------+
//  | type X | rsrvd |          sequence number, 48 bits                 |   8    number, 16 bits of the cookie, balance
//  +--------+-------+---------------------------------------------------+
//  |          service code           |                                      16
//  +---------------------------------+

using DccpRequest = std::array<std::byte, dccp_request_size>;

/// A request whose checksum is its number, so that a short quote tells it; all of a flow have the same ports.
LIBNETXX_DECL DccpRequest make_dccp_probe(const TraceEnds& ends, std::uint16_t number, std::uint64_t cookie,
                                          std::uint32_t service);

/// What the destination answers to a request.
struct DccpAnswer {
    std::uint16_t source_port = 0, destination_port = 0;  ///< as it came
    std::uint16_t number = 0, cookie = 0;                 ///< of the probe that it acknowledges
};

/// A response or a reset; nullopt: another packet.
LIBNETXX_DECL std::optional<DccpAnswer> read_dccp_answer(std::span<const std::byte> packet);

//  Packets of any protocol (TraceProbe::raw) have eight octets in place of a header, and zeros behind them:
//
//  +----------------+----------------------------------------------------+
//  |     number     |          48 bits of the cookie                     |
//  +----------------+----------------------------------------------------+

constexpr std::size_t raw_head_size = 8;
constexpr std::uint64_t raw_cookie_mask = 0xFFFF'FFFF'FFFF;

LIBNETXX_DECL void write_raw_probe(std::span<std::byte> packet, std::uint16_t number, std::uint64_t cookie);

/// The number and the 48 bits that were quoted or came back; nullopt: fewer octets than the head.
LIBNETXX_DECL std::optional<TracePayload> read_raw_probe(std::span<const std::byte> packet);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_packet.ipp>
#endif
