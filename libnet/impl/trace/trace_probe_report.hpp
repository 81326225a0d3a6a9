#pragma once
// What a TraceExporter tells at /probe: one path, as it is now.

#include <libnet/engine/trace/trace_path.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

/// What became of a probe.
struct TraceProbeReport {
    std::chrono::nanoseconds lookup{}, all{};         ///< how long these took
    std::optional<boost::asio::ip::address> address;  ///< empty: the target is unresolved
    TracePath path{};                                 ///< as far as it was found in time
    std::string error{};                              ///< why it couldn't be traced; empty: nothing stood in the way
};

/// Writes the exposition: blackbox_exporter's families, and the hops. It has no labels for the target: Prometheus knows whom
/// it asked for.
class TraceProbeMetrics {
public:
    TraceProbeMetrics(wire::MetricsFormat format, const TraceProbeReport& report) : writer_{format}, report_{report} {}

    std::string write()
    {
        gauge("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds",
              seconds(report_.lookup), "seconds");
        gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds", seconds(report_.all),
              "seconds");
        gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6",
              !report_.address           ? 0
              : report_.address->is_v4() ? 4
                                         : 6);
        gauge("probe_success", "Displays whether or not the probe was a success", report_.path.reached() ? 1 : 0);
        gauge("libnet_trace_probe_unresolved", "Whether the target has no address.", report_.address ? 0 : 1);
        gauge("libnet_trace_probe_distance_hops", "Hops to the target; 0: it wasn't reached.",
              report_.path.reached() ? report_.path.hops.back().ttl : 0);
        if (report_.address) {
            writer_.family(Type::gauge, "libnet_trace_probe_stop", "Why there are no more hops, as a label.");
            writer_.add({{"reason", name_of(report_.path.stop_reason)}}, 1);
        }
        if (!report_.error.empty()) {
            writer_.family(Type::gauge, "libnet_trace_probe_error", "What stood in the way, as a label.");
            writer_.add({{"reason", report_.error}}, 1);
        }
        write_hops();
        return std::move(writer_).finish();
    }

private:
    using Type = wire::MetricType;

    /// An address that answered at a hop.
    struct Router {
        std::uint64_t received = 0;
        std::chrono::nanoseconds shortest{};
    };

    static double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

    template <typename Value>
    void gauge(std::string_view name, std::string_view help, Value value, std::string_view unit = {})
    {
        writer_.family(Type::gauge, name, help, unit);
        writer_.add({}, value);
    }

    void write_hops()
    {
        writer_.family(Type::gauge, "libnet_trace_probe_hop_sent", "Probes to the hop.");
        for (const auto& hop : report_.path.hops) writer_.add({{"ttl", std::to_string(hop.ttl)}}, hop.probes.size());
        std::map<std::pair<std::uint8_t, boost::asio::ip::address>, Router> routers;
        for (const auto& hop : report_.path.hops)
            for (const auto& outcome : hop.probes) {
                const auto* answer = std::get_if<TraceHop>(&outcome);
                if (answer == nullptr) continue;
                auto& router = routers[{hop.ttl, answer->from}];
                router.shortest = router.received == 0 ? answer->rtt : std::min(router.shortest, answer->rtt);
                ++router.received;
            }
        writer_.family(Type::gauge, "libnet_trace_probe_hop_received", "Probes that this address answered.");
        for (const auto& [place, router] : routers) writer_.add(labels(place), router.received);
        writer_.family(Type::gauge, "libnet_trace_probe_hop_rtt_seconds", "The shortest time of its answers.",
                       "seconds");
        for (const auto& [place, router] : routers) writer_.add(labels(place), seconds(router.shortest));
    }

    static wire::MetricLabels labels(const std::pair<std::uint8_t, boost::asio::ip::address>& place)
    {
        return {{"ttl", std::to_string(place.first)}, {"hop", place.second.to_string()}};
    }

    wire::MetricsWriter writer_;
    const TraceProbeReport& report_;
};

}  // namespace libnet::inline v0::detail
