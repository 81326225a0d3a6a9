#pragma once
// Percentiles of any number of values, in bounded memory and with a bounded error.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace libnet::base {

/// A log-linear histogram: each power of two is cut into 64 equal buckets, so that a percentile is off by at most
/// 1/128 of itself (0.8 %). Values below 128 are exact.
///
/// Memory: four bytes for each bucket between the smallest and the largest value that came, 8.6 KiB at the most.
/// Values above 2^40 - 1 (in nanoseconds: 18 minutes) count as that.
class Histogram {
public:
    static constexpr std::uint64_t max_value = (std::uint64_t{1} << 40) - 1;

    void add(std::uint64_t value)
    {
        const std::size_t bucket = bucket_of(std::min(value, max_value));
        make_room(bucket);
        ++counts_[bucket - first_];
        ++total_;
    }

    std::uint64_t count() const noexcept { return total_; }

    /// The smallest value that at least `share` (0 to 1) of all values don't exceed (nearest rank); 0 without values.
    std::uint64_t percentile(double share) const noexcept
    {
        if (total_ == 0) return 0;
        const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(total_));
        const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, total_);
        std::uint64_t seen = 0;
        std::size_t at = 0;
        for (; at + 1 < counts_.size(); ++at)
            if ((seen += counts_[at]) >= rank) break;
        return middle_of(first_ + at);
    }

    std::size_t memory() const noexcept { return counts_.capacity() * sizeof(std::uint32_t); }  ///< octets

private:
    static constexpr unsigned sub_bits = 6;  ///< 64 buckets in each power of two
    static constexpr std::uint64_t sub_buckets = std::uint64_t{1} << sub_bits;

    // Values below 64 have their own buckets. Above, a value's highest seven bits choose the bucket:
    //     bucket = 64 * shift + (value >> shift),  where  64 <= value >> shift < 128
    static std::size_t bucket_of(std::uint64_t value) noexcept
    {
        const auto width = static_cast<unsigned>(std::bit_width(value));
        const unsigned shift = width > sub_bits + 1 ? width - sub_bits - 1 : 0;
        return static_cast<std::size_t>(sub_buckets * shift + (value >> shift));
    }

    static std::uint64_t middle_of(std::size_t bucket) noexcept
    {
        if (bucket < 2 * sub_buckets) return bucket;
        const std::uint64_t shift = bucket / sub_buckets - 1;
        const std::uint64_t lowest = (bucket - sub_buckets * shift) << shift;
        return lowest + (std::uint64_t{1} << shift) / 2;
    }

    /// Extends the counted range to hold `bucket`. Both ends only ever move outwards, so that this is rare.
    void make_room(std::size_t bucket)
    {
        if (counts_.empty()) first_ = bucket;
        if (bucket < first_) {
            counts_.insert(counts_.begin(), first_ - bucket, 0);
            first_ = bucket;
        }
        if (bucket - first_ >= counts_.size()) counts_.resize(bucket - first_ + 1);
    }

    std::vector<std::uint32_t> counts_;
    std::size_t first_ = 0;  ///< the bucket that counts_[0] counts
    std::uint64_t total_ = 0;
};

}  // namespace libnet::base
