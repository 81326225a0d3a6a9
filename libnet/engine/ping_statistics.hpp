#pragma once
// The numbers of one ping target.

#include <libnet/base/histogram.hpp>
#include <libnet/base/statistics.hpp>

#include <chrono>
#include <cstdint>

namespace libnet {

/// Round-trip times of the replies that came in time; zero where there are none.
struct PingTimes {
    std::chrono::nanoseconds min{}, mean{}, max{};
    std::chrono::nanoseconds standard_deviation{};  ///< of the sample
    std::chrono::nanoseconds mdev{};                ///< as iputils' ping has it: of the population
    std::chrono::nanoseconds p50{}, p95{}, p99{};   ///< percentiles, at most 1 % off
    friend bool operator==(const PingTimes&, const PingTimes&) = default;
};

/// Every probe is in exactly one of the first seven counters: `sent` is their sum with `pending`.
struct PingStatistics {
    std::uint64_t sent = 0;         ///< probes whose turn has come, whatever became of them
    std::uint64_t received = 0;     ///< answered within the timeout
    std::uint64_t late = 0;         ///< answered after it
    std::uint64_t lost = 0;         ///< not answered at all
    std::uint64_t errors = 0;       ///< ended by an ICMP error
    std::uint64_t send_errors = 0;  ///< never left
    std::uint64_t pending = 0;      ///< may still be answered
    // What isn't a probe's end, beside that:
    std::uint64_t duplicates = 0;  ///< further answers to a probe that had one
    std::uint64_t corrupt = 0;     ///< answers damaged on the way: wrong checksum or payload
    std::uint64_t foreign = 0;     ///< answers from the target that are not to a probe of ours
    PingTimes rtt{};
    std::chrono::nanoseconds sending{};  ///< from the first send to the last

    /// The share of probes that are known to have got no answer, 0 to 100. Pending ones don't count, late ones were
    /// answered. 0 when nothing is known yet.
    double loss_percent() const noexcept
    {
        const auto known = sent - pending;
        return known == 0 ? 0 : 100.0 * static_cast<double>(known - received - late) / static_cast<double>(known);
    }
    friend bool operator==(const PingStatistics&, const PingStatistics&) = default;
};

namespace engine {

/// Collects round-trip times.
class PingTimesRecorder {
public:
    void add(std::chrono::nanoseconds rtt)
    {
        running_.add(static_cast<double>(rtt.count()));
        histogram_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(rtt.count(), 0)));
    }

    PingTimes times() const
    {
        return {.min = rounded(running_.min()),
                .mean = rounded(running_.mean()),
                .max = rounded(running_.max()),
                .standard_deviation = rounded(running_.standard_deviation()),
                .mdev = rounded(running_.mdev()),
                .p50 = percentile(0.50),
                .p95 = percentile(0.95),
                .p99 = percentile(0.99)};
    }

private:
    static std::chrono::nanoseconds rounded(double value) { return std::chrono::nanoseconds{std::llround(value)}; }

    /// A bucket's middle may lie outside of what was measured: no percentile is above the maximum.
    std::chrono::nanoseconds percentile(double share) const
    {
        const auto told = static_cast<double>(histogram_.percentile(share));
        return rounded(std::clamp(told, running_.min(), running_.max()));
    }

    base::RunningStatistics running_;
    base::Histogram histogram_;
};

}  // namespace engine
}  // namespace libnet
