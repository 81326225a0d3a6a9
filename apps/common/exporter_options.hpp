#pragma once
// The options that `ping++ --listen` and `trace++ --listen` share with the daemons.
//
//   apps::DaemonOptions daemon = apps::exporter_daemon();
//   add_exporter_options(table, "serve Prometheus at [ADDR:]PORT", daemon);
//   if (daemon.listen.empty()) ...   // it is no exporter

#include <apps/common/daemon_options.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/units.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>

namespace libnet::apps {

/// What the daemon's options of an exporter are, unless they are given.
inline DaemonOptions exporter_daemon()
{
    DaemonOptions daemon{.threads = 1, .access_log = "none"};
    daemon.identity.raw_sockets = true;
    return daemon;
}

/// Adds those of them that an exporter has: --listen, which `help` is about, --drain, --page-name, --diagnostics, --user, --group,
/// --sandbox, --check.
inline void add_exporter_options(Options& table, std::string_view help, DaemonOptions& daemon)
{
    using namespace std::chrono_literals;
    table.list("listen", "PLACE", std::string{help}, listen_place(), daemon.listen)
        .value("drain", "TIME", "--listen: until requests end: 30s, 1m (10)", period(0ms, 24h), daemon.drain)
        .list("page-name", "NAME", "--listen: a name of its page; may be repeated", page_name(), daemon.page_names);
    add_diagnostics(table, daemon);
    add_rights(table, daemon);
}

/// What makes no sense without --listen; empty: nothing.
inline std::string lacks_listen(const Options& table, const DaemonOptions& daemon)
{
    if (!daemon.listen.empty()) return {};
    for (const auto option : {"drain", "page-name", "diagnostics", "user", "group", "sandbox", "check"})
        if (!table.given(option).empty()) return fmt::format("--{}: it is for --listen: give that, too", option);
    return {};
}

}  // namespace libnet::apps
