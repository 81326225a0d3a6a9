#pragma once
// What `ping++ --listen` is told on the command line.

#include <apps/common/daemon_options.hpp>
#include <apps/common/exporter_options.hpp>
#include <apps/common/options.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace libnet::apps {

struct ExporterSettings {
    DaemonOptions daemon = exporter_daemon();         ///< `listen` is empty: there is no exporter
    std::size_t max_probes = 500;                     ///< that are under way for `/probe`; more are refused
    std::optional<std::chrono::nanoseconds> refresh;  ///< for names: longest life of an answer; empty: its TTL
    std::vector<std::string> hosts;                   ///< of the command line alone
    std::string file;                                 ///< with more hosts, read again when asked; "-" can't be

    bool listens() const noexcept { return !daemon.listen.empty(); }
};

/// Adds the exporter's options to the group that the table is in.
inline void add_options(Options& table, ExporterSettings& settings)
{
    using namespace std::chrono_literals;
    add_exporter_options(table, "serve Prometheus: /metrics, /probe?target=", settings.daemon);
    table
        .value("max-probes", "N", "--listen: probes at a time for /probe (500)", integer<std::size_t>(1, 100'000),
               settings.max_probes)
        .value("refresh", "SECONDS", "--listen: look names up again by then (TTL)", seconds(100ms, 24h),
               settings.refresh);
}

}  // namespace libnet::apps
