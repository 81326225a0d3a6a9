#pragma once
// Percentiles of any number of values, in bounded memory and with a bounded error.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace libnet::inline v0::base {

/// A log-linear histogram: each power of two is cut into 64 equal buckets, so that a percentile is off by at most
/// 1/128 of itself (0.8 %). Values below 128 are exact.
///
/// Memory: as long as few buckets are used, four bytes for each of them; then four bytes for each bucket between the
/// smallest and the largest value that came, 8.6 KiB at the most. Values above 2^40 - 1 (in nanoseconds: 18 minutes)
/// count as that. A bucket is full at 2^32 - 1 values.
class Histogram {
public:
    static constexpr std::uint64_t max_value = (std::uint64_t{1} << 40) - 1;  ///< larger ones count as this

    /// Throws `std::bad_alloc`, and has changed nothing then.
    void add(std::uint64_t value) { add_to(bucket_of(std::min(value, max_value)), 1); }

    /// Adds the values of another one.
    void merge(const Histogram& other)
    {
        other.for_each([this](std::size_t bucket, std::uint32_t count) {
            add_to(bucket, count);
            return false;
        });
    }

    std::uint64_t count() const noexcept  ///< values that were added
    {
        std::uint64_t total = 0;
        for_each([&](std::size_t, std::uint32_t count) {
            total += count;
            return false;
        });
        return total;
    }

    /// The smallest value that at least `share` (0 to 1) of all values don't exceed (nearest rank); 0 without values.
    std::uint64_t percentile(double share) const noexcept
    {
        const std::uint64_t total = count();
        if (total == 0) return 0;
        const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(total));
        const auto rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, total);
        std::uint64_t seen = 0;
        std::size_t at = 0;
        for_each([&](std::size_t bucket, std::uint32_t count) {
            at = bucket;
            seen += count;
            return seen >= rank;
        });
        return middle_of(at);
    }

    std::size_t memory() const noexcept { return words_.capacity() * sizeof(std::uint32_t); }  ///< octets

private:
    static constexpr unsigned sub_bits = 6;  ///< 64 buckets in each power of two
    static constexpr std::uint64_t sub_buckets = std::uint64_t{1} << sub_bits;

    // While there are few buckets, a word is a used one and its count, in the order of the buckets; later on words_[i]
    // counts the bucket first_ + i.
    static constexpr std::size_t max_listed = 64;
    static constexpr unsigned count_bits = 20;
    static constexpr std::uint32_t max_listed_count = (std::uint32_t{1} << count_bits) - 1;

    static std::size_t bucket_in(std::uint32_t word) noexcept { return word >> count_bits; }
    static std::uint32_t count_in(std::uint32_t word) noexcept { return word & max_listed_count; }

    /// Calls `visit(bucket, count)` for the used buckets, the smallest first, until it returns true.
    template <typename Visitor>
    void for_each(Visitor&& visit) const
    {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::uint32_t word = words_[i];
            if (counted_ ? word != 0 && visit(first_ + i, word) : visit(bucket_in(word), count_in(word))) return;
        }
    }

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

    void add_to(std::size_t bucket, std::uint32_t count)
    {
        if (!counted_ && !list(bucket, count)) count_all();
        else if (!counted_) return;
        make_room(bucket);
        std::uint32_t& counted = words_[bucket - first_];
        counted += std::min(count, std::numeric_limits<std::uint32_t>::max() - counted);
    }

    /// False: it doesn't fit the list.
    bool list(std::size_t bucket, std::uint32_t count)
    {
        const auto at =
            std::lower_bound(words_.begin(), words_.end(), bucket,
                             [](std::uint32_t word, std::size_t wanted) { return bucket_in(word) < wanted; });
        const bool listed = at != words_.end() && bucket_in(*at) == bucket;
        const std::uint32_t before = listed ? count_in(*at) : 0;
        if (count > max_listed_count - before || (!listed && words_.size() == max_listed)) return false;
        if (listed) *at += count;
        else insert(at, static_cast<std::uint32_t>(bucket << count_bits) | count);
        return true;
    }

    /// In small steps: there may be a histogram for each of a hundred thousand hosts.
    void insert(std::vector<std::uint32_t>::iterator at, std::uint32_t word)
    {
        const auto index = at - words_.begin();
        if (words_.size() == words_.capacity()) words_.reserve(words_.size() + 8);
        words_.insert(words_.begin() + index, word);
    }

    /// From a list of buckets to counts of all of them. Without memory for these it stays a list.
    void count_all()
    {
        if (!words_.empty()) {
            const auto first = bucket_in(words_.front());
            std::vector<std::uint32_t> counts(bucket_in(words_.back()) - first + 1);
            for (const std::uint32_t word : words_) counts[bucket_in(word) - first] = count_in(word);
            words_ = std::move(counts);
            first_ = static_cast<std::uint32_t>(first);
        }
        counted_ = true;
    }

    /// Extends the counted range to hold `bucket`. Both ends only ever move outwards, so that this is rare.
    void make_room(std::size_t bucket)
    {
        if (words_.empty()) first_ = static_cast<std::uint32_t>(bucket);
        if (bucket < first_) {
            words_.insert(words_.begin(), first_ - bucket, 0);
            first_ = static_cast<std::uint32_t>(bucket);
        }
        if (bucket - first_ >= words_.size()) words_.resize(bucket - first_ + 1);
    }

    std::vector<std::uint32_t> words_;
    std::uint32_t first_ = 0;
    bool counted_ = false;
};

}  // namespace libnet::inline v0::base
