#pragma once
// Bodies of libnet/engine/trace/trace_packet.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/engine/trace/trace_packet.hpp>

#include <algorithm>
#include <initializer_list>

namespace libnet::inline v0::engine {

namespace detail {

constexpr std::size_t cookie_at = 0, number_at = 8, balance_at = 10, mark_at = 12;

LIBNETXX_DECL std::uint32_t address_sum(std::uint32_t sum, const asio::ip::address& address)
{
    const auto add = [sum](const auto& octets) { return base::checksum_add(sum, std::as_bytes(std::span{octets})); };
    return address.is_v4() ? add(address.to_v4().to_bytes()) : add(address.to_v6().to_bytes());
}

LIBNETXX_DECL std::uint16_t folded(std::uint32_t sum)
{
    return static_cast<std::uint16_t>(~base::checksum_finish(sum));
}

}  // namespace detail

LIBNETXX_DECL void write_trace_payload(std::span<std::byte> payload, std::uint64_t cookie, std::uint16_t number,
                                       std::uint32_t mark)
{
    std::ranges::fill(payload, std::byte{0});
    base::store_be(payload, detail::cookie_at, cookie);
    base::store_be(payload, detail::number_at, number);
    base::store_be(payload, detail::mark_at, mark);
}

LIBNETXX_DECL std::optional<TracePayload> read_trace_payload(std::span<const std::byte> payload)
{
    if (payload.size() < detail::balance_at) return std::nullopt;
    // A short quote may be padded with zeros (RFC 4884 section 4); no probe has the number 0.
    if (base::load_be<std::uint16_t>(payload, detail::number_at) == 0) return std::nullopt;
    TracePayload found{base::load_be<std::uint64_t>(payload, detail::cookie_at),
                       base::load_be<std::uint16_t>(payload, detail::number_at)};
    if (payload.size() >= trace_payload_head) found.mark = base::load_be<std::uint32_t>(payload, detail::mark_at);
    return found;
}

LIBNETXX_DECL void balance_trace_payload(std::span<std::byte> payload, std::uint32_t others, std::uint16_t checksum,
                                         std::size_t head)
{
    const auto sum = detail::folded(base::checksum_add(others, payload));
    // The checksum is the complement of the sum: sum + balance = ~checksum.
    const std::uint32_t missing =
        std::uint32_t{static_cast<std::uint16_t>(~checksum)} + static_cast<std::uint16_t>(~sum);
    base::store_be(payload, head + detail::balance_at, detail::folded(missing));
}

LIBNETXX_DECL std::uint32_t pseudo_header_sum(const asio::ip::address& source, const asio::ip::address& destination,
                                              std::uint8_t protocol, std::size_t length)
{
    const auto addresses = detail::address_sum(detail::address_sum(0, source), destination);
    return addresses + protocol + static_cast<std::uint32_t>(length);
}

LIBNETXX_DECL void balance_udp(std::span<std::byte> payload, const TraceEnds& ends, std::uint16_t number,
                               std::size_t head)
{
    const auto length = static_cast<std::uint32_t>(udp_header_size + payload.size());
    const auto others = pseudo_header_sum(ends.source, ends.destination, udp_protocol, length);
    balance_trace_payload(payload, others + ends.source_port + ends.destination_port + length, number, head);
}

LIBNETXX_DECL std::uint16_t unfinished_checksum(const TraceEnds& ends, std::uint8_t protocol, std::size_t length)
{
    return detail::folded(pseudo_header_sum(ends.source, ends.destination, protocol, length));
}

LIBNETXX_DECL void balance_udp_lite(std::span<std::byte> payload, const TraceEnds& ends, std::uint16_t number,
                                    std::uint16_t coverage)
{
    const auto length = udp_header_size + payload.size();
    const auto covered = coverage == 0 ? length : std::min<std::size_t>(coverage, length);
    const auto others = pseudo_header_sum(ends.source, ends.destination, udp_lite_protocol, length) + ends.source_port +
                        ends.destination_port + static_cast<std::uint32_t>(covered);
    balance_trace_payload(payload.first(covered - udp_header_size), others, number);
}

namespace detail {

/// The options of a probe's header, padded to whole words with no-operations (RFC 9293 section 3.1).
LIBNETXX_DECL std::vector<std::byte> tcp_options(const TraceTcp& tcp, std::uint32_t time)
{
    constexpr unsigned no_operation = 1, maximum_segment = 2, window_scale = 3, sack_permitted = 4, timestamps = 8;
    std::vector<std::byte> options;
    const auto add = [&](std::initializer_list<unsigned> octets) {
        for (const auto octet : octets) options.push_back(static_cast<std::byte>(octet));
    };
    const unsigned mss = tcp.mss;
    if (mss != 0) add({maximum_segment, 4, mss >> 8, mss & 0xFFU});
    if (tcp.sack) add({sack_permitted, 2});
    else if (tcp.timestamps) add({no_operation, no_operation});
    if (tcp.sack && !tcp.timestamps) add({no_operation, no_operation});
    if (tcp.timestamps)
        add({timestamps, 10, time >> 24, time >> 16 & 0xFFU, time >> 8 & 0xFFU, time & 0xFFU, 0, 0, 0, 0});
    if (tcp.window_scaling) add({no_operation, window_scale, 3, 7});
    return options;
}

}  // namespace detail

LIBNETXX_DECL std::size_t tcp_probe_size(const TraceTcp& tcp)
{
    return tcp_header_size + detail::tcp_options(tcp, 0).size();
}

LIBNETXX_DECL std::vector<std::byte> make_tcp_probe(const TraceEnds& ends, std::uint16_t number, std::uint64_t cookie,
                                                    const TraceTcp& tcp)
{
    constexpr std::uint16_t window = 64240;
    const auto identity = std::uint32_t{number} << 16 | static_cast<std::uint16_t>(cookie);
    const auto options = detail::tcp_options(tcp, identity);
    std::vector<std::byte> header(tcp_header_size + options.size());
    std::ranges::copy(options, header.begin() + tcp_header_size);
    base::store_be(header, 0, ends.source_port);
    base::store_be(header, 2, ends.destination_port);
    base::store_be(header, 4, identity);
    if ((tcp.flags & tcp_flag::ack) != 0) base::store_be(header, 8, identity);
    base::store_be(header, 12, static_cast<std::uint16_t>(header.size() / 4 << 12U | tcp.flags));
    base::store_be(header, 14, window);
    if (!ends.source.is_unspecified()) {
        const auto pseudo = pseudo_header_sum(ends.source, ends.destination, tcp_protocol, header.size());
        base::store_be(header, 16, base::checksum_finish(base::checksum_add(pseudo, header)));
    }
    return header;
}

LIBNETXX_DECL std::optional<TcpAnswer> read_tcp_answer(std::span<const std::byte> segment, std::uint8_t sent_flags)
{
    if (segment.size() < tcp_header_size) return std::nullopt;
    const auto has = [](std::uint8_t flags, std::uint8_t flag) { return (flags & flag) != 0; };
    const auto flags = std::to_integer<std::uint8_t>(segment[13]);
    if (!has(flags, tcp_flag::syn | tcp_flag::rst)) return std::nullopt;
    const bool acknowledges = has(flags, tcp_flag::ack);
    if (!acknowledges && !has(sent_flags, tcp_flag::ack)) return std::nullopt;
    // SYN and FIN take a sequence number each.
    const std::uint32_t taken = std::uint32_t{has(sent_flags, tcp_flag::syn)} + has(sent_flags, tcp_flag::fin);
    const auto identity =
        acknowledges ? base::load_be<std::uint32_t>(segment, 8) - taken : base::load_be<std::uint32_t>(segment, 4);
    return TcpAnswer{base::load_be<std::uint16_t>(segment, 0), base::load_be<std::uint16_t>(segment, 2),
                     static_cast<std::uint16_t>(identity >> 16), static_cast<std::uint16_t>(identity), flags};
}

LIBNETXX_DECL DccpRequest make_dccp_probe(const TraceEnds& ends, std::uint16_t number, std::uint64_t cookie,
                                          std::uint32_t service)
{
    constexpr std::size_t checksum_at = 6, sequence_at = 10, balance_at = 14, service_at = 16;
    constexpr std::byte five_words{5}, request_with_long_sequence{1};  // type 0, X 1
    DccpRequest packet{};
    base::store_be(packet, 0, ends.source_port);
    base::store_be(packet, 2, ends.destination_port);
    packet[4] = five_words;
    packet[8] = request_with_long_sequence;
    base::store_be(packet, sequence_at, number);
    base::store_be(packet, sequence_at + 2, static_cast<std::uint16_t>(cookie));
    base::store_be(packet, service_at, service);
    const auto pseudo = pseudo_header_sum(ends.source, ends.destination, dccp_protocol, packet.size());
    const auto sum = detail::folded(base::checksum_add(pseudo, packet));
    const std::uint32_t missing = std::uint32_t{static_cast<std::uint16_t>(~number)} + static_cast<std::uint16_t>(~sum);
    base::store_be(packet, balance_at, detail::folded(missing));
    base::store_be(packet, checksum_at, number);
    return packet;
}

LIBNETXX_DECL std::optional<DccpAnswer> read_dccp_answer(std::span<const std::byte> packet)
{
    constexpr std::size_t type_at = 8, acknowledged_at = 18, size = 24;
    constexpr unsigned response = 1, reset = 7;
    if (packet.size() < size) return std::nullopt;
    const auto octet = std::to_integer<unsigned>(packet[type_at]);
    const auto type = octet >> 1 & 0xFU;
    const bool long_sequence = (octet & 1U) != 0;  // RFC 4340 section 5.1: responses and resets have these
    if (!long_sequence || (type != response && type != reset)) return std::nullopt;
    return DccpAnswer{base::load_be<std::uint16_t>(packet, 0), base::load_be<std::uint16_t>(packet, 2),
                      base::load_be<std::uint16_t>(packet, acknowledged_at),
                      base::load_be<std::uint16_t>(packet, acknowledged_at + 2)};
}

LIBNETXX_DECL void write_raw_probe(std::span<std::byte> packet, std::uint16_t number, std::uint64_t cookie)
{
    std::ranges::fill(packet, std::byte{0});
    base::store_be(packet, 0, std::uint64_t{number} << 48 | (cookie & raw_cookie_mask));
}

LIBNETXX_DECL std::optional<TracePayload> read_raw_probe(std::span<const std::byte> packet)
{
    if (packet.size() < raw_head_size) return std::nullopt;
    const auto head = base::load_be<std::uint64_t>(packet, 0);
    return TracePayload{head & raw_cookie_mask, static_cast<std::uint16_t>(head >> 48)};
}

}  // namespace libnet::inline v0::engine
