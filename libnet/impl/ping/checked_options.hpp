#pragma once
// What the options of a pinger mean for its parts.

#include <libnet/config.hpp>
#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/io/icmp/probe_socket.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/ping_options.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>

namespace libnet::inline v0::detail {

/// Throws `boost::system::system_error`, `invalid_argument`, for one that is out of range.
inline const PingOptions& checked(const PingOptions& options)
{
    constexpr std::size_t max_payload = 65'507;  // an IPv4 packet without its header and the ICMP header
    io::require_option(options.interval.count() >= 0, "ping interval: zero or more is needed");
    io::require_option(options.timeout.count() > 0, "ping timeout: more than zero is needed");
    io::require_option(options.rate >= 0, "ping rate: zero or more is needed");
    io::require_option(options.payload_size <= max_payload, "ping payload: at most 65507 octets");
    io::require_option(!options.ttl || (*options.ttl >= 1 && *options.ttl <= 255), "ping ttl: 1 to 255");
    io::require_option(!options.flow_label || *options.flow_label <= 0xF'FFFF, "ping flow label: at most 0xFFFFF");
    io::require_option(!options.send_buffer || *options.send_buffer > 0, "ping send buffer: more than zero is needed");
    io::require_option(options.access, PingAccess::raw, "ping access: automatic, datagram or raw");
    io::require_option(options.path_mtu_discovery, PathMtuDiscovery::probe, "ping path MTU discovery: system to probe");
    io::require_option(options.clock, PingClock::arrival, "ping clock: kernel, user or arrival");
    io::require_option(options.record, PingRecord::timestamps_and_addresses,
                       "ping record: nothing to timestamps_and_addresses");
    io::require_option(options.record == PingRecord::nothing || options.ip_options.empty(),
                       "ping IP options: not beside a record");
    io::require_option(options.message, PingMessage::timestamp, "ping message: echo or timestamp");
    io::require_option(options.message == PingMessage::echo || options.access != PingAccess::datagram,
                       "ping access: raw for timestamps");
    return options;
}

inline engine::PingEngineOptions engine_options(const PingOptions& options)
{
    std::random_device random;
    const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
    engine::PingEngineOptions result;
    result.payload_size = options.message == PingMessage::echo ? options.payload_size : 0;
    result.pattern = options.pattern;
    result.rate = options.rate;
    result.strict_source = options.strict_source;
    result.together = std::chrono::microseconds{500};  // a turn of the event loop costs as much as a few pings
    result.key = {word(), word()};
    return result;
}

inline io::ProbeSocketOptions ping_socket_options(const PingOptions& options)
{
    io::ProbeSocketOptions result;
    result.access = options.access;
    result.ttl = options.ttl;
    result.source = options.source;
    result.interface = options.interface.str();
    result.path_mtu_discovery = options.path_mtu_discovery;
    result.traffic_class = options.traffic_class;
    result.mark = options.mark;
    result.send_buffer = options.send_buffer;
    result.receive_stamps = options.clock != PingClock::user;
    result.transmit_stamps = options.clock == PingClock::kernel;
    result.record = options.record;
    result.ip_options = options.ip_options;
    result.outgoing_interface = options.outgoing_interface.str();
    result.tell_headers = options.tell_headers;
    if (options.message == PingMessage::timestamp) {
        result.access = PingAccess::raw;
        result.answer_type = wire::icmp_type::timestamp_reply;
    }
    result.identifier = options.identifier;
    result.flow_label = options.flow_label;
    result.multicast_loopback = options.multicast_loopback;
    result.debug = options.debug;
    result.broadcast = options.broadcast;
    result.dont_route = options.dont_route;
    return result;
}

/// How a target is pinged. Throws as `checked` does.
inline engine::PingSchedule schedule_of(const PingTargetOptions& options, const PingOptions& defaults)
{
    const engine::PingSchedule schedule{.interval = options.interval.value_or(defaults.interval),
                                        .timeout = options.timeout.value_or(defaults.timeout),
                                        .count = options.count,
                                        .delay = options.delay,
                                        .quiet = options.quiet,
                                        .windows = options.windows,
                                        .rhythm = options.rhythm,
                                        .tell_outstanding = options.tell_outstanding,
                                        .window = options.window};
    io::require_option(schedule.interval.count() >= 0, "ping interval: zero or more is needed");
    io::require_option(schedule.timeout.count() > 0, "ping timeout: more than zero is needed");
    io::require_option(schedule.delay.count() >= 0, "ping delay: zero or more is needed");
    io::require_option(schedule.window >= 1, "ping window: one or more is needed");
    io::require_option(schedule.rhythm, PingRhythm::adaptive, "ping rhythm: steady, flood or adaptive");
    return schedule;
}

}  // namespace libnet::inline v0::detail
