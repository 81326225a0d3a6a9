#pragma once
// `trace++ --listen`: watches the paths to the hosts it is given, for Prometheus.

#include <apps/common/exporter.hpp>
#include <apps/common/output.hpp>
#include <apps/pages/live_pages.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/target_list.hpp>
#include <libnet/trace_exporter.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// The hosts of the command line, and those of the file as it is now. Throws std::runtime_error when it can't be read.
inline std::vector<std::string> read_hosts_again(const std::vector<std::string>& operands, const std::string& file)
{
    auto hosts = operands;
    if (file == "-") throw std::runtime_error{"--targets: standard input was read at the start, and is no more"};
    if (file.empty()) return hosts;
    const auto list = read_target_file(file);
    for (const auto& why : list.complaints) complain("trace++", why);
    hosts.insert(hosts.end(), list.hosts.begin(), list.hosts.end());
    return hosts;
}

inline TraceExporterOptions exporter_options(const TraceSettings& settings)
{
    return {.targets = settings.targets.empty() ? settings.operands : settings.words,
            .read_targets = [operands = settings.operands,
                             file = settings.targets] { return read_hosts_again(operands, file); },
            .trace = settings.trace,
            .interval = settings.pause(),
            .family = settings.family,
            .max_probes = settings.max_probes,
            .page =
                [names = settings.daemon.page_names](HttpEndpoint& endpoint, const WatchDocuments& documents) {
                    mount_watch_page(endpoint, "trace", documents, page_hosts(names));
                },
            .diagnostics = [](DiagnosticLevel level, std::string_view text) { complain("trace++", text, level); }};
}

/// See apps/common/exporter.hpp.
struct TraceExporting {
    using Server = TraceExporter;
    static constexpr std::string_view name = "trace++";

    const Options& table;
    DaemonOptions& daemon;
    TraceExporterOptions options;
};

/// Runs the exporter to its end, and returns the exit code.
inline int export_paths(TraceSettings& settings, const Options& table, const std::vector<std::string>& command)
{
    return run_exporter(TraceExporting{table, settings.daemon, exporter_options(settings)},
                        {settings.targets, settings.bad_words}, command);
}

}  // namespace libnet::apps
