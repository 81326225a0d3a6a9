#pragma once
// From what the user wrote to an address and the size of packets to it.

#include <apps/common/output.hpp>
#include <apps/trace/settings.hpp>
#include <libnet/engine/trace/trace_packet.hpp>
#include <libnet/engine/trace/trace_question.hpp>
#include <libnet/io/dns/host_text.hpp>
#include <libnet/io/dns/resolve_error.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/tracer.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace libnet::apps {

namespace asio = boost::asio;

/// The address of the host that is traced. Throws what the resolver throws, or std::runtime_error for a zone that is
/// missing.
inline asio::awaitable<asio::ip::address> resolve_target(const TraceSettings& settings)
{
    const auto executor = co_await asio::this_coro::executor;
    io::Resolver resolver{executor};
    const auto host = io::resolvable_host(settings.host);
    const auto addresses = co_await resolver.resolve(host, settings.family);
    const auto missing = settings.trace.interface.empty() ? io::missing_zone(addresses.front()) : std::string{};
    if (!missing.empty()) throw std::runtime_error{missing};
    co_return addresses.front();
}

/// In octets, with the source route.
inline std::size_t ip_header_size(const TraceOptions& options, const asio::ip::address& target)
{
    constexpr std::size_t v4 = 20, v6 = 40, word = 4;
    if (!target.is_v4()) return v6;
    return v4 + (options.gateways.count != 0 ? (options.gateways.count + 1U) * word : 0U);
}

/// Sets the payload so that packets are as long as the user wants. Too little is made the least, as traceroute does.
inline void set_packet_size(TraceOptions& options, const TraceSettings& settings, const asio::ip::address& target)
{
    constexpr std::size_t header = 8, least = 16, most = 65'000;  // of UDP and ICMP; see TraceOptions::payload_size
    if (!settings.length) return;
    const auto taken = ip_header_size(options, target) + header;
    const auto payload = *settings.length > taken ? *settings.length - taken : 0;
    options.payload_size = static_cast<std::uint16_t>(std::clamp(payload, least, most));
}

/// Of UDP and ICMP probes, in octets: no less than the question takes that a service is asked.
inline std::size_t payload_size(const TraceOptions& options)
{
    const bool rising = options.classic && options.method == TraceProbe::udp;
    const bool asks = options.method == TraceProbe::udp || options.method == TraceProbe::udp_constant;
    if (rising || !asks) return options.payload_size;
    constexpr std::uint16_t dns = 53;
    const auto port = options.port == 0 && options.method == TraceProbe::udp_constant ? dns : options.port;
    return std::max<std::size_t>(options.payload_size, engine::least_payload(engine::question_for(port)));
}

/// Of the probes to this target with their IP header, in octets.
inline std::size_t packet_size(const TraceOptions& options, const asio::ip::address& target)
{
    constexpr std::size_t header = 8;
    const auto ip = ip_header_size(options, target);
    if (options.method == TraceProbe::tcp) return ip + engine::tcp_probe_size(options.tcp);
    if (options.method == TraceProbe::dccp) return ip + engine::dccp_request_size;
    return ip + header + payload_size(options);  // of raw packets eight octets stand in place of a header
}

}  // namespace libnet::apps
