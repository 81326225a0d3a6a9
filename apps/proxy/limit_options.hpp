#pragma once
// How long proxy++ waits for what, and how much it allows.

#include <apps/common/option_values.hpp>
#include <apps/common/options.hpp>
#include <apps/common/units.hpp>
#include <libnet/forward_proxy_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace libnet::apps {

/// Adds the timeouts and limits of a ForwardProxy to the group that the table is in. The defaults in the texts are
/// those of ForwardProxyOptions.
inline void add_limits(Options& table, ForwardProxyOptions& options)
{
    using namespace std::chrono_literals;
    const auto timeout = period(1ms, 24h);
    const auto timeout_or_none = period(0ms, 24h);
    const auto head_size = integer<std::size_t>(1024, 16'777'216);
    const auto field_count = integer<std::size_t>(1, 10'000);
    table
        .value("max-connections", "N", "of clients at a time; more wait; 0: no limit (0)", integer<std::size_t>(0),
               options.max_connections)
        .value("max-requests", "N", "of a client's connection, which ends then; 0: any number (0)",
               integer<std::uint64_t>(0), options.max_requests)
        .value("idle-timeout", "TIME", "for a client between two requests (60)", timeout, options.idle_timeout)
        .value("request-timeout", "TIME", "for the head of a request (30)", timeout, options.request_timeout)
        .value("resolve-timeout", "TIME", "to look a name up (10)", timeout, options.resolve_timeout)
        .value("connect-timeout", "TIME", "to connect, all addresses of a name together (10)", timeout,
               options.connect_timeout)
        .value("response-timeout", "TIME", "for the head of an answer (60)", timeout, options.response_timeout)
        .value("transfer-timeout", "TIME", "without progress in the middle of a message (60)", timeout,
               options.transfer_timeout)
        .value("max-request-head", "BYTES", "of the head of a request (65536)", head_size, options.limits.head)
        .value("max-request-fields", "N", "of a request (100)", field_count, options.limits.fields)
        .value("max-response-head", "BYTES", "of the head of an answer (65536)", head_size,
               options.response_limits.head)
        .value("max-response-fields", "N", "of an answer (200)", field_count, options.response_limits.fields)
        .value("min-receive-rate", "BYTES", "a second that the body of a request brings at least; 0: any (500)",
               integer<std::uint64_t>(0), options.min_receive_rate)
        .value("min-rate", "BYTES", "a second that a client takes at least of an answer; 0: any (0)",
               integer<std::uint64_t>(0), options.min_send_rate)
        .value("tunnel-timeout", "TIME", "without a byte in a tunnel; 0: no limit (600)", timeout_or_none,
               options.tunnel_timeout)
        .value("udp-timeout", "TIME", "without a datagram of a SOCKS5 client; 0: no limit (120)", timeout_or_none,
               options.udp_timeout)
        .value("half-closed-timeout", "TIME", "the same when one side has ended; 0: as above (60)", timeout_or_none,
               options.half_closed_timeout)
        .value("tunnel-keep-alive", "TIME", "until silent peers of a tunnel are probed; 0: never (120)",
               timeout_or_none, options.tunnel_keep_alive)
        .value("upstream-idle-timeout", "TIME", "to keep an idle connection to a server; 0: none (30)", timeout_or_none,
               options.upstream_idle_timeout)
        .value("max-upstreams", "N", "connections to servers in use at a time, for each thread; 0: any (0)",
               integer<std::size_t>(0), options.max_upstreams)
        .value("max-upstreams-per-host", "N", "the same to one host; 0: any (0)", integer<std::size_t>(0),
               options.max_upstreams_per_host);
}

}  // namespace libnet::apps
