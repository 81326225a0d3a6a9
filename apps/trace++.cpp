// trace++: shows the path to a host, hop by hop; once, or again and again.
//
// Exit codes: 0 the host was reached, 1 it wasn't, 2 the trace couldn't be made (usage, name, permission, no route), 3 the
// path isn't the expected one, 4 too many probes were lost, 130 or 143 interrupted by SIGINT or SIGTERM. What was found is
// printed in every case.

#include <apps/common/run.hpp>
#include <apps/trace/exporter.hpp>
#include <apps/trace/mtr_packet.hpp>
#include <apps/trace/one_pass.hpp>
#include <apps/trace/personality.hpp>
#include <apps/trace/rounds.hpp>
#include <apps/trace/settings.hpp>

#include <string>
#include <vector>

#include <unistd.h>

using namespace libnet;

namespace {

/// Reads HOST and LENGTH. Returns what is wrong with them.
std::string take_operands(apps::TraceSettings& settings)
try {
    settings.host = settings.operands.front();
    if (settings.listen) return {};  // all of them are hosts
    if (settings.operands.size() > 2)
        return fmt::format("unexpected operand '{}': try 'trace++ --help'", apps::printable(settings.operands[2]));
    if (settings.operands.size() > 1) settings.length = apps::integer<std::uint16_t>(0, 65'000)(settings.operands[1]);
    return {};
} catch (const apps::BadValue& error) {
    return std::string{"LENGTH: "} + error.what();
}

/// What follows from several options together.
void complete(apps::TraceSettings& settings, apps::Options& table)
{
    auto& options = settings.trace;
    options.timeout = settings.wait.timeout;
    options.here_factor = settings.wait.here_factor;
    options.near_factor = settings.wait.near_factor;
    if (settings.queries) options.probes = *settings.queries;
    else if (settings.rounds()) options.probes = 1;
    if (!settings.watch || apps::is_terminal(STDOUT_FILENO)) return;
    settings.watch = false;
    if (!settings.report) settings.report = 10;
    table.complain(fmt::format("--watch: standard output is no terminal: a report of {} rounds", *settings.report));
}

}  // namespace

int main(int argc, char** argv)
{
    const auto call = apps::read_call(argc, argv);
    std::vector<const char*> arguments;
    for (const auto& argument : call.arguments) arguments.push_back(argument.c_str());

    // mtr asks for everything on standard input.
    if (call.manner == apps::TraceManner::mtr_packet && call.arguments.size() <= 1)
        return apps::run("mtr-packet", apps::run_mtr_packet());

    apps::TraceSettings settings;
    set_manner(settings, call.manner);
    auto table = apps::trace_options(settings);
    if (!call.unknown.empty())
        return table.complain(fmt::format("--as: '{}' is none of trace++, traceroute, mtr-packet", call.unknown));
    const auto count = static_cast<int>(arguments.size());
    if (const auto exit_code = table.read(count, arguments.data())) return *exit_code;
    if (const auto wrong = take_operands(settings); !wrong.empty()) return table.complain(wrong);
    complete(settings, table);
    if (const auto wrong = conflict_in(settings); !wrong.empty()) return table.complain(wrong);
    if (settings.listen) return apps::run(settings.program(), apps::export_paths(settings));
    if (settings.rounds()) return apps::run(settings.program(), apps::trace_rounds(settings));
    return apps::run(settings.program(), apps::trace_once(settings));
}
