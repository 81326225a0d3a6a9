#pragma once
// `trace++ --listen`: watches the paths to the hosts it is given, for Prometheus.

#include <apps/common/cannot_listen.hpp>
#include <apps/common/exporter_life.hpp>
#include <apps/common/output.hpp>
#include <apps/pages/live_pages.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/executor.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/target_list.hpp>
#include <libnet/trace_exporter.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

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
    return {.address = settings.listen->address(),
            .port = settings.listen->port(),
            .targets = settings.targets.empty() ? settings.operands : settings.words,
            .read_targets = [operands = settings.operands,
                             file = settings.targets] { return read_hosts_again(operands, file); },
            .trace = settings.trace,
            .interval = settings.pause(),
            .family = settings.family,
            .max_probes = settings.max_probes,
            .page =
                [names = settings.page_names](HttpEndpoint& endpoint, const WatchDocuments& documents) {
                    mount_watch_page(endpoint, "trace", documents, page_hosts(names));
                },
            .diagnostics = [](DiagnosticLevel, std::string_view text) { complain("trace++", text); }};
}

/// Throws CannotListen.
inline std::unique_ptr<TraceExporter> make_exporter(const Executor& executor, const TraceSettings& settings)
{
    try {
        return std::make_unique<TraceExporter>(executor, exporter_options(settings));
    } catch (const boost::system::system_error& error) {
        if (!reason_of(error).starts_with("cannot listen")) throw;
        throw CannotListen{error, {.endpoint = *settings.listen}, "listen"};
    }
}

/// Runs the exporter to its end, which only SIGINT, SIGTERM or SIGQUIT brings. Completes with the exit code, 0.
inline asio::awaitable<int> export_paths(const TraceSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto exporter = make_exporter(*executor.target<Executor>(), settings);
    const std::function<void()> reload = [exporter = exporter.get()] { exporter->reload(); };
    const ExporterLife life{executor, "trace++", reload};
    for (const auto& why : settings.bad_words) complain("trace++", why);
    complain("trace++", fmt::format("exporting on {}", io::to_text(exporter->local_endpoint())));
    life.ready();
    co_await exporter->run();
    co_return 0;
}

}  // namespace libnet::apps
