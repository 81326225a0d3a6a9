#pragma once
// Bodies of libnet/narrow_links.hpp.

#include <libnet/narrow_links.hpp>
#include <libnet/tracer.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <variant>

namespace libnet::inline v0 {

namespace detail {

/// One probe of an octet too much, whose TTL ends at this hop.
LIBNETXX_DECL TraceOptions sized_probe(const TraceOptions& options, const boost::asio::ip::address& target,
                                       const PathMtu& found, std::uint8_t ttl)
{
    const auto size = found.mtu + 1;
    constexpr std::uint32_t least = 16, most = 65'000;  // see TraceOptions::payload_size
    const std::size_t ip = target.is_v4() ? wire::ipv4_header_size : wire::ipv6_header_size;
    const auto headers = static_cast<std::uint32_t>(ip + wire::icmp_header_size);
    TraceOptions probe = options;
    const bool has_payload = probe.method != TraceProbe::tcp && probe.method != TraceProbe::dccp;
    if (!has_payload) probe.method = TraceProbe::icmp;
    probe.first_ttl = probe.max_ttl = ttl;
    probe.probes = probe.flows = 1;
    probe.share_hops = false;
    probe.rate = 0;
    probe.dont_fragment = true;
    probe.payload_size = static_cast<std::uint16_t>(std::clamp(size - std::min(size, headers), least, most));
    const auto enough = std::chrono::duration_cast<std::chrono::milliseconds>(3 * found.rtt);
    probe.timeout = std::min(probe.timeout, std::max(enough, std::chrono::milliseconds{200}));
    return probe;
}

/// Whether a router says that the probe's TTL ended there.
LIBNETXX_DECL bool is_passed(const TracePath& path)
{
    for (const auto& hop : path.hops)
        for (const auto& outcome : hop.probes)
            if (const auto* answer = std::get_if<TraceHop>(&outcome)) return answer->kind == TraceAnswer::time_exceeded;
    return false;
}

}  // namespace detail

LIBNETXX_DECL boost::asio::awaitable<NarrowLinks> find_narrow_links(boost::asio::any_io_executor executor,
                                                                    TracePath path, PathMtu found, TraceOptions options)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    NarrowLinks result;
    result.links = engine::told_links(path, found);
    engine::BlackHoleSearch search{path, found};
    while (const auto ttl = search.next()) {
        Tracer tracer{executor, detail::sized_probe(options, path.target, found, *ttl)};
        const auto probed = co_await tracer.trace(path.target);
        result.probes += tracer.counters().sent;
        search.on_result(detail::is_passed(probed));
    }
    if (const auto link = search.link()) result.links.push_back(*link);
    co_return result;
}

}  // namespace libnet::inline v0
