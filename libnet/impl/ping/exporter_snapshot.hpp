#pragma once
// The numbers of an exporter at one moment: what one scrape tells, however long it takes.

#include <libnet/impl/ping/exporter_targets.hpp>
#include <libnet/ping_dispatcher.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace libnet::inline v0::detail {

/// How the probes of /probe fared.
struct ProbeCounts {
    std::size_t running = 0;
    std::uint64_t succeeded = 0, failed = 0, refused = 0;
};

/// A target, at that moment. Some 500 octets.
struct ExporterRow {
    std::shared_ptr<const ExporterLabels> labels;
    bool pinged = false;  ///< it has an address; else the numbers are zero
    ExporterTarget::Counted counted;
    std::uint64_t late = 0, lost = 0, errors = 0, duplicates = 0, send_errors = 0, pending = 0, corrupt = 0;
    std::uint64_t foreign = 0, other_address = 0, reordered = 0;
    std::uint64_t failed_lookups = 0;
};

struct ExporterSnapshot {
    std::vector<ExporterRow> rows;
    ProbeCounts probes;
    std::uint64_t foreign = 0, rx_dropped = 0, checksum_errors = 0;
    PingTimes sched_lag;
};

inline ExporterRow row_of(const ExporterTarget& target, const PingDispatcher& dispatcher)
{
    ExporterRow row;
    row.labels = target.labels();
    row.failed_lookups = target.failed_lookups;
    if (!target.address()) return row;
    const auto numbers = dispatcher.counts(target.handle());
    row.pinged = true;
    row.counted = target.counted();
    row.late = numbers.late;
    row.lost = numbers.lost;
    row.errors = numbers.errors;
    row.duplicates = numbers.duplicates;
    row.send_errors = numbers.send_errors;
    row.pending = numbers.pending;
    row.corrupt = numbers.corrupt;
    row.foreign = numbers.foreign;
    row.other_address = numbers.other_address;
    row.reordered = numbers.reordered;
    return row;
}

inline ExporterSnapshot take_snapshot(const ExporterTargets& targets, const PingDispatcher& dispatcher,
                                      const ProbeCounts& probes)
{
    ExporterSnapshot snapshot;
    snapshot.rows.reserve(targets.size());
    targets.for_each([&](const ExporterTarget& target) { snapshot.rows.push_back(row_of(target, dispatcher)); });
    snapshot.probes = probes;
    const auto& pinger = dispatcher.pinger();
    snapshot.foreign = pinger.foreign();
    snapshot.rx_dropped = pinger.rx_dropped();
    snapshot.checksum_errors = pinger.checksum_errors();
    snapshot.sched_lag = pinger.sched_lag();
    return snapshot;
}

}  // namespace libnet::inline v0::detail
