#pragma once
// Integers in network byte order, loaded from and stored to bytes.

#include <cassert>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace libnet::inline v0::base {

/// Reads a big-endian integer at `offset`. The caller has checked the length: `offset + sizeof(T) <= bytes.size()`.
template <std::unsigned_integral T>
constexpr T load_be(std::span<const std::byte> bytes, std::size_t offset = 0) noexcept
{
    assert(offset <= bytes.size() && sizeof(T) <= bytes.size() - offset);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8 | std::to_integer<std::uint64_t>(bytes[offset + i]);
    return static_cast<T>(value);
}

/// Writes a big-endian integer at `offset`. The caller has checked the length, as for `load_be`.
template <std::unsigned_integral T>
constexpr void store_be(std::span<std::byte> bytes, std::size_t offset, T value) noexcept
{
    assert(offset <= bytes.size() && sizeof(T) <= bytes.size() - offset);
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bytes[offset + i] = static_cast<std::byte>(std::uint64_t{value} >> (8 * (sizeof(T) - 1 - i)));
}

}  // namespace libnet::inline v0::base
