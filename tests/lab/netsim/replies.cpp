// What hosts answer with.

#include <tests/lab/netsim/packet_writing.hpp>

namespace netsim {

namespace {

using libnet::base::load_be;
using libnet::base::store_be;

constexpr std::size_t icmp_checksum_at = 2, udp_checksum_at = 6, tcp_checksum_at = 16;

/// Makes room for a packet with `size` octets behind its IP header, and returns those.
std::span<std::byte> make_room(const Packet& packet, std::size_t size, Bytes& out)
{
    out.resize(ip_header_size(packet.version) + size);
    return std::span{out}.subspan(ip_header_size(packet.version));
}

void finish(const Packet& packet, const Address& from, std::uint8_t protocol, std::size_t checksum_at, unsigned hops,
            Bytes& out)
{
    write_ip_header(out, protocol, hops, from, packet.source);
    seal_transport(out, ip_header_size(packet.version), protocol, checksum_at);
}

}  // namespace

void build_echo_reply(const Packet& packet, const Address& from, unsigned hops, Bytes& out)
{
    const auto message = make_room(packet, packet.payload.size(), out);
    std::copy(packet.payload.begin(), packet.payload.end(), message.begin());
    message[0] = static_cast<std::byte>(echo_reply_of(packet.version));
    finish(packet, from, protocol::icmp_of(packet.version), icmp_checksum_at, hops, out);
}

void build_tcp_reply(const Packet& packet, const Address& from, bool syn_ack, unsigned hops, Bytes& out)
{
    constexpr std::uint16_t data_offset = 5U << 12;
    constexpr std::uint16_t fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10;
    const bool was_ack = (packet.tcp_flags & ack) != 0;
    const auto segment = make_room(packet, tcp_header_size, out);
    const auto theirs = packet.payload;
    const auto header = 4 * (std::to_integer<std::size_t>(theirs[12]) >> 4);
    const auto flags_length = std::uint32_t{(packet.tcp_flags & syn) != 0} + ((packet.tcp_flags & fin) != 0 ? 1U : 0U);
    const auto length = static_cast<std::uint32_t>(theirs.size() - std::min(header, theirs.size())) + flags_length;
    std::fill(segment.begin(), segment.end(), std::byte{});
    store_be(segment, 0, packet.destination_port);
    store_be(segment, 2, packet.source_port);
    // RFC 9293 section 3.10.7.1: a reset answers an acknowledgement with its number, and acknowledges anything else.
    const bool resets_ack = !syn_ack && was_ack;
    store_be(segment, 4, resets_ack ? load_be<std::uint32_t>(theirs, 8) : std::uint32_t{syn_ack ? 0x10000000U : 0U});
    store_be(segment, 8, resets_ack ? std::uint32_t{0} : load_be<std::uint32_t>(theirs, 4) + length);
    const auto flags = static_cast<std::uint16_t>(syn_ack ? syn | ack : resets_ack ? rst : rst | ack);
    store_be(segment, 12, static_cast<std::uint16_t>(data_offset | flags));
    store_be<std::uint16_t>(segment, 14, syn_ack ? 65'535 : 0);
    finish(packet, from, protocol::tcp, tcp_checksum_at, hops, out);
}

void build_udp_reply(const Packet& packet, const Address& from, std::span<const std::byte> payload, unsigned hops,
                     Bytes& out)
{
    const auto datagram = make_room(packet, udp_header_size + payload.size(), out);
    store_be(datagram, 0, packet.destination_port);
    store_be(datagram, 2, packet.source_port);
    store_be(datagram, 4, static_cast<std::uint16_t>(datagram.size()));
    std::copy(payload.begin(), payload.end(), datagram.begin() + udp_header_size);
    finish(packet, from, protocol::udp, udp_checksum_at, hops, out);
}

void corrupt_packet(std::span<std::byte> packet, std::uint64_t random)
{
    const auto parsed = parse_packet(packet);
    constexpr std::size_t spared = 8;  // the transport's ports or identifier: the packet still finds its socket
    if (!parsed || parsed->payload.size() <= spared) return;
    const std::size_t first = packet.size() - parsed->payload.size() + spared;
    const std::size_t bit = random % (8 * (packet.size() - first));
    packet[first + bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
}

namespace {

/// The header of an echo reply that was built above was changed: both checksums are computed anew.
void seal_echo_reply(std::span<std::byte> packet)
{
    const bool v4 = std::to_integer<unsigned>(packet[0]) >> 4 == 4;
    if (v4) seal_ipv4_header(packet);
    seal_transport(packet, v4 ? ipv4_header_size : ipv6_header_size, v4 ? protocol::icmp : protocol::icmpv6,
                   icmp_checksum_at);
}

}  // namespace

void replace_source(std::span<std::byte> packet, const Address& from)
{
    store_address(packet, from.is_v4() ? 12 : 8, from);
    seal_echo_reply(packet);
}

void replace_identifier(std::span<std::byte> packet, std::uint16_t identifier)
{
    constexpr std::size_t identifier_at = 4;
    const bool v4 = std::to_integer<unsigned>(packet[0]) >> 4 == 4;
    store_be(packet, (v4 ? ipv4_header_size : ipv6_header_size) + identifier_at, identifier);
    seal_echo_reply(packet);
}

}  // namespace netsim
