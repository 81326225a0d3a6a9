#pragma once
// Mean, spread and range of a stream of numbers, in constant memory.

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace libnet::inline v0::base {

/// Welford's algorithm: exact enough for any number of values, where a sum of squares loses its digits.
class RunningStatistics {
public:
    void add(double value) noexcept  ///< takes one more value into account
    {
        ++count_;
        const double delta = value - mean_;
        mean_ += delta / static_cast<double>(count_);
        squares_ += delta * (value - mean_);
        min_ = count_ == 1 ? value : std::min(min_, value);
        max_ = count_ == 1 ? value : std::max(max_, value);
    }

    /// Adds the values of another one (Chan, Golub, LeVeque 1979).
    void merge(const RunningStatistics& other) noexcept
    {
        if (other.count_ == 0) return;
        if (count_ == 0) {
            *this = other;
            return;
        }
        const auto ours = static_cast<double>(count_), theirs = static_cast<double>(other.count_);
        const double delta = other.mean_ - mean_;
        count_ += other.count_;
        mean_ += delta * theirs / (ours + theirs);
        squares_ += other.squares_ + delta * delta * ours * theirs / (ours + theirs);
        min_ = std::min(min_, other.min_);
        max_ = std::max(max_, other.max_);
    }

    std::uint64_t count() const noexcept { return count_; }  ///< values that were added
    double mean() const noexcept { return mean_; }           ///< 0 without values, as the others
    double min() const noexcept { return min_; }             ///< the least one
    double max() const noexcept { return max_; }             ///< the greatest one

    /// Of the sample (divided by n - 1); 0 for fewer than two values.
    double standard_deviation() const noexcept
    {
        return count_ < 2 ? 0 : std::sqrt(squares_ / static_cast<double>(count_ - 1));
    }

    /// The `mdev` of iputils' ping: the standard deviation of the population (divided by n).
    double mdev() const noexcept { return count_ == 0 ? 0 : std::sqrt(squares_ / static_cast<double>(count_)); }

private:
    std::uint64_t count_ = 0;
    double mean_ = 0;
    double squares_ = 0;  ///< sum of squared distances from the mean
    double min_ = 0;
    double max_ = 0;
};

}  // namespace libnet::inline v0::base
