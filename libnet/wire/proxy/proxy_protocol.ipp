#pragma once

#include <libnet/base/text.hpp>
#include <libnet/wire/ip/unmapped.hpp>
#include <libnet/wire/proxy/proxy_protocol.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace libnet::inline v0::wire {

namespace detail {

namespace ip = boost::asio::ip;

using ProxyHeaderResult = boost::system::result<std::optional<ParsedProxyHeader>, ProxyProtocolError>;

inline constexpr std::size_t proxy_v2_fixed = 16;

enum class ProxyTlv : std::uint8_t { authority = 2, crc32c = 3 };

// Version 1

/// Takes what stands before the next space, or the rest.
LIBNETXX_DECL std::string_view take_proxy_word(std::string_view& line)
{
    const auto word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    return word;
}

LIBNETXX_DECL std::optional<ip::address> parse_v1_address(std::string_view text, bool is_v4)
{
    boost::system::error_code failed;
    // Asio reads up to a zero octet, and takes scopes.
    if (text.find_first_of(std::string_view{"%\0", 2}) != text.npos) return std::nullopt;
    const auto address = ip::make_address(text, failed);
    if (failed || address.is_v4() != is_v4) return std::nullopt;
    return unmapped(address);
}

LIBNETXX_DECL std::optional<std::uint16_t> parse_v1_port(std::string_view text)
{
    if (text.size() > 1 && text.starts_with('0')) return std::nullopt;
    return base::parse_number<std::uint16_t>(text);
}

/// What stands between "PROXY " and CRLF.
LIBNETXX_DECL boost::system::result<ProxyHeader, ProxyProtocolError> parse_v1_line(std::string_view line)
{
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN ")) return ProxyHeader{};
    const auto family = take_proxy_word(line);
    if (family != "TCP4" && family != "TCP6") return ProxyProtocolError::bad_line;
    if (std::ranges::count(line, ' ') != 3) return ProxyProtocolError::bad_line;
    const auto source = parse_v1_address(take_proxy_word(line), family == "TCP4");
    const auto destination = parse_v1_address(take_proxy_word(line), family == "TCP4");
    if (!source || !destination) return ProxyProtocolError::bad_address;
    const auto source_port = parse_v1_port(take_proxy_word(line)), destination_port = parse_v1_port(line);
    if (!source_port || !destination_port) return ProxyProtocolError::bad_port;
    return ProxyHeader{true, {*source, *source_port}, {*destination, *destination_port}, {}};
}

LIBNETXX_DECL ProxyHeaderResult parse_v1(std::string_view received)
{
    constexpr std::size_t longest = 107;
    const auto text = received.substr(0, longest);
    const auto end = text.find('\n');
    if (end == text.npos && text.size() == longest) return ProxyProtocolError::bad_line;
    if (end == text.npos) return std::optional<ParsedProxyHeader>{};
    if (end < proxy_v1_signature.size() || text[end - 1] != '\r') return ProxyProtocolError::bad_line;
    auto header = parse_v1_line(text.substr(proxy_v1_signature.size(), end - 1 - proxy_v1_signature.size()));
    if (!header) return header.error();
    return std::optional{ParsedProxyHeader{std::move(*header), end + 1}};
}

// Version 2

LIBNETXX_DECL std::size_t octet(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<std::uint8_t>(bytes[at]);
}

LIBNETXX_DECL std::uint16_t v2_port(std::string_view bytes, std::size_t at) noexcept
{
    return static_cast<std::uint16_t>(octet(bytes, at) << 8 | octet(bytes, at + 1));
}

template <typename Address>
ip::address v2_address(std::string_view bytes, std::size_t at)
{
    typename Address::bytes_type octets;
    std::copy_n(bytes.data() + at, octets.size(), octets.begin());
    return unmapped(ip::address{Address{octets}});
}

/// CRC32c (RFC 3720 appendix B.4): polynomial 0x1EDC6F41, its bits in reverse.
LIBNETXX_DECL std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) noexcept
{
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    }
    return crc;
}

