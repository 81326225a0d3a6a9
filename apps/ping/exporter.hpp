#pragma once
// `ping++ --listen`: watches the hosts it is given and probes those that it is asked about, for Prometheus.

#include <apps/common/exporter.hpp>
#include <apps/common/output.hpp>
#include <apps/pages/live_pages.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/ping_exporter.hpp>
#include <libnet/target_list.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// The hosts of the command line, and those of the file as it is now. Throws std::runtime_error when it can't be read.
inline std::vector<std::string> read_hosts_again(const ExporterSettings& settings)
{
    auto hosts = settings.hosts;
    if (settings.file == "-")
        throw std::runtime_error{"--targets: standard input was read at the start, and is no more"};
    if (settings.file.empty()) return hosts;
    const auto list = read_target_file(settings.file);
    for (const auto& why : list.complaints) complain("ping++", why);
    hosts.insert(hosts.end(), list.hosts.begin(), list.hosts.end());
    return hosts;
}

inline PingExporterOptions exporter_options(const PingSettings& settings)
{
    return {.targets = settings.hosts,
            .read_targets = [again = settings.exporter] { return read_hosts_again(again); },
            .ping = settings.options,
            .family = settings.family,
            .refresh = settings.exporter.refresh,
            .max_probes = settings.exporter.max_probes,
            .page =
                [names = settings.exporter.daemon.page_names](HttpEndpoint& endpoint, const WatchDocuments& documents) {
                    mount_watch_page(endpoint, "ping", documents, page_hosts(names));
                },
            .diagnostics = [](DiagnosticLevel level, std::string_view text) { complain("ping++", text, level); }};
}

/// See apps/common/exporter.hpp.
struct PingExporting {
    using Server = PingExporter;
    static constexpr std::string_view name = "ping++";

    const Options& table;
    DaemonOptions& daemon;
    PingExporterOptions options;
};

/// Runs the exporter to its end, and returns the exit code.
inline int export_pings(PingSettings& settings, const Options& table, const std::vector<std::string>& command)
{
    auto& exporter = settings.exporter;
    return run_exporter(PingExporting{table, exporter.daemon, exporter_options(settings)},
                        {exporter.file, settings.bad_targets}, command);
}

}  // namespace libnet::apps
