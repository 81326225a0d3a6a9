#pragma once
// How much a stream of numbers varies from one to the next.

#include <cmath>
#include <cstdint>

namespace libnet::inline v0::base {

/// Differences between each number and the one before it, in constant memory.
class Jitter {
public:
    void add(double value) noexcept
    {
        if (count_++ != 0) {
            const double difference = std::abs(value - last_);
            sum_ += difference;
            smoothed_ += (difference - smoothed_) / 16;  // the gain of RFC 3550
        }
        last_ = value;
    }

    /// The last number; 0 without any, as the others.
    double last() const noexcept { return last_; }

    /// The mean absolute difference; 0 for fewer than two numbers, as the next one.
    double mean() const noexcept { return count_ < 2 ? 0 : sum_ / static_cast<double>(count_ - 1); }

    /// The interarrival jitter of RFC 3550 section 6.4.1, when the numbers are transit times.
    double rfc3550() const noexcept { return smoothed_; }

private:
    std::uint64_t count_ = 0;
    double last_ = 0;
    double sum_ = 0;
    double smoothed_ = 0;
};

}  // namespace libnet::inline v0::base
