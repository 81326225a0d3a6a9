#pragma once
// How a path is traced: the options of Tracer, and of the engine below it.

#include <libnet/engine/trace/trace_path.hpp>

#include <chrono>
#include <cstdint>
#include <type_traits>

namespace libnet::inline v0 {

/// Options of a `Tracer`. The defaults are traceroute's.
struct TraceOptions {
    TraceProbe method = TraceProbe::udp;  ///< what the probes are
    std::uint8_t first_ttl = 1;           ///< of the first probes: 1 to `max_ttl`
    std::uint8_t max_ttl = 30;            ///< of the last probes: 1 to 255
    std::uint8_t probes = 3;              ///< for each hop: 1 or more
    std::uint16_t window = 16;            ///< probes to one target under way at the same time: 1 or more
    /// The longest that a probe waits for its answer: more than nothing, and a day at most.
    std::chrono::milliseconds timeout{5000};
    /// It waits no longer than this many round trips of another probe of its hop, but 100 ms at least. 0: only `timeout`
    /// and `near_factor` count.
    double here_factor = 3;
    /// Where none was answered: no longer than this many round trips of a probe of a later hop, but 100 ms at least. 0:
    /// only `timeout` counts.
    double near_factor = 10;
    /// Where the probes' numbers begin: the first UDP port (`TraceProbe::udp`), the port (`TraceProbe::udp_constant`), or the first
    /// ICMP sequence number (`TraceProbe::icmp`). 0: 33434, 53 and 1.
    std::uint16_t port = 0;
};

static_assert(
    std::is_trivially_destructible_v<TraceOptions>);  // so that it may be written out beside a co_await (g++ 12)

}  // namespace libnet::inline v0
