#pragma once
// Bodies of libnet/wire/icmp/icmp.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <array>

namespace libnet::inline v0::wire {

namespace detail {

constexpr std::size_t checksum_at = 2, identifier_at = 4, sequence_at = 6, info_at = 4;

LIBNETXX_DECL void encode_echo(IpVersion version, std::uint8_t type, std::uint16_t identifier, std::uint16_t sequence,
                               std::span<std::byte> message)
{
    base::store_be<std::uint16_t>(message, 0, static_cast<std::uint16_t>(type << 8));
    base::store_be<std::uint16_t>(message, checksum_at, 0);
    base::store_be(message, identifier_at, identifier);
    base::store_be(message, sequence_at, sequence);
    if (version == IpVersion::v4) base::store_be(message, checksum_at, base::checksum(message));
}

LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_echo(std::uint8_t type,
                                                                     std::span<const std::byte> message)
{
    if (message.size() < icmp_header_size) return IcmpError::truncated;
    // The code of an echo message is 0; a message with another one answers nothing of ours.
    if (base::load_be<std::uint16_t>(message) != type << 8) return IcmpError::other_type;
    return IcmpEcho{base::load_be<std::uint16_t>(message, identifier_at),
                    base::load_be<std::uint16_t>(message, sequence_at), message.subspan(icmp_header_size)};
}

LIBNETXX_DECL bool is_error(IpVersion version, std::uint8_t type)
{
    if (version == IpVersion::v6) return type < 128;  // RFC 4443 section 2.1
    return type == icmp_type::destination_unreachable || type == icmp_type::source_quench ||
           type == icmp_type::redirect || type == icmp_type::time_exceeded || type == icmp_type::parameter_problem;
}

/// How many octets of the quoted packet come before the extensions; 0: there are no extensions (RFC 4884 section 4).
LIBNETXX_DECL std::size_t quoted_length(IpVersion version, std::uint8_t type, std::span<const std::byte> message)
{
    if (version == IpVersion::v6) {
        const bool extensible = type == icmpv6_type::destination_unreachable || type == icmpv6_type::time_exceeded;
        return extensible ? std::size_t{8} * base::load_be<std::uint8_t>(message, 4) : 0;
    }
    const bool extensible = type == icmp_type::destination_unreachable || type == icmp_type::time_exceeded ||
                            type == icmp_type::parameter_problem;
    return extensible ? std::size_t{4} * base::load_be<std::uint8_t>(message, 5) : 0;
}

template <std::size_t Size>
std::string_view word_or(const std::array<std::string_view, Size>& words, std::uint8_t code, std::string_view otherwise)
{
    return code < Size ? words[code] : otherwise;
}

LIBNETXX_DECL std::string_view icmpv4_words(std::uint8_t type, std::uint8_t code)
{
    // RFC 792, and RFC 1122 section 3.2.2.1 from code 6 on, RFC 1812 section 5.2.7.1 from code 13 on.
    constexpr std::array<std::string_view, 16> unreachable{"Destination Net Unreachable",
                                                           "Destination Host Unreachable",
                                                           "Destination Protocol Unreachable",
                                                           "Destination Port Unreachable",
                                                           "Frag needed and DF set",
                                                           "Source Route Failed",
                                                           "Destination Net Unknown",
                                                           "Destination Host Unknown",
                                                           "Source Host Isolated",
                                                           "Destination Net Prohibited",
                                                           "Destination Host Prohibited",
                                                           "Destination Net Unreachable for Type of Service",
                                                           "Destination Host Unreachable for Type of Service",
                                                           "Packet filtered",
                                                           "Precedence Violation",
                                                           "Precedence Cutoff"};
    constexpr std::array<std::string_view, 4> redirect{"Redirect Network", "Redirect Host",
                                                       "Redirect Type of Service and Network",
                                                       "Redirect Type of Service and Host"};
    constexpr std::array<std::string_view, 2> exceeded{"Time to live exceeded", "Frag reassembly time exceeded"};
    switch (type) {
    case icmp_type::destination_unreachable:
        return word_or(unreachable, code, "Destination Unreachable");
    case icmp_type::source_quench:
        return "Source Quench";
    case icmp_type::redirect:
        return word_or(redirect, code, "Redirect");
    case icmp_type::time_exceeded:
        return word_or(exceeded, code, "Time exceeded");
    case icmp_type::parameter_problem:
        return "Parameter problem";
    default:
        return "unknown ICMP message";
    }
}

LIBNETXX_DECL std::string_view icmpv6_words(std::uint8_t type, std::uint8_t code)
{
    // RFC 4443 sections 3.1 to 3.4, and RFC 8883 for the later parameter problems.
    constexpr std::array<std::string_view, 7> unreachable{
        "Destination unreachable: No route",
        "Destination unreachable: Administratively prohibited",
        "Destination unreachable: Beyond scope of source address",
        "Destination unreachable: Address unreachable",
        "Destination unreachable: Port unreachable",
        "Destination unreachable: Source address failed ingress/egress policy",
        "Destination unreachable: Reject route to destination"};
    constexpr std::array<std::string_view, 2> exceeded{"Time exceeded: Hop limit",
                                                       "Time exceeded: Defragmentation failure"};
    constexpr std::array<std::string_view, 3> parameter{"Parameter problem: Wrong header field",
                                                        "Parameter problem: Unknown header",
                                                        "Parameter problem: Unknown option"};
    switch (type) {
    case icmpv6_type::destination_unreachable:
        return word_or(unreachable, code, "Destination unreachable");
    case icmpv6_type::packet_too_big:
        return "Packet too big";
    case icmpv6_type::time_exceeded:
        return word_or(exceeded, code, "Time exceeded");
    case icmpv6_type::parameter_problem:
        return word_or(parameter, code, "Parameter problem");
    default:
        return "unknown ICMP message";
    }
}

}  // namespace detail

LIBNETXX_DECL void encode_echo_request(IpVersion version, std::uint16_t identifier, std::uint16_t sequence,
                                       std::span<std::byte> message)
{
    const auto type = version == IpVersion::v4 ? icmp_type::echo_request : icmpv6_type::echo_request;
    detail::encode_echo(version, type, identifier, sequence, message);
}

LIBNETXX_DECL void encode_echo_reply(IpVersion version, std::uint16_t identifier, std::uint16_t sequence,
                                     std::span<std::byte> message)
{
    const auto type = version == IpVersion::v4 ? icmp_type::echo_reply : icmpv6_type::echo_reply;
    detail::encode_echo(version, type, identifier, sequence, message);
}

LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_echo_reply(IpVersion version,
                                                                           std::span<const std::byte> message)
{
    const auto type = version == IpVersion::v4 ? icmp_type::echo_reply : icmpv6_type::echo_reply;
    const auto echo = detail::decode_echo(type, message);
    if (echo && version == IpVersion::v4 && base::checksum(message) != 0) return IcmpError::bad_checksum;
    return echo;
}

LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_quoted_echo_request(IpVersion version,
                                                                                    std::span<const std::byte> message)
{
    return detail::decode_echo(version == IpVersion::v4 ? icmp_type::echo_request : icmpv6_type::echo_request, message);
}

LIBNETXX_DECL boost::system::result<IcmpErrorMessage, IcmpError> decode_icmp_error(IpVersion version,
                                                                                   std::span<const std::byte> message)
{
    if (message.size() < icmp_header_size) return IcmpError::truncated;
    const auto type = base::load_be<std::uint8_t>(message, 0);
    if (!detail::is_error(version, type)) return IcmpError::other_type;
    if (version == IpVersion::v4 && base::checksum(message) != 0) return IcmpError::bad_checksum;

    const auto body = message.subspan(icmp_header_size);
    const auto length = detail::quoted_length(version, type, message);
    const bool extended = length > 0 && length < body.size();
    return IcmpErrorMessage{
        type, base::load_be<std::uint8_t>(message, 1), base::load_be<std::uint32_t>(message, detail::info_at),
        extended ? body.first(length) : body, extended ? body.subspan(length) : std::span<const std::byte>{}};
}

LIBNETXX_DECL std::optional<QuotedPacket> decode_quoted(IpVersion version, std::span<const std::byte> quoted)
{
    if (version == IpVersion::v4) {
        const auto header = decode_ipv4(quoted);
        if (!header) return std::nullopt;
        const auto payload =
            header->fragment_offset == 0 ? quoted.subspan(header->header_length) : std::span<const std::byte>{};
        return QuotedPacket{header->source, header->destination, header->ttl, header->protocol, payload};
    }
    const auto header = decode_ipv6(quoted);
    if (!header) return std::nullopt;
    const auto payload =
        header->fragment_offset == 0 ? quoted.subspan(header->header_length) : std::span<const std::byte>{};
    return QuotedPacket{header->source, header->destination, header->hop_limit, header->protocol, payload};
}

LIBNETXX_DECL std::optional<std::uint32_t> icmp_mtu(IpVersion version, std::uint8_t type, std::uint8_t code,
                                                    std::uint32_t info)
{
    constexpr std::uint8_t fragmentation_needed = 4;
    if (version == IpVersion::v6) return type == icmpv6_type::packet_too_big ? std::optional{info} : std::nullopt;
    const bool told = type == icmp_type::destination_unreachable && code == fragmentation_needed;
    const auto mtu = info & 0xFFFFU;  // the upper half is unused
    return told && mtu != 0 ? std::optional{mtu} : std::nullopt;
}

LIBNETXX_DECL bool icmp_means_dropped(IpVersion version, std::uint8_t type)
{
    if (version == IpVersion::v6) return detail::is_error(version, type);
    return detail::is_error(version, type) && type != icmp_type::redirect && type != icmp_type::source_quench;
}

LIBNETXX_DECL std::string_view icmp_words(IpVersion version, std::uint8_t type, std::uint8_t code)
{
    return version == IpVersion::v4 ? detail::icmpv4_words(type, code) : detail::icmpv6_words(type, code);
}

}  // namespace libnet::inline v0::wire
