#pragma once
// Response times in the buckets that smokeping_prober has, so that its users' dashboards and rules fit.

#include <libnet/wire/open_metrics.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <numeric>

namespace libnet::inline v0::engine {

/// Counts response times in 20 buckets up to 50 µs, 100 µs, 200 µs, ..., 26.2144 s, and one for what is above.
class ResponseHistogram {
public:
    void add(std::chrono::nanoseconds time) noexcept
    {
        const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
        // A bound belongs to its bucket: 50,000 ns are in the first one, 50,001 ns in the second.
        const auto units = value == 0 ? 0 : (value - 1) / first_bound;
        const auto bucket = static_cast<std::size_t>(std::bit_width(units));
        ++buckets_[std::min(bucket, bounds.size())];
        sum_ += value;
    }

    std::uint64_t count() const noexcept { return std::accumulate(buckets_.begin(), buckets_.end(), std::uint64_t{0}); }

    wire::MetricHistogram metric() const noexcept { return {bounds, buckets_, static_cast<double>(sum_) / 1e9}; }

private:
    static constexpr std::uint64_t first_bound = 50'000;  // ns
    static constexpr std::array<double, 20> bounds = [] {
        std::array<double, 20> seconds{};
        for (std::size_t i = 0; i < seconds.size(); ++i) seconds[i] = static_cast<double>(first_bound << i) / 1e9;
        return seconds;
    }();

    std::array<std::uint64_t, bounds.size() + 1> buckets_{};
    std::uint64_t sum_ = 0;  // ns
};

}  // namespace libnet::inline v0::engine
