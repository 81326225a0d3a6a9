#pragma once
// The numbers of a ping target over the last second, ten seconds and minute.

#include <libnet/base/histogram.hpp>
#include <libnet/base/statistics.hpp>
#include <libnet/engine/ping/ping_counters.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>
#include <libnet/engine/ping/ping_times_recorder.hpp>
#include <libnet/engine/ping/probe_table.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <tuple>
#include <vector>

namespace libnet::inline v0::engine {

/// What happened in one slice of time.
struct PingSlice {
    std::int64_t number = -1;  ///< of the slice, counted from the clock's epoch
    PingCounters counters;     ///< of what ended or came in it
    base::RunningStatistics running;
    base::Histogram histogram;
    double differences = 0;  ///< from each reply's time to the one before it
    std::uint64_t compared = 0;
    PingOutage longest;
};

/// Each window is cut into ten slices, the newest of which goes on: a window that is asked for covers nine to ten of
/// them. Memory: thirty slices, about 8 KiB, and their histograms.
class PingWindows {
public:
    /// Something that is counted happened at this time.
    void count(TimePoint now, PingCount what)
    {
        update(now, [what](PingSlice& slice) { slice.counters.up(what); });
    }

    /// A probe was answered in time.
    void on_reply(TimePoint now, std::chrono::nanoseconds rtt)
    {
        const auto value = static_cast<double>(rtt.count());
        const auto difference = last_ ? std::optional{std::abs(value - *last_)} : std::nullopt;
        last_ = value;
        update(now, [&](PingSlice& slice) {
            slice.running.add(value);
            slice.histogram.add(static_cast<std::uint64_t>(std::max<std::int64_t>(rtt.count(), 0)));
            if (!difference) return;
            slice.differences += *difference;
            ++slice.compared;
        });
    }

    /// An outage has lasted as long as that by now.
    void on_outage(TimePoint now, const PingOutage& outage)
    {
        update(now, [&](PingSlice& slice) { slice.longest = longer(slice.longest, outage); });
    }

    /// The numbers of a window that ends now.
    PingStatistics statistics(PingWindow window, TimePoint now) const
    {
        const Ring& ring = rings_[static_cast<std::size_t>(window)];
        PingStatistics sum;
        PingSlice whole;
        for (const PingSlice& slice : ring.slices) {
            if (slice.number <= ring.number_at(now) - slices_in_a_window || slice.number < 0) continue;
            slice.counters.add_to(sum);
            whole.running.merge(slice.running);
            whole.histogram.merge(slice.histogram);
            whole.differences += slice.differences;
            whole.compared += slice.compared;
            sum.longest_outage = longer(sum.longest_outage, slice.longest);
        }
        sum.sent = sum.received + sum.lost + sum.errors + sum.send_errors;
        sum.rtt = times_of(whole.running, whole.histogram);
        if (whole.compared != 0) sum.rtt.jitter = rounded_time(whole.differences / static_cast<double>(whole.compared));
        if (sum.received != 0) sum.rtt.last = rounded_time(last_.value_or(0));
        return sum;
    }

private:
    static constexpr std::int64_t slices_in_a_window = 10;

    struct Ring {
        std::chrono::nanoseconds width;
        std::vector<PingSlice> slices = std::vector<PingSlice>(slices_in_a_window);

        std::int64_t number_at(TimePoint now) const { return now.time_since_epoch() / width; }

        PingSlice& at(TimePoint now)
        {
            const auto number = number_at(now);
            PingSlice& slice = slices[static_cast<std::size_t>(number % slices_in_a_window)];
            if (slice.number < number) {
                slice = {};
                slice.number = number;
            }
            return slice;
        }
    };

    static const PingOutage& longer(const PingOutage& a, const PingOutage& b)
    {
        return std::tie(a.duration, a.probes) < std::tie(b.duration, b.probes) ? b : a;
    }

    template <typename Update>
    void update(TimePoint now, Update&& change)
    {
        for (Ring& ring : rings_) change(ring.at(now));
    }

    std::array<Ring, 3> rings_{Ring{std::chrono::milliseconds{100}}, Ring{std::chrono::seconds{1}},
                               Ring{std::chrono::seconds{6}}};  ///< in the order of PingWindow
    std::optional<double> last_;
};

}  // namespace libnet::inline v0::engine
