#pragma once
// What TraceOptions say where they leave it to us.

#include <libnet/engine/trace/trace_options.hpp>
#include <libnet/engine/trace/trace_question.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace libnet::inline v0::detail {

/// `TraceOptions::port` with its default; of ICMP, the first sequence number.
inline std::uint16_t trace_port(const TraceOptions& options) noexcept
{
    if (options.port != 0) return options.port;
    switch (options.method) {
    case TraceProbe::udp:
        return 33434;
    case TraceProbe::dccp:
        return 33434;
    case TraceProbe::udp_constant:
    case TraceProbe::udp_lite:
        return 53;
    case TraceProbe::tcp:
        return 80;
    case TraceProbe::icmp:
    case TraceProbe::raw:
        break;
    }
    return 1;
}

/// Whether each probe may be a flow of its own: others are of one flow with `TraceOptions::classic`, too.
inline bool is_classic(const TraceOptions& options) noexcept
{
    // Connections by way of gateways aren't told of the errors before the first of these.
    if (options.method == TraceProbe::tcp)
        return options.classic && options.tcp.is_plain() && options.gateways.count == 0;
    return options.classic && options.method != TraceProbe::dccp && options.method != TraceProbe::raw;
}

/// Whether no other sockets than raw ones can send such probes.
inline bool takes_raw(const TraceOptions& options) noexcept
{
    return options.method == TraceProbe::dccp || options.method == TraceProbe::raw ||
           (options.method == TraceProbe::tcp && !options.tcp.is_plain());
}

/// Whether the kernel is asked when each probe leaves. A stamp costs two system calls: with thousands of probes a second
/// the time at which a probe was handed over has to do.
inline bool asks_for_stamps(const TraceOptions& options) noexcept
{
    constexpr double many = 1000;
    return options.rate <= many;
}

/// What the probes ask.
inline engine::TraceQuestion trace_question(const TraceOptions& options) noexcept
{
    const bool udp = options.method == TraceProbe::udp || options.method == TraceProbe::udp_constant;
    const bool rising = options.classic && options.method == TraceProbe::udp;
    return udp && !rising ? engine::question_for(trace_port(options)) : engine::TraceQuestion::none;
}

/// Octets of the payloads: no less than what they ask takes.
inline std::size_t trace_payload_size(const TraceOptions& options) noexcept
{
    return std::max<std::size_t>(options.payload_size, engine::least_payload(trace_question(options)));
}

/// The numbers that probes may have: those of UDP are checksums, which are neither 0 nor 0xFFFF. Several flows share all of
/// them, wherever they shall begin.
struct TraceNumbers {
    std::uint16_t first = 1, last = 65534;
};

inline TraceNumbers trace_numbers(const TraceOptions& options) noexcept
{
    const bool from_port = options.method == TraceProbe::icmp || (options.classic && options.method == TraceProbe::udp);
    if (from_port && options.flows == 1) return {trace_port(options), 65535};
    return {};
}

}  // namespace libnet::inline v0::detail
