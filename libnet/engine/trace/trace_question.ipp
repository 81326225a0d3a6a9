#pragma once
// Bodies of libnet/engine/trace/trace_question.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/trace/trace_question.hpp>

namespace libnet::inline v0::engine {

namespace detail {

constexpr std::uint64_t ntp_cookie_mask = 0xFFFF'FFFF'FFFF;

//  12   label's length: 17      0, type A, class IN
//  +--+--+--- ... ---+--+--+--+--+--+--+
//  |17|x |   head    | 0| 0  1 | 0  1  |
//  +--+--+--- ... ---+--+--+--+--+--+--+
LIBNETXX_DECL void write_dns(std::span<std::byte> payload, std::uint16_t number)
{
    base::store_be(payload, 0, number);
    base::store_be(payload, 2, std::uint16_t{0x0000});  // a query, without recursion: only this server is asked
    base::store_be(payload, 4, std::uint16_t{1});       // one question
    payload[12] = std::byte{17};
    payload[13] = std::byte{'x'};
    base::store_be(payload, 31, std::uint16_t{1});
    base::store_be(payload, 33, std::uint16_t{1});
}

LIBNETXX_DECL void write_ntp(std::span<std::byte> payload, std::uint64_t cookie, std::uint16_t number)
{
    payload[0] = std::byte{0x23};  // no leap second, version 4, a client
    // The time at which it leaves, which comes back as that of the question.
    base::store_be(payload, 40, std::uint64_t{number} << 48 | (cookie & ntp_cookie_mask));
}

LIBNETXX_DECL void write_stun(std::span<std::byte> payload, std::uint64_t cookie, std::uint16_t number)
{
    constexpr std::uint16_t binding_request = 1, unknown_optional_attribute = 0xFF53;
    constexpr std::uint32_t magic_cookie = 0x2112A442;
    constexpr std::size_t header = 20, attribute_header = 4;
    base::store_be(payload, 0, binding_request);
    // Longer ones end with an attribute that is as long as it takes; its length is a multiple of four.
    const auto length = static_cast<std::uint16_t>((payload.size() - header) / 4 * 4);
    base::store_be(payload, 2, length);
    base::store_be(payload, 4, magic_cookie);
    base::store_be(payload, 8, cookie);  // the transaction
    base::store_be(payload, 16, number);
    base::store_be(payload, header, unknown_optional_attribute);
    base::store_be(payload, header + 2, static_cast<std::uint16_t>(length - attribute_header));
}

LIBNETXX_DECL void write_quic(std::span<std::byte> payload)
{
    constexpr std::uint32_t version_that_is_none = 0x1A2A3A4A;  // RFC 9000 section 15: 0x?a?a?a?a
    payload[0] = std::byte{0xC0};                               // a long header
    base::store_be(payload, 1, version_that_is_none);
    payload[5] = std::byte{trace_payload_head};  // the destination's connection identifier is the head, ours is empty
}

}  // namespace detail

LIBNETXX_DECL void write_question(std::span<std::byte> payload, TraceQuestion question, std::uint64_t cookie,
                                  std::uint16_t number, std::uint32_t mark)
{
    write_trace_payload(payload, 0, 0, 0);  // zeros
    write_trace_payload(payload.subspan(head_at(question)), cookie, number, mark);
    switch (question) {
    case TraceQuestion::dns:
        return detail::write_dns(payload, number);
    case TraceQuestion::ntp:
        return detail::write_ntp(payload, cookie, number);
    case TraceQuestion::stun:
        return detail::write_stun(payload, cookie, number);
    case TraceQuestion::quic:
        return detail::write_quic(payload);
    case TraceQuestion::none:
        return;
    }
}

LIBNETXX_DECL std::optional<TraceQuestionAnswer> read_question_answer(TraceQuestion question, std::uint32_t mark,
                                                                      std::span<const std::byte> octets)
{
    const auto head = [&](std::size_t at) -> std::optional<TraceQuestionAnswer> {
        if (octets.size() < at) return std::nullopt;
        const auto found = read_trace_payload(octets.subspan(at));
        if (!found || found->mark != mark) return std::nullopt;
        return TraceQuestionAnswer{found->number, found->cookie, ~std::uint64_t{0}};
    };
    constexpr std::size_t ntp_origin_at = 24, ntp_size = 48, stun_header = 20, quic_source_at = 7;
    switch (question) {
    case TraceQuestion::ntp: {
        if (octets.size() < ntp_size) return std::nullopt;
        const auto origin = base::load_be<std::uint64_t>(octets, ntp_origin_at);
        return TraceQuestionAnswer{static_cast<std::uint16_t>(origin >> 48), origin & detail::ntp_cookie_mask,
                                   detail::ntp_cookie_mask};
    }
    case TraceQuestion::stun:
        if (octets.size() < stun_header) return std::nullopt;
        return TraceQuestionAnswer{base::load_be<std::uint16_t>(octets, 16), base::load_be<std::uint64_t>(octets, 8),
                                   ~std::uint64_t{0}};
    case TraceQuestion::quic:
        return head(quic_source_at);
    case TraceQuestion::dns:
    case TraceQuestion::none:
        break;
    }
    return head(head_at(question));
}

}  // namespace libnet::inline v0::engine
