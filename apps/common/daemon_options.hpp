#pragma once
// The options that every daemon has: where it listens, with how many threads, and where its access log goes.
//
//   apps::DaemonOptions daemon{.address = boost::asio::ip::address_v6::any(), .port = 8080};
//   add_options(table.group("Server"), daemon, "address to listen on (every one)");
//
// Each is a line of the help: --port, --bind, --threads, --access-log.

#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace libnet::apps {

/// What a daemon's table of options sets, and `serve` (apps/common/daemon.hpp) takes.
struct DaemonOptions {
    boost::asio::ip::address address;  ///< `::` takes IPv4 connections too
    std::uint16_t port = 0;            ///< 0: any free one
    unsigned threads = 1;              ///< each with a server of its own on the same port; at least 1
    std::string access_log = "-";      ///< a file, "-" for standard output, or "none"
    std::string scheme{};              ///< of its URL, which is shown at the start; empty: it has none to click on

    /// Called at SIGHUP, to read again what may have changed; throws what is wrong with it, and then changes nothing.
    /// Empty: the signal has the system's effect, and ends the program.
    std::function<void()> on_reload{};
};

/// Adds --port, --bind, --threads and --access-log to the group that the table is in. `bind_help` says what the
/// default means.
inline void add_options(Options& table, DaemonOptions& daemon, std::string_view bind_help)
{
    table.value("port,p", "PORT", fmt::format("port to listen on, 0 for any free one ({})", daemon.port), port(0),
                daemon.port);
    table.value("bind,b", "ADDR", std::string{bind_help}, address(), daemon.address);
    table.value("threads", "N", fmt::format("threads, each with its own event loop ({})", daemon.threads),
                integer<unsigned>(1, 256), daemon.threads);
    table.value("access-log", "FILE", "FILE for a line per request, - or none (-)", text("file name"),
                daemon.access_log);
}

}  // namespace libnet::apps
