#pragma once
// `trace++ --listen`: watches the paths to the hosts it is given, for Prometheus.

#include <apps/common/output.hpp>
#include <apps/pages/live_pages.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/executor.hpp>
#include <libnet/io/tcp/endpoint_text.hpp>
#include <libnet/trace_exporter.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <csignal>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace libnet::apps {

namespace asio = boost::asio;

inline TraceExporterOptions exporter_options(const TraceSettings& settings)
{
    return {.address = settings.listen->address(),
            .port = settings.listen->port(),
            .targets = settings.operands,
            .trace = settings.trace,
            .interval = settings.pause(),
            .family = settings.family,
            .page =
                [names = settings.page_names](HttpEndpoint& endpoint, const WatchDocuments& documents) {
                    mount_watch_page(endpoint, "trace", documents, page_hosts(names));
                },
            .diagnostics = [](DiagnosticLevel, std::string_view text) { complain("trace++", text); }};
}

/// Throws std::runtime_error in words when it can't listen.
inline std::unique_ptr<TraceExporter> make_exporter(const Executor& executor, const TraceSettings& settings)
{
    try {
        return std::make_unique<TraceExporter>(executor, exporter_options(settings));
    } catch (const boost::system::system_error& error) {
        const auto why = reason_of(error);
        if (error.code() != asio::error::address_in_use || !why.starts_with("cannot listen")) throw;
        throw std::runtime_error{why + ": choose another --listen, or end the program that has it"};
    }
}

/// Runs the exporter to its end, which only SIGINT or SIGTERM brings: the other signals that mean something to daemons do
/// nothing. Completes with the exit code, 0.
inline asio::awaitable<int> export_paths(const TraceSettings& settings)
{
    for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
    const auto executor = co_await asio::this_coro::executor;
    const auto exporter = make_exporter(*executor.target<Executor>(), settings);
    complain("trace++", fmt::format("exporting on {}", io::to_text(exporter->local_endpoint())));
    co_await exporter->run();
    co_return 0;
}

}  // namespace libnet::apps
