#pragma once
// `ping++ --listen`: watches the hosts it is given and probes those that it is asked about, for Prometheus.

#include <apps/common/cannot_listen.hpp>
#include <apps/common/exporter_life.hpp>
#include <apps/common/output.hpp>
#include <apps/pages/live_pages.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/executor.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/ping_exporter.hpp>
#include <libnet/target_list.hpp>

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
    return {.address = settings.exporter.listen->address(),
            .port = settings.exporter.listen->port(),
            .targets = settings.hosts,
            .read_targets = [again = settings.exporter] { return read_hosts_again(again); },
            .ping = settings.options,
            .family = settings.family,
            .refresh = settings.exporter.refresh,
            .max_probes = settings.exporter.max_probes,
            .page =
                [names = settings.exporter.page_names](HttpEndpoint& endpoint, const WatchDocuments& documents) {
                    mount_watch_page(endpoint, "ping", documents, page_hosts(names));
                },
            .diagnostics = [](DiagnosticLevel, std::string_view text) { complain("ping++", text); }};
}

/// Throws CannotListen.
inline std::unique_ptr<PingExporter> make_exporter(const Executor& executor, const PingSettings& settings)
{
    try {
        return std::make_unique<PingExporter>(executor, exporter_options(settings));
    } catch (const boost::system::system_error& error) {
        if (!reason_of(error).starts_with("cannot listen")) throw;
        throw CannotListen{error, {.endpoint = *settings.exporter.listen}, "listen"};
    }
}

/// Runs the exporter to its end, which only SIGINT, SIGTERM or SIGQUIT brings. Completes with the exit code, 0.
inline asio::awaitable<int> export_pings(const PingSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto exporter = make_exporter(*executor.target<Executor>(), settings);
    const std::function<void()> reload = [exporter = exporter.get()] { exporter->reload(); };
    const ExporterLife life{executor, "ping++", reload};
    for (const auto& why : settings.bad_targets) complain("ping++", why);
    complain("ping++", fmt::format("exporting on {}", io::to_text(exporter->local_endpoint())));
    life.ready();
    co_await exporter->run();
    co_return 0;
}

}  // namespace libnet::apps
