#pragma once
// Bodies of libnet/tracer.hpp.

#include <libnet/impl/probe_driver.hpp>
#include <libnet/impl/trace/trace_defaults.hpp>
#include <libnet/impl/trace/trace_session.hpp>
#include <libnet/impl/trace/tracer_state.hpp>
#include <libnet/io/loop/require_option.hpp>
#include <libnet/io/loop/turnstile.hpp>
#include <libnet/tracer.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

LIBNETXX_DECL const TraceOptions& checked(const TraceOptions& options)
{
    const auto require = [](bool good, const char* name_and_range) { io::require_option(good, name_and_range); };
    const auto is_factor = [](double factor) { return std::isfinite(factor) && factor >= 0; };
    require(options.first_ttl >= 1 && options.first_ttl <= options.max_ttl, "trace first TTL: 1 to the last one");
    require(options.probes >= 1, "trace probes: 1 or more");
    require(options.window >= 1, "trace window: 1 or more");
    require(options.timeout > options.timeout.zero() && options.timeout <= std::chrono::hours{24},
            "trace timeout: more than zero, and a day at most");
    require(is_factor(options.here_factor), "trace here factor: zero or more");
    require(is_factor(options.near_factor), "trace near factor: zero or more");
    io::require_option(options.method, TraceProbe::raw,
                       "trace method: udp, udp_constant, icmp, tcp, udp_lite, dccp or raw");
    require(!takes_raw(options) || options.access != TraceAccess::datagram,
            "trace access: DCCP, raw packets, and TCP with other flags than SYN or with options take raw sockets");
    require(options.protocol >= 1 && options.protocol <= 254, "trace protocol: 1 to 254");
    require(options.method != TraceProbe::raw || options.flows == 1, "trace flows: one only of raw packets");
    require(options.coverage == 0 || options.coverage >= 8, "trace UDP-Lite coverage: 8 octets or more, or 0 for all");
    require(options.gateways.count <= TraceGateways::max_count, "trace gateways: 8 at most");
    io::require_option(options.access, TraceAccess::raw, "trace access: automatic, datagram or raw");
    require(options.flows >= 1 && options.flows <= 16, "trace flows: 1 to 16");
    require(options.probes * options.flows <= 255, "trace flows: 255 probes a hop at most, of all flows together");
    require(options.flows == 1 || !options.classic, "trace flows: one only, where each probe is a flow (classic)");
    require(options.gap >= options.gap.zero() && options.gap <= std::chrono::minutes{1},
            "trace gap: zero, to a minute");
    require(std::isfinite(options.rate) && options.rate >= 0, "trace rate: zero or more");
    require(options.payload_size >= engine::trace_payload_head && options.payload_size <= 65000,
            "trace payload size: 16 to 65000");
    require(!options.share_hops || options.flows == 1, "trace shared hops: with one flow only");
    require(!options.flow_label || *options.flow_label < 1U << 20, "trace flow label: 20 bits");
    require(options.source_port == 0 || options.source_port + options.flows <= 65536, "trace source port: too high");
    return options;
}

LIBNETXX_DECL boost::asio::awaitable<TracePath> trace_one(std::shared_ptr<TraceSession> session,
                                                          boost::asio::ip::address target)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    session->add(target);
    for (;;) {
        auto event = co_await next_outcome(session);
        if (auto* path = std::get_if<TraceDone>(&*event)) co_return std::move(path->path);
    }
}

LIBNETXX_DECL boost::asio::awaitable<std::optional<TraceEvent>> next_event(std::shared_ptr<TracerState> state)
{
    co_await boost::asio::this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
    io::Turnstile::Turn turn{state->nexts, state->executor};
    co_await turn.come();
    co_return co_await next_outcome(state->session);
}

}  // namespace detail

LIBNETXX_DECL std::size_t trace_probe_size(const boost::asio::ip::address& target) noexcept
{
    const auto ip = target.is_v4() ? wire::ipv4_header_size : wire::ipv6_header_size;
    constexpr std::size_t udp_header = 8;  // an ICMP echo's is as long
    return ip + udp_header + TraceOptions{}.payload_size;
}

LIBNETXX_DECL Tracer::Tracer(boost::asio::any_io_executor executor, TraceOptions options)
    : state_{std::make_shared<detail::TracerState>(executor, options)}
{}

LIBNETXX_DECL Tracer::Tracer(std::shared_ptr<detail::TracerState> state) noexcept : state_{std::move(state)} {}

LIBNETXX_DECL Tracer::~Tracer() = default;

LIBNETXX_DECL Tracer::Tracer(Tracer&&) noexcept = default;

LIBNETXX_DECL Tracer& Tracer::operator=(Tracer&&) noexcept = default;

LIBNETXX_DECL boost::asio::any_io_executor Tracer::get_executor() const { return state_->executor; }

LIBNETXX_DECL boost::asio::awaitable<TracePath> Tracer::trace(boost::asio::ip::address target)
{
    return detail::trace_one(state_->begin(), std::move(target));
}

LIBNETXX_DECL TraceTarget Tracer::add(boost::asio::ip::address target) { return state_->session->add(target); }

LIBNETXX_DECL boost::asio::awaitable<std::optional<TraceEvent>> Tracer::next()
{
    return detail::next_event(state_.share());
}

LIBNETXX_DECL TracePath Tracer::path(TraceTarget target) const { return state_->session->path(target); }

LIBNETXX_DECL TraceCounters Tracer::counters() const { return *state_->counters; }

}  // namespace libnet::inline v0
