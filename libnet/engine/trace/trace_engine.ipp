#pragma once
// Bodies of libnet/engine/trace/trace_engine.hpp.

#include <libnet/engine/trace/trace_engine.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace libnet::inline v0::engine {

/// Of each flow: how many probes are waited for, how many scouts of these are ahead, and up to which hop the others may
/// follow.
struct TraceEngine::View {
    struct OfFlow {
        std::size_t active = 0, ahead = 0;
        std::uint8_t passed = 0;
    };
    TracePatience patience;
    std::vector<OfFlow> flows;
    std::size_t active = 0;
};

LIBNETXX_DECL TraceEngine::TraceEngine(const TraceOptions& options, asio::ip::address target, TraceTarget label,
                                       bool serial)
    : options_{options},
      label_{label},
      per_hop_{std::size_t{options.probes} * options.flows},
      start_ttl_{options.first_ttl},
      flows_(options.flows)
{
    for (auto& flow : flows_) {
        flow.last_ttl = options.max_ttl;
        flow.answered_ttl = static_cast<std::uint8_t>(options.first_ttl - 1);
        flow.serial = serial;
    }
    path_.target = std::move(target);
}

LIBNETXX_DECL TraceAction TraceEngine::next(TimePoint now, bool may_send)
{
    if (done_) return trace_action::Done{};
    const auto view = look(now);
    if (auto action = report_head(now, view)) return *std::move(action);
    if (!not_before_ || now >= *not_before_) {
        if (const auto chosen = choose(now, view)) {
            if (!may_send) return trace_action::WaitUntil{now};
            if (*chosen >= slots_.size()) slots_.resize((*chosen / per_hop_ + 1) * per_hop_);
            auto& slot = slots_[*chosen];
            slot.state = Slot::State::under_way;
            slot.due = slot.sent = now;
            not_before_.reset();
            if (options_.gap > options_.gap.zero()) not_before_ = now + options_.gap;
            return trace_action::Send{id_of(*chosen)};
        }
    }
    return trace_action::WaitUntil{next_change(now, view).value_or(now + options_.timeout)};
}

LIBNETXX_DECL TraceEngine::View TraceEngine::look(TimePoint now) const
{
    View view{TracePatience{options_, slots_.size() / per_hop_}, std::vector<View::OfFlow>(flows_.size()), 0};
    for (std::size_t at = 0; at < slots_.size(); ++at)
        if (slots_[at].state == Slot::State::answered && counts(at))
            view.patience.add(at / per_hop_, slots_[at].answer.rtt);
    view.patience.finish();
    // The destination isn't before the hop behind the farthest that has answered.
    for (std::size_t i = 0; i < flows_.size(); ++i)
        view.flows[i].passed = std::max(flows_[i].answered_ttl, static_cast<std::uint8_t>(flows_[i].answered_ttl + 1));
    const auto expected = view.patience.expected();
    for (std::size_t at = 0; at < slots_.size(); ++at) {
        const auto& slot = slots_[at];
        const auto ttl = id_of(at).ttl;
        auto& flow = view.flows[flow_of(at)];
        if (slot.state == Slot::State::lost) flow.passed = std::max(flow.passed, ttl);
        if (slot.state != Slot::State::under_way || !counts(at)) continue;
        const auto waited = now - slot.due;
        const bool active = waited < view.patience.of(at / per_hop_);
        if (active) {
            ++view.active;
            ++flow.active;
        }
        if (at % options_.probes != 0 || ttl <= flows_[flow_of(at)].answered_ttl) continue;
        if (active && waited < expected) ++flow.ahead;
        else flow.passed = std::max(flow.passed, ttl);
    }
    return view;
}

/// Nothing: the probe to be reported next may still be answered, or wasn't sent yet.
LIBNETXX_DECL std::optional<TraceAction> TraceEngine::report_head(TimePoint now, const View& view)
{
    const auto last = std::ranges::max(flows_, {}, &Flow::last_ttl).last_ttl;
    for (;; ++head_) {
        // Not the TTL of id_of: behind hop 255 it would begin again at 0.
        const auto ttl = options_.first_ttl + head_ / per_hop_;
        if (head_ % per_hop_ == 0 && head_ != 0 && hop_ended(static_cast<std::uint8_t>(ttl - 1)))
            return finish(ttl > last ? reason() : TraceStop::gap);
        if (ttl > last) return finish(reason());
        if (counts(head_)) break;
    }
    if (head_ >= slots_.size()) return std::nullopt;
    auto& slot = slots_[head_];
    if (slot.state == Slot::State::answered) return report_answer();
    const bool waits = slot.state != Slot::State::lost;  // else it is known to be silent
    if (slot.state == Slot::State::unsent) return std::nullopt;
    if (waits && now < slot.due + view.patience.of(head_ / per_hop_)) return std::nullopt;
    slot.state = Slot::State::lost;
    const auto index = head_ % per_hop_;
    return report(TraceLost{label_, id_of(head_).ttl, static_cast<std::uint8_t>(index % options_.probes + 1),
                            static_cast<std::uint8_t>(index / options_.probes + 1)});
}

