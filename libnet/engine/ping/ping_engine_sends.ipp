#pragma once
// Bodies of libnet/engine/ping/ping_engine.hpp: what is sent when.

#include <libnet/base/deadline_after.hpp>
#include <libnet/engine/ping/ping_engine.hpp>

#include <algorithm>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// A stream that is behind by more than this leaves sends out instead of catching up in a burst: after a suspended hour,
/// an hour's probes at once would be of no use.
constexpr std::chrono::milliseconds max_catch_up{100};

}  // namespace detail

/// The next probe can be made, handed out, and told as sent, without an allocation.
LIBNETXX_DECL void PingEngine::make_room_to_send()
{
    probes_.make_room();
    deadlines_.make_room(handed_out_ + 1);
}

LIBNETXX_DECL PingProbe PingEngine::hand_out(ProbeId id, Probe& probe, Target& target)
{
    target.numbers.up(PingCount::sent);
    target.numbers.up(PingCount::pending);
    probe.timed = target.is_timed(probe.sequence);
    return hand_out_again(id, probe, target);
}

LIBNETXX_DECL PingProbe PingEngine::hand_out_again(ProbeId id, Probe& probe, const Target& target)
{
    probe.state = Probe::State::sending;
    ++handed_out_;
    return {.probe = id,
            .to = target.address_of(probe.sequence),
            .sequence = wire_sequence(probe.sequence),
            .cookie = cookie_of(id, probe, target),
            .timed = probe.timed,
            .proven = !target.range && target.is_proven()};
}

LIBNETXX_DECL std::optional<PingProbe> PingEngine::next_request()
{
    while (!requests_.empty()) {
        make_room_to_send();
        const ProbeId id = requests_.front();
        requests_.pop_front();
        Probe* probe = probes_.find(id);
        if (probe != nullptr) return hand_out(id, *probe, *targets_.find(probe->target));  // nullptr: cancelled
    }
    return std::nullopt;
}

// --- probes that there was no room for -----------------------------------------------------------------------------

LIBNETXX_DECL std::optional<PingProbe> PingEngine::next_refused(TimePoint now)
{
    if (refused_.empty() || now < refused_.next()) return std::nullopt;
    make_room_to_send();
    refused_.begin_turn(now, [this](const RefusedProbes::Refused& refused) { give_up_refused(refused); });
    while (const auto id = refused_.take(now)) {
        Probe* probe = probes_.find(*id);
        if (probe == nullptr) continue;  // cancelled
        const Target* target = targets_.find(probe->target);
        if (target != nullptr && !target->stopped) return hand_out_again(*id, *probe, *target);
        erase_probe(*id);
    }
    return std::nullopt;
}

LIBNETXX_DECL void PingEngine::give_up_refused(const RefusedProbes::Refused& refused)
{
    Probe* probe = probes_.find(refused.probe);
    if (probe == nullptr) return;
    Target* target = targets_.find(probe->target);
    if (target == nullptr || target->stopped) return erase_probe(refused.probe);
    fail(refused.probe, *probe, *target, refused.why);
}

LIBNETXX_DECL void PingEngine::on_room(TimePoint now)
{
    schedule_.make_room(held_.size());
    full_ = false;
    refused_.on_room(now);
    for (; !held_.empty(); held_.pop_front()) {
        Target* target = targets_.find(held_.front());
        if (target == nullptr || target->stopped || target->due != TimePoint::max()) continue;
        target->due = now;
        schedule_.push(now, held_.front());
    }
}

/// When a refused probe is given up. A stream without a pause sends all that it should, however long that takes.
LIBNETXX_DECL TimePoint PingEngine::give_up_at(const Probe& probe, const Target& target) const
{
    if (target.stream && !target.has_times()) return TimePoint::max();
    return base::deadline_after(probe.called, target.schedule->timeout);
}

// --- streams -------------------------------------------------------------------------------------------------------

