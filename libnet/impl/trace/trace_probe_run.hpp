#pragma once
// One probe for /probe: the lookup, then one pass over the path, within the time that the client has.

#include <libnet/impl/trace/trace_probe_report.hpp>
#include <libnet/impl/trace/trace_probe_request.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/io/dns/resolve_until.hpp>
#include <libnet/io/loop/reason_of.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace libnet::inline v0::detail {

/// A trace that ends by itself, or at a moment. Shared with the timer's handler, which may run when nothing else needs it.
struct TimedTrace {
    std::optional<Tracer> tracer;
    bool late = false;

    /// Ends what waits for the tracer with `operation_aborted`.
    void end()
    {
        late = true;
        tracer.reset();
    }
};

/// Traces the path until it is known or the moment has come: `path` is what was found. Throws
/// `boost::system::system_error`: no socket, say, or `operation_aborted` when it is cancelled.
inline boost::asio::awaitable<void> trace_until(boost::asio::steady_timer::time_point moment, TraceOptions options,
                                                boost::asio::ip::address address, TracePath& path)
{
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto trace = std::make_shared<TimedTrace>();
    trace->tracer.emplace(executor, options);
    const auto target = trace->tracer->add(address);
    boost::asio::steady_timer limit{executor, moment};
    limit.async_wait([trace](boost::system::error_code cancelled) {
        if (!cancelled) trace->end();
    });
    try {
        while (trace->tracer) {
            auto event = co_await trace->tracer->next();
            if (auto* done = std::get_if<TraceDone>(&*event)) {
                path = std::move(done->path);
                break;
            }
            if (trace->tracer) path = trace->tracer->path(target);
        }
    } catch (const boost::system::system_error&) {
        if (!trace->late) throw;
    }
    trace->tracer.reset();
}

/// Traces the path to a target. Completes within the time that the request has, or a moment later, whatever happens; throws
/// `operation_aborted` when it is cancelled (terminal).
inline boost::asio::awaitable<TraceProbeReport> run_trace_probe(io::SharedResolver& resolver, TraceProbeRequest request,
                                                                engine::ClientKey client)
{
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    const auto limit = start + request.time;
    TraceProbeReport report;
    report.address = co_await io::resolve_until(resolver, request.target, client, request.family, limit);
    report.lookup = Clock::now() - start;
    if (report.address && request.trace.interface.empty()) report.error = io::missing_zone(*report.address);
    if (report.address && report.error.empty() && Clock::now() < limit) {
        try {
            auto tracing = trace_until(limit, request.trace, *report.address, report.path);
            co_await std::move(tracing);
            if (report.path.error) report.error = report.path.error.message();
        } catch (const boost::system::system_error& failed) {
            if (failed.code() == boost::asio::error::operation_aborted) throw;
            report.error = io::reason_of(failed);
        }
    }
    report.all = Clock::now() - start;
    co_return report;
}

}  // namespace libnet::inline v0::detail