LIBNETXX_DECL TraceAction TraceEngine::report_answer()
{
    auto& answer = slots_[head_].answer;
    const auto index = head_ % per_hop_;
    TraceHop hop{
        .target = label_, .ttl = id_of(head_).ttl, .from = answer.from, .rtt = answer.rtt, .kind = answer.kind};
    hop.probe = static_cast<std::uint8_t>(index % options_.probes + 1);
    hop.flow = static_cast<std::uint8_t>(index / options_.probes + 1);
    hop.annotation = std::move(answer.annotation);
    hop.reply_ttl = answer.reply_ttl;
    hop.quoted_ttl = answer.quoted_ttl;
    hop.changes = std::move(answer.changes);
    hop.extensions = std::move(answer.extensions);
    hop.mtu = answer.mtu;
    hop.tcp_flags = answer.tcp_flags;
    return report(std::move(hop));
}

LIBNETXX_DECL TraceAction TraceEngine::report(TraceOutcome outcome)
{
    const auto ttl = id_of(head_++).ttl;
    if (path_.hops.empty() || path_.hops.back().ttl != ttl) path_.hops.push_back({ttl, {}});
    path_.hops.back().probes.push_back(outcome);
    return trace_action::Report{std::move(outcome)};
}

/// All of a hop is reported. True: it was one silent hop too many. Asked once for each hop, and again until the next is
/// begun, which changes nothing.
LIBNETXX_DECL bool TraceEngine::hop_ended(std::uint8_t ttl)
{
    if (options_.max_gap == 0 || path_.hops.empty()) return false;
    silent_hops_ = 0;
    for (auto hop = path_.hops.rbegin(); hop != path_.hops.rend() && silent_hops_ < options_.max_gap; ++hop) {
        const auto answered = [](const TraceOutcome& outcome) { return std::holds_alternative<TraceHop>(outcome); };
        if (std::ranges::any_of(hop->probes, answered)) break;
        ++silent_hops_;
    }
    const auto farthest = std::ranges::max(flows_, {}, &Flow::answered_ttl).answered_ttl;
    return silent_hops_ >= options_.max_gap && farthest <= ttl;
}

/// Scouts go first: they tell how long the path is. With one probe at a time, the order of the outcomes is as fast.
LIBNETXX_DECL std::optional<std::size_t> TraceEngine::choose(TimePoint now, const View& view) const
{
    if (view.active >= options_.window) return std::nullopt;
    std::optional<std::size_t> chosen;
    bool scouting = false;
    for (std::size_t i = 0; i < flows_.size(); ++i) {
        if (now < flows_[i].quiet_until || (flows_[i].serial && view.flows[i].active > 0)) continue;
        auto candidate = choose_back(i, now, view);
        if (!candidate) candidate = choose_of(flows_[i], i, view);
        if (!candidate) continue;
        const bool scout = *candidate % options_.probes == 0;
        if (!chosen || (scout && !scouting) || (scout == scouting && *candidate < *chosen)) {
            chosen = candidate;
            scouting = scout;
        }
    }
    return chosen;
}

LIBNETXX_DECL std::optional<std::size_t> TraceEngine::choose_of(const Flow& flow, std::size_t number,
                                                                const View& view) const
{
    const auto state = [&](std::size_t at) { return at < slots_.size() ? slots_[at].state : Slot::State::unsent; };
    std::optional<std::size_t> scout, follower;
    for (std::size_t hop = 0; options_.first_ttl + hop <= flow.last_ttl; ++hop) {
        const auto first = hop * per_hop_ + number * options_.probes;
        const bool before = options_.first_ttl + hop < start_ttl_;
        if (before && state(first) != Slot::State::answered) continue;
        const bool passed = options_.first_ttl + hop <= view.flows[number].passed;
        for (std::size_t at = first + 1; passed && !follower && at < first + options_.probes; ++at)
            if (state(at) == Slot::State::unsent) follower = at;
        if (!scout && state(first) == Slot::State::unsent) scout = first;
        if (scout && !passed) break;
    }
    // With so many silent hops in a row the trace ends: what is beyond them doesn't matter.
    const bool too_far = scout && options_.max_gap != 0 &&
                         options_.first_ttl + *scout / per_hop_ > std::size_t{flow.answered_ttl} + options_.max_gap &&
                         id_of(*scout).ttl > start_ttl_;
    if (view.flows[number].ahead >= scouts_ || too_far) scout.reset();
    if (!scout || !follower) return scout ? scout : follower;
    return options_.window == 1 || flow.serial ? std::min(scout, follower) : scout;
}

