#pragma once
// Notices clients that take what they are sent too slowly.

#include <chrono>
#include <cstdint>

namespace libnet::inline v0::engine {

/// Adds up the time that one connection had to be waited for, and what it took meanwhile. Only that time counts: a
/// client isn't slow because nothing is sent to it.
class SendWatch {
public:
    using Duration = std::chrono::nanoseconds;

    /// A client shall take `least` bytes a second on average over `period` of waiting; 0: it may be as slow as it likes.
    SendWatch(std::uint64_t least, Duration period) noexcept : least_{least}, period_{period} {}

    /// The connection was waited for, and now `sent` bytes have gone in all. True: it is too slow.
    bool waited(Duration time, std::uint64_t sent) noexcept
    {
        waited_ += time;
        if (waited_ < period_) return false;
        const double seconds = std::chrono::duration<double>{waited_}.count();
        const bool slow = static_cast<double>(sent - sent_before_) < static_cast<double>(least_) * seconds;
        waited_ = Duration::zero();
        sent_before_ = sent;
        return slow;
    }

private:
    std::uint64_t least_;
    Duration period_;
    Duration waited_{0};
    std::uint64_t sent_before_ = 0;
};

}  // namespace libnet::inline v0::engine
