// trace++: shows the path to a host, hop by hop, once or again and again; or the paths to many hosts.
//
// Exit codes: 0 the host was reached, 1 it wasn't, 2 the trace couldn't be made (usage, name, permission, no route), 3 the
// path isn't the expected one, 4 too many probes were lost, 130 or 143 interrupted by SIGINT or SIGTERM. What was found is
// printed in every case.

#include <apps/common/run.hpp>
#include <apps/trace/exporter.hpp>
#include <apps/trace/many_paths.hpp>
#include <apps/trace/method_options.hpp>
#include <apps/trace/mtr_packet.hpp>
#include <apps/trace/one_pass.hpp>
#include <apps/trace/personality.hpp>
#include <apps/trace/rounds.hpp>
#include <apps/trace/settings.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace libnet;

namespace {

/// Whether it stands for more than one address.
bool is_range(const std::string& text, const apps::TraceSettings& settings)
{
    const auto word = apps::read_host(text, settings.family);
    return word.kind == apps::HostWord::Kind::range || word.kind == apps::HostWord::Kind::mistake;
}

/// Reads the list of --targets. With it, all operands are hosts. Throws std::runtime_error when it can't be read.
void take_targets(apps::TraceSettings& settings)
{
    settings.many = true;
    settings.words = settings.operands;
    if (settings.targets.empty()) return;
    auto list = read_target_file(settings.targets);
    settings.words.insert(settings.words.end(), list.hosts.begin(), list.hosts.end());
    settings.bad_words = std::move(list.complaints);
}

/// Reads HOST and LENGTH. Returns what is wrong with them.
std::string take_operands(apps::TraceSettings& settings)
try {
    if (!settings.targets.empty()) {
        take_targets(settings);
        settings.many = !settings.listens();
        return settings.words.empty() && settings.bad_words.empty() ? "--targets: there is no host in it" : "";
    }
    if (settings.operands.empty()) return "no HOST given: try 'trace++ --help'";
    settings.host = settings.operands.front();
    if (settings.listens()) return {};  // all of them are hosts
    if (settings.operands.size() > 2)
        return fmt::format("unexpected operand '{}': try 'trace++ --help'", apps::printable(settings.operands[2]));
    if (settings.operands.size() > 1) {
        settings.length = apps::integer<std::uint16_t>(0, 65'000)(settings.operands[1]);
        settings.operands.pop_back();
    }
    if (is_range(settings.host, settings)) take_targets(settings);
    return {};
} catch (const apps::BadValue& error) {
    return std::string{"LENGTH: "} + error.what();
} catch (const std::runtime_error& error) {
    return std::string{"--targets: "} + error.what();
}

/// Of the method, -O and -g. Returns what is wrong with them.
std::string take_method(apps::TraceSettings& settings)
{
    auto& options = settings.trace;
    if (const auto& module = settings.module) {
        options.method = module->method;
        options.protocol = module->protocol;
        if (module->connects) options.access = TraceAccess::datagram;
    }
    for (const auto& some : settings.gateways)
        for (const auto& gateway : some) {
            if (options.gateways.count == TraceGateways::max_count) return "--gateway: there is room for 8 of them";
            options.gateways.addresses[options.gateways.count++] = gateway;
        }
    if (auto wrong = apps::apply_method_options(settings.method_options, options, settings.tcp_info); !wrong.empty())
        return wrong;
    if (!settings.tcp_info) return {};
    if (options.access == TraceAccess::datagram)
        return "-O info: raw sockets show the flags of answers: take -T without --unprivileged";
    options.access = TraceAccess::raw;
    options.classic = false;  // those probes are connections
    return {};
}

bool asks_for_help(const apps::TraceSettings& settings)
{
    return std::ranges::find(settings.method_options, "help") != settings.method_options.end();
}

/// What follows from several options together.
void complete(apps::TraceSettings& settings, apps::Options& table)
{
    auto& options = settings.trace;
    options.timeout = settings.wait.timeout;
    options.here_factor = settings.wait.here_factor;
    options.near_factor = settings.wait.near_factor;
    if (settings.queries) options.probes = *settings.queries;
    else if (settings.rounds() || settings.many) options.probes = 1;
    if (settings.many) {
        constexpr double usual_rate = 1000;
        if (options.rate == 0) options.rate = usual_rate;
        settings.numeric = true;
    }
    // One HOST is asked for an address that the source can send to; of many, others leave from where they are routed.
    const bool one = !settings.many && !settings.listens();
    if (one && options.source && settings.family == io::AddressFamily::any)
        settings.family = options.source->is_v4() ? io::AddressFamily::ipv4 : io::AddressFamily::ipv6;
    if (!settings.watch) return;
    const auto obstacle = apps::screen_obstacle();
    if (obstacle.empty()) return;
    settings.watch = false;
    if (!settings.report) settings.report = 10;
    table.complain(fmt::format("--watch: {}: a report of {} round{}", obstacle, *settings.report,
                               *settings.report == 1 ? "" : "s"));
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
    if (call.unknown)
        return table.complain(fmt::format("--as: '{}' is none of trace++, traceroute, traceroute6, mtr-packet",
                                          apps::printable(*call.unknown)));
    const auto count = static_cast<int>(arguments.size());
    if (const auto exit_code = table.read(count, arguments.data())) return *exit_code;
    if (asks_for_help(settings)) return table.answer(apps::method_options_help);
    if (const auto wrong = take_method(settings); !wrong.empty()) return table.complain(wrong);
    if (const auto wrong = take_operands(settings); !wrong.empty()) return table.complain(wrong);
    complete(settings, table);
    if (const auto wrong = conflict_in(settings); !wrong.empty()) return table.complain(wrong);
    if (const auto wrong = apps::lacks_listen(table, settings.daemon); !wrong.empty()) return table.complain(wrong);
    if (settings.listens()) return apps::export_paths(settings, table, {argv, argv + argc});
    if (settings.many) return apps::run(settings.program(), apps::trace_many(settings));
    if (settings.rounds()) return apps::run(settings.program(), apps::trace_rounds(settings));
    return apps::run(settings.program(), apps::trace_once(settings));
}
