#pragma once
// Bodies of libnet/engine/trace/trace_engine.hpp.

#include <libnet/engine/trace/trace_engine.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// A multiple of a round trip, within the bounds that every wait has.
LIBNETXX_DECL std::chrono::nanoseconds bounded_wait(std::chrono::nanoseconds rtt, double factor,
                                                    const TraceOptions& options)
{
    // Compared as floating point: the product may be longer than nanoseconds can tell.
    const std::chrono::nanoseconds longest = options.timeout;
    const std::chrono::duration<double, std::nano> wait{static_cast<double>(rtt.count()) * factor};
    if (wait >= longest) return longest;
    return std::min(longest, std::max(shortest_wait, std::chrono::duration_cast<std::chrono::nanoseconds>(wait)));
}

}  // namespace detail

LIBNETXX_DECL TraceEngine::TraceEngine(TraceOptions options, asio::ip::address target, TraceTarget label)
    : options_{options},
      label_{label},
      slots_((std::size_t{options.max_ttl} - options.first_ttl + 1) * options.probes),
      end_{slots_.size()}
{
    path_.target = target;
}

LIBNETXX_DECL TraceAction TraceEngine::next(TimePoint now)
{
    if (done_) return trace_action::Done{};
    if (head_ == end_) {
        done_ = true;
        path_.stop_reason = reason();
        return trace_action::Done{};
    }
    if (auto action = report_head(now)) return *std::move(action);

    const bool may_send = unsent_ < end_ && count_under_way() < options_.window;
    if (may_send && (!not_before_ || now >= *not_before_)) {
        not_before_.reset();
        slots_[unsent_].state = Slot::State::under_way;
        slots_[unsent_].due = slots_[unsent_].sent = now;
        return trace_action::Send{id_of(unsent_++)};
    }
    // The head is under way here, or sending is held up.
    if (head_ == unsent_) return trace_action::WaitUntil{*not_before_};
    const auto lost = slots_[head_].due + patience();
    return trace_action::WaitUntil{may_send ? std::min(lost, *not_before_) : lost};
}

LIBNETXX_DECL std::optional<TraceAction> TraceEngine::report_head(TimePoint now)
{
    const auto probe = id_of(head_);
    const auto number = static_cast<std::uint8_t>(probe.index + 1);
    auto& slot = slots_[head_];
    if (slot.state == Slot::State::answered)
        return report(TraceHop{label_, probe.ttl, number, slot.answer.from, slot.answer.rtt, slot.answer.kind,
                               slot.answer.annotation});
    if (slot.state == Slot::State::under_way && now >= slot.due + patience())
        return report(TraceLost{label_, probe.ttl, number});
    return std::nullopt;
}

LIBNETXX_DECL TraceAction TraceEngine::report(TraceOutcome outcome)
{
    const auto ttl = id_of(head_++).ttl;
    if (path_.hops.empty() || path_.hops.back().ttl != ttl) path_.hops.push_back({ttl, {}});
    path_.hops.back().probes.push_back(outcome);
    return trace_action::Report{std::move(outcome)};
}

LIBNETXX_DECL void TraceEngine::on_sent(TraceProbeId probe, std::uint16_t number, TimePoint at)
{
    const auto slot = slot_of(probe);
    if (!slot || slots_[*slot].state != Slot::State::under_way) return;
    slots_[*slot].number = number;
    slots_[*slot].sent = at;
}

LIBNETXX_DECL std::optional<TraceEngine::UnderWay> TraceEngine::under_way(TraceProbeId probe) const noexcept
{
    const auto slot = slot_of(probe);
    if (!slot || slots_[*slot].state != Slot::State::under_way) return std::nullopt;
    return UnderWay{slots_[*slot].number, slots_[*slot].sent};
}