LIBNETXX_DECL bool TraceEngine::has_more_to_send() const
{
    const auto last = std::ranges::max(flows_, {}, &Flow::last_ttl).last_ttl;
    if (slots_.size() < (std::size_t{last} - options_.first_ttl + 1) * per_hop_) return true;
    for (std::size_t at = 0; at < slots_.size(); ++at)
        if (slots_[at].state == Slot::State::unsent && counts(at)) return true;
    return false;
}

/// The next hop on the way back from the start: when the one behind it has answered, or is silent.
LIBNETXX_DECL std::optional<std::size_t> TraceEngine::choose_back(std::size_t number, TimePoint now,
                                                                  const View& view) const
{
    for (auto ttl = start_ttl_; ttl > options_.first_ttl; --ttl) {
        const auto at = (std::size_t{ttl} - options_.first_ttl) * per_hop_ + number * options_.probes;
        if (at >= slots_.size()) return std::nullopt;
        const auto& slot = slots_[at];
        if (slot.state == Slot::State::unsent) return ttl == start_ttl_ ? std::nullopt : std::optional{at};
        if (slot.state == Slot::State::under_way && now - slot.due < view.patience.expected()) return std::nullopt;
    }
    const auto first = number * options_.probes;
    const bool wanted = start_ttl_ > options_.first_ttl && slots_[first].state == Slot::State::unsent;
    return wanted ? std::optional{first} : std::nullopt;
}

/// When `next` may have something else to say, if nothing comes.
LIBNETXX_DECL std::optional<TraceEngine::TimePoint> TraceEngine::next_change(TimePoint now, const View& view) const
{
    std::optional<TimePoint> first;
    const auto consider = [&](TimePoint at) {
        if (at > now && (!first || at < *first)) first = at;
    };
    const auto expected = view.patience.expected();
    const bool more = view.active < options_.window && has_more_to_send();
    for (std::size_t at = 0; at < slots_.size(); ++at) {
        if (slots_[at].state != Slot::State::under_way || !counts(at)) continue;
        consider(slots_[at].due + view.patience.of(at / per_hop_));
        const auto ttl = id_of(at).ttl;
        const bool ahead = at % options_.probes == 0 && (ttl > flows_[flow_of(at)].answered_ttl || ttl <= start_ttl_);
        if (ahead && more) consider(slots_[at].due + expected);
    }
    for (const auto& flow : flows_) consider(flow.quiet_until);
    if (not_before_) consider(*not_before_);
    return first;
}

LIBNETXX_DECL void TraceEngine::on_sent(TraceProbeId probe, std::uint16_t number, TimePoint at)
{
    const auto slot = slot_of(probe);
    if (!slot || !is_under_way(*slot)) return;
    path_.access = access_;
    slots_[*slot].number = number;
    slots_[*slot].sent = at;
}

LIBNETXX_DECL void TraceEngine::on_left(TraceProbeId probe, TimePoint at)
{
    const auto slot = slot_of(probe);
    if (slot && is_under_way(*slot)) slots_[*slot].sent = std::max(slots_[*slot].sent, at);
}

LIBNETXX_DECL std::optional<TraceEngine::UnderWay> TraceEngine::under_way(TraceProbeId probe) const noexcept
{
    const auto slot = slot_of(probe);
    if (!slot || !is_under_way(*slot)) return std::nullopt;
    return UnderWay{slots_[*slot].number, slots_[*slot].sent};
}

LIBNETXX_DECL std::uint16_t TraceEngine::number_of(TraceProbeId probe) const noexcept
{
    const auto slot = slot_of(probe);
    return slot && *slot < slots_.size() ? slots_[*slot].number : std::uint16_t{0};
}

LIBNETXX_DECL std::vector<TraceProbeId> TraceEngine::open_probes() const
{
    std::vector<TraceProbeId> open;
    for (std::size_t at = 0; at < slots_.size(); ++at)
        if (is_under_way(at)) open.push_back(id_of(at));
    return open;
}

