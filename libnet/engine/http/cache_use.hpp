#pragma once
// Whether what an answer was made of was remembered.

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace libnet::inline v0::engine {

/// What the cache of a server had of the files that an answer needed. The larger one counts of several.
enum class CacheUse : std::uint8_t {
    none,  ///< it was not asked: no file was needed, or it is no server of files
    hit,   ///< everything; that a file is still the same may have been confirmed
    miss,  ///< not everything: something was looked up on the disk, or made anew
};

/// Adds a use to those that an answer has had; null: they are not counted.
inline void note(CacheUse* uses, CacheUse use) noexcept
{
    if (uses != nullptr) *uses = std::max(*uses, use);
}

/// "hit", "miss", or nothing.
constexpr std::string_view name_of(CacheUse use) noexcept
{
    constexpr std::string_view names[] = {"", "hit", "miss"};
    return names[static_cast<std::uint8_t>(use)];
}

}  // namespace libnet::inline v0::engine