LIBNETXX_DECL std::optional<PingProbe> PingEngine::next_scheduled(TimePoint now)
{
    for (;;) {
        drop_stale_sends();
        if (schedule_.empty() || next_send(now) > now || streams_held()) return std::nullopt;
        const PingTarget handle = schedule_.front();
        Target& target = *targets_.find(handle);
        if (hold(handle, target)) continue;
        const bool no_try = needs_no_try(target);
        const ProbeId id = make_scheduled(handle, target, now);
        Probe& probe = *probes_.find(id);
        if (!no_try) return hand_out(id, probe, target);
        refuse_untried(id, probe, target, now);
    }
}

/// A stream without a pause would fill the queue of those that are refused. The others, which have their times, are not
/// held up.
LIBNETXX_DECL bool PingEngine::hold(PingTarget handle, Target& target)
{
    if (target.has_times() || (!full_ && !refused_.crowded())) return false;
    held_.make_room(1);
    schedule_.pop();
    target.due = full_ ? TimePoint::max() : refused_.next();
    if (full_) held_.push_back(handle);
    else schedule_.push(target.due, handle);
    return true;
}

/// Others wait for the same room, and they tell when there is some. But the target may be one that needs no such room any
/// more, since the way to it is known by now: every fourth probe tells.
LIBNETXX_DECL bool PingEngine::needs_no_try(const Target& target) const
{
    return refused_.crowded() && target.refused && !target.is_proven() && target.last_sequence % 4 != 3;
}

/// Makes the probe whose turn it is.
LIBNETXX_DECL ProbeId PingEngine::make_scheduled(PingTarget handle, Target& target, TimePoint now)
{
    make_room_to_send();
    events_.make_room(1);
    refused_.make_room(1);
    if (target.has_times()) {
        lag_.add(now - std::max(target.due, pace_.next()));
        last_turn_ = now;
    }
    schedule_.pop();
    pace_.on_send(now);
    if (target.schedule->tell_outstanding) tell_outstanding(target);
    const ProbeId id = new_probe(handle, target, false);
    target.last_probe = id;
    plan_next_send(handle, target, now);
    return id;
}

LIBNETXX_DECL void PingEngine::refuse_untried(ProbeId id, Probe& probe, Target& target, TimePoint now)
{
    target.numbers.up(PingCount::sent);
    target.numbers.up(PingCount::pending);
    probe.timed = target.is_timed(probe.sequence);
    probe.retried = true;
    probe.called = now;
    probe.state = Probe::State::refused;
    refused_.add_untried({id, give_up_at(probe, target), refused_.why()});
}

LIBNETXX_DECL void PingEngine::plan_next_send(PingTarget handle, Target& target, TimePoint now)
{
    const auto& schedule = *target.schedule;
    if (target.sent_all()) return;
    if (schedule.rhythm != PingRhythm::steady) {
        target.paced_at = now;
        target.due = next_by_answers(schedule.rhythm, schedule.window,
                                     {now, target.unacknowledged(), schedule.interval, target.times.ewma()});
        return schedule_.push(target.due, handle);
    }
    if (target.last_sequence < schedule.window) return schedule_.push(target.due, handle);
    // From the time that was planned, not from now: a late call delays one probe, and none after it.
    target.due = schedule.interval.count() == 0 ? now : base::deadline_after(target.due, schedule.interval);
    if (schedule.interval.count() != 0 && now - target.due > detail::max_catch_up)
        target.due += ((now - target.due) / schedule.interval + 1) * schedule.interval;
    schedule_.push(target.due, handle);
}

/// Also those that `hurry` has put before others.
LIBNETXX_DECL void PingEngine::drop_stale_sends()
{
    while (!schedule_.empty()) {
        const Target* target = targets_.find(schedule_.front());
        if (target != nullptr && !target->stopped && target->due == schedule_.front_time()) return;
        schedule_.pop();
    }
}

