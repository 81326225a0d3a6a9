#pragma once
// What became of the probes to one target, counted.

#include <libnet/engine/ping_statistics.hpp>

#include <cstdint>

namespace libnet::engine {

/// The counters of a PingStatistics, whose comments say what they mean.
struct PingCounters {
    std::uint64_t sent = 0, received = 0, late = 0, lost = 0, errors = 0, send_errors = 0, cancelled = 0, pending = 0;
    std::uint64_t duplicates = 0, corrupt = 0, foreign = 0, reordered = 0;

    /// Adds them to statistics.
    void add_to(PingStatistics& sum) const noexcept
    {
        sum.sent += sent;
        sum.received += received;
        sum.late += late;
        sum.lost += lost;
        sum.errors += errors;
        sum.send_errors += send_errors;
        sum.cancelled += cancelled;
        sum.pending += pending;
        sum.duplicates += duplicates;
        sum.corrupt += corrupt;
        sum.foreign += foreign;
        sum.reordered += reordered;
    }
};

}  // namespace libnet::engine