LIBNETXX_DECL bool TraceEngine::on_answer(TraceProbeId probe, ProbeAnswer answer)
{
    const auto at = slot_of(probe);
    if (!at || done_ || !is_under_way(*at) || !counts(*at)) return false;
    auto& flow = flows_[flow_of(*at)];
    if (answer.kind != TraceAnswer::time_exceeded) flow.last_ttl = probe.ttl;
    else if (answer.from == path_.target) on_target_exceeded(flow, probe.ttl);
    flow.answered_ttl = std::max(flow.answered_ttl, probe.ttl);
    slots_[*at].state = Slot::State::answered;
    slots_[*at].answer = std::move(answer);
    return true;
}

LIBNETXX_DECL void TraceEngine::on_target_exceeded(Flow& flow, std::uint8_t ttl)
{
    if (flow.exceeded_ttl == 0) flow.exceeded_ttl = ttl;
    if (flow.exceeded_ttl == ttl) return;
    flow.exceeded_ttl = std::min(flow.exceeded_ttl, ttl);
    flow.last_ttl = std::min(flow.last_ttl, flow.exceeded_ttl);
}

LIBNETXX_DECL std::optional<TraceProbeId> TraceEngine::on_anonymous(unsigned flow, TimePoint now,
                                                                    std::vector<TraceProbeId>& taken_back)
{
    std::vector<std::size_t> candidates;
    for (std::size_t at = 0; at < slots_.size(); ++at)
        if (flow_of(at) == flow && is_under_way(at) && counts(at)) candidates.push_back(at);
    if (candidates.empty()) return std::nullopt;
    if (candidates.size() == 1) return id_of(candidates.front());
    constexpr std::chrono::milliseconds shortest_quiet{200};
    const auto view = look(now);
    flows_[flow].serial = true;
    flows_[flow].quiet_until = now + std::max<std::chrono::nanoseconds>(shortest_quiet, view.patience.expected());
    for (const auto at : candidates) {
        slots_[at].state = Slot::State::unsent;
        taken_back.push_back(id_of(at));
    }
    return std::nullopt;
}

LIBNETXX_DECL void TraceEngine::fill_below(std::uint8_t ttl, const std::vector<std::optional<ProbeAnswer>>& hops)
{
    const auto end = (std::size_t{ttl} - options_.first_ttl) * per_hop_;
    slots_.resize(std::max(slots_.size(), end));
    for (std::size_t at = head_; at < end; ++at) {
        if (slots_[at].state != Slot::State::unsent) continue;
        const auto hop = at / per_hop_;
        const bool answered = hop < hops.size() && hops[hop];
        slots_[at].state = answered ? Slot::State::answered : Slot::State::lost;
        if (answered) slots_[at].answer = *hops[hop];
    }
}

LIBNETXX_DECL void TraceEngine::on_not_sent(TraceProbeId probe, TimePoint retry)
{
    const auto at = slot_of(probe);
    if (!at || !is_under_way(*at)) return;
    slots_[*at].state = Slot::State::unsent;
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
    return {static_cast<std::uint8_t>(options_.first_ttl + slot / per_hop_),
            static_cast<std::uint8_t>(slot % per_hop_)};
}

LIBNETXX_DECL std::optional<std::size_t> TraceEngine::slot_of(TraceProbeId probe) const noexcept
{
    if (probe.ttl < options_.first_ttl || probe.ttl > options_.max_ttl || probe.index >= per_hop_) return std::nullopt;
    return (std::size_t{probe.ttl} - options_.first_ttl) * per_hop_ + probe.index;
}

LIBNETXX_DECL TraceAction TraceEngine::finish(TraceStop reason)
{
    done_ = true;
    path_.stop_reason = reason == TraceStop::gap && has_target_exceeded() ? TraceStop::reached : reason;
    return trace_action::Done{};
}

/// What the last hops of the flows say.
LIBNETXX_DECL TraceStop TraceEngine::reason() const
{
    const auto has = [&](TraceAnswer kind) {
        for (std::size_t at = 0; at < slots_.size(); ++at)
            if (slots_[at].state == Slot::State::answered && slots_[at].answer.kind == kind && counts(at)) return true;
        return false;
    };
    if (has(TraceAnswer::reached)) return TraceStop::reached;
    if (has(TraceAnswer::unreachable)) return TraceStop::unreachable;
    return has_target_exceeded() ? TraceStop::reached : TraceStop::max_ttl;
}

}  // namespace libnet::inline v0::engine
