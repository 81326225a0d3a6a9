#pragma once
// Bodies of libnet/engine/ping/ping_engine.hpp: how probes end, and what answers mean.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/engine/ping/ping_payload.hpp>

#include <algorithm>
#include <type_traits>

namespace libnet::inline v0::engine {

LIBNETXX_DECL void PingEngine::drop_stale_deadlines()
{
    deadlines_.drop_front_while([this](ProbeId id) {
        const Probe* probe = probes_.find(id);
        return probe == nullptr || probe->state != Probe::State::pending;
    });
}

LIBNETXX_DECL bool PingEngine::loss_due(TimePoint now)
{
    drop_stale_deadlines();
    return !deadlines_.empty() && deadlines_.front_time() <= now;
}

LIBNETXX_DECL void PingEngine::declare_losses(TimePoint now)
{
    while (loss_due(now)) {
        const ProbeId id = deadlines_.front();
        Probe& probe = *probes_.find(id);
        Target* target = targets_.find(probe.target);
        if (target == nullptr || target->stopped) erase_probe(id);
        else give_up(id, probe, *target);
        last_losses_ = now;
        deadlines_.pop();
    }
}

LIBNETXX_DECL void PingEngine::give_up(ProbeId id, Probe& probe, Target& target)
{
    settle(probe, target, PingCount::lost, now_);
    tell(id, probe, PingLost{probe.target, probe.sequence, target.address_of(probe.sequence)});
    end(id, probe, target, Probe::State::lost);
}

/// It couldn't be sent.
LIBNETXX_DECL void PingEngine::fail(ProbeId id, Probe& probe, Target& target, boost::system::error_code error)
{
    settle(probe, target, PingCount::send_errors, now_);
    tell(id, probe, PingSendError{probe.target, probe.sequence, error, target.address_of(probe.sequence)});
    end(id, probe, target, Probe::State::unsent);
}

/// Takes down how a probe has ended: all of it that allocates. Throws before anything is changed that a later end of the
/// same probe would change again.
LIBNETXX_DECL void PingEngine::settle(const Probe& probe, Target& target, PingCount how, TimePoint at)
{
    make_room(1);
    const bool answered = how == PingCount::received;
    if (!answered) target.numbers.make_room();
    if (target.windows) target.windows->count(at, how);
    if (target.is_sequential())
        target.outages.on_end(probe.sequence, probe.sent == TimePoint{} ? now_ : probe.sent, answered);
    if (target.windows) target.windows->on_outage(now_, target.outages.current());
    target.numbers.up(how);
}

LIBNETXX_DECL void PingEngine::end(ProbeId id, Probe& probe, Target& target, Probe::State state)
{
    probe.state = state;
    target.numbers.down(PingCount::pending);
    ended_.add(id, state == Probe::State::answered, now_);
    if (target.stream && target.ended()) --running_;
    if (target.schedule->rhythm != PingRhythm::steady) hurry(probe.target, target);
}

template <typename Event>
void PingEngine::tell(ProbeId id, const Probe& probe, Event event)
{
    const Target* target = targets_.find(probe.target);
    if (target->stream && !target->schedule->quiet) events_.push_back(event);
    if constexpr (std::is_constructible_v<PingOutcome, Event>) {
        if (!probe.requested || probe.ended()) return;  // a request has one outcome, and what comes later is not read
        event.target = {};
        outcomes_.push_back({id, event});
    }
}

template <typename Ours>
PingEngine::Match PingEngine::find_sent(const asio::ip::address& address, std::uint16_t sequence, Ours&& ours)
{
    Match match;
    probes_.for_each(cookies_.key_of(address, sequence), [&](ProbeId id, Probe& probe) {
        if (probe.state < Probe::State::pending) return false;
        Target* target = targets_.find(probe.target);
        const bool abandoned = target == nullptr || (target->stopped && probe.state == Probe::State::pending);
        match.removed = match.removed || abandoned;
        if (abandoned) return false;
        if (target->address_of(probe.sequence) != address || !ours(id, probe, *target)) return false;
        // Without a cookie, several probes may fit: the one that waits is meant.
        const bool pending = probe.state == Probe::State::pending;
        if (match.probe == nullptr || pending) match = {id, &probe, target, false};
        return pending;
    });
    return match;
}

/// The probe whose cookie an answer brings back, whoever it comes from.
template <typename Ours>
PingEngine::Match PingEngine::find_by_cookie(const EchoAnswer& answer, Ours&& ours)
{
    constexpr auto whole = sizeof(std::uint64_t);
    if (options_.payload_size < whole || answer.payload.size() < whole) return {};
    const auto cookie = base::load_be<std::uint64_t>(answer.payload, 0);
    const auto id = probes_.in_slot(cookies_.slot_of(cookie));
    Probe* probe = id ? probes_.find(*id) : nullptr;
    if (probe == nullptr || probe->state < Probe::State::pending) return {};
    Target* target = targets_.find(probe->target);
    if (target == nullptr || target->stopped || wire_sequence(probe->sequence) != answer.sequence) return {};
    return ours(*id, *probe, *target) ? Match{*id, probe, target, false} : Match{};
}

LIBNETXX_DECL void PingEngine::on_reply(const EchoAnswer& answer)
{
    auto verdict = PayloadVerdict::foreign;
    const auto ours = [&](ProbeId id, const Probe& probe, const Target& target) {
        const auto judged =
            judge_payload(cookie_of(id, probe, target), options_.payload_size, answer.payload, options_.pattern);
        if (judged != PayloadVerdict::foreign) verdict = judged;
        return judged != PayloadVerdict::foreign;
    };
    auto match = find_sent(answer.from, answer.sequence, ours);
    const bool elsewhere = match.probe == nullptr;
    if (elsewhere && match.removed) return;
    if (elsewhere) match = find_by_cookie(answer, ours);
    if (match.probe == nullptr) return count_foreign(targets_.at(answer.from), answer.read);
    // A range is asked who is there: its cookie in another host's answer says nothing of the host.
    const bool strict = options_.strict_source || (match.target->range != nullptr);
    if (elsewhere && strict) return count_foreign(match.target, answer.read);
    if (verdict == PayloadVerdict::damaged) return match.target->count(PingCount::corrupt, answer.read);
    if (elsewhere) match.target->count(PingCount::other_address, answer.read);
    answered(match.id, *match.probe, *match.target, answer);
}

LIBNETXX_DECL void PingEngine::count_foreign(Target* target, TimePoint now)
{
    ++foreign_;
    if (target != nullptr) target->count(PingCount::foreign, now);
}

LIBNETXX_DECL void PingEngine::answered(ProbeId id, Probe& probe, Target& target, const EchoAnswer& answer)
{
    // A stamp from before the question is none: a clock was stepped.
    const auto rtt = (answer.received < probe.sent ? answer.read : answer.received) - probe.sent;
    // It came too late, but was read before the engine was asked whether it was lost.
    if (probe.state == Probe::State::pending && rtt > target.schedule->timeout) give_up(id, probe, target);
    if (probe.state == Probe::State::lost) return answered_late(probe, target, answer, rtt);
    if (probe.state != Probe::State::pending) return answered_again(probe, target, answer, rtt);
    const auto stack_received = std::max(answer.read - answer.received, std::chrono::nanoseconds{});
    count_order(probe, target, answer.read);
    if (probe.timed) {
        target.times.add(rtt);
        if (target.windows) target.windows->on_reply(answer.read, rtt);
    }
    settle(probe, target, PingCount::received, answer.read);
    if (probe.timed) target.stack.add(probe.sent - probe.called, stack_received);
    note_order(probe, target);
    target.count_host(probe.sequence);
    const PingReply reply{.target = probe.target,
                          .sequence = probe.sequence,
                          .from = answer.from,
                          .ttl = answer.ttl,
                          .bytes = answer.bytes(),
                          .rtt = rtt,
                          .stack_sent = probe.sent - probe.called,
                          .stack_received = stack_received,
                          .ip_options = answer.ip_options,
                          .to = target.address_of(probe.sequence),
                          .details = answer.details};
    tell(id, probe, reply);
    end(id, probe, target, Probe::State::answered);
}

LIBNETXX_DECL void PingEngine::acknowledge(const Probe& probe, Target& target)
{
    if (!target.is_sequential()) return;
    target.acknowledged = std::max(target.acknowledged, probe.sequence);
    target.pipe = std::max(target.pipe, target.last_sequence - probe.sequence + 1);
}

LIBNETXX_DECL void PingEngine::count_order(const Probe& probe, Target& target, TimePoint now)
{
    if (target.is_sequential() && probe.sequence < target.highest_answered) target.count(PingCount::reordered, now);
}

LIBNETXX_DECL void PingEngine::note_order(const Probe& probe, Target& target)
{
    if (!target.is_sequential()) return;
    target.highest_answered = std::max(target.highest_answered, probe.sequence);
    acknowledge(probe, target);
}

LIBNETXX_DECL void PingEngine::answered_late(Probe& probe, Target& target, const EchoAnswer& answer,
                                             std::chrono::nanoseconds rtt)
{
    make_room(1);
    count_order(probe, target, answer.read);
    note_order(probe, target);
    probe.state = Probe::State::answered;
    target.numbers.down(PingCount::lost);
    target.numbers.up(PingCount::late);
    target.count_host(probe.sequence);
    if (!target.stream || target.schedule->quiet) return;
    const auto late_by = std::max(rtt - target.schedule->timeout, std::chrono::nanoseconds{});
    events_.push_back(PingLate{probe.target, probe.sequence, answer.from, answer.ttl, answer.bytes(), rtt, late_by,
                               target.address_of(probe.sequence), answer.details});
}

LIBNETXX_DECL void PingEngine::answered_again(const Probe& probe, Target& target, const EchoAnswer& answer,
                                              std::chrono::nanoseconds rtt)
{
    make_room(1);
    target.count(PingCount::duplicates, answer.read);
    if (!target.stream || target.schedule->quiet || streams_held())
        return;  // a hostile network may send any number of these: they are not kept
    events_.push_back(PingDuplicate{probe.target, probe.sequence, answer.from, answer.ttl, answer.bytes(), rtt,
                                    target.address_of(probe.sequence), answer.details});
}

LIBNETXX_DECL void PingEngine::on_error(const EchoError& error)
{
    if (!wire::icmp_means_dropped(wire::version_of(error.destination), error.type)) return;
    const auto match =
        find_sent(error.destination, error.sequence, [&](ProbeId id, const Probe& probe, const Target& target) {
            // RFC 792 lets routers quote eight octets only: then the address and the sequence must do.
            if (error.payload.size() < cookie_size(options_.payload_size)) return true;
            return has_cookie(cookie_of(id, probe, target), options_.payload_size, error.payload);
        });
    if (match.probe == nullptr) return;
    const auto state = match.probe->state;
    if (state != Probe::State::pending && state != Probe::State::lost) return;

    const bool pending = state == Probe::State::pending;
    if (pending) {
        settle(*match.probe, *match.target, PingCount::errors, now_);
    } else {  // it was lost
        make_room(1);
        match.target->numbers.up(PingCount::errors);
    }
    acknowledge(*match.probe, *match.target);
    tell(match.id, *match.probe,
         PingError{match.probe->target, match.probe->sequence, error.from, error.type, error.code, error.mtu,
                   error.destination});
    if (pending) return end(match.id, *match.probe, *match.target, Probe::State::failed);
    match.target->numbers.down(PingCount::lost);
    match.probe->state = Probe::State::failed;
}

LIBNETXX_DECL void PingEngine::on_corrupt(const asio::ip::address& from)
{
    if (Target* target = targets_.at(from)) target->count(PingCount::corrupt, now_);
}

}  // namespace libnet::inline v0::engine
