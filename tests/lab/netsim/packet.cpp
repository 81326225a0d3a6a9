#include <tests/lab/netsim/packet.hpp>
#include <tests/lab/netsim/packet_writing.hpp>

namespace netsim {

namespace {

using libnet::base::load_be;

/// The upper-layer protocol behind IPv6's extension headers (RFC 8200 section 4.1), and where it starts.
struct Upper {
    std::uint8_t protocol;
    std::size_t at;
    bool whole = true;  ///< not a later fragment
};

std::optional<Upper> upper_of(std::span<const std::byte> bytes)
{
    constexpr std::uint8_t hop_by_hop = 0, routing = 43, fragment = 44, destination_options = 60;
    Upper upper{std::to_integer<std::uint8_t>(bytes[6]), ipv6_header_size};
    for (;;) {
        const bool chained = upper.protocol == hop_by_hop || upper.protocol == routing ||
                             upper.protocol == destination_options || upper.protocol == fragment;
        if (!chained) return upper;
        if (bytes.size() < upper.at + 8) return std::nullopt;
        const auto words = std::to_integer<std::size_t>(bytes[upper.at + 1]);
        if (upper.protocol == fragment && load_be<std::uint16_t>(bytes, upper.at + 2) >> 3 != 0) upper.whole = false;
        const std::size_t size = upper.protocol == fragment ? 8 : 8 * (words + 1);
        upper.protocol = std::to_integer<std::uint8_t>(bytes[upper.at]);
        upper.at += size;
        if (bytes.size() < upper.at) return std::nullopt;
    }
}

bool parse_ipv4(std::span<const std::byte> bytes, Packet& packet, bool& whole)
{
    if (bytes.size() < ipv4_header_size) return false;
    const std::size_t header = 4 * (std::to_integer<std::size_t>(bytes[0]) & 0x0FU);
    const std::size_t total = load_be<std::uint16_t>(bytes, 2);
    if (header < ipv4_header_size || total < header || total > bytes.size()) return false;
    const auto fragment = load_be<std::uint16_t>(bytes, 6);
    packet.bytes = bytes.first(total);
    packet.version = IpVersion::v4;
    packet.tos = std::to_integer<std::uint8_t>(bytes[1]);
    packet.dont_fragment = (fragment & 0x4000U) != 0;
    whole = (fragment & 0x1FFFU) == 0;
    packet.ttl = std::to_integer<std::uint8_t>(bytes[8]);
    packet.protocol = std::to_integer<std::uint8_t>(bytes[9]);
    packet.source = load_address(bytes, IpVersion::v4, 12);
    packet.destination = load_address(bytes, IpVersion::v4, 16);
    packet.payload = packet.bytes.subspan(header);
    return true;
}

bool parse_ipv6(std::span<const std::byte> bytes, Packet& packet, bool& whole)
{
    if (bytes.size() < ipv6_header_size) return false;
    const std::size_t total = ipv6_header_size + load_be<std::uint16_t>(bytes, 4);
    if (total > bytes.size()) return false;
    packet.bytes = bytes.first(total);
    const auto upper = upper_of(packet.bytes);
    if (!upper) return false;
    const auto first = load_be<std::uint32_t>(bytes);
    packet.version = IpVersion::v6;
    packet.tos = static_cast<std::uint8_t>(first >> 20);
    packet.flow_label = first & 0xFFFFFU;
    whole = upper->whole;
    packet.ttl = std::to_integer<std::uint8_t>(bytes[7]);
    packet.protocol = upper->protocol;
    packet.source = load_address(bytes, IpVersion::v6, 8);
    packet.destination = load_address(bytes, IpVersion::v6, 24);
    packet.payload = packet.bytes.subspan(upper->at);
    return true;
}

void parse_transport(Packet& packet)
{
    const auto payload = packet.payload;
    if (payload.size() < 8) return;
    if (packet.protocol == protocol::udp || packet.protocol == protocol::tcp) {
        packet.source_port = load_be<std::uint16_t>(payload, 0);
        packet.destination_port = load_be<std::uint16_t>(payload, 2);
        if (packet.protocol == protocol::tcp && payload.size() >= tcp_header_size)
            packet.tcp_flags = std::to_integer<std::uint8_t>(payload[13]);
    }
    const auto type = std::to_integer<std::uint8_t>(payload[0]);
    if (packet.protocol == protocol::icmp_of(packet.version) && type == echo_request_of(packet.version)) {
        packet.echo_request = true;
        packet.source_port = load_be<std::uint16_t>(payload, 4);
        packet.destination_port = load_be<std::uint16_t>(payload, 6);
    }
}

}  // namespace

std::optional<Packet> parse_packet(std::span<const std::byte> bytes)
{
    if (bytes.empty()) return std::nullopt;
    const auto version = std::to_integer<unsigned>(bytes[0]) >> 4;
    Packet packet;
    bool whole = true;
    if (version == 4 ? !parse_ipv4(bytes, packet, whole) : version != 6 || !parse_ipv6(bytes, packet, whole))
        return std::nullopt;
    if (whole) parse_transport(packet);
    return packet;
}

}  // namespace netsim
