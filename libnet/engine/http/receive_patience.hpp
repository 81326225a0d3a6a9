#pragma once
// How long clients may take over what they send.

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace libnet::inline v0::engine {

/// The time that a client has for a request's head or body: some in any case, and more while it sends fast enough. Who
/// has a slow line gets done; who sends a byte now and then, to keep a connection, gets nothing by it.
struct ReceivePatience {
    using Duration = std::chrono::milliseconds;

    Duration first;                      ///< for whatever comes
    std::uint64_t least_rate = 0;        ///< a second more for each so many bytes; 0: no more
    Duration longest = Duration::max();  ///< in all

    /// As long as that again; the longest duration stays that.
    static constexpr Duration twice(Duration duration) noexcept { return 2 * std::min(duration, Duration::max() / 2); }

    /// When more has to have come than `received` bytes, from the beginning on.
    Duration allowed(std::uint64_t received) const noexcept
    {
        if (least_rate == 0) return first;
        using Milliseconds = std::chrono::duration<double, Duration::period>;
        const Milliseconds more{1000 * static_cast<double>(received) / static_cast<double>(least_rate)};
        return first + more < longest ? first + std::chrono::floor<Duration>(more) : longest;
    }
};

}  // namespace libnet::inline v0::engine
