#pragma once
// `ping++ --listen` and `trace++ --listen` as daemons: the life of httpd++ and proxy++, in one thread.
//
//   struct PingExporting {                                  // what makes it ping++
//       using Server = libnet::PingExporter;
//       static constexpr std::string_view name = "ping++";
//       const apps::Options& table;
//       apps::DaemonOptions& daemon;
//       libnet::PingExporterOptions options;
//   };
//   return apps::run_exporter(PingExporting{...}, {file, complaints}, {argv, argv + argc});

#include <apps/common/daemon.hpp>
#include <apps/common/faults.hpp>
#include <apps/common/options.hpp>
#include <apps/common/output.hpp>
#include <apps/common/run.hpp>
#include <apps/common/sandbox_settings.hpp>
#include <libnet/daemon.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace libnet::apps {

namespace detail {

/// What SIGHUP does: each exporter reads its hosts again.
template <typename Exporter>
asio::awaitable<void> reload_hosts(Daemon<Exporter>& daemon)
{
    const std::function<void(Exporter&)> reload = [](Exporter& exporter) { exporter.reload(); };
    auto reloading = daemon.for_each(reload);
    co_await std::move(reloading);
}

}  // namespace detail

/// The hosts of an exporter, beside those of its command line.
struct ExportedHosts {
    std::string file{};                     ///< "-" or empty: none that could be read again
    std::vector<std::string> complaints{};  ///< about its lines
};

/// Runs it until SIGINT, SIGTERM or SIGQUIT ends it, or checks what it is told. Returns the exit code: 0, 1 for a check that has
/// found a fault, 2 when it can't start. `command` is the whole command line.
template <typename Exporting>
int run_exporter(Exporting exporting, const ExportedHosts& hosts, const std::vector<std::string>& command)
try {
    using Server = typename Exporting::Server;
    prepare_daemon();
    auto& daemon = exporting.daemon;
    if (daemon.check) {
        Faults faults;
        for (const auto& why : hosts.complaints) faults.add(why, exit_not_possible);
        return detail::check(exporting, faults);
    }
    const auto name = std::string{Exporting::name};
    for (const auto& why : hosts.complaints) complain(name, why);
    const bool can_read_again = hosts.file != "-";  // standard input has been read already
    daemon.sandbox_paths = files_of_daemon(exporting.table, daemon, {}, {});
    if (can_read_again) add_folder_of(daemon.sandbox_paths.read, hosts.file);
    DaemonHooks<Server> hooks;
    hooks.reload = [](Daemon<Server>& served) { return detail::reload_hosts(served); };
    if (can_read_again) hooks.arguments = command;
    const int exit_code = serve<Server>(name, "exporting", daemon, std::move(exporting.options), std::move(hooks));
    return exit_code == exit_not_serving ? exit_failure : exit_code;
} catch (const std::exception& error) {
    complain(Exporting::name, reason_of(error));
    return exit_failure;
}

}  // namespace libnet::apps
