#pragma once
// The Internet checksum, RFC 1071.

#include <libnet/base/bytes.hpp>

#include <cstdint>
#include <span>

namespace libnet::inline v0::base {

/// Sums bytes as big-endian 16-bit words, ones' complement not yet folded. Start with 0; chain calls to sum several
/// pieces, of which all but the last must have an even length.
constexpr std::uint32_t checksum_add(std::uint32_t sum, std::span<const std::byte> bytes) noexcept
{
    std::uint64_t wide = sum;
    std::size_t at = 0;
    for (; at + 2 <= bytes.size(); at += 2) wide += load_be<std::uint16_t>(bytes, at);
    if (at < bytes.size()) wide += std::to_integer<std::uint64_t>(bytes[at]) << 8;  // padded with a zero octet
    while (wide >> 32) wide = (wide & 0xFFFFFFFFU) + (wide >> 32);
    return static_cast<std::uint32_t>(wide);
}

/// Folds a sum to 16 bits and complements it: the value that goes into the header, or 0 over a valid message that
/// includes its checksum.
constexpr std::uint16_t checksum_finish(std::uint32_t sum) noexcept
{
    while (sum >> 16) sum = (sum & 0xFFFFU) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

/// The checksum of one contiguous message.
constexpr std::uint16_t checksum(std::span<const std::byte> bytes) noexcept
{
    return checksum_finish(checksum_add(0, bytes));
}

}  // namespace libnet::inline v0::base
