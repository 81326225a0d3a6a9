#pragma once
// What UDP probes to a well-known port ask, so that the service there answers: without that, a trace to a name server would
// end in silence. The head of a trace's payload (engine/trace/trace_packet.hpp) is within the question.

#include <libnet/config.hpp>
#include <libnet/engine/trace/trace_packet.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace libnet::inline v0::engine {

/// A question of a protocol. None of them makes a server do more than answer once, with no more octets than were sent to it.
enum class TraceQuestion : std::uint8_t {
    none,  ///< the payload is the head and zeros
    /// Port 53: the address of a name whose one label is the head (RFC 1035 section 4): there is none, says the answer.
    dns,
    ntp,   ///< port 123: the time (RFC 5905 section 7.3), version 4, mode 3
    stun,  ///< port 3478: our address (RFC 8489 section 14); the head is in an attribute that servers pass over
    /// Port 443: a QUIC packet of a version that is none, which servers answer with those that they speak (RFC 9000 sections 6
    /// and 15; RFC 8999). It has 1,200 octets, for shorter ones are dropped.
    quic,
};

/// The question for a destination port.
constexpr TraceQuestion question_for(std::uint16_t port) noexcept
{
    switch (port) {
    case 53:
        return TraceQuestion::dns;
    case 123:
        return TraceQuestion::ntp;
    case 3478:
        return TraceQuestion::stun;
    case 443:
        return TraceQuestion::quic;
    default:
        return TraceQuestion::none;
    }
}

/// Where the head begins in a payload, an even number of octets, so that the balance is a word of the checksum.
constexpr std::size_t head_at(TraceQuestion question) noexcept
{
    switch (question) {
    case TraceQuestion::dns:
        return 14;
    case TraceQuestion::ntp:
    case TraceQuestion::stun:
        return 24;
    case TraceQuestion::quic:
        return 6;
    case TraceQuestion::none:
        break;
    }
    return 0;
}

/// Octets of the shortest payload with this question.
constexpr std::size_t least_payload(TraceQuestion question) noexcept
{
    switch (question) {
    case TraceQuestion::dns:
        return 35;
    case TraceQuestion::ntp:
        return 48;
    case TraceQuestion::stun:
        return 40;
    case TraceQuestion::quic:
        return 1200;
    case TraceQuestion::none:
        break;
    }
    return trace_payload_head;
}

/// Writes a payload of at least `least_payload` octets, with a head whose balance is zero.
LIBNETXX_DECL void write_question(std::span<std::byte> payload, TraceQuestion question, std::uint64_t cookie,
                                  std::uint16_t number, std::uint32_t mark);

/// What an answer to a question brings back.
struct TraceQuestionAnswer {
    std::uint16_t number = 0;
    std::uint64_t cookie = 0, cookie_mask = 0;
    friend bool operator==(const TraceQuestionAnswer&, const TraceQuestionAnswer&) = default;
};

/// nullopt: it is no answer to the question of a tracer with this mark, or it doesn't tell to which one.
LIBNETXX_DECL std::optional<TraceQuestionAnswer> read_question_answer(TraceQuestion question, std::uint32_t mark,
                                                                      std::span<const std::byte> octets);

}  // namespace libnet::inline v0::engine

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/engine/trace/trace_question.ipp>
#endif
