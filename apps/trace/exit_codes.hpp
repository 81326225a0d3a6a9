#pragma once
// What trace++ tells a script.

#include <apps/common/output.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/engine/trace/path_difference.hpp>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace libnet::apps {

namespace trace_exit {
constexpr int reached = 0;
constexpr int not_reached = 1;
constexpr int failed = 2;  ///< usage, name, permission, no route
constexpr int other_path = 3;
constexpr int loss = 4;
}  // namespace trace_exit

/// What a trace came to.
struct TraceResult {
    bool reached = false;
    double loss = 0;  ///< of the probes to the destination, 0 to 1
    std::vector<ExpectedHop> hops{};
};

/// The exit code; what it stands for is said on standard error, where the output doesn't show it.
inline int judge(const TraceSettings& settings, const std::vector<ExpectedHop>& expected, const TraceResult& result)
{
    const auto program = settings.program();
    const auto differences =
        settings.expect.empty() ? std::vector<std::string>{} : path_differences(expected, result.hops);
    for (const auto& line : differences) complain(program, "--expect: " + line);
    // As traceroute has it: nothing stood in the way of the trace.
    if (settings.manner == TraceManner::traceroute) return trace_exit::reached;
    if (!result.reached) return trace_exit::not_reached;
    if (!differences.empty()) return trace_exit::other_path;
    const double percent = result.loss * 100;
    if (!settings.max_loss || percent <= *settings.max_loss) return trace_exit::reached;
    complain(program, fmt::format("--max-loss: {:.1f} % of the probes to {} were lost, {:g} % are allowed", percent,
                                  printable(settings.host), *settings.max_loss));
    return trace_exit::loss;
}

}  // namespace libnet::apps
