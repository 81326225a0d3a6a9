#pragma once
// What Tracer runs on: the paths that are traced together, and their sockets. Driven by impl/probe_driver.hpp.

#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/impl/trace/trace_channel.hpp>
#include <libnet/impl/trace/trace_link.hpp>
#include <libnet/io/icmp/probe_poll.hpp>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

class TraceSession {
public:
    using Outcome = TraceEvent;
    using Probe = engine::TraceSetProbe;

    TraceSession(asio::any_io_executor executor, const TraceOptions& options, std::shared_ptr<TraceCounters> counters);

    /// As Tracer::add, and Tracer::path.
    TraceTarget add(const asio::ip::address& target);
    const TracePath& path(TraceTarget target) const;

    /// Ends the pending `next`, and every later one, with `operation_aborted`.
    void stop()
    {
        poll_->stop();
        if (link_) link_->stop();
    }

    /// From now on, and before the first target, probes go there, and no socket is opened.
    void use(std::shared_ptr<TraceLink> link) { link_ = std::move(link); }

    // For the driver:
    const std::shared_ptr<io::ProbePoll>& poll() const noexcept { return poll_; }
    TraceLink* link() const noexcept { return link_.get(); }
    engine::TraceSet::Action next(engine::action::TimePoint now);
    void send(const engine::TraceSetProbe& probe);
    void take_answers();

private:
    void hand_over(wire::IpVersion version, const TraceHeard& heard);

    asio::any_io_executor executor_;
    TraceOptions options_;
    std::shared_ptr<io::ProbePoll> poll_;
    engine::TraceSet traces_;
    std::map<wire::IpVersion, TraceChannel> channels_;
    std::shared_ptr<TraceLink> link_;  ///< in the place of channels; null: there are sockets
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/trace_session.ipp>
#endif
