#pragma once
// What a PingExporter tells at /metrics: smokeping_prober's families, and beside them what it can't tell.

#include <libnet/config.hpp>
#include <libnet/impl/ping/exporter_snapshot.hpp>
#include <libnet/io/http/process_metrics.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

/// A family with samples for each target.
struct ExporterFamily {
    using Row = ExporterRow;
    using Write = void (*)(wire::MetricsWriter& writer, const Row& row);

    wire::MetricType type;
    std::string_view name, help, unit;
    Write write;
};

/// One sample, where the target is pinged.
template <typename Value>
void write_sample(wire::MetricsWriter& writer, const ExporterRow& row, const Value& value)
{
    if (row.pinged) writer.add(row.labels->all, value);
}

/// One for each reason.
template <typename Reasons>
void write_reasons(wire::MetricsWriter& writer, const ExporterRow& row, const Reasons& reasons)
{
    if (!row.pinged) return;
    for (const auto& [reason, count] : reasons) writer.add(row.labels->all.with("reason", reason), count);
}

/// In the order in which they are told.
///
/// A request counts when its end is known: it is answered, lost, or there was an error. So requests minus responses are
/// what got no answer at this moment, exactly, and never what is still on its way. (The events that are counted may be a
/// moment behind the pinger's numbers.)
inline constexpr std::array<ExporterFamily, 16> exporter_families = [] {
    using Row = ExporterRow;
    using Writer = wire::MetricsWriter;
    using enum wire::MetricType;
    return std::array<ExporterFamily, 16>{{
        {counter, "smokeping_requests", "Number of ping requests sent whose end is known", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.counted.in_time + r.late + r.lost + r.errors); }},
        {histogram, "smokeping_response_duration_seconds", "A histogram of latencies for ping responses.", "seconds",
         [](Writer& w, const Row& r) { write_sample(w, r, r.counted.responses.metric()); }},
        {gauge, "smokeping_response_ttl", "The last response Time To Live (TTL).", "",
         [](Writer& w, const Row& r) {
             if (r.counted.ttl) write_sample(w, r, *r.counted.ttl);
         }},
        {counter, "smokeping_response_duplicates", "The number of duplicated response packets.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.duplicates); }},
        {counter, "smokeping_send_errors", "The number of requests that could not be sent.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.send_errors); }},
        {counter, "libnet_ping_lost", "Requests without a response within the timeout; some may be late.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.counted.timed_out); }},
        {counter, "libnet_ping_late", "Responses after the timeout; the duration histogram has them, too.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.late); }},
        {counter, "libnet_ping_errors", "Requests that ended in an ICMP error.", "",
         [](Writer& w, const Row& r) { write_reasons(w, r, r.counted.errors); }},
        {counter, "libnet_ping_send_errors", "Requests that could not be sent, by what the system says.", "",
         [](Writer& w, const Row& r) { write_reasons(w, r, r.counted.send_errors); }},
        {gauge, "libnet_ping_pending", "Requests under way: neither answered nor given up.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.pending); }},
        {counter, "libnet_ping_corrupt", "Responses that were damaged on the way.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.corrupt); }},
        {counter, "libnet_ping_foreign", "Responses from the target that are to no request of ours.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.foreign); }},
        {counter, "libnet_ping_other_address", "Responses from another address than was pinged.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.other_address); }},
        {counter, "libnet_ping_reordered", "Responses that came after that to a later request.", "",
         [](Writer& w, const Row& r) { write_sample(w, r, r.reordered); }},
        {gauge, "libnet_ping_unresolved", "Whether a target has no address, and so isn't pinged.", "",
         [](Writer& w, const Row& r) { w.add(r.labels->host, r.pinged ? 0 : 1); }},
        {counter, "libnet_ping_failed_lookups", "Lookups of a target's name that failed.", "",
         [](Writer& w, const Row& r) { w.add(r.labels->host, r.failed_lookups); }},
    }};
}();

/// Writes one exposition, piece by piece, of what the snapshot tells.
class ExporterMetrics {
public:
    ExporterMetrics(wire::MetricsFormat format, ExporterSnapshot snapshot)
        : writer_{format},
          snapshot_{std::move(snapshot)}
    {}

    /// The next piece, at least so many octets long but for the last one; empty: that was all.
    std::string next(std::size_t size)
    {
        while (writer_.size() < size && family_ < exporter_families.size()) write_rows(size);
        if (family_ < exporter_families.size() || ended_) return writer_.take();
        ended_ = true;
        write_own();
        io::write_process_metrics(writer_);
        return std::move(writer_).finish();
    }

private:
    using Type = wire::MetricType;

    void write_rows(std::size_t size)
    {
        const auto& family = exporter_families[family_];
        if (row_ == 0) writer_.family(family.type, family.name, family.help, family.unit);
        while (row_ < snapshot_.rows.size() && writer_.size() < size) family.write(writer_, snapshot_.rows[row_++]);
        if (row_ < snapshot_.rows.size()) return;
        row_ = 0;
        ++family_;
    }

    void write_own()
    {
        single(Type::gauge, "libnet_ping_targets", "Hosts to ping, resolved or not.", snapshot_.rows.size());
        single(Type::counter, "libnet_ping_unmatched",
               "Responses to our identifier, from any host, to no request of ours.", snapshot_.foreign);
        single(Type::counter, "libnet_ping_rx_dropped", "Packets that our own sockets had no room for.",
               snapshot_.rx_dropped);
        single(Type::counter, "libnet_ping_checksum_errors", "ICMP packets to this host with a wrong checksum.",
               snapshot_.checksum_errors);

        writer_.family(Type::summary, "libnet_ping_sched_lag_seconds", "How late our own sends were, since the start.",
                       "seconds");
        const auto& lag = snapshot_.sched_lag;
        using Seconds = std::chrono::duration<double>;
        const std::array quantiles{wire::MetricQuantile{0.5, Seconds{lag.p50}.count()},
                                   wire::MetricQuantile{0.99, Seconds{lag.p99}.count()},
                                   wire::MetricQuantile{1, Seconds{lag.max}.count()}};
        writer_.add({}, quantiles);

        const auto& probes = snapshot_.probes;
        single(Type::gauge, "libnet_ping_probes_running", "Probes for /probe that are under way.", probes.running);
        writer_.family(Type::counter, "libnet_ping_probes", "Requests for /probe, by what became of them.");
        writer_.add({{"outcome", "success"}}, probes.succeeded);
        writer_.add({{"outcome", "failure"}}, probes.failed);
        writer_.add({{"outcome", "refused"}}, probes.refused);
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
    ExporterSnapshot snapshot_;
    std::size_t family_ = 0, row_ = 0;  ///< what comes next
    bool ended_ = false;
};

}  // namespace libnet::inline v0::detail
