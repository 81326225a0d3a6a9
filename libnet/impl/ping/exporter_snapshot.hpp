#pragma once
// The numbers of an exporter: what one scrape tells, however long it takes.

#include <libnet/impl/ping/exporter_targets.hpp>
#include <libnet/ping_dispatcher.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Adds the rows of some targets, from this number on. Of ten thousand, all at once would take longer than a probe may be
/// late: others have their turn in between. Returns the number to go on from; nullopt: all are there.
inline std::optional<std::size_t> add_some_rows(ExporterSnapshot& snapshot, std::size_t from,
                                                const ExporterTargets& targets, const PingDispatcher& dispatcher)
{
    constexpr std::size_t some = 256;  // take a fraction of a millisecond
    return targets.visit_some(
        from, some, [&](const ExporterTarget& target) { snapshot.rows.push_back(row_of(target, dispatcher)); });
}

/// Adds what isn't any target's.
inline void add_own_numbers(ExporterSnapshot& snapshot, const PingDispatcher& dispatcher, const ProbeCounts& probes)
{
    snapshot.probes = probes;
    const auto& pinger = dispatcher.pinger();
    snapshot.foreign = pinger.foreign();
    snapshot.rx_dropped = pinger.rx_dropped();
    snapshot.checksum_errors = pinger.checksum_errors();
    snapshot.sched_lag = pinger.sched_lag();
}

}  // namespace libnet::inline v0::detail
