#pragma once
// From round-trip times to their statistics.

#include <libnet/base/histogram.hpp>
#include <libnet/base/jitter.hpp>
#include <libnet/base/statistics.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace libnet::inline v0::engine {

inline std::chrono::nanoseconds rounded_time(double nanoseconds)
{
    return std::chrono::nanoseconds{std::llround(nanoseconds)};
}

/// Range, mean, spread and percentiles of times in nanoseconds; what depends on their order stays zero.
inline PingTimes times_of(const base::RunningStatistics& running, const base::Histogram& histogram)
{
    // A bucket's middle may lie outside of what was measured: no percentile is above the maximum.
    const auto percentile = [&](double share) {
        const auto told = static_cast<double>(histogram.percentile(share));
        return rounded_time(std::clamp(told, running.min(), running.max()));
    };
    PingTimes times;
    times.min = rounded_time(running.min());
    times.mean = rounded_time(running.mean());
    times.max = rounded_time(running.max());
    times.standard_deviation = rounded_time(running.standard_deviation());
    times.mdev = rounded_time(running.mdev());
    times.p50 = percentile(0.50);
    times.p90 = percentile(0.90);
    times.p95 = percentile(0.95);
    times.p99 = percentile(0.99);
    times.p999 = percentile(0.999);
    return times;
}

/// Collects round-trip times.
class PingTimesRecorder {
public:
    /// Throws `std::bad_alloc`, and has changed nothing then.
    void add(std::chrono::nanoseconds rtt)
    {
        histogram_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(rtt.count(), 0)));
        const auto value = static_cast<double>(rtt.count());
        ewma_ = running_.count() == 0 ? value : ewma_ + (value - ewma_) / 8;
        running_.add(value);
        jitter_.add(value);
    }

    /// The round trip as it is lately; 0: none yet.
    std::chrono::nanoseconds ewma() const { return rounded_time(ewma_); }

    std::uint64_t count() const noexcept { return running_.count(); }

    PingTimes times() const
    {
        PingTimes times = times_of(running_, histogram_);
        times.last = rounded_time(jitter_.last());
        times.ewma = rounded_time(ewma_);
        times.jitter = rounded_time(jitter_.mean());
        times.jitter_rfc3550 = rounded_time(jitter_.rfc3550());
        return times;
    }

private:
    base::RunningStatistics running_;
    base::Jitter jitter_;
    double ewma_ = 0;
    base::Histogram histogram_;
};

/// Collects what the own stack costs.
class PingStackRecorder {
public:
    void add(std::chrono::nanoseconds sent, std::chrono::nanoseconds received) noexcept
    {
        sum_.sent += sent;
        sum_.received += received;
    }

    /// Of so many replies.
    PingStackTimes mean(std::uint64_t replies) const noexcept
    {
        const auto count = static_cast<std::int64_t>(std::max<std::uint64_t>(replies, 1));
        return {sum_.sent / count, sum_.received / count};
    }

private:
    PingStackTimes sum_;
};

}  // namespace libnet::inline v0::engine
