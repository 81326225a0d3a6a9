#pragma once
// What an echo request carries, so that its answer can be told from those of other programs.

#include <libnet/base/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace libnet::inline v0::engine {

//  +-------------------------------+------------------------------------+
//  |  cookie: eight octets, or     |  octet i of the payload is i       |
//  |  what fits                    |  (modulo 256), or as a pattern says|
//  +-------------------------------+------------------------------------+

/// What octets a payload is filled with.
class PayloadPattern {
public:
    static constexpr std::size_t max_size = 16;  ///< octets of a pattern

    /// Each octet is its own place, modulo 256.
    constexpr PayloadPattern() = default;
    /// These octets over and over, from the payload's first octet on; at most 16 of them are taken.
    constexpr explicit PayloadPattern(std::span<const std::byte> octets) noexcept
        : size_{static_cast<std::uint8_t>(std::min(octets.size(), max_size))}
    {
        std::copy_n(octets.begin(), size_, octets_.begin());
    }

    /// The octet at a place of the payload.
    constexpr std::byte at(std::size_t place) const noexcept
    {
        return size_ == 0 ? static_cast<std::byte>(place) : octets_[place % size_];
    }
    /// The octets that are repeated; none: each is its own place.
    constexpr std::span<const std::byte> octets() const noexcept { return std::span{octets_}.first(size_); }
    friend bool operator==(const PayloadPattern&, const PayloadPattern&) = default;

private:
    std::array<std::byte, max_size> octets_{};
    std::uint8_t size_ = 0;
};

/// What an answer's payload says about it.
enum class PayloadVerdict : std::uint8_t {
    genuine,  ///< every octet is ours
    damaged,  ///< the cookie is ours, but something else isn't: it was changed on the way
    foreign,  ///< not our cookie
};

/// How much of the cookie a payload of this size holds.
constexpr std::size_t cookie_size(std::size_t payload_size) noexcept
{
    return std::min<std::size_t>(payload_size, sizeof(std::uint64_t));
}

/// Fills the payload of an echo request.
inline void write_payload(std::uint64_t cookie, std::span<std::byte> payload,
                          const PayloadPattern& pattern = {}) noexcept
{
    std::array<std::byte, sizeof cookie> octets;
    base::store_be(std::span<std::byte>{octets}, 0, cookie);
    const auto size = cookie_size(payload.size());
    std::copy_n(octets.begin(), size, payload.begin());
    for (std::size_t i = size; i < payload.size(); ++i) payload[i] = pattern.at(i);
}

/// Whether the payload begins with the cookie, as far as one of `payload_size` octets holds it.
inline bool has_cookie(std::uint64_t cookie, std::size_t payload_size, std::span<const std::byte> payload) noexcept
{
    std::array<std::byte, sizeof cookie> octets;
    base::store_be(std::span<std::byte>{octets}, 0, cookie);
    const auto size = cookie_size(payload_size);
    return payload.size() >= size &&
           std::equal(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(size), payload.begin());
}

/// Judges the payload of an answer to a request that carried `cookie` in `payload_size` octets.
inline PayloadVerdict judge_payload(std::uint64_t cookie, std::size_t payload_size, std::span<const std::byte> payload,
                                    const PayloadPattern& pattern = {}) noexcept
{
    if (!has_cookie(cookie, payload_size, payload)) return PayloadVerdict::foreign;
    if (payload.size() != payload_size) return PayloadVerdict::damaged;
    for (std::size_t i = cookie_size(payload_size); i < payload_size; ++i)
        if (payload[i] != pattern.at(i)) return PayloadVerdict::damaged;
    return PayloadVerdict::genuine;
}

}  // namespace libnet::inline v0::engine
