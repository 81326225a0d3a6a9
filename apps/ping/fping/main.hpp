#pragma once
// ping++ under the name fping.

#include <apps/common/run.hpp>
#include <apps/ping/fping/options.hpp>
#include <apps/ping/fping/session.hpp>
#include <apps/ping/personality.hpp>

#include <boost/asio/ip/udp.hpp>

#include <memory>

namespace libnet::apps::fping {

inline std::unique_ptr<Printer> make_printer(const Plan& plan, Outlet& outlet)
{
    if (plan.json) return std::make_unique<JsonPrinter>(plan, outlet);
    return std::make_unique<Printer>(plan, outlet);
}

/// The hosts of the names that have addresses; the others are told of.
inline std::vector<Host> hosts_of(const Plan& plan, const NameTable& table, Printer& printer, Totals& totals)
{
    std::vector<Host> hosts;
    hosts.reserve(table.names().size());
    for (std::size_t i = 0; i < table.names().size(); ++i) {
        const std::string& name = table.names()[i];
        const Resolved& resolved = table.result(i);
        if (resolved.trouble.empty()) {
            append_hosts(plan, name, resolved, hosts);
            continue;
        }
        printer.unknown(name, resolved.trouble);
        ++totals.unknown;
    }
    return hosts;
}

/// A source address that isn't this host's is a wrong setting, and no host that is unreachable.
inline void check_source(const asio::any_io_executor& executor, const Plan& plan)
{
    if (!plan.pinger.source) return;
    const asio::ip::udp::endpoint source{*plan.pinger.source, 0};
    asio::ip::udp::socket socket{executor};
    boost::system::error_code failed;
    socket.open(source.protocol(), failed);
    if (!failed) socket.bind(source, failed);
    if (failed)
        throw Fault{system_failure, fmt::format("{}: cannot bind source address : {}", plan.program, failed.message())};
}

inline asio::awaitable<int> ping_all(const Plan& plan)
{
    const auto executor = co_await asio::this_coro::executor;
    auto names = target_names(plan);
    Outlet outlet{executor};
    const auto printer = make_printer(plan, outlet);
    Totals totals;
    auto table = std::make_shared<NameTable>(executor, plan, std::move(names));
    co_await table->resolve();
    auto hosts = hosts_of(plan, *table, *printer, totals);
    table.reset();
    outlet.flush();
    if (hosts.empty()) co_return totals.unknown != 0 ? some_unknown : wrong_usage;
    check_source(executor, plan);
    Session session{executor, plan, outlet, *printer, std::move(hosts), totals};
    const int exit_code = co_await session.run();
    co_return exit_code;
}

/// A Fault has its own words; what else is thrown is fping's "system call failure".
inline asio::awaitable<int> ping_or_fail(const Plan& plan)
{
    try {
        const int exit_code = co_await ping_all(plan);
        co_return exit_code;
    } catch (const Fault& fault) {
        fmt::print(stderr, "{}\n", fault.what());
        co_return fault.exit_code;
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;
        fmt::print(stderr, "{}: {}\n", plan.program, reason_of(error));
    }
    co_return system_failure;
}

/// The whole program. Returns its exit code.
inline int run_as_fping(const Invocation& invocation)
try {
    Plan plan;
    plan.program = invocation.program;
    if (const auto exit_code = read_plan(plan, invocation.arguments, invocation.name == "fping6")) return *exit_code;
    return apps::run(plan.program, ping_or_fail(plan));
} catch (const Fault& fault) {
    fmt::print(stderr, "{}\n", fault.what());
    return fault.exit_code;
} catch (const OutputClosed&) {
    return exit_output_closed;
} catch (const std::exception& error) {
    complain(invocation.program, reason_of(error));
    return system_failure;
}

}  // namespace libnet::apps::fping
