#pragma once
// One pass over the path, as traceroute makes it.

#include <apps/trace/csv_report.hpp>
#include <apps/trace/exit_codes.hpp>
#include <apps/trace/json_report.hpp>
#include <apps/trace/mtu_search.hpp>
#include <apps/trace/presenter.hpp>
#include <apps/trace/saved_path.hpp>
#include <apps/trace/send_trouble.hpp>
#include <apps/trace/target.hpp>
#include <apps/trace/text_report.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace libnet::apps {

namespace asio = boost::asio;

inline std::unique_ptr<TraceReport> make_report(const TraceSettings& settings)
{
    switch (settings.format) {
    case TraceFormat::json:
        return std::make_unique<JsonReport>(settings);
    case TraceFormat::csv:
        return std::make_unique<CsvReport>(settings);
    case TraceFormat::text:
        break;
    }
    return std::make_unique<TextReport>(settings);
}

/// Of the probes to the last hop.
inline double loss_at_end(const TracePath& path)
{
    if (path.hops.empty()) return 0;
    const auto& probes = path.hops.back().probes;
    const auto lost = std::ranges::count_if(
        probes, [](const TraceOutcome& outcome) { return std::holds_alternative<TraceLost>(outcome); });
    return probes.empty() ? 0 : static_cast<double>(lost) / static_cast<double>(probes.size());
}

/// Traces and reports. `path` is what was found, even when this throws.
inline asio::awaitable<void> follow(const TraceSettings& settings, TraceReport& report, Presenter& presenter,
                                    TracePath& path)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto address = co_await resolve_target(settings);
    TraceOptions options = settings.trace;
    set_packet_size(options, settings, address);
    Tracer tracer{executor, options};
    const auto target = tracer.add(address);
    std::optional<MtuSearch> mtu;
    if (settings.mtu) mtu.emplace(executor, settings, address);
    report.begin(settings.host, address, packet_size(options, address));
    while (auto event = co_await tracer.next()) {
        report.counters(tracer.counters());
        if (auto* done = std::get_if<TraceDone>(&*event)) {
            path = std::move(done->path);
            break;
        }
        path = tracer.path(target);
        if (auto* hop = std::get_if<TraceHop>(&*event)) presenter.add(std::move(*hop));
        else presenter.add(std::get<TraceLost>(*event));
    }
    co_await presenter.finish();
    if (mtu && !path.error) {
        const auto found = co_await mtu->finish(path);
        report.mtu(found);
    }
    if (path.error) throw NotSent{settings.host, path.error};
}

/// Completes with the exit code.
inline asio::awaitable<int> trace_once(const TraceSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto expected = settings.expect.empty() ? std::vector<ExpectedHop>{} : read_saved_path(settings.expect);
    const auto report = make_report(settings);
    Presenter presenter{executor, *report, settings};
    TracePath path;
    try {
        co_await follow(settings, *report, presenter, path);
    } catch (const std::exception& error) {
        presenter.show_now();
        const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
        const bool interrupted = system != nullptr && system->code() == asio::error::operation_aborted;
        report->end(path, interrupted ? std::string{} : reason_of(error), presenter.describe());
        throw;
    }
    report->end(path, {}, presenter.describe());
    const TraceResult result{path.reached(), loss_at_end(path), found_hops(path)};
    co_return judge(settings, expected, result);
}

}  // namespace libnet::apps
