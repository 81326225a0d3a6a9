#pragma once
// A time that stands still until a test moves it on.

#include <libnet/config.hpp>

#include <chrono>

namespace libnet::inline v0::testing {

/// A steady clock that a test sets: for what takes the time as an argument, or asks a function for it. Begins an hour
/// after the clock's own beginning, so that a test can name times before it. For one thread.
class ManualTime {
public:
    using TimePoint = std::chrono::steady_clock::time_point;  ///< of std::chrono::steady_clock

    TimePoint now() const noexcept { return now_; }  ///< the time

    /// Since the beginning.
    std::chrono::nanoseconds passed() const noexcept { return now_ - start; }

    /// Moves on to this time, and never back.
    void reach(TimePoint time) noexcept
    {
        if (time > now_) now_ = time;
    }
    void advance(std::chrono::nanoseconds time) noexcept { reach(now_ + time); }  ///< never back

    static constexpr TimePoint start{std::chrono::hours{1}};  ///< the first time

private:
    TimePoint now_ = start;
};

}  // namespace libnet::inline v0::testing
