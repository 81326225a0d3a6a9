#pragma once
// What a PingExporter tells at /metrics: smokeping_prober's families, and beside them what it can't tell.

#include <libnet/config.hpp>
#include <libnet/impl/ping/exporter_target.hpp>
#include <libnet/io/http/process_metrics.hpp>
#include <libnet/ping_dispatcher.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

/// How the probes of /probe fared.
struct ProbeCounts {
    std::size_t running = 0;
    std::uint64_t succeeded = 0, failed = 0, refused = 0;
};

/// Writes one exposition.
///
/// A request counts when its end is known: it is answered, lost, or there was an error. So requests minus responses are
/// what got no answer at this moment, exactly, and never what is still on its way.
class ExporterMetrics {
public:
    ExporterMetrics(wire::MetricsFormat format, const std::deque<ExporterTarget>& targets,
                    const PingDispatcher& dispatcher, const ProbeCounts& probes)
        : writer_{format},
          targets_{targets},
          dispatcher_{dispatcher},
          probes_{probes}
    {
        for (const auto& target : targets)
            if (target.address()) rows_.push_back({&target, dispatcher.statistics(target.handle())});
    }

    std::string write() &&
    {
        write_smokeping();
        write_ends();
        write_oddities();
        write_names();
        write_own();
        io::write_process_metrics(writer_);
        return std::move(writer_).finish();
    }

private:
    using Type = wire::MetricType;

    /// A target that is pinged.
    struct Row {
        const ExporterTarget* target;
        PingStatistics numbers;

        const ExporterTarget::Counted& counted() const { return target->counted(); }
    };

    /// Writes a family with one sample for each target.
    template <typename Value>
    void each(Type type, std::string_view name, std::string_view help, Value value)
    {
        writer_.family(type, name, help);
        for (const auto& row : rows_) writer_.add(row.target->labels(), value(row));
    }

    /// Writes a family with one sample for each target and reason.
    template <typename Reasons>
    void each_reason(std::string_view name, std::string_view help, Reasons reasons)
    {
        writer_.family(Type::counter, name, help);
        for (const auto& row : rows_)
            for (const auto& [reason, count] : reasons(row))
                writer_.add(row.target->labels().with("reason", reason), count);
    }

    void write_smokeping()
    {
        each(Type::counter, "smokeping_requests", "Number of ping requests sent whose end is known",
             [](const Row& row) {
                 // The events that are counted may be a moment behind the pinger's numbers.
                 return row.counted().in_time + row.numbers.late + row.numbers.lost + row.numbers.errors;
             });
        writer_.family(Type::histogram, "smokeping_response_duration_seconds",
                       "A histogram of latencies for ping responses.", "seconds");
        for (const auto& row : rows_) writer_.add(row.target->labels(), row.counted().responses.metric());
        writer_.family(Type::gauge, "smokeping_response_ttl", "The last response Time To Live (TTL).");
        for (const auto& row : rows_)
            if (row.counted().ttl) writer_.add(row.target->labels(), *row.counted().ttl);
        each(Type::counter, "smokeping_response_duplicates", "The number of duplicated response packets.",
             [](const Row& row) { return row.numbers.duplicates; });
        each(Type::counter, "smokeping_send_errors", "The number of requests that could not be sent.",
             [](const Row& row) { return row.numbers.send_errors; });
    }

    void write_ends()
    {
        each(Type::counter, "libnet_ping_lost", "Requests without a response within the timeout; some may be late.",
             [](const Row& row) { return row.counted().timed_out; });
        each(Type::counter, "libnet_ping_late", "Responses after the timeout; the duration histogram has them, too.",
             [](const Row& row) { return row.numbers.late; });
        each_reason(
            "libnet_ping_errors", "Requests that ended in an ICMP error.",
            [](const Row& row) -> const auto& { return row.counted().errors; });
        each_reason(
            "libnet_ping_send_errors", "Requests that could not be sent, by what the system says.",
            [](const Row& row) -> const auto& { return row.counted().send_errors; });
        each(Type::gauge, "libnet_ping_pending", "Requests under way: neither answered nor given up.",
             [](const Row& row) { return row.numbers.pending; });
    }

    void write_oddities()
    {
        each(Type::counter, "libnet_ping_corrupt", "Responses that were damaged on the way.",
             [](const Row& row) { return row.numbers.corrupt; });
        each(Type::counter, "libnet_ping_foreign", "Responses from the target that are to no request of ours.",
             [](const Row& row) { return row.numbers.foreign; });
        each(Type::counter, "libnet_ping_other_address", "Responses from another address than was pinged.",
             [](const Row& row) { return row.numbers.other_address; });
        each(Type::counter, "libnet_ping_reordered", "Responses that came after that to a later request.",
             [](const Row& row) { return row.numbers.reordered; });
    }

    void write_names()
    {
        writer_.family(Type::gauge, "libnet_ping_unresolved", "Whether a target has no address, and so isn't pinged.");
        for (const auto& target : targets_) writer_.add({{"host", target.name()}}, target.address() ? 0 : 1);
        writer_.family(Type::counter, "libnet_ping_failed_lookups", "Lookups of a target's name that failed.");
        for (const auto& target : targets_) writer_.add({{"host", target.name()}}, target.failed_lookups);
    }

    void write_own()
    {
        single(Type::gauge, "libnet_ping_targets", "Hosts to ping, resolved or not.", targets_.size());
        const auto& pinger = dispatcher_.pinger();
        single(Type::counter, "libnet_ping_unmatched",
               "Responses to our identifier, from anybody, to no request of ours.", pinger.foreign());
        single(Type::counter, "libnet_ping_rx_dropped", "Packets that our own sockets had no room for.",
               pinger.rx_dropped());
        single(Type::counter, "libnet_ping_checksum_errors", "ICMP packets to this host with a wrong checksum.",
               pinger.checksum_errors());

        writer_.family(Type::summary, "libnet_ping_sched_lag_seconds", "How late our own sends were, since the start.",
                       "seconds");
        const auto lag = pinger.sched_lag();
        using Seconds = std::chrono::duration<double>;
        const std::array quantiles{wire::MetricQuantile{0.5, Seconds{lag.p50}.count()},
                                   wire::MetricQuantile{0.99, Seconds{lag.p99}.count()},
                                   wire::MetricQuantile{1, Seconds{lag.max}.count()}};
        writer_.add({}, quantiles);

        single(Type::gauge, "libnet_ping_probes_running", "Probes for /probe that are under way.", probes_.running);
        writer_.family(Type::counter, "libnet_ping_probes", "Requests for /probe, by what became of them.");
        writer_.add({{"outcome", "success"}}, probes_.succeeded);
        writer_.add({{"outcome", "failure"}}, probes_.failed);
        writer_.add({{"outcome", "refused"}}, probes_.refused);
        writer_.family(Type::info, "libnet_ping_build", "The version of the program.");
        writer_.add({{"version", LIBNETXX_VERSION}}, 1);
    }

    template <typename Value>
    void single(Type type, std::string_view name, std::string_view help, Value value)
    {
        writer_.family(type, name, help);
        writer_.add({}, value);
    }

    wire::MetricsWriter writer_;
    const std::deque<ExporterTarget>& targets_;
    const PingDispatcher& dispatcher_;
    const ProbeCounts& probes_;
    std::vector<Row> rows_;
};

}  // namespace libnet::inline v0::detail