LIBNETXX_DECL std::vector<TraceProbeId> TraceEngine::open_probes() const
{
    std::vector<TraceProbeId> open;
    for (std::size_t at = head_; at < unsent_; ++at)
        if (slots_[at].state == Slot::State::under_way) open.push_back(id_of(at));
    return open;
}

LIBNETXX_DECL bool TraceEngine::on_answer(TraceProbeId probe, ProbeAnswer answer)
{
    const auto at = slot_of(probe);
    // What was reported is past: in front of the head there are only lost and answered probes.
    if (done_ || !at || *at < head_ || *at >= end_ || slots_[*at].state != Slot::State::under_way) return false;
    if (answer.kind != TraceAnswer::time_exceeded) end_ = (*at / options_.probes + 1) * options_.probes;
    slots_[*at].state = Slot::State::answered;
    slots_[*at].answer = std::move(answer);
    return true;
}

LIBNETXX_DECL void TraceEngine::on_not_sent(TraceProbeId probe, TimePoint retry)
{
    const auto at = slot_of(probe);
    if (!at || *at + 1 != unsent_ || *at < head_ || slots_[*at].state != Slot::State::under_way) return;
    slots_[--unsent_].state = Slot::State::unsent;
    not_before_ = retry;
}

LIBNETXX_DECL void TraceEngine::on_send_failed(boost::system::error_code error)
{
    if (done_) return;
    done_ = true;
    path_.stop_reason = TraceStop::send_failed;
    path_.error = error;
}

LIBNETXX_DECL TraceProbeId TraceEngine::id_of(std::size_t slot) const noexcept
{
    return {static_cast<std::uint8_t>(options_.first_ttl + slot / options_.probes),
            static_cast<std::uint8_t>(slot % options_.probes)};
}

LIBNETXX_DECL std::optional<std::size_t> TraceEngine::slot_of(TraceProbeId probe) const noexcept
{
    if (probe.ttl < options_.first_ttl || probe.ttl > options_.max_ttl || probe.index >= options_.probes)
        return std::nullopt;
    return (std::size_t{probe.ttl} - options_.first_ttl) * options_.probes + probe.index;
}

LIBNETXX_DECL std::chrono::nanoseconds TraceEngine::patience() const
{
    // As traceroute does it: the first round trip found in the head's own hop decides, else the first one beyond.
    const auto hop = head_ - head_ % options_.probes;
    const auto beyond = hop + options_.probes;
    if (options_.here_factor > 0)
        if (const auto* slot = first_answered(hop, beyond))
            return detail::bounded_wait(slot->answer.rtt, options_.here_factor, options_);
    if (options_.near_factor > 0)
        if (const auto* slot = first_answered(beyond, unsent_))
            return detail::bounded_wait(slot->answer.rtt, options_.near_factor, options_);
    return options_.timeout;
}

LIBNETXX_DECL const TraceEngine::Slot* TraceEngine::first_answered(std::size_t first, std::size_t last) const noexcept
{
    for (std::size_t at = first; at < last; ++at)
        if (slots_[at].state == Slot::State::answered) return &slots_[at];
    return nullptr;
}

LIBNETXX_DECL std::size_t TraceEngine::count_under_way() const noexcept
{
    std::size_t count = 0;
    for (std::size_t at = head_; at < std::min(unsent_, end_); ++at)
        if (slots_[at].state == Slot::State::under_way) ++count;
    return count;
}

LIBNETXX_DECL TraceStop TraceEngine::reason() const
{
    const auto last_hop = std::span{slots_}.subspan(end_ - options_.probes, options_.probes);
    const auto has = [&](TraceAnswer kind) {
        return std::ranges::any_of(last_hop, [kind](const Slot& slot) {
            return slot.state == Slot::State::answered && slot.answer.kind == kind;
        });
    };
    if (has(TraceAnswer::reached)) return TraceStop::reached;
    return has(TraceAnswer::unreachable) ? TraceStop::unreachable : TraceStop::max_ttl;
}

}  // namespace libnet::inline v0::engine
