#pragma once
// What a PingExporter tells at /probe: blackbox_exporter's families, and beside them what it can't tell.

#include <libnet/engine/ping/ping_statistics.hpp>
#include <libnet/wire/open_metrics.hpp>

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

/// What became of a probe.
struct ProbeReport {
    std::chrono::nanoseconds lookup{}, setup{}, all{};  ///< how long these took
    std::optional<boost::asio::ip::address> address;    ///< empty: the target is unresolved
    PingStatistics numbers;
    std::optional<int> ttl;                       ///< of the last answer
    std::map<std::string, std::uint64_t> errors;  ///< ICMP and send errors, by their words

    bool success() const noexcept { return numbers.received + numbers.late != 0; }
};

/// FNV-1a over the octets of an address, which blackbox_exporter tells so that a change can be seen.
inline std::uint32_t address_hash(const boost::asio::ip::address& address)
{
    std::uint32_t hash = 2'166'136'261;
    const auto add = [&hash](const auto& octets) {
        for (const unsigned octet : octets) hash = (hash ^ octet) * 16'777'619;
    };
    if (address.is_v4()) add(address.to_v4().to_bytes());
    else add(address.to_v6().to_bytes());
    return hash;
}

/// Writes the exposition. Like its model it has no labels for the target: Prometheus knows whom it asked for.
inline std::string write_probe_report(wire::MetricsFormat format, const ProbeReport& report)
{
    using wire::MetricType;
    wire::MetricsWriter writer{format};
    const auto seconds = [](std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); };
    const auto gauge = [&writer](std::string_view name, std::string_view help, auto value, std::string_view unit = {}) {
        writer.family(MetricType::gauge, name, help, unit);
        writer.add({}, value);
    };
    const auto& numbers = report.numbers;

    gauge("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds",
          seconds(report.lookup), "seconds");
    gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds", seconds(report.all),
          "seconds");
    writer.family(MetricType::gauge, "probe_icmp_duration_seconds", "Duration of icmp request by phase", "seconds");
    writer.add({{"phase", "resolve"}}, report.address ? seconds(report.lookup) : 0.0);
    writer.add({{"phase", "setup"}}, seconds(report.setup));
    writer.add({{"phase", "rtt"}}, seconds(numbers.rtt.mean));
    if (report.ttl) gauge("probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)", *report.ttl);
    gauge("probe_ip_addr_hash", "Specifies the hash of IP address. It's useful to detect if the IP address changes.",
          report.address ? address_hash(*report.address) : 0);
    gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6",
          !report.address           ? 0
          : report.address->is_v4() ? 4
                                    : 6);
    gauge("probe_success", "Displays whether or not the probe was a success", report.success() ? 1 : 0);

    gauge("libnet_ping_probe_unresolved", "Whether the target has no address.", report.address ? 0 : 1);
    gauge("libnet_ping_probe_requests", "Requests whose turn came.", numbers.sent);
    gauge("libnet_ping_probe_responses", "Requests that were answered in time.", numbers.received);
    gauge("libnet_ping_probe_late", "Requests that were answered after their timeout.", numbers.late);
    gauge("libnet_ping_probe_lost", "Requests that were not answered.", numbers.lost + numbers.pending);
    gauge("libnet_ping_probe_duplicates", "Further responses to a request that had one.", numbers.duplicates);
    gauge("libnet_ping_probe_rtt_min_seconds", "The shortest round trip.", seconds(numbers.rtt.min), "seconds");
    gauge("libnet_ping_probe_rtt_max_seconds", "The longest round trip.", seconds(numbers.rtt.max), "seconds");
    writer.family(MetricType::gauge, "libnet_ping_probe_errors", "Requests that ended in an error, ICMP's or our own.");
    for (const auto& [reason, count] : report.errors) writer.add({{"reason", reason}}, count);
    return std::move(writer).finish();
}

}  // namespace libnet::inline v0::detail
