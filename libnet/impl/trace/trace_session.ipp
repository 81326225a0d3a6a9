#pragma once
// Bodies of libnet/impl/trace/trace_session.hpp.

#include <libnet/engine/trace/trace_verdict.hpp>
#include <libnet/impl/trace/trace_session.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace libnet::inline v0::detail {

/// How soon a probe is tried again that the interface had no room for.
constexpr std::chrono::milliseconds retry_after{10};

/// `TraceOptions::port` with its default.
LIBNETXX_DECL std::uint16_t first_number(const TraceOptions& options)
{
    if (options.port != 0) return options.port;
    switch (options.method) {
    case TraceProbe::udp:
        return 33434;
    case TraceProbe::udp_constant:
        return 53;
    case TraceProbe::icmp:
        break;
    }
    return 1;
}

LIBNETXX_DECL TraceSession::TraceSession(asio::any_io_executor executor, TraceOptions options)
    : executor_{std::move(executor)},
      options_{options},
      timer_{executor_}
{
    read_clocks();
}

LIBNETXX_DECL TraceTarget TraceSession::add(const asio::ip::address& target)
{
    auto& channel = channel_for(wire::version_of(target));
    const auto label = ++last_label_;
    targets_.try_emplace(label, target, engine::TraceEngine{options_, target, label}, &channel);
    return label;
}

LIBNETXX_DECL const TracePath& TraceSession::path(TraceTarget target) const
{
    const auto found = targets_.find(target);
    if (found == targets_.end()) throw std::out_of_range{"libnet::Tracer::path: no such target"};
    return found->second.engine.path();
}

LIBNETXX_DECL asio::awaitable<std::optional<TraceEvent>> TraceSession::next(std::shared_ptr<TraceSession> self)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    for (;;) {
        if (self->stopped_) throw boost::system::system_error{asio::error::operation_aborted};
        if (auto event = self->poll()) co_return event;
        if (self->targets_.empty()) co_return std::nullopt;
        self->wait_for_answers();
        const auto [failed] = co_await self->timer_.async_wait(token);
        self->stop_waiting();
        if (failed && !self->woken_) throw boost::system::system_error{failed};  // cancelled
    }
}

LIBNETXX_DECL void TraceSession::stop()
{
    stopped_ = true;
    timer_.cancel();
}

LIBNETXX_DECL TraceSession::Channel& TraceSession::channel_for(wire::IpVersion version)
{
    const auto found = channels_.find(version);
    if (found != channels_.end()) return found->second;
    const auto first = first_number(options_);
    // A constant port is no number of a probe: the sockets choose these.
    const auto table = engine::TraceProbes{options_.method == TraceProbe::udp_constant ? std::uint16_t{1} : first};
    auto socket = io::open_probe_socket(executor_, options_.method, version, first);
    return channels_.try_emplace(version, std::move(socket), table).first->second;
}

LIBNETXX_DECL std::optional<TraceEvent> TraceSession::poll()
{
    // Answers first: a probe whose answer is here must not be lost. And again after sending, for that takes in answers too,
    // which nothing would wake us up for.
    do {
        sent_ = false;
        take_answers();
        if (auto event = poll_targets()) return event;
    } while (sent_);
    return std::nullopt;
}

LIBNETXX_DECL std::optional<TraceEvent> TraceSession::poll_targets()
{
    const auto now = std::chrono::steady_clock::now();
    deadline_ = TimePoint::max();
    const auto first = targets_.upper_bound(turn_);
    for (auto at = first; at != targets_.end(); ++at)
        if (auto event = poll(at, now)) return event;
    for (auto at = targets_.begin(); at != first; ++at)
        if (auto event = poll(at, now)) return event;
    return std::nullopt;
}

LIBNETXX_DECL std::optional<TraceEvent> TraceSession::poll(Targets::iterator at, TimePoint now)
{
    const auto label = at->first;
    auto& target = at->second;
    for (;;) {
        auto action = target.engine.next(now);
        if (const auto* probe = std::get_if<engine::trace_action::Send>(&action)) {
            send(target, label, probe->probe);
        } else if (const auto* wait = std::get_if<engine::trace_action::WaitUntil>(&action)) {
            deadline_ = std::min(deadline_, wait->deadline);
            return std::nullopt;
        } else if (auto* report = std::get_if<engine::trace_action::Report>(&action)) {
            turn_ = label;
            if (const auto* lost = std::get_if<TraceLost>(&report->outcome))
                release(*target.channel,
                        target.channel->table.erase(label, {lost->ttl, static_cast<std::uint8_t>(lost->probe - 1)}));
            return std::visit([](auto& outcome) { return TraceEvent{std::move(outcome)}; }, report->outcome);
        } else {
            while (release(*target.channel, target.channel->table.erase_any(label))) continue;
            TraceDone path{label, target.engine.path()};
            targets_.erase(at);
            return path;
        }
    }
}

