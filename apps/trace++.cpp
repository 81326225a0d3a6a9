// trace++: shows the path to a host, hop by hop.
//
// Exit codes: 0 the host was reached, 1 it wasn't, 2 the trace couldn't be made (usage, name, permission, no route),
// 130 or 143 interrupted by SIGINT or SIGTERM. What was found is printed in every case.

#include <apps/common/run.hpp>
#include <apps/trace/json_report.hpp>
#include <apps/trace/presenter.hpp>
#include <apps/trace/settings.hpp>
#include <apps/trace/text_report.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/tracer.hpp>

#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace asio = boost::asio;
using namespace libnet;

namespace {

std::string_view method_name(TraceProbe method)
{
    switch (method) {
    case TraceProbe::udp:
        return "udp";
    case TraceProbe::udp_constant:
        return "udp_constant";
    case TraceProbe::tcp:
        return "tcp";
    case TraceProbe::icmp:
        break;
    }
    return "icmp";
}

std::unique_ptr<apps::TraceReport> make_report(const apps::TraceSettings& settings)
{
    const auto& trace = settings.trace;
    apps::TraceSubject subject{settings.hosts.front(), method_name(trace.method), trace.max_ttl, trace.probes,
                               settings.numeric};
    if (settings.json) return std::make_unique<apps::JsonReport>(std::move(subject));
    return std::make_unique<apps::TextReport>(std::move(subject));
}

/// Traces and reports. `path` is what was found, even when this throws.
asio::awaitable<void> follow(const apps::TraceSettings& settings, apps::TraceReport& report, apps::Presenter& presenter,
                             TracePath& path)
{
    const auto executor = co_await asio::this_coro::executor;
    io::Resolver resolver{executor};
    const auto host = io::resolvable_host(settings.hosts.front());
    const auto addresses = co_await resolver.resolve(host, settings.family);
    if (const auto missing = io::missing_zone(addresses.front()); !missing.empty()) throw std::runtime_error{missing};

    Tracer tracer{executor, settings.trace};
    const auto target = tracer.add(addresses.front());
    report.begin(addresses.front());
    while (auto event = co_await tracer.next()) {
        if (auto* done = std::get_if<TraceDone>(&*event)) {
            path = std::move(done->path);
            break;
        }
        path = tracer.path(target);
        if (auto* hop = std::get_if<TraceHop>(&*event)) presenter.add(std::move(*hop));
        else presenter.add(std::get<TraceLost>(*event));
    }
    co_await presenter.finish();
    if (path.error) throw boost::system::system_error{path.error, settings.hosts.front()};
}

asio::awaitable<int> trace(const apps::TraceSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    const auto report = make_report(settings);
    apps::Presenter presenter{executor, *report, !settings.numeric};
    TracePath path;
    try {
        co_await follow(settings, *report, presenter, path);
    } catch (const std::exception& error) {
        presenter.show_now();
        const auto* system = dynamic_cast<const boost::system::system_error*>(&error);
        const bool interrupted = system != nullptr && system->code() == asio::error::operation_aborted;
        report->end(path, interrupted ? std::string{} : apps::reason_of(error), presenter.name_of());
        throw;
    }
    report->end(path, {}, presenter.name_of());
    co_return path.reached() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    apps::TraceSettings settings;
    auto table = apps::trace_options(settings);
    if (const auto exit_code = table.read(argc, argv)) return *exit_code;
    auto& options = settings.trace;
    options.timeout = settings.wait.timeout;
    options.here_factor = settings.wait.here_factor;
    options.near_factor = settings.wait.near_factor;
    if (options.first_ttl > options.max_ttl) return table.complain("--first: it is greater than --max-hops");
    return apps::run("trace++", trace(settings));
}
