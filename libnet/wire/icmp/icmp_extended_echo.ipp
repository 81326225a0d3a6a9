#pragma once
// Bodies of libnet/wire/icmp/icmp_extended_echo.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/icmp/icmp.ipp>
#include <libnet/wire/icmp/icmp_extended_echo.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

namespace libnet::inline v0::wire {

namespace detail {

constexpr std::size_t extended_bits_at = 7, extension_checksum_at = 2;
constexpr std::size_t extension_header_size = 4, extension_object_size = 4, address_header_size = 4;
constexpr std::uint16_t extension_version = 2U << 12;
constexpr std::uint8_t identification_class = 3, by_name = 1, by_index = 2, by_address = 3;
constexpr std::uint16_t afi_ipv4 = 1, afi_ipv6 = 2;  // IANA's address family numbers
constexpr std::uint8_t local_bit = 1;
constexpr std::uint8_t active_bit = 4, ipv4_bit = 2, ipv6_bit = 1, state_shift = 5;

LIBNETXX_DECL std::size_t round_up(std::size_t size) { return (size + 3) / 4 * 4; }

LIBNETXX_DECL std::uint8_t extended_request_type(IpVersion version)
{
    return version == IpVersion::v4 ? icmp_type::extended_echo_request : icmpv6_type::extended_echo_request;
}

LIBNETXX_DECL std::uint8_t extended_reply_type(IpVersion version)
{
    return version == IpVersion::v4 ? icmp_type::extended_echo_reply : icmpv6_type::extended_echo_reply;
}

/// What stands in an Interface Identification Object behind its header.
struct InterfaceIdentification {
    std::uint8_t type = 0;
    std::vector<std::byte> payload;
};

template <typename Octets>
InterfaceIdentification identification_by_address(std::uint16_t family, const Octets& octets)
{
    InterfaceIdentification result{by_address, std::vector<std::byte>(address_header_size + octets.size())};
    base::store_be(std::span{result.payload}, 0, family);
    result.payload[2] = static_cast<std::byte>(octets.size());
    std::ranges::transform(octets, result.payload.begin() + address_header_size,
                           [](unsigned char octet) { return std::byte{octet}; });
    return result;
}

struct Identify {
    InterfaceIdentification operator()(const std::string& name) const
    {
        constexpr std::size_t longest = 255;
        if (name.empty() || name.size() > longest) throw std::length_error{"interface name: 1 to 255 octets"};
        const auto octets = std::as_bytes(std::span{name});
        return {by_name, {octets.begin(), octets.end()}};
    }
    InterfaceIdentification operator()(std::uint32_t index) const
    {
        InterfaceIdentification result{by_index, std::vector<std::byte>(sizeof index)};
        base::store_be(std::span{result.payload}, 0, index);
        return result;
    }
    InterfaceIdentification operator()(const asio::ip::address& address) const
    {
        if (address.is_v4()) return identification_by_address(afi_ipv4, address.to_v4().to_bytes());
        return identification_by_address(afi_ipv6, address.to_v6().to_bytes());
    }
};

LIBNETXX_DECL std::optional<InterfaceId> read_address(std::span<const std::byte> payload)
{
    if (payload.size() < address_header_size) return std::nullopt;
    const auto family = base::load_be<std::uint16_t>(payload, 0);
    const auto octets = payload.subspan(address_header_size);
    if (base::load_be<std::uint8_t>(payload, 2) != octets.size()) return std::nullopt;
    if (family == afi_ipv4 && octets.size() == sizeof(asio::ip::address_v4::bytes_type))
        return asio::ip::address{asio::ip::address_v4{base::load_be<std::uint32_t>(octets)}};
    asio::ip::address_v6::bytes_type bytes;
    if (family != afi_ipv6 || octets.size() != bytes.size()) return std::nullopt;
    std::ranges::transform(octets, bytes.begin(),
                           [](std::byte octet) { return std::to_integer<unsigned char>(octet); });
    return asio::ip::address{asio::ip::address_v6{bytes}};
}

LIBNETXX_DECL std::optional<InterfaceId> read_name(std::span<const std::byte> payload)
{
    std::string name;
    for (const auto octet : payload) name += static_cast<char>(octet);
    name.erase(name.find_last_not_of('\0') + 1);
    if (name.empty() || name.find('\0') != name.npos) return std::nullopt;
    return name;
}

LIBNETXX_DECL std::optional<InterfaceId> read_identification(std::uint8_t type, std::span<const std::byte> payload)
{
    if (type == by_name) return read_name(payload);
    if (type == by_index && payload.size() == sizeof(std::uint32_t)) return base::load_be<std::uint32_t>(payload);
    return type == by_address ? read_address(payload) : std::nullopt;
}

/// The interface that an extension structure identifies.
LIBNETXX_DECL boost::system::result<InterfaceId, ExtendedEchoError> read_extensions(
    std::span<const std::byte> structure)
{
    using Error = ExtendedEchoError;
    if (structure.size() < extension_header_size) return Error::truncated;
    if ((base::load_be<std::uint16_t>(structure) & 0xF000U) != extension_version) return Error::bad_version;
    // RFC 4884 section 7: a checksum of zero means that there is none.
    if (base::load_be<std::uint16_t>(structure, extension_checksum_at) != 0 && base::checksum(structure) != 0)
        return Error::bad_checksum;

    std::optional<InterfaceId> found;
    for (auto rest = structure.subspan(extension_header_size); !rest.empty();) {
        if (rest.size() < extension_object_size) return Error::truncated;
        const std::size_t length = base::load_be<std::uint16_t>(rest, 0);
        if (length < extension_object_size) return Error::bad_object;
        if (length > rest.size()) return Error::truncated;
        if (base::load_be<std::uint8_t>(rest, 2) == identification_class) {
            if (found) return Error::bad_object;
            found = read_identification(base::load_be<std::uint8_t>(rest, 3),
                                        rest.subspan(extension_object_size, length - extension_object_size));
            if (!found) return Error::bad_object;
        }
        rest = rest.subspan(std::min(round_up(length), rest.size()));
    }
    if (!found) return Error::bad_object;
    return *found;
}

}  // namespace detail

LIBNETXX_DECL std::vector<std::byte> encode_extended_echo_request(IpVersion version, const ExtendedEchoRequest& request,
                                                                  NameForm form)
{
    const auto [type, payload] = std::visit(detail::Identify{}, request.interface);
    const auto padded = detail::round_up(payload.size());
    const auto told = form == NameForm::exact ? payload.size() : padded;

    constexpr std::size_t object_at = icmp_header_size + detail::extension_header_size;
    std::vector<std::byte> message(object_at + detail::extension_object_size + padded);
    const std::span octets{message};
    base::store_be(octets, object_at, static_cast<std::uint16_t>(detail::extension_object_size + told));
    base::store_be(octets, object_at + 2, detail::identification_class);
    base::store_be(octets, object_at + 3, type);
    std::ranges::copy(payload, message.begin() + object_at + detail::extension_object_size);
    const auto structure = octets.subspan(icmp_header_size);
    base::store_be(structure, 0, detail::extension_version);
    base::store_be(structure, detail::extension_checksum_at, base::checksum(structure));

    const auto local = request.place == InterfacePlace::node ? detail::local_bit : std::uint8_t{0};
    const auto sequence = static_cast<std::uint16_t>(request.sequence << 8 | local);
    detail::encode_echo(version, detail::extended_request_type(version), request.identifier, sequence, octets);
    return message;
}

LIBNETXX_DECL boost::system::result<ExtendedEchoReply, ExtendedEchoError> decode_extended_echo_reply(
    IpVersion version, std::span<const std::byte> message)
{
    using Error = ExtendedEchoError;
    if (message.size() < icmp_header_size) return Error::truncated;
    if (base::load_be<std::uint8_t>(message) != detail::extended_reply_type(version)) return Error::other_type;
    if (version == IpVersion::v4 && base::checksum(message) != 0) return Error::bad_checksum;
    const auto code = base::load_be<std::uint8_t>(message, 1);
    if (code > static_cast<std::uint8_t>(ExtendedEchoCode::multiple_interfaces)) return Error::unknown_code;

    ExtendedEchoReply reply;
    reply.identifier = base::load_be<std::uint16_t>(message, detail::identifier_at);
    reply.sequence = base::load_be<std::uint8_t>(message, detail::sequence_at);
    reply.code = static_cast<ExtendedEchoCode>(code);
    reply.payload = message.subspan(icmp_header_size);
    if (reply.code != ExtendedEchoCode::no_error) return reply;  // section 3: the other fields are to be ignored

    const auto bits = base::load_be<std::uint8_t>(message, detail::extended_bits_at);
    const auto state = static_cast<std::uint8_t>(bits >> detail::state_shift);
    if (state > static_cast<std::uint8_t>(NeighbourState::failed)) return Error::unknown_state;
    reply.neighbour = static_cast<NeighbourState>(state);
    reply.active = (bits & detail::active_bit) != 0;
    reply.ipv4 = (bits & detail::ipv4_bit) != 0;
    reply.ipv6 = (bits & detail::ipv6_bit) != 0;
    return reply;
}

LIBNETXX_DECL boost::system::result<QuotedExtendedEcho, ExtendedEchoError> decode_quoted_extended_echo_request(
    IpVersion version, std::span<const std::byte> message)
{
    if (message.size() < icmp_header_size) return ExtendedEchoError::truncated;
    // A request's code is 0.
    if (base::load_be<std::uint16_t>(message) != detail::extended_request_type(version) << 8)
        return ExtendedEchoError::other_type;
    return QuotedExtendedEcho{base::load_be<std::uint16_t>(message, detail::identifier_at),
                              base::load_be<std::uint8_t>(message, detail::sequence_at)};
}

LIBNETXX_DECL boost::system::result<ExtendedEchoRequest, ExtendedEchoError> decode_extended_echo_request(
    IpVersion version, std::span<const std::byte> message)
{
    const auto header = decode_quoted_extended_echo_request(version, message);
    if (!header) return header.error();
    if (version == IpVersion::v4 && base::checksum(message) != 0) return ExtendedEchoError::bad_checksum;
    auto interface = detail::read_extensions(message.subspan(icmp_header_size));
    if (!interface) return interface.error();
    const bool local = (base::load_be<std::uint8_t>(message, detail::extended_bits_at) & detail::local_bit) != 0;
    return ExtendedEchoRequest{header->identifier, header->sequence,
                               local ? InterfacePlace::node : InterfacePlace::neighbour, *std::move(interface)};
}

LIBNETXX_DECL std::vector<std::byte> encode_extended_echo_reply(IpVersion version, const ExtendedEchoReply& reply)
{
    std::vector<std::byte> message(icmp_header_size + reply.payload.size());
    std::ranges::copy(reply.payload, message.begin() + icmp_header_size);
    const auto bits = static_cast<unsigned>(reply.neighbour) << detail::state_shift |
                      (reply.active ? detail::active_bit : 0U) | (reply.ipv4 ? detail::ipv4_bit : 0U) |
                      (reply.ipv6 ? detail::ipv6_bit : 0U);
    const auto sequence = static_cast<std::uint16_t>(unsigned{reply.sequence} << 8 | bits);
    detail::encode_echo(version, detail::extended_reply_type(version), reply.identifier, sequence, message);
    base::store_be(std::span{message}, 1, static_cast<std::uint8_t>(reply.code));
    if (version == IpVersion::v6) return message;
    base::store_be<std::uint16_t>(message, detail::checksum_at, 0);
    base::store_be(std::span{message}, detail::checksum_at, base::checksum(message));
    return message;
}

LIBNETXX_DECL std::string_view extended_echo_words(ExtendedEchoCode code) noexcept
{
    switch (code) {
    case ExtendedEchoCode::no_error:
        return "No Error";
    case ExtendedEchoCode::malformed_query:
        return "Malformed Query";
    case ExtendedEchoCode::no_such_interface:
        return "No Such Interface";
    case ExtendedEchoCode::no_such_table_entry:
        return "No Such Table Entry";
    case ExtendedEchoCode::multiple_interfaces:
        break;
    }
    return "Multiple Interfaces Satisfy Query";
}

LIBNETXX_DECL std::string_view neighbour_words(NeighbourState state) noexcept
{
    constexpr std::array<std::string_view, 7> words{"None",  "Incomplete", "Reachable", "Stale",
                                                    "Delay", "Probe",      "Failed"};
    return words[static_cast<std::size_t>(state)];
}

LIBNETXX_DECL std::string interface_text(const InterfaceId& interface)
{
    struct Text {
        std::string operator()(const std::string& name) const { return name; }
        std::string operator()(std::uint32_t index) const { return std::to_string(index); }
        std::string operator()(const asio::ip::address& address) const { return address.to_string(); }
    };
    return std::visit(Text{}, interface);
}

}  // namespace libnet::inline v0::wire
