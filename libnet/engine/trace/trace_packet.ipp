#pragma once
// Bodies of libnet/engine/trace/trace_packet.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/engine/trace/trace_packet.hpp>

#include <algorithm>

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

LIBNETXX_DECL TcpHeader make_tcp_probe(const TraceEnds& ends, std::uint16_t number, std::uint64_t cookie)
{
    constexpr std::uint16_t five_words_and_syn = 0x5002, window = 64240;
    TcpHeader header{};
    base::store_be(header, 0, ends.source_port);
    base::store_be(header, 2, ends.destination_port);
    base::store_be(header, 4, std::uint32_t{number} << 16 | static_cast<std::uint16_t>(cookie));
    base::store_be(header, 12, five_words_and_syn);
    base::store_be(header, 14, window);
    if (!ends.source.is_unspecified()) {
        const auto pseudo = pseudo_header_sum(ends.source, ends.destination, tcp_protocol, header.size());
        base::store_be(header, 16, base::checksum_finish(base::checksum_add(pseudo, header)));
    }
    return header;
}

LIBNETXX_DECL std::optional<TcpAnswer> read_tcp_answer(std::span<const std::byte> segment)
{
    constexpr unsigned syn = 2, reset = 4, acknowledges = 16;
    if (segment.size() < tcp_header_size) return std::nullopt;
    const auto flags = std::to_integer<unsigned>(segment[13]);
    if ((flags & acknowledges) == 0 || (flags & (syn | reset)) == 0) return std::nullopt;
    const auto sequence = base::load_be<std::uint32_t>(segment, 8) - 1;
    return TcpAnswer{base::load_be<std::uint16_t>(segment, 0), base::load_be<std::uint16_t>(segment, 2),
                     static_cast<std::uint16_t>(sequence >> 16), static_cast<std::uint16_t>(sequence)};
}

}  // namespace libnet::inline v0::engine
