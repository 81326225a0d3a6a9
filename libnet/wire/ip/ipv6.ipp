#pragma once
// Bodies of libnet/wire/ip/ipv6.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/wire/ip/ipv6.hpp>

namespace libnet::inline v0::wire {

namespace detail {

constexpr std::uint8_t hop_by_hop_header = 0, routing_header = 43, fragment_header = 44,
                       destination_options_header = 60;

inline asio::ip::address_v6 load_ipv6_address(std::span<const std::byte> packet, std::size_t offset)
{
    asio::ip::address_v6::bytes_type bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = base::load_be<std::uint8_t>(packet, offset + i);
    return asio::ip::address_v6{bytes};
}

/// Moves `header` past one extension header after another; false: the packet ends inside of one.
LIBNETXX_DECL bool skip_extension_headers(std::span<const std::byte> packet, Ipv6Header& header)
{
    for (;;) {
        const bool fragment = header.protocol == fragment_header;
        if (!fragment && header.protocol != hop_by_hop_header && header.protocol != routing_header &&
            header.protocol != destination_options_header)
            return true;
        const auto rest = packet.subspan(header.header_length);
        if (rest.size() < 8) return false;
        // A fragment header has a fixed size; the others count eight-octet units after the first.
        const auto size = fragment ? std::size_t{8} : 8 * (std::size_t{base::load_be<std::uint8_t>(rest, 1)} + 1);
        if (rest.size() < size) return false;
        header.protocol = base::load_be<std::uint8_t>(rest, 0);
        header.header_length += size;
        if (!fragment) continue;
        header.fragment_offset = base::load_be<std::uint16_t>(rest, 2) & 0xFFF8U;
        if (header.fragment_offset != 0) return true;  // what follows is the middle of something
    }
}

}  // namespace detail

LIBNETXX_DECL boost::system::result<Ipv6Header, IpError> decode_ipv6(std::span<const std::byte> packet)
{
    if (packet.size() < ipv6_header_size) return IpError::truncated;
    const auto first = base::load_be<std::uint32_t>(packet, 0);
    if (first >> 28 != 6) return IpError::wrong_version;

    Ipv6Header header;
    header.header_length = ipv6_header_size;
    header.payload_length = base::load_be<std::uint16_t>(packet, 4);
    header.traffic_class = static_cast<std::uint8_t>(first >> 20 & 0xFFU);
    header.flow_label = first & 0xFFFFFU;
    header.protocol = base::load_be<std::uint8_t>(packet, 6);
    header.hop_limit = base::load_be<std::uint8_t>(packet, 7);
    header.source = detail::load_ipv6_address(packet, 8);
    header.destination = detail::load_ipv6_address(packet, 24);
    if (!detail::skip_extension_headers(packet, header)) return IpError::truncated;
    return header;
}

}  // namespace libnet::inline v0::wire
