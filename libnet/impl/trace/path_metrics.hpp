#pragma once
// The metrics of watched paths.

#include <libnet/engine/trace/path_watch.hpp>
#include <libnet/engine/trace/trace_counters.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

/// A target of the exporter, as a scrape sees it.
struct PathMetricsTarget {
    std::string name{};
    const PathWatch* watch = nullptr;  ///< null: the name has no address yet
    std::optional<std::chrono::system_clock::time_point> changed{};
    const std::map<std::string, std::uint64_t>* send_errors = nullptr;  ///< by what the system says; null: none
};

class PathMetrics {
public:
    PathMetrics(wire::MetricsFormat format, const std::vector<PathMetricsTarget>& targets,
                const TraceCounters& counters)
        : writer_{format},
          targets_{targets},
          counters_{counters}
    {
        for (const auto& target : targets_)
            if (target.watch != nullptr) add_rows(target);
    }

    std::string write()
    {
        write_targets();
        each(Type::counter, "libnet_trace_hop_sent", "Probes to the hop whose fate is known.",
             [](const Row& row) { return row.numbers.sent; });
        each(Type::counter, "libnet_trace_hop_received", "Probes that the hop answered.",
             [](const Row& row) { return row.numbers.received; });
        each(Type::counter, "libnet_trace_hop_unreachable", "Probes that an ICMP error refused there.",
             [](const Row& row) { return row.numbers.unreachable; });
        write_times();
        each(Type::gauge, "libnet_trace_hop_path_loss_ratio",
             "What the path loses up to the hop, as far as it and the later hops tell.",
             [](const Row& row) { return row.verdict.path_loss; });
        writer_.family(Type::gauge, "libnet_trace_hop_verdict", "What the hop does, as a label.");
        for (const auto& row : rows_) writer_.add(row.labels.with("verdict", name_of(row.verdict.kind)), 1);
        write_refused();
        writer_.family(Type::info, "libnet_trace_build", "The version of the program.");
        writer_.add({{"version", LIBNETXX_VERSION}}, 1);
        return std::move(writer_).finish();
    }

private:
    using Type = wire::MetricType;

    struct Row {
        wire::MetricLabels labels{};
        HopNumbers numbers{};
        HopVerdict verdict{};
    };

    static double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

    void add_rows(const PathMetricsTarget& target)
    {
        auto verdicts = target.watch->verdicts();
        for (std::size_t i = 0; i < target.watch->hops().size(); ++i) {
            const auto& hop = target.watch->hops()[i];
            const auto most = std::ranges::max_element(
                hop.routers, {}, [](const WatchedRouter& router) { return router.statistics.received(); });
            const auto ttl = std::to_string(hop.ttl);
            const auto router = most == hop.routers.end() ? std::string{} : most->address.to_string();
            rows_.push_back({wire::MetricLabels{{"target", target.name}, {"ttl", ttl}, {"hop", router}},
                             hop.statistics.numbers(), std::move(verdicts[i])});
        }
    }

    template <typename Value>
    void each(Type type, std::string_view name, std::string_view help, Value value)
    {
        writer_.family(type, name, help);
        for (const auto& row : rows_) writer_.add(row.labels, value(row));
    }

    template <typename Value>
    void each_target(Type type, std::string_view name, std::string_view help, Value value)
    {
        writer_.family(type, name, help);
        for (const auto& target : targets_)
            if (target.watch != nullptr) writer_.add({{"target", target.name}}, value(*target.watch));
    }

    void write_targets()
    {
        each_target(Type::counter, "libnet_trace_rounds", "Passes over the path.",
                    [](const PathWatch& watch) { return watch.rounds(); });
        each_target(Type::counter, "libnet_trace_reached_rounds", "Passes that reached the target.",
                    [](const PathWatch& watch) { return watch.reached(); });
        each_target(Type::counter, "libnet_trace_path_changes", "Changes of the path.",
                    [](const PathWatch& watch) { return watch.changes(); });
        each_target(Type::gauge, "libnet_trace_distance_hops", "Hops to the target; 0: it wasn't reached.",
                    [](const PathWatch& watch) { return std::uint64_t{watch.distance()}; });
        writer_.family(Type::gauge, "libnet_trace_path_changed_timestamp_seconds", "When the path changed last.",
                       "seconds");
        for (const auto& target : targets_)
            if (target.changed)
                writer_.add({{"target", target.name}},
                            std::chrono::duration<double>{target.changed->time_since_epoch()}.count());
        writer_.family(Type::counter, "libnet_trace_send_errors",
                       "Rounds that couldn't be sent, by what the system says.");
        for (const auto& target : targets_) {
            if (target.send_errors == nullptr) continue;
            for (const auto& [reason, count] : *target.send_errors)
                writer_.add({{"target", target.name}, {"reason", reason}}, count);
        }
        writer_.family(Type::gauge, "libnet_trace_unresolved", "Whether a target has no address, and isn't traced.");
        for (const auto& target : targets_) writer_.add({{"target", target.name}}, target.watch == nullptr ? 1 : 0);
    }

    void write_refused()
    {
        const auto add = [this](std::string_view name, std::string_view help, std::uint64_t count) {
            writer_.family(Type::counter, name, help);
            writer_.add({}, count);
        };
        add("libnet_trace_forged", "Messages about a probe whose keyed identity was wrong.", counters_.forged);
        add("libnet_trace_unmatched", "Messages for no probe under way.", counters_.unmatched);
        add("libnet_trace_anonymous", "Messages that quote too little of a probe.", counters_.anonymous);
    }

    void write_times()
    {
        writer_.family(Type::summary, "libnet_trace_hop_rtt_seconds", "Times of the hop's answers.", "seconds");
        for (const auto& row : rows_) {
            if (row.numbers.received == 0) continue;
            const std::array quantiles{wire::MetricQuantile{0.5, seconds(row.numbers.p50)},
                                       wire::MetricQuantile{0.95, seconds(row.numbers.p95)},
                                       wire::MetricQuantile{0.99, seconds(row.numbers.p99)}};
            writer_.add(row.labels, quantiles);
        }
        writer_.family(Type::gauge, "libnet_trace_hop_jitter_seconds", "Jitter of RFC 3550.", "seconds");
        for (const auto& row : rows_)
            if (row.numbers.received != 0) writer_.add(row.labels, seconds(row.numbers.jitter));
    }

    wire::MetricsWriter writer_;
    const std::vector<PathMetricsTarget>& targets_;
    const TraceCounters counters_;
    std::vector<Row> rows_;
};

}  // namespace libnet::inline v0::detail
