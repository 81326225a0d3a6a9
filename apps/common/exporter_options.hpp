#pragma once
// The options that `ping++ --listen` and `trace++ --listen` share with the daemons.
//
//   apps::DaemonOptions daemon = apps::exporter_daemon();
//   add_exporter_options(table, "serve Prometheus at [ADDR:]PORT", listen, daemon);

#include <apps/common/daemon_options.hpp>
#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>

#include <fmt/format.h>

#include <optional>
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

/// Adds those of them that an exporter has: --listen, which `help` is about, --page-name, --diagnostics, --user, --group, --sandbox,
/// --check.
inline void add_exporter_options(Options& table, std::string_view help, std::optional<io::ListenPlace>& listen,
                                 DaemonOptions& daemon)
{
    table.value("listen", "PLACE", std::string{help}, listen_place(), listen)
        .list("page-name", "NAME", "--listen: a name of its page; may be repeated", page_name(), daemon.page_names);
    add_diagnostics(table, daemon);
    add_rights(table, daemon);
}

/// What makes no sense without --listen; empty: nothing.
inline std::string lacks_listen(const Options& table, const std::optional<io::ListenPlace>& listen)
{
    if (listen) return {};
    for (const auto option : {"page-name", "diagnostics", "user", "group", "sandbox", "check"})
        if (!table.given(option).empty()) return fmt::format("--{}: it is for --listen: give that, too", option);
    return {};
}

}  // namespace libnet::apps
