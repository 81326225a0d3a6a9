#pragma once
// The options of trace++.

#include <apps/common/options.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/tracer.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// How long an answer is waited for; see TraceOptions.
struct WaitTimes {
    std::chrono::milliseconds timeout{};
    double here_factor = 0;
    double near_factor = 0;
};

/// Reads MAX[,HERE[,NEAR]] as traceroute does: a factor that isn't given is 0, which means that it doesn't count.
inline auto wait_times()
{
    return [](std::string_view text) {
        const auto factor = [text](std::string_view part) {
            double value = 0;
            const char* const end = part.data() + part.size();
            const auto [stopped, error] = std::from_chars(part.data(), end, value);
            if (error != std::errc{} || stopped != end || !(value >= 0 && value <= 1000))
                throw BadValue{
                    fmt::format("'{}' is not MAX,HERE,NEAR: the factors are numbers from 0 to 1000", printable(text))};
            return value;
        };
        const auto next_part = [&text] {
            const auto comma = std::min(text.find(','), text.size());
            const auto part = text.substr(0, comma);
            text.remove_prefix(std::min(comma + 1, text.size()));
            return part;
        };
        const auto max = seconds(std::chrono::milliseconds{1}, std::chrono::hours{1})(next_part());
        WaitTimes times{std::chrono::duration_cast<std::chrono::milliseconds>(max)};
        if (!text.empty()) times.here_factor = factor(next_part());
        if (!text.empty()) times.near_factor = factor(text);
        return times;
    };
}

/// What the command line says.
struct TraceSettings {
    std::vector<std::string> hosts;  ///< one
    TraceOptions trace;
    WaitTimes wait{trace.timeout, trace.here_factor, trace.near_factor};
    io::AddressFamily family = io::AddressFamily::any;
    bool numeric = false;
    bool json = false;
};

inline Options trace_options(TraceSettings& settings)
{
    Options table{"trace++", "HOST", "Shows the routers on the path to HOST."};
    auto& trace = settings.trace;
    table.group("Probes")
        .flag("icmp,I", "ICMP echo requests (default: UDP from port 33434 on)", trace.method, TraceProbe::icmp)
        .flag("udp,U", "UDP to one port", trace.method, TraceProbe::udp_constant)
        .value("port,p", "PORT", "first UDP port or ICMP number; the port of -U (53)", port(), trace.port)
        .value("first,f", "TTL", "the first hop to probe (1)", integer<std::uint8_t>(1), trace.first_ttl)
        .value("max-hops,m", "TTL", "the last hop to probe (30)", integer<std::uint8_t>(1), trace.max_ttl)
        .value("queries,q", "N", "probes for each hop (3)", integer<std::uint8_t>(1, 10), trace.probes)
        .value("sim-queries,N", "N", "probes under way at a time (16)", integer<std::uint16_t>(1, 1000), trace.window)
        .value("wait,w", "MAX,HERE,NEAR", "wait MAX s, and this many round trips (5,3,10)", wait_times(),
               settings.wait);
    table.group("Target and output")
        .flag("ipv4,4", "use IPv4", settings.family, io::AddressFamily::ipv4)
        .flag("ipv6,6", "use IPv6", settings.family, io::AddressFamily::ipv6)
        .flag("numeric,n", "addresses only, no names", settings.numeric)
        .flag("json", "print JSON Lines", settings.json);
    table.operands("HOST", settings.hosts, 1, 1);
    table.example("trace++ -n 127.0.0.1     Exit code: 0 reached, 1 not reached, 2 error");
    return table;
}

}  // namespace libnet::apps
