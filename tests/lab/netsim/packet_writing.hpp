#pragma once
// The pieces that packets are written with: headers, addresses and checksums.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <tests/lab/netsim/packet.hpp>

#include <algorithm>

namespace netsim {

constexpr std::size_t ipv4_header_size = 20, ipv6_header_size = 40, icmp_header_size = 8, udp_header_size = 8,
                      tcp_header_size = 20;

namespace protocol {
constexpr std::uint8_t icmp = 1, tcp = 6, udp = 17, icmpv6 = 58;
constexpr std::uint8_t icmp_of(IpVersion version) { return version == IpVersion::v4 ? icmp : icmpv6; }
}  // namespace protocol

constexpr std::uint8_t echo_request_of(IpVersion version) { return version == IpVersion::v4 ? 8 : 128; }
constexpr std::uint8_t echo_reply_of(IpVersion version) { return version == IpVersion::v4 ? 0 : 129; }
constexpr std::size_t ip_header_size(IpVersion version)
{
    return version == IpVersion::v4 ? ipv4_header_size : ipv6_header_size;
}

/// In network order, behind what is there.
template <typename Integer>
void append(Bytes& out, Integer value)
{
    out.resize(out.size() + sizeof value);
    libnet::base::store_be(std::span{out}, out.size() - sizeof value, value);
}

template <std::size_t Size>
std::array<unsigned char, Size> load_octets(std::span<const std::byte> bytes, std::size_t at)
{
    std::array<unsigned char, Size> octets;
    for (std::size_t i = 0; i < Size; ++i) octets[i] = std::to_integer<unsigned char>(bytes[at + i]);
    return octets;
}

inline Address load_address(std::span<const std::byte> bytes, IpVersion version, std::size_t at)
{
    if (version == IpVersion::v4) return asio::ip::address_v4{load_octets<4>(bytes, at)};
    return asio::ip::address_v6{load_octets<16>(bytes, at)};
}

inline void store_address(std::span<std::byte> bytes, std::size_t at, const Address& address)
{
    const auto store = [&](const auto& octets) {
        for (std::size_t i = 0; i < octets.size(); ++i) bytes[at + i] = static_cast<std::byte>(octets[i]);
    };
    if (address.is_v4()) store(address.to_v4().to_bytes());
    else store(address.to_v6().to_bytes());
}

/// Computes an IPv4 header's checksum anew.
inline void seal_ipv4_header(std::span<std::byte> packet)
{
    const std::size_t size = 4 * (std::to_integer<std::size_t>(packet[0]) & 0x0FU);
    libnet::base::store_be<std::uint16_t>(packet, 10, 0);
    libnet::base::store_be(packet, 10, libnet::base::checksum(packet.first(size)));
}

/// Writes an IP header without options in front of a payload that is in place, or will be.
inline void write_ip_header(std::span<std::byte> packet, std::uint8_t protocol, unsigned hops, const Address& from,
                            const Address& to)
{
    constexpr unsigned initial_ttl = 64;
    const auto ttl = static_cast<std::byte>(initial_ttl - std::min(hops, initial_ttl - 1));
    if (from.is_v4()) {
        libnet::base::store_be<std::uint16_t>(packet, 0, 0x4500);
        libnet::base::store_be(packet, 2, static_cast<std::uint16_t>(packet.size()));
        libnet::base::store_be<std::uint32_t>(packet, 4, 0);
        packet[8] = ttl;
        packet[9] = static_cast<std::byte>(protocol);
        store_address(packet, 12, from);
        store_address(packet, 16, to);
        seal_ipv4_header(packet);
    } else {
        libnet::base::store_be<std::uint32_t>(packet, 0, 0x60000000);
        libnet::base::store_be(packet, 4, static_cast<std::uint16_t>(packet.size() - ipv6_header_size));
        packet[6] = static_cast<std::byte>(protocol);
        packet[7] = ttl;
        store_address(packet, 8, from);
        store_address(packet, 24, to);
    }
}

/// Computes the checksum of a transport header anew; it stands at `field` octets from `at`. ICMP for IPv4 has no pseudo
/// header, all others have (RFC 768, RFC 9293, RFC 4443).
inline void seal_transport(std::span<std::byte> packet, std::size_t at, std::uint8_t protocol, std::size_t field)
{
    using libnet::base::checksum_add;
    const bool v4 = std::to_integer<unsigned>(packet[0]) >> 4 == 4;
    const auto message = packet.subspan(at);
    libnet::base::store_be<std::uint16_t>(message, field, 0);
    std::uint32_t sum = 0;
    if (protocol != protocol::icmp) {
        sum = checksum_add(sum, v4 ? packet.subspan(12, 8) : packet.subspan(8, 32));
        std::array<std::byte, 8> rest{};
        libnet::base::store_be(std::span<std::byte>{rest}, 0, static_cast<std::uint32_t>(message.size()));
        libnet::base::store_be(std::span<std::byte>{rest}, 4, std::uint32_t{protocol});
        sum = checksum_add(sum, rest);
    }
    auto value = libnet::base::checksum_finish(checksum_add(sum, message));
    if (protocol == protocol::udp && value == 0) value = 0xFFFF;  // RFC 768: zero means that there is none
    libnet::base::store_be(message, field, value);
}

}  // namespace netsim
