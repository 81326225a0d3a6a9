#pragma once
// What is known of a hop that is probed again and again: how many probes were answered, and how long that took.

#include <libnet/base/histogram.hpp>
#include <libnet/base/jitter.hpp>
#include <libnet/base/statistics.hpp>
#include <libnet/base/wilson_interval.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace libnet::inline v0 {

/// The numbers of a hop. Times are 0 as long as nothing was answered.
struct HopNumbers {
    std::uint64_t sent = 0;             ///< probes whose fate is known
    std::uint64_t received = 0;         ///< of these answered, by a router in transit or by the destination
    std::uint64_t unreachable = 0;      ///< of these refused: an ICMP error said that they can't get there
    base::ShareInterval loss_bounds{};  ///< of the loss: Wilson's interval, 95 %

    std::chrono::nanoseconds last{}, best{}, mean{}, worst{};  ///< round-trip times; zero where there are none
    std::chrono::nanoseconds deviation{};          ///< standard deviation of the sample (n - 1); 0 for fewer than two
    std::chrono::nanoseconds jitter{};             ///< RFC 3550 section 6.4.1, smoothed by 1/16
    std::chrono::nanoseconds jitter_mean{};        ///< mean difference between an answer's time and the one's before
    std::chrono::nanoseconds p50{}, p95{}, p99{};  ///< percentiles, within 0.8 %

    /// The share of the probes that weren't answered, 0 to 1; 0 as long as none was sent.
    double loss() const noexcept
    {
        return sent == 0 ? 0 : static_cast<double>(sent - received) / static_cast<double>(sent);
    }
    friend bool operator==(const HopNumbers&, const HopNumbers&) = default;
};

/// Collects them, in constant memory: 9 KiB at the most.
class HopStatistics {
public:
    /// A probe was answered after this time. The first one has nothing that its jitter could be measured against.
    void on_answer(std::chrono::nanoseconds rtt)
    {
        const auto time = static_cast<double>(rtt.count());
        ++sent_;
        times_.add(time);
        jitter_.add(time);
        histogram_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(rtt.count(), 0)));
    }

    /// A probe wasn't answered.
    void on_lost() noexcept { ++sent_; }

    /// A probe was refused on its way. How long that took says nothing of the path: a router waits seconds for a
    /// neighbour before it says so.
    void on_unreachable() noexcept
    {
        ++sent_;
        ++unreachable_;
    }

    std::uint64_t sent() const noexcept { return sent_; }                ///< probes whose turn has come
    std::uint64_t received() const noexcept { return times_.count(); }   ///< of these answered
    std::uint64_t unreachable() const noexcept { return unreachable_; }  ///< of these refused

    HopNumbers numbers() const  ///< all of them up to now
    {
        const auto time = [](double nanoseconds) {
            return std::chrono::nanoseconds{static_cast<std::int64_t>(std::llround(nanoseconds))};
        };
        const auto percentile = [this](double share) {
            return std::chrono::nanoseconds{static_cast<std::int64_t>(histogram_.percentile(share))};
        };
        HopNumbers numbers;
        numbers.sent = sent_;
        numbers.received = received();
        numbers.unreachable = unreachable_;
        numbers.loss_bounds = base::wilson_interval(sent_ - received(), sent_);
        numbers.last = time(jitter_.last());
        numbers.best = time(times_.min());
        numbers.mean = time(times_.mean());
        numbers.worst = time(times_.max());
        numbers.deviation = time(times_.standard_deviation());
        numbers.jitter = time(jitter_.rfc3550());
        numbers.jitter_mean = time(jitter_.mean());
        numbers.p50 = percentile(0.5);
        numbers.p95 = percentile(0.95);
        numbers.p99 = percentile(0.99);
        return numbers;
    }

private:
    std::uint64_t sent_ = 0;
    std::uint64_t unreachable_ = 0;
    base::RunningStatistics times_;
    base::Jitter jitter_;
    base::Histogram histogram_;
};

}  // namespace libnet::inline v0
