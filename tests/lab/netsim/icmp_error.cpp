// ICMP errors: what they quote, and the extensions behind it (RFC 792, RFC 4443, RFC 4884).

#include <tests/lab/netsim/icmp_extensions.hpp>
#include <tests/lab/netsim/packet_writing.hpp>

namespace netsim {

namespace {

using libnet::base::load_be;
using libnet::base::store_be;

constexpr std::size_t least_quote = 128;  ///< before extensions, RFC 4884 section 5.1
constexpr std::size_t max_v4 = 576;       ///< RFC 1812 section 4.3.2.3
constexpr std::size_t max_v6 = 1280;      ///< RFC 4443 section 3.1 (c)

/// How many octets of the packet are quoted.
std::size_t quoted_size(const Packet& packet, const Quote& quote, std::size_t extensions)
{
    if (!quote.header) return 0;
    const std::size_t header = packet.bytes.size() - packet.payload.size();
    if (!quote.octets) return packet.bytes.size();
    const std::size_t room = (packet.version == IpVersion::v4 ? max_v4 : max_v6) - ip_header_size(packet.version) -
                             icmp_header_size - extensions;
    const std::size_t wanted = std::min(header + *quote.octets, packet.bytes.size());
    return std::min(wanted, room);
}

std::optional<std::size_t> checksum_field(std::uint8_t protocol)
{
    switch (protocol) {
    case protocol::udp:
        return 6;
    case protocol::tcp:
        return 16;
    case protocol::icmp:
    case protocol::icmpv6:
        return 2;
    default:
        return std::nullopt;
    }
}

void alter_ipv4(const Alteration& altered, std::span<std::byte> quote)
{
    using Identification = Alteration::Identification;
    if (altered.tos) quote[1] = static_cast<std::byte>(*altered.tos);
    if (altered.ecn) quote[1] = (quote[1] & std::byte{0xFC}) | static_cast<std::byte>(*altered.ecn & 3U);
    auto id = load_be<std::uint16_t>(quote, 4);
    switch (altered.identification) {
    case Identification::as_sent:
        break;
    case Identification::swapped:
        id = static_cast<std::uint16_t>(id << 8 | id >> 8);
        break;
    case Identification::one_more:
        ++id;
        break;
    case Identification::one_less:
        --id;
        break;
    }
    store_be(quote, 4, id);
}

void alter_ipv6(const Alteration& altered, std::span<std::byte> quote)
{
    auto first = load_be<std::uint32_t>(quote);
    auto traffic_class = static_cast<std::uint8_t>(first >> 20);
    if (altered.tos) traffic_class = *altered.tos;
    if (altered.ecn) traffic_class = static_cast<std::uint8_t>((traffic_class & 0xFCU) | (*altered.ecn & 3U));
    first = (first & 0xF00FFFFFU) | std::uint32_t{traffic_class} << 20;
    store_be(quote, 0, first);
}

void alter_transport(const Packet& packet, const Alteration& altered, std::span<std::byte> transport)
{
    const bool ports = packet.protocol == protocol::udp || packet.protocol == protocol::tcp;
    if (ports && altered.source_port && transport.size() >= 2) store_be(transport, 0, *altered.source_port);
    if (ports && altered.destination_port && transport.size() >= 4) store_be(transport, 2, *altered.destination_port);
    const auto field = checksum_field(packet.protocol);
    if (altered.checksum && field && transport.size() >= *field + 2) store_be(transport, *field, *altered.checksum);
}

/// The packet as the node that complains saw it, or as it says it did.
void write_quote(const Packet& packet, const ErrorMessage& error, std::span<std::byte> quote)
{
    std::copy_n(packet.bytes.begin(), quote.size(), quote.begin());
    if (quote.size() < ip_header_size(packet.version)) return;
    const auto& altered = error.behaviour->altered;
    const bool v4 = packet.version == IpVersion::v4;
    quote[v4 ? 8 : 7] = static_cast<std::byte>(altered.ttl.value_or(error.quoted_ttl));
    if (v4) alter_ipv4(altered, quote);
    else alter_ipv6(altered, quote);
    const auto source = altered.source && altered.source->is_v4() == v4 ? altered.source : error.source_seen;
    if (source) store_address(quote, v4 ? 12 : 8, *source);
    if (altered.destination && altered.destination->is_v4() == v4)
        store_address(quote, v4 ? 16 : 24, *altered.destination);
    const std::size_t header = packet.bytes.size() - packet.payload.size();
    if (quote.size() > header) alter_transport(packet, altered, quote.subspan(header));
    if (v4 && quote.size() >= header) seal_ipv4_header(quote);
}

/// Only these may carry extensions (RFC 4884 section 4).
bool may_extend(IpVersion version, std::uint8_t type)
{
    if (version == IpVersion::v4) return type == 3 || type == 11 || type == 12;
    return type == 1 || type == 3;
}

}  // namespace

void build_error(const Packet& packet, const ErrorMessage& error, unsigned hops, Bytes& out)
{
    const bool v4 = packet.version == IpVersion::v4;
    const std::size_t start = ip_header_size(packet.version);
    const auto& behaviour = *error.behaviour;
    static thread_local Bytes extensions;
    extensions.clear();
    if (may_extend(packet.version, error.type)) write_extensions(behaviour.extensions, extensions);

    const std::size_t quoted = quoted_size(packet, behaviour.quote, extensions.size());
    std::size_t padded = quoted;
    if (!extensions.empty()) {
        const std::size_t word = v4 ? 4 : 8;
        padded = behaviour.extensions.legacy ? least_quote : std::max(least_quote, (quoted + word - 1) / word * word);
    }
    out.assign(start + icmp_header_size + padded + extensions.size(), std::byte{});
    const auto message = std::span{out}.subspan(start);
    message[0] = static_cast<std::byte>(error.type);
    message[1] = static_cast<std::byte>(error.code);
    store_be(message, 4, error.info);
    if (!extensions.empty() && !behaviour.extensions.legacy)
        message[v4 ? 5 : 4] = static_cast<std::byte>(padded / (v4 ? 4 : 8));
    write_quote(packet, error, message.subspan(icmp_header_size, std::min(quoted, padded)));
    std::copy(extensions.begin(), extensions.end(),
              message.begin() + static_cast<std::ptrdiff_t>(icmp_header_size + padded));
    write_ip_header(out, protocol::icmp_of(packet.version), hops, error.from, packet.source);
    seal_transport(out, start, protocol::icmp_of(packet.version), 2);
}

}  // namespace netsim
