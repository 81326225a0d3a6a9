#pragma once
// Bodies of libnet/wire/ip/ipv4.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/wire/ip/ipv4.hpp>

namespace libnet::inline v0::wire {

LIBNETXX_DECL boost::system::result<Ipv4Header, IpError> decode_ipv4(std::span<const std::byte> packet)
{
    if (packet.size() < ipv4_header_size) return IpError::truncated;
    const auto first = base::load_be<std::uint8_t>(packet, 0);
    if (first >> 4 != 4) return IpError::wrong_version;

    Ipv4Header header;
    header.header_length = std::size_t{4} * (first & 0x0FU);
    header.total_length = base::load_be<std::uint16_t>(packet, 2);
    if (header.header_length < ipv4_header_size || header.total_length < header.header_length)
        return IpError::bad_length;
    if (packet.size() < header.header_length) return IpError::truncated;

    header.type_of_service = base::load_be<std::uint8_t>(packet, 1);
    header.identification = base::load_be<std::uint16_t>(packet, 4);
    const auto fragment = base::load_be<std::uint16_t>(packet, 6);
    header.dont_fragment = (fragment & 0x4000U) != 0;
    header.more_fragments = (fragment & 0x2000U) != 0;
    header.fragment_offset = std::size_t{8} * (fragment & 0x1FFFU);
    header.ttl = base::load_be<std::uint8_t>(packet, 8);
    header.protocol = base::load_be<std::uint8_t>(packet, 9);
    header.source = asio::ip::address_v4{base::load_be<std::uint32_t>(packet, 12)};
    header.destination = asio::ip::address_v4{base::load_be<std::uint32_t>(packet, 16)};
    return header;
}

}  // namespace libnet::inline v0::wire