/// The checksum is over the whole header, with zeros in its own place.
LIBNETXX_DECL bool has_checksum(std::string_view header, std::size_t at) noexcept
{
    constexpr std::string_view zeros{"\0\0\0\0", 4};
    auto crc = crc32c(0xFFFFFFFF, header.substr(0, at));
    crc = crc32c(crc, zeros);
    crc = ~crc32c(crc, header.substr(at + zeros.size()));
    std::uint32_t expected = 0;
    for (std::size_t i = 0; i < zeros.size(); ++i)
        expected = expected << 8 | static_cast<std::uint32_t>(octet(header, at + i));
    return crc == expected;
}

/// `type (1) | length (2) | value`, one behind the other from `at` to the end of the header.
LIBNETXX_DECL std::optional<ProxyProtocolError> read_tlvs(std::string_view header, std::size_t at, ProxyHeader& parsed)
{
    constexpr std::size_t fixed = 3;
    while (at < header.size()) {
        if (header.size() - at < fixed) return ProxyProtocolError::bad_length;
        const auto type = static_cast<ProxyTlv>(octet(header, at));
        const std::size_t length = v2_port(header, at + 1);
        at += fixed;
        if (header.size() - at < length) return ProxyProtocolError::bad_length;
        if (type == ProxyTlv::authority) parsed.authority = header.substr(at, length);
        if (type == ProxyTlv::crc32c && (length != 4 || !has_checksum(header, at)))
            return ProxyProtocolError::bad_checksum;
        at += length;
    }
    return std::nullopt;
}

/// How many octets the addresses of a family take: IPv4, IPv6 and Unix sockets are known, over streams and datagrams.
LIBNETXX_DECL std::size_t v2_address_size(std::size_t family) noexcept
{
    constexpr std::size_t sizes[] = {0, 12, 36, 216};
    return family / 16 < std::size(sizes) ? sizes[family / 16] : 0;
}

/// The whole header.
LIBNETXX_DECL boost::system::result<ProxyHeader, ProxyProtocolError> parse_v2_header(std::string_view header)
{
    constexpr std::size_t tcp_over_ipv4 = 0x11, tcp_over_ipv6 = 0x21;
    const auto command = octet(header, 12) & 0x0F, family = octet(header, 13);
    const auto addresses = proxy_v2_fixed;
    const bool is_proxied = command == 1 && (family == tcp_over_ipv4 || family == tcp_over_ipv6);
    // LOCAL: what follows is skipped (section 2.2), as it is for families that mean nothing to us.
    const auto address_size = v2_address_size(family);
    ProxyHeader parsed;
    if (command == 0 || family == 0) return parsed;
    if (header.size() - addresses < address_size) return ProxyProtocolError::bad_length;
    if (const auto error = read_tlvs(header, addresses + address_size, parsed)) return *error;
    if (!is_proxied) return ProxyHeader{};
    parsed.is_proxied = true;
    if (family == tcp_over_ipv4) {
        parsed.source = {v2_address<ip::address_v4>(header, addresses), v2_port(header, addresses + 8)};
        parsed.destination = {v2_address<ip::address_v4>(header, addresses + 4), v2_port(header, addresses + 10)};
    } else {
        parsed.source = {v2_address<ip::address_v6>(header, addresses), v2_port(header, addresses + 32)};
        parsed.destination = {v2_address<ip::address_v6>(header, addresses + 16), v2_port(header, addresses + 34)};
    }
    return parsed;
}

LIBNETXX_DECL ProxyHeaderResult parse_v2(std::string_view received)
{
    if (received.size() > 12 && octet(received, 12) >> 4 != 2) return ProxyProtocolError::bad_version;
    if (received.size() > 12 && (octet(received, 12) & 0x0F) > 1) return ProxyProtocolError::bad_command;
    if (received.size() < proxy_v2_fixed) return std::optional<ParsedProxyHeader>{};
    const auto size = proxy_v2_fixed + v2_port(received, 14);
    if (size > max_proxy_header) return ProxyProtocolError::too_long;
    if (received.size() < size) return std::optional<ParsedProxyHeader>{};
    auto header = parse_v2_header(received.substr(0, size));
    if (!header) return header.error();
    return std::optional{ParsedProxyHeader{std::move(*header), size}};
}

