#pragma once
// Bodies of libnet/impl/trace/trace_session.hpp.

#include <libnet/impl/trace/trace_defaults.hpp>
#include <libnet/impl/trace/trace_session.hpp>
#include <libnet/io/loop/random_key.hpp>

#include <boost/asio/error.hpp>

#include <stdexcept>
#include <utility>

namespace libnet::inline v0::detail {

LIBNETXX_DECL TraceSession::TraceSession(asio::any_io_executor executor, const TraceOptions& options,
                                         std::shared_ptr<TraceCounters> counters)
    : executor_{executor},
      options_{options},
      poll_{std::make_shared<io::ProbePoll>(executor)},
      traces_{options, trace_numbers(options).first,
              engine::TraceSetup{.key = io::random_key(), .counters = std::move(counters)}, trace_numbers(options).last}
{}

/// What is watched has its version above this, and the channel's key below.
constexpr int version_shift = 32;

LIBNETXX_DECL TraceTarget TraceSession::add(const asio::ip::address& target)
{
    if (link_) return traces_.add(target);
    const auto version = wire::version_of(target);
    auto channel = channels_.find(version);
    if (channel == channels_.end()) {
        const auto key_bits = std::uint64_t{version == wire::IpVersion::v4 ? 4U : 6U} << version_shift;
        TraceChannel opened{executor_, poll_, key_bits, options_, version};
        channel = channels_.try_emplace(version, std::move(opened)).first;
    }
    // Two connections with the same four addresses and ports can't be begun at the same time.
    const bool connects = options_.method == TraceProbe::tcp && channel->second.access() == TraceAccess::datagram;
    traces_.configure(channel->second.access(), connects && !is_classic(options_));
    return traces_.add(target);
}

LIBNETXX_DECL const TracePath& TraceSession::path(TraceTarget target) const
{
    const TracePath* path = traces_.path(target);
    if (path == nullptr) throw std::out_of_range{"libnet::Tracer::path: no such target"};
    return *path;
}

LIBNETXX_DECL engine::TraceSet::Action TraceSession::next(engine::action::TimePoint now)
{
    auto action = traces_.next(now);
    while (const auto released = traces_.take_released())
        if (!link_) channels_.at(released->version).release(released->number);
    return action;
}

LIBNETXX_DECL void TraceSession::send(const engine::TraceSetProbe& probe)
{
    if (link_) return link_->send(probe, traces_);
    const auto version = wire::version_of(probe.address);
    auto& channel = channels_.at(version);
    const auto sent = channel.send(probe);
    if (sent) traces_.on_sent(probe, sent->number, sent->at);
    else if (sent.error() == asio::error::would_block) traces_.on_not_sent(probe, std::chrono::steady_clock::now());
    else traces_.on_send_failed(probe, sent.error());
    hand_over(version, channel.take_met());
}

LIBNETXX_DECL void TraceSession::take_answers()
{
    if (link_) return link_->read(traces_);
    std::map<wire::IpVersion, TraceHeard> heard;
    const auto read = [&](std::uint64_t key) {
        const auto version = key >> version_shift == 4 ? wire::IpVersion::v4 : wire::IpVersion::v6;
        channels_.at(version).read(static_cast<std::uint32_t>(key), heard[version]);
    };
    constexpr int many = 64;  // a flood must not keep us from sending
    for (int i = 0; i < many && poll_->take_ready(read); ++i) continue;
    for (const auto& [version, some] : heard) hand_over(version, some);
}

LIBNETXX_DECL void TraceSession::hand_over(wire::IpVersion version, const TraceHeard& heard)
{
    for (const auto& left : heard.left) traces_.on_left(version, left.number, left.at);
    for (const auto& reply : heard.replies) traces_.on_reply(version, reply);
    for (const auto& destination : heard.refused) traces_.on_refused(destination);
}

}  // namespace libnet::inline v0::detail