/// An answer has come: it may be time to send again.
LIBNETXX_DECL void PingEngine::hurry(PingTarget handle, Target& target)
{
    if (target.sent_all() || full_) return;
    const auto& schedule = *target.schedule;
    const auto due =
        next_by_answers(schedule.rhythm, schedule.window,
                        {target.paced_at, target.unacknowledged(), schedule.interval, target.times.ewma()});
    if (due >= target.due) return;
    target.due = due;
    schedule_.push(due, handle);
}

LIBNETXX_DECL void PingEngine::tell_outstanding(Target& target)
{
    const Probe* probe = probes_.find(target.last_probe);
    if (probe == nullptr || probe->state != Probe::State::pending || target.schedule->quiet) return;
    events_.push_back(PingOutstanding{probe->target, probe->sequence, target.address_of(probe->sequence)});
}

LIBNETXX_DECL action::WaitUntil PingEngine::next_wait()
{
    drop_stale_deadlines();
    const bool sends = !schedule_.empty() && !streams_held();
    auto first = TimePoint::max();
    if (!deadlines_.empty()) first = std::max(deadlines_.front_time(), last_losses_ + options_.together);
    if (sends) first = std::min(first, next_send(now_));
    if (!refused_.empty()) first = std::min(first, refused_.next());
    return {first};
}

/// When the first stream in line may send: at its time, but no sooner than the rate and the last turn allow.
LIBNETXX_DECL TimePoint PingEngine::next_send(TimePoint now) const
{
    const TimePoint due = std::max(schedule_.front_time(), pace_.next());
    const Target* target = targets_.find(schedule_.front());
    const bool timed = target == nullptr || target->has_times();
    return timed && last_turn_ != now ? std::max(due, last_turn_ + options_.together) : due;
}

// --- what became of a send -----------------------------------------------------------------------------------------

/// nullptr: it wasn't handed out, or its target is gone.
LIBNETXX_DECL Probe* PingEngine::take_handed_out(ProbeId id)
{
    Probe* probe = probes_.find(id);
    if (probe == nullptr || probe->state != Probe::State::sending) return nullptr;
    const Target* target = targets_.find(probe->target);
    if (target != nullptr && !target->stopped) return probe;
    --handed_out_;
    erase_probe(id);
    return nullptr;
}

LIBNETXX_DECL void PingEngine::on_sent(ProbeId id, TimePoint at)
{
    Probe* probe = take_handed_out(id);
    if (probe == nullptr) return;
    Target* target = targets_.find(probe->target);
    if (target->first_sent == TimePoint{}) target->first_sent = at;
    target->sending = at - target->first_sent;
    target->refused = false;
    if (probe->retried) refused_.on_sent();
    --handed_out_;
    probe->state = Probe::State::pending;
    probe->called = probe->sent = at;
    deadlines_.push(base::deadline_after(at, target->schedule->timeout), id);
}

LIBNETXX_DECL void PingEngine::on_transmitted(ProbeId id, TimePoint at)
{
    Probe* probe = probes_.find(id);
    if (probe == nullptr || at < probe->sent) return;
    if (probe->state == Probe::State::pending || probe->state == Probe::State::lost) probe->sent = at;
}

LIBNETXX_DECL void PingEngine::on_send_error(ProbeId id, boost::system::error_code error)
{
    Probe* probe = take_handed_out(id);
    if (probe == nullptr) return;
    fail(id, *probe, *targets_.find(probe->target), error);
    --handed_out_;
}

LIBNETXX_DECL void PingEngine::on_not_sent(ProbeId id, boost::system::error_code why)
{
    Probe* probe = take_handed_out(id);
    if (probe == nullptr) return;
    refused_.make_room(1);
    Target* target = targets_.find(probe->target);
    target->refused = true;
    if (!std::exchange(probe->retried, true)) probe->called = now_;
    --handed_out_;
    probe->state = Probe::State::refused;
    refused_.add({id, give_up_at(*probe, *target), why}, now_);
}

}  // namespace libnet::inline v0::engine