/// Both as IPv6, unless both are IPv4.
LIBNETXX_DECL std::pair<ip::address, ip::address> of_one_family(const ip::address& a, const ip::address& b)
{
    if (a.is_v4() == b.is_v4()) return {a, b};
    const auto mapped = [](const ip::address& address) {
        return address.is_v6() ? address : ip::make_address_v6(ip::v4_mapped, address.to_v4());
    };
    return {mapped(a), mapped(b)};
}

LIBNETXX_DECL void append_address_octets(std::string& out, const ip::address& address)
{
    const auto append = [&out](const auto& octets) { out.append(octets.begin(), octets.end()); };
    if (address.is_v4()) append(address.to_v4().to_bytes());
    else append(address.to_v6().to_bytes());
}

LIBNETXX_DECL void append_be16(std::string& out, std::size_t value)
{
    out += static_cast<char>(value >> 8 & 0xFF);
    out += static_cast<char>(value & 0xFF);
}

}  // namespace detail

LIBNETXX_DECL std::string_view reason_of(ProxyProtocolError error) noexcept
{
    switch (error) {
    case ProxyProtocolError::not_proxy_protocol:
        return "The connection doesn't begin with a PROXY header.";
    case ProxyProtocolError::bad_line:
        return "The line of the PROXY header is malformed.";
    case ProxyProtocolError::bad_address:
        return "An address of the PROXY header is malformed.";
    case ProxyProtocolError::bad_port:
        return "A port of the PROXY header is malformed.";
    case ProxyProtocolError::bad_version:
        return "The version of the PROXY header is not known.";
    case ProxyProtocolError::bad_command:
        return "The command of the PROXY header is not known.";
    case ProxyProtocolError::bad_length:
        return "A length in the PROXY header is wrong.";
    case ProxyProtocolError::too_long:
        return "The PROXY header is too long.";
    case ProxyProtocolError::bad_checksum:
        return "The checksum of the PROXY header is wrong.";
    }
    return "The PROXY header is malformed.";
}

LIBNETXX_DECL boost::system::result<std::optional<ParsedProxyHeader>, ProxyProtocolError> parse_proxy_header(
    std::string_view received)
{
    const auto begins_as = [received](std::string_view begin) {
        return received.substr(0, begin.size()) == begin.substr(0, received.size());
    };
    if (received.empty()) return std::optional<ParsedProxyHeader>{};
    if (begins_as(proxy_v1_signature)) return detail::parse_v1(received);
    if (begins_as(proxy_v2_signature)) return detail::parse_v2(received);
    return ProxyProtocolError::not_proxy_protocol;
}

LIBNETXX_DECL void append_proxy_header_v1(std::string& out, const ProxyHeader& header)
{
    if (!header.is_proxied) {
        out += "PROXY UNKNOWN\r\n";
        return;
    }
    const auto [source, destination] = detail::of_one_family(header.source.address, header.destination.address);
    out.append(source.is_v4() ? "PROXY TCP4 " : "PROXY TCP6 ").append(source.to_string()).append(" ");
    out.append(destination.to_string()).append(" ").append(std::to_string(header.source.port)).append(" ");
    out.append(std::to_string(header.destination.port)).append("\r\n");
}

LIBNETXX_DECL void append_proxy_header_v2(std::string& out, const ProxyHeader& header)
{
    out.append(proxy_v2_signature);
    if (!header.is_proxied) {
        out.append("\x20\0\0\0", 4);  // LOCAL, unspecified, nothing behind
        return;
    }
    const auto [source, destination] = detail::of_one_family(header.source.address, header.destination.address);
    const auto authority = std::string_view{header.authority}.substr(0, 255);
    const std::size_t tlv_size = authority.empty() ? 0 : 3 + authority.size();
    out += '\x21';
    out += source.is_v4() ? '\x11' : '\x21';
    detail::append_be16(out, (source.is_v4() ? 12U : 36U) + tlv_size);
    detail::append_address_octets(out, source);
    detail::append_address_octets(out, destination);
    detail::append_be16(out, header.source.port);
    detail::append_be16(out, header.destination.port);
    if (authority.empty()) return;
    out += static_cast<char>(detail::ProxyTlv::authority);
    detail::append_be16(out, authority.size());
    out.append(authority);
}

}  // namespace libnet::inline v0::wire
