#pragma once
// What Tracer runs on: engines, sockets and one timer.

#include <libnet/base/clock_bridge.hpp>
#include <libnet/engine/trace/trace_engine.hpp>
#include <libnet/engine/trace/trace_probes.hpp>
#include <libnet/engine/trace/trace_verdict.hpp>
#include <libnet/io/icmp/open_probe_socket.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace libnet::inline v0::detail {

namespace asio = boost::asio;

/// Some paths that are traced together.
///
/// Nothing runs between calls of `next`: no operation is pending then that would keep an io_context running.
class TraceSession : public std::enable_shared_from_this<TraceSession> {
public:
    TraceSession(asio::any_io_executor executor, TraceOptions options);

    TraceTarget add(const asio::ip::address& target);
    const TracePath& path(TraceTarget target) const;

    /// As Tracer::next. Keeps the session alive.
    static asio::awaitable<std::optional<TraceEvent>> next(std::shared_ptr<TraceSession> self);

    /// Ends the pending `next`, and every later one, with `operation_aborted`.
    void stop();

private:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// The sockets of one version of IP, and the probes that they have under way.
    struct Channel {
        Channel(std::unique_ptr<io::ProbeSocket> opened, engine::TraceProbes probes)
            : socket{std::move(opened)},
              table{std::move(probes)}
        {}
        std::unique_ptr<io::ProbeSocket> socket;
        engine::TraceProbes table;
    };

    struct Target {
        Target(const asio::ip::address& target, engine::TraceEngine tracing, Channel* over)
            : address{target},
              engine{std::move(tracing)},
              channel{over}
        {}
        asio::ip::address address;
        engine::TraceEngine engine;
        Channel* channel;  // a node of channels_
    };
    using Targets = std::map<TraceTarget, Target>;

    Channel& channel_for(wire::IpVersion version);
    std::optional<TraceEvent> poll();
    std::optional<TraceEvent> poll_targets();
    std::optional<TraceEvent> poll(Targets::iterator at, TimePoint now);
    void send(Target& target, TraceTarget label, engine::TraceProbeId probe);
    void take_answers();
    void take_answer(Channel& channel, const io::ProbeReply& reply);
    std::optional<engine::Verdict> judge(const engine::ProbeUnderWay& probe, const io::ProbeReply& reply) const;
    TimePoint arrival(const io::ProbeReply& reply, TimePoint sent) const;
    static bool release(Channel& channel, std::optional<std::uint16_t> number);
    void read_clocks();
    void wait_for_answers();
    void stop_waiting();

    asio::any_io_executor executor_;
    TraceOptions options_;
    asio::steady_timer timer_;
    engine::ClockBridge clocks_;
    std::map<wire::IpVersion, Channel> channels_;
    Targets targets_;
    TraceTarget last_label_ = 0;
    TraceTarget turn_ = 0;  // the target whose event was told last: the others come first
    TimePoint deadline_{};
    bool sent_ = false;
    bool woken_ = false;
    bool stopped_ = false;
};

}  // namespace libnet::inline v0::detail

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/impl/trace/trace_session.ipp>
#endif
