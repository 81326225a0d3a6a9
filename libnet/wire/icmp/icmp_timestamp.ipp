#pragma once
// Bodies of libnet/wire/icmp/icmp_timestamp.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp_timestamp.hpp>

namespace libnet::inline v0::wire {

namespace detail {

constexpr std::size_t originate_at = 8, receive_at = 12, transmit_at = 16;

LIBNETXX_DECL void encode_timestamp(std::uint8_t type, const IcmpTimestampReply& values, std::span<std::byte> message)
{
    constexpr std::size_t sum_at = 2, id_at = 4, number_at = 6;
    message = message.first(icmp_timestamp_size);
    base::store_be<std::uint16_t>(message, 0, static_cast<std::uint16_t>(type << 8));
    base::store_be<std::uint16_t>(message, sum_at, 0);
    base::store_be(message, id_at, values.identifier);
    base::store_be(message, number_at, values.sequence);
    base::store_be(message, originate_at, values.times.originate);
    base::store_be(message, receive_at, values.times.receive);
    base::store_be(message, transmit_at, values.times.transmit);
    base::store_be(message, sum_at, base::checksum(message));
}

LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_timestamp_head(std::uint8_t type,
                                                                               std::span<const std::byte> message)
{
    constexpr std::size_t id_at = 4, number_at = 6;
    if (message.size() < icmp_header_size) return IcmpError::truncated;
    if (base::load_be<std::uint16_t>(message) != type << 8) return IcmpError::other_type;
    return IcmpEcho{base::load_be<std::uint16_t>(message, id_at), base::load_be<std::uint16_t>(message, number_at),
                    message.subspan(icmp_header_size)};
}

}  // namespace detail

LIBNETXX_DECL void encode_timestamp_request(std::uint16_t identifier, std::uint16_t sequence, std::uint32_t originate,
                                            std::span<std::byte> message)
{
    detail::encode_timestamp(icmp_type::timestamp_request, {identifier, sequence, {originate, 0, 0}}, message);
}

LIBNETXX_DECL void encode_timestamp_reply(const IcmpTimestampReply& reply, std::span<std::byte> message)
{
    detail::encode_timestamp(icmp_type::timestamp_reply, reply, message);
}

LIBNETXX_DECL boost::system::result<IcmpTimestampReply, IcmpError> decode_timestamp_reply(
    std::span<const std::byte> message)
{
    const auto head = detail::decode_timestamp_head(icmp_type::timestamp_reply, message);
    if (!head) return head.error();
    if (message.size() < icmp_timestamp_size) return IcmpError::truncated;
    if (base::checksum(message) != 0) return IcmpError::bad_checksum;
    return IcmpTimestampReply{head->identifier,
                              head->sequence,
                              {base::load_be<std::uint32_t>(message, detail::originate_at),
                               base::load_be<std::uint32_t>(message, detail::receive_at),
                               base::load_be<std::uint32_t>(message, detail::transmit_at)}};
}

LIBNETXX_DECL boost::system::result<IcmpEcho, IcmpError> decode_quoted_timestamp_request(
    std::span<const std::byte> message)
{
    return detail::decode_timestamp_head(icmp_type::timestamp_request, message);
}

}  // namespace libnet::inline v0::wire
