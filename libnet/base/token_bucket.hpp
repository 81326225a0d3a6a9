#pragma once
// A token bucket: a rate that holds in the long run, with room for bursts.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace libnet::inline v0::base {

/// How fast tokens come, and how many are kept.
struct TokenRate {
    double per_second = 0;  ///< positive
    double burst = 1;       ///< what a full bucket holds; at least what is taken at a time
};

/// Tokens of one rate. It starts full. Time only ever comes in as an argument; should it run backwards, it stands
/// still.
class TokenBucket {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Seconds = std::chrono::duration<double>;

    TokenBucket() = default;
    TokenBucket(const TokenRate& rate, Time now) noexcept : tokens_{rate.burst}, at_{now} {}

    /// What there is at `now`. Below zero: so much was taken in advance.
    double available(const TokenRate& rate, Time now) noexcept
    {
        if (now > at_) tokens_ = std::min(rate.burst, tokens_ + rate.per_second * Seconds{now - at_}.count());
        at_ = std::max(at_, now);
        return tokens_;
    }

    /// Takes tokens, whether or not there are so many.
    void take(double tokens) noexcept { tokens_ -= tokens; }

    /// How long until there will be so many, as of the last look; zero: there are.
    std::chrono::nanoseconds wait_for(const TokenRate& rate, double tokens) const noexcept
    {
        const double missing = tokens - tokens_;
        if (missing <= 0) return std::chrono::nanoseconds::zero();
        return std::chrono::nanoseconds{static_cast<std::int64_t>(std::ceil(missing / rate.per_second * 1e9))};
    }

private:
    double tokens_ = 0;
    Time at_{};
};

}  // namespace libnet::inline v0::base