LIBNETXX_DECL void TraceSession::send(Target& target, TraceTarget label, engine::TraceProbeId probe)
{
    auto& [socket, table] = *target.channel;
    const auto number = table.next_number();
    const auto retry = std::chrono::steady_clock::now() + retry_after;
    if (!number) return target.engine.on_not_sent(probe, retry);

    sent_ = true;
    const auto sent = socket->send(target.address, probe.ttl, *number);
    if (sent && table.insert(sent->number, {label, probe, target.address, sent->sent})) return;
    if (sent || sent.error() == asio::error::would_block) target.engine.on_not_sent(probe, retry);
    else target.engine.on_send_failed(sent.error());
}

LIBNETXX_DECL void TraceSession::take_answers()
{
    // No more at once than a window's answers, duplicated: a flood must not keep us from sending.
    constexpr std::size_t many = 256;
    std::vector<std::pair<Channel*, io::ProbeReply>> replies;
    for (auto& [version, channel] : channels_)
        for (std::size_t count = 0; count < many; ++count) {
            auto reply = channel.socket->receive();
            if (!reply) break;
            replies.emplace_back(&channel, *std::move(reply));
        }
    read_clocks();
    for (const auto& [channel, reply] : replies) take_answer(*channel, reply);
}

LIBNETXX_DECL void TraceSession::take_answer(Channel& channel, const io::ProbeReply& reply)
{
    const auto* found = channel.table.find(reply.number);
    if (!found) return;
    const auto probe = *found;
    // The kernel sends what is for 0.0.0.0 to a loopback address.
    if (reply.destination && reply.destination != probe.address && !probe.address.is_unspecified()) return;
    auto verdict = judge(probe, reply);
    if (!verdict) return;
    release(channel, channel.table.erase(probe.target, probe.probe));
    targets_.at(probe.target)
        .engine.on_answer(probe.probe, {reply.from, arrival(reply, probe.sent) - probe.sent, verdict->kind,
                                        std::move(verdict->annotation)});
}

LIBNETXX_DECL std::optional<engine::Verdict> TraceSession::judge(const engine::ProbeUnderWay& probe,
                                                                 const io::ProbeReply& reply) const
{
    if (!reply.error) return engine::Verdict{TraceAnswer::reached, {}};
    return engine::judge(options_.method, {.version = wire::version_of(probe.address),
                                           .type = reply.error->type,
                                           .code = reply.error->code,
                                           .mtu = reply.error->mtu,
                                           .from_target = reply.from == probe.address});
}

LIBNETXX_DECL auto TraceSession::arrival(const io::ProbeReply& reply, TimePoint sent) const -> TimePoint
{
    const auto stamp = reply.received ? clocks_.steady_time(*reply.received) : std::nullopt;
    return stamp && *stamp >= sent ? *stamp : reply.read;
}

LIBNETXX_DECL bool TraceSession::release(Channel& channel, std::optional<std::uint16_t> number)
{
    if (number) channel.socket->release(*number);
    return number.has_value();
}

LIBNETXX_DECL void TraceSession::read_clocks()
{
    // Both clocks at the same moment, as nearly as can be: the closest of a few readings, in case something comes between.
    constexpr std::chrono::nanoseconds close = std::chrono::microseconds{2};
    auto closest = std::chrono::nanoseconds::max();
    TimePoint steady{};
    std::chrono::nanoseconds wall{};
    for (int attempt = 0; attempt < 8 && closest > close; ++attempt) {
        const auto before = std::chrono::steady_clock::now();
        const auto between = std::chrono::system_clock::now().time_since_epoch();
        const auto gap = std::chrono::steady_clock::now() - before;
        if (gap >= closest) continue;
        closest = gap;
        steady = before + closest / 2;
        wall = between;
    }
    clocks_.observe(steady, wall);
}

LIBNETXX_DECL void TraceSession::wait_for_answers()
{
    woken_ = false;
    timer_.expires_at(deadline_);
    const auto on_ready = [self = shared_from_this()] {
        self->woken_ = true;
        self->timer_.cancel();
    };
    for (auto& [version, channel] : channels_) channel.socket->async_wait(on_ready);
}

LIBNETXX_DECL void TraceSession::stop_waiting()
{
    for (auto& [version, channel] : channels_) channel.socket->cancel();
}

}  // namespace libnet::inline v0::detail
