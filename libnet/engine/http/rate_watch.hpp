#pragma once
// Notices clients that take what they are sent too slowly, or send too slowly what they have announced.

#include <chrono>
#include <cstdint>

namespace libnet::inline v0::engine {

/// Adds up the time that one connection had to be waited for, and what moved meanwhile. Only that time counts: a client
/// isn't slow because nothing is sent to it.
class RateWatch {
public:
    using Duration = std::chrono::nanoseconds;

    /// At least `least` bytes a second shall move, on average over `period` of waiting; 0: any rate will do.
    RateWatch(std::uint64_t least, Duration period) noexcept : least_{least}, period_{period} {}

    /// The connection was waited for, and now `moved` bytes have moved in all. True: it is too slow.
    bool waited(Duration time, std::uint64_t moved) noexcept
    {
        waited_ += time;
        if (waited_ < period_) return false;
        const double seconds = std::chrono::duration<double>{waited_}.count();
        const bool slow = static_cast<double>(moved - moved_before_) < static_cast<double>(least_) * seconds;
        waited_ = Duration::zero();
        moved_before_ = moved;
        return slow;
    }

private:
    std::uint64_t least_;
    Duration period_;
    Duration waited_{0};
    std::uint64_t moved_before_ = 0;
};

}  // namespace libnet::inline v0::engine
