#pragma once
// Under which name trace++ runs, and what that changes: --as NAME, or a link with that name.

#include <apps/trace/settings.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace libnet::apps {

struct TraceCall {
    TraceManner manner = TraceManner::trace;
    std::vector<std::string> arguments{};  ///< without --as, the program's name first
    std::optional<std::string> unknown{};  ///< a name that --as doesn't know
};

inline std::optional<TraceManner> manner_named(std::string_view name)
{
    if (name == "trace++") return TraceManner::trace;
    if (name == "traceroute" || name == "traceroute6") return TraceManner::traceroute;
    if (name == "mtr-packet") return TraceManner::mtr_packet;
    return std::nullopt;
}

/// Reads the name, and makes of traceroute's "-UL", which is no group of -U and -L, the long option.
inline TraceCall read_call(int argc, const char* const* argv)
{
    TraceCall call;
    std::vector<std::string> given{argv, argv + argc};
    std::string name = given.empty() ? "" : given.front().substr(given.front().rfind('/') + 1);
    bool v6 = name == "traceroute6", operands = false;
    call.manner = manner_named(name).value_or(TraceManner::trace);
    for (std::size_t i = 0; i < given.size(); ++i) {
        std::string_view word = given[i];
        operands = operands || word == "--";
        const bool apart = word == "--as";
        if (!operands && (apart || word.starts_with("--as="))) {
            const bool missing = apart && i + 1 == given.size();
            const auto as = missing ? "" : apart ? given[++i] : given[i].substr(5);
            if (const auto manner = manner_named(as)) call.manner = *manner;
            else call.unknown = as;
            v6 = as == "traceroute6";
            continue;
        }
        call.arguments.push_back(!operands && word == "-UL" ? "--udplite" : given[i]);
    }
    if (v6 && !call.arguments.empty()) call.arguments.insert(call.arguments.begin() + 1, "-6");
    return call;
}

/// What the name changes before the options are read: traceroute has a flow for each probe, and goes on to the last hop.
inline void set_manner(TraceSettings& settings, TraceManner manner)
{
    settings.manner = manner;
    if (manner != TraceManner::traceroute) return;
    settings.trace.classic = true;
    settings.trace.max_gap = 0;
}

/// What is wrong with options that don't go together; empty: nothing is.
inline std::string conflict_in(const TraceSettings& settings)
{
    if (settings.trace.first_ttl > settings.trace.max_ttl) return "--first: it is greater than --max-hops";
    if (settings.trace.classic && settings.trace.flows > 1) return "--flows: with --classic each probe is a flow";
    if (settings.many && settings.rounds()) return "--watch, --report, --listen: of many HOSTs one pass is made";
    if (settings.many && (!settings.expect.empty() || settings.max_loss))
        return "--expect, --max-loss: these are about one HOST";
    if (settings.mtu && (settings.many || settings.rounds())) return "--mtu: in one pass to one HOST";
    if (settings.mtu && (settings.trace.gateways.count != 0 || settings.trace.bypass_routes))
        return "--mtu: it is that of the path as routed, not by --gateway or --direct";
    const unsigned last_port = 65536U - settings.trace.flows;
    if (settings.trace.source_port > last_port)
        return fmt::format("--sport: {} flows take the ports from it on: give one up to {}", settings.trace.flows,
                           last_port);
    const bool v4 = settings.family == io::AddressFamily::ipv4;
    if (settings.trace.source && settings.family != io::AddressFamily::any && settings.trace.source->is_v4() != v4)
        return fmt::format("--source: {} is not of the family that -4 or -6 asks for",
                           settings.trace.source->to_string());
    if (settings.trace.share_hops && settings.trace.flows > 1) return "--share-hops: with one flow only";
    if (settings.watch && settings.format != TraceFormat::text)
        return "--watch: it is a screen for people: take --report N with --json or --csv";
    if (settings.rounds() && settings.trace.flows > 1) return "--flows: rounds are of one flow";
    if (settings.max_loss && settings.trace.classic && settings.rounds())
        return "--max-loss: rounds of --classic mix several paths";
    return {};
}

}  // namespace libnet::apps
