#pragma once
// What a client of a TraceExporter asks for at /probe.

#include <libnet/base/printable.hpp>
#include <libnet/engine/http/probe_query.hpp>
#include <libnet/engine/trace/trace_options.hpp>
#include <libnet/io/dns/resolver_options.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::inline v0::detail {

/// `/probe?target=NAME&module=icmp4&probes=3&timeout=5`.
struct TraceProbeRequest {
    std::string target;  ///< a name or an address, or what the client takes for one
    io::AddressFamily family = io::AddressFamily::any;
    TraceOptions trace{};
    std::chrono::nanoseconds time{};  ///< for all of it: the lookup, and every answer
};

/// Of "udp4": the method udp, and IPv4. Another method than the exporter's own has its usual port.
inline void take_trace_module(TraceProbeRequest& request, std::string_view module)
{
    constexpr std::array<std::pair<std::string_view, TraceProbe>, 3> methods{
        {{"udp", TraceProbe::udp}, {"icmp", TraceProbe::icmp}, {"tcp", TraceProbe::tcp}}};
    auto name = module;
    request.family = io::AddressFamily::any;
    if (name.ends_with('4')) request.family = io::AddressFamily::ipv4;
    if (name.ends_with('6')) request.family = io::AddressFamily::ipv6;
    if (request.family != io::AddressFamily::any) name.remove_suffix(1);
    for (const auto& [known, method] : methods) {
        if (known != name) continue;
        if (request.trace.method != method) request.trace.port = 0;
        request.trace.method = method;
        return;
    }
    throw std::invalid_argument{"module: '" + base::printable(module) +
                                "' is unknown: there are udp, icmp and tcp, each with a 4 or a 6 behind it, too"};
}

/// Reads the query and fields of a request for /probe. `usual` has what a client leaves to the exporter. Throws
/// std::invalid_argument with the words for the client.
inline TraceProbeRequest read_trace_probe(std::string_view query, const wire::HttpFields& fields,
                                          const TraceProbeRequest& usual)
{
    constexpr std::uint64_t most = 10;
    auto request = usual;
    const auto read = engine::read_probe_query(query, fields, [&](std::string_view name, std::string_view value) {
        if (name == "module") take_trace_module(request, value);
        else if (name == "probes")
            request.trace.probes = static_cast<std::uint8_t>(engine::read_probe_count(name, value, most));
        else
            throw std::invalid_argument{"'" + base::printable(name) +
                                        "' is no parameter: there are target, module, probes and timeout"};
    });
    request.target = read.target;
    request.time = read.time;
    // Silent hops at the end have to be given up within the time.
    const auto half = std::chrono::duration_cast<std::chrono::milliseconds>(read.time / 2);
    request.trace.timeout = std::clamp(half, std::chrono::milliseconds{1}, request.trace.timeout);
    return request;
}

}  // namespace libnet::inline v0::detail
