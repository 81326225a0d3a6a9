#pragma once
// A rate limit as routers have it for their ICMP errors.

#include <tests/lab/netsim/model.hpp>

#include <algorithm>

namespace netsim {

/// Holds up to `burst` tokens, filled with `rate` tokens a second; full at the start.
class TokenBucket {
public:
    /// Takes a token; false: there is none. `rate` 0: there always is one.
    bool take(double rate, double burst, Duration now)
    {
        if (rate <= 0) return true;
        if (!used_) tokens_ = burst;
        else
            tokens_ = std::min(
                burst, tokens_ + rate * std::chrono::duration<double>{std::max(now - last_, Duration{})}.count());
        used_ = true;
        last_ = std::max(last_, now);
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }

private:
    double tokens_ = 0;
    Duration last_{};
    bool used_ = false;
};

}  // namespace netsim
