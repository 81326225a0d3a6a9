#pragma once
// `ping++ --listen`: watches the hosts it is given and probes those that it is asked about, for Prometheus.

#include <apps/common/output.hpp>
#include <apps/ping/settings.hpp>
#include <libnet/executor.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/ping_exporter.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <stdexcept>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

inline PingExporterOptions exporter_options(const PingSettings& settings)
{
    return {.address = settings.exporter.listen->address(),
            .port = settings.exporter.listen->port(),
            .targets = settings.hosts,
            .ping = settings.options,
            .family = settings.family,
            .refresh = settings.exporter.refresh,
            .max_probes = settings.exporter.max_probes,
            .diagnostics = [](DiagnosticLevel, std::string_view text) { complain("ping++", text); }};
}

/// Throws std::runtime_error in words when it can't listen.
inline std::unique_ptr<PingExporter> make_exporter(const Executor& executor, const PingSettings& settings)
{
    try {
        return std::make_unique<PingExporter>(executor, exporter_options(settings));
    } catch (const boost::system::system_error& error) {
        const auto why = reason_of(error);
        if (error.code() != asio::error::address_in_use || !why.starts_with("cannot listen")) throw;
        throw std::runtime_error{why + ": choose another --listen, or end the program that has it"};
    }
}

/// Runs the exporter to its end, which only a signal brings. Completes with the exit code, 0.
inline asio::awaitable<int> export_pings(const PingSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto exporter = make_exporter(*executor.target<Executor>(), settings);
    for (const auto& why : settings.bad_targets) complain("ping++", why);
    complain("ping++", fmt::format("exporting on {}", io::to_text(exporter->local_endpoint())));
    co_await exporter->run();
    co_return 0;
}

}  // namespace libnet::apps
