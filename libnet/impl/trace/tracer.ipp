#pragma once
// Bodies of libnet/tracer.hpp.

#include <libnet/impl/trace/trace_session.hpp>
#include <libnet/tracer.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv6.hpp>

#include <boost/system/system_error.hpp>

#include <cmath>
#include <utility>
#include <vector>

namespace libnet::inline v0 {

namespace detail {

/// What a Tracer owns. It doesn't own the sessions of `trace`: these belong to the coroutines that wait for them.
struct TracerState {
    boost::asio::any_io_executor executor;
    TraceOptions options;
    std::shared_ptr<TraceSession> session;  // of add and next
    std::vector<std::weak_ptr<TraceSession>> others;
};

LIBNETXX_DECL void check(const TraceOptions& options)
{
    const auto require = [](bool good, const char* what) {
        if (!good) throw boost::system::system_error{boost::asio::error::invalid_argument, what};
    };
    const auto is_factor = [](double factor) { return std::isfinite(factor) && factor >= 0; };
    require(options.first_ttl >= 1 && options.first_ttl <= options.max_ttl, "libnet::TraceOptions::first_ttl");
    require(options.probes >= 1, "libnet::TraceOptions::probes");
    require(options.window >= 1, "libnet::TraceOptions::window");
    require(options.timeout > options.timeout.zero() && options.timeout <= std::chrono::hours{24},
            "libnet::TraceOptions::timeout");
    require(is_factor(options.here_factor), "libnet::TraceOptions::here_factor");
    require(is_factor(options.near_factor), "libnet::TraceOptions::near_factor");
}

LIBNETXX_DECL boost::asio::awaitable<TracePath> trace_one(std::shared_ptr<TraceSession> session,
                                                          boost::asio::ip::address target)
{
    session->add(target);
    for (;;) {
        auto event = co_await TraceSession::next(session);
        if (auto* path = std::get_if<TraceDone>(&*event)) co_return std::move(path->path);
    }
}

}  // namespace detail

LIBNETXX_DECL std::size_t trace_probe_size(const boost::asio::ip::address& target) noexcept
{
    const auto ip = target.is_v4() ? wire::ipv4_header_size : wire::ipv6_header_size;
    constexpr std::size_t udp_header = 8;  // an ICMP echo's is as long
    return ip + udp_header + io::probe_payload_size;
}

LIBNETXX_DECL Tracer::Tracer(boost::asio::any_io_executor executor, TraceOptions options)
{
    detail::check(options);
    auto session = std::make_shared<detail::TraceSession>(executor, options);
    state_ = std::make_shared<detail::TracerState>(
        detail::TracerState{std::move(executor), options, std::move(session), {}});
}

LIBNETXX_DECL Tracer::~Tracer()
{
    state_->session->stop();
    for (const auto& other : state_->others)
        if (const auto session = other.lock()) session->stop();
}

LIBNETXX_DECL boost::asio::awaitable<TracePath> Tracer::trace(boost::asio::ip::address target)
{
    auto session = std::make_shared<detail::TraceSession>(state_->executor, state_->options);
    std::erase_if(state_->others, [](const auto& other) { return other.expired(); });
    state_->others.push_back(session);
    return detail::trace_one(std::move(session), std::move(target));
}

LIBNETXX_DECL TraceTarget Tracer::add(boost::asio::ip::address target) { return state_->session->add(target); }

LIBNETXX_DECL boost::asio::awaitable<std::optional<TraceEvent>> Tracer::next()
{
    return detail::TraceSession::next(state_->session);
}

LIBNETXX_DECL TracePath Tracer::path(TraceTarget target) const { return state_->session->path(target); }

}  // namespace libnet::inline v0
