#pragma once
// ICMP timestamp and timestamp reply (RFC 792; RFC 1122 section 3.2.2.8): what time is it on another host? IPv4 only.

#include <libnet/config.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace libnet::inline v0::wire {

//   0                   1                   2                   3
//   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |   13 or 14    |     Code      |           Checksum            |   0
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |          Identifier           |           Sequence            |   4
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |  Originate: when the request was sent, by its sender's clock  |   8
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |  Receive: when it arrived, by the clock of who answers        |  12
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//  |  Transmit: when the reply was sent, by the same clock         |  16
//  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Times are milliseconds since midnight UT. With the highest bit set, they are of another kind, which only the sender knows.

constexpr std::size_t icmp_timestamp_size = 20;

/// The times of a message.
struct IcmpTimestamps {
    std::uint32_t originate = 0, receive = 0, transmit = 0;
    friend bool operator==(const IcmpTimestamps&, const IcmpTimestamps&) = default;
};

struct IcmpTimestampReply {
    std::uint16_t identifier = 0;
    std::uint16_t sequence = 0;
    IcmpTimestamps times;
    friend bool operator==(const IcmpTimestampReply&, const IcmpTimestampReply&) = default;
};

/// A time since the epoch, as these messages have it. Times before the epoch are in the last day before it.
constexpr std::uint32_t milliseconds_since_midnight(std::chrono::nanoseconds since_epoch) noexcept
{
    constexpr std::chrono::milliseconds day = std::chrono::days{1};
    const auto rest = std::chrono::floor<std::chrono::milliseconds>(since_epoch) % day;
    return static_cast<std::uint32_t>((rest < rest.zero() ? rest + day : rest).count());
}

/// Writes a request of `icmp_timestamp_size` octets, which `message` has at least; the rest of it is left as it is.
LIBNETXX_DECL void encode_timestamp_request(std::uint16_t identifier, std::uint16_t sequence, std::uint32_t originate,
                                            std::span<std::byte> message);

/// The same for a reply, for a program that answers.
LIBNETXX_DECL void encode_timestamp_reply(const IcmpTimestampReply& reply, std::span<std::byte> message);

/// Decodes a reply from its ICMP header on. Octets behind the times are covered by the checksum and passed over.
LIBNETXX_DECL boost::system::result<IcmpTimestampReply, IcmpError> decode_timestamp_reply(
    std::span<const std::byte> message);

/// Decodes the beginning of a request that an error quotes: it is cut anywhere after its header, so that its checksum
/// can't be checked. The payload is what is quoted of the times.
LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_quoted_timestamp_request(
    std::span<const std::byte> message);

}  // namespace libnet::inline v0::wire

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/wire/icmp/icmp_timestamp.ipp>
#endif
