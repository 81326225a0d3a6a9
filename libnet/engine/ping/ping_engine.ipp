#pragma once
// Bodies of libnet/engine/ping/ping_engine.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/base/deadline_after.hpp>
#include <libnet/engine/ping/ping_engine.hpp>
#include <libnet/engine/ping/ping_payload.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

/// A stream that is behind by more than this leaves sends out instead of catching up in a burst: after a suspended hour
/// nobody wants an hour's probes at once.
constexpr std::chrono::milliseconds max_catch_up{100};

constexpr std::uint16_t wire_sequence(std::uint64_t sequence) noexcept
{
    return static_cast<std::uint16_t>(sequence & 0xFFFFU);
}

/// The sixteen octets of an address; IPv4 as its IPv4-mapped IPv6 address.
inline asio::ip::address_v6::bytes_type octets_of(const asio::ip::address& address)
{
    if (address.is_v6()) return address.to_v6().to_bytes();
    return asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
}

inline void store_address(std::span<std::byte> bytes, const asio::ip::address& address)
{
    const auto octets = octets_of(address);
    for (std::size_t i = 0; i < octets.size(); ++i) bytes[i] = static_cast<std::byte>(octets[i]);
}

}  // namespace detail

// --- targets -----------------------------------------------------------------------------------------------------

LIBNETXX_DECL PingTarget PingEngine::add(const asio::ip::address& address, const PingSchedule& schedule, TimePoint now)
{
    const PingTarget handle = targets_.add(address, schedule, true);
    begin(handle, schedule.delay, now);
    return handle;
}

LIBNETXX_DECL PingTarget PingEngine::add(const wire::AddressRange& range, PingSchedule schedule, TimePoint now)
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t hosts = range.size();
    schedule.count = schedule.count > most / hosts ? most : schedule.count * hosts;
    constexpr auto longest = static_cast<std::uint64_t>(std::chrono::nanoseconds::max().count());
    if (schedule.interval != std::chrono::nanoseconds::max())  // never is never, for however many
        schedule.interval /= static_cast<std::int64_t>(std::min(hosts, longest));
    const PingTarget handle = targets_.add(range, schedule);
    begin(handle, schedule.delay, now);
    return handle;
}

LIBNETXX_DECL void PingEngine::begin(PingTarget handle, std::chrono::nanoseconds delay, TimePoint now)
{
    Target& target = *targets_.find(handle);
    target.due = base::deadline_after(now, delay);
    if (target.schedule->windows) target.windows = std::make_unique<PingWindows>();
    schedule_.push(target.due, handle);
    ++running_;
}

LIBNETXX_DECL bool PingEngine::move(PingTarget handle, const asio::ip::address& to)
{
    const Target* target = targets_.find(handle);
    if (target == nullptr || target->range) return false;
    targets_.move(handle, to);
    return true;
}

LIBNETXX_DECL bool PingEngine::remove(PingTarget handle)
{
    const Target* target = targets_.find(handle);
    if (target == nullptr) return false;
    if (!target->ended()) --running_;
    const auto is_of_target = [handle](const auto& event) { return event.target == handle; };
    events_.erase_if([&](const PingEvent& event) { return std::visit(is_of_target, event); });
    targets_.drop(handle);  // its probes stay until they would have ended, and are told to nobody
    return true;
}

LIBNETXX_DECL bool PingEngine::stop(PingTarget handle)
{
    Target* target = targets_.find(handle);
    if (target == nullptr) return false;
    if (target->ended()) return true;
    --running_;
    target->stopped = true;
    target->numbers.cancel_pending();
    return true;
}

LIBNETXX_DECL std::optional<PingStatistics> PingEngine::statistics(PingTarget handle) const
{
    const Target* target = targets_.find(handle);
    if (target == nullptr) return std::nullopt;
    PingStatistics numbers;
    target->numbers.add_to(numbers);
    numbers.sending = target->sending;
    numbers.pipe = target->pipe;
    numbers.answers_in_a_row = target->outages.answers_in_a_row();
    numbers.unanswered_in_a_row = target->outages.unanswered_in_a_row();
    numbers.longest_outage = target->outages.longest();
    numbers.rtt = target->times.times();
    numbers.stack = target->stack.mean(target->times.count());
    if (target->range) {
        numbers.hosts = target->range->hosts;
        numbers.hosts_answered = target->range->hosts_answered;
    } else {
        numbers.hosts_answered = numbers.received + numbers.late == 0 ? 0 : 1;
    }
    return numbers;
}

LIBNETXX_DECL std::optional<PingStatistics> PingEngine::statistics(PingTarget handle, PingWindow window,
                                                                   TimePoint now) const
{
    const Target* target = targets_.find(handle);
    if (target == nullptr || !target->windows) return std::nullopt;
    return target->windows->statistics(window, now);
}

// --- probes ------------------------------------------------------------------------------------------------------

LIBNETXX_DECL ProbeId PingEngine::request(const asio::ip::address& address, std::chrono::nanoseconds timeout)
{
    const PingTarget handle = targets_.for_requests(address, timeout);
    const ProbeId id = new_probe(handle, *targets_.find(handle), true);
    requests_.push_back(id);
    return id;
}

LIBNETXX_DECL void PingEngine::cancel(ProbeId id)
{
    outcomes_.erase_if([id](const PingRequestDone& done) { return done.probe == id; });
    Probe* probe = probes_.find(id);
    if (probe == nullptr) return;
    probe->requested = false;
    if (probe->state == Probe::State::queued || probe->state == Probe::State::refused) erase_probe(id);
}

LIBNETXX_DECL ProbeId PingEngine::new_probe(PingTarget handle, Target& target, bool requested)
{
    ++target.probes;
    const std::uint64_t sequence = ++target.last_sequence;
    const Probe probe{.key = key_of(target.address_of(sequence), detail::wire_sequence(sequence)),
                      .sequence = sequence,
                      .target = handle,
                      .requested = requested};
    return probes_.add(probe);
}

LIBNETXX_DECL void PingEngine::erase_probe(ProbeId id)
{
    const PingTarget handle = probes_.find(id)->target;
    probes_.erase(id);
    Target* target = targets_.find(handle);
    if (target == nullptr) return;
    --target->probes;
    if (!target->stream && target->probes == 0) targets_.drop(handle);
}

LIBNETXX_DECL void PingEngine::forget_ended(TimePoint now)
{
    forget(answered_, options_.max_answered, now);
    forget(unanswered_, options_.max_unanswered, now);
}

LIBNETXX_DECL void PingEngine::forget(RingQueue<Ended>& ended, std::size_t most, TimePoint now)
{
    while (!ended.empty() && (ended.front().forget_at <= now || ended.size() > most)) {
        erase_probe(ended.front().probe);
        ended.pop_front();
    }
}

LIBNETXX_DECL std::uint64_t PingEngine::key_of(const asio::ip::address& address, std::uint16_t sequence) const
{
    std::array<std::byte, 18> bytes;
    detail::store_address(bytes, address);
    base::store_be(std::span<std::byte>{bytes}, 16, sequence);
    return base::siphash(options_.key, bytes);
}

//  +----------------------------------------+------------------------------------------+
//  |  proof: half of a keyed hash of the    |  the probe's slot, xor a mask that is a  |
//  |  target, the sequence and the address  |  keyed hash of the proof                 |
//  +----------------------------------------+------------------------------------------+
// Who doesn't know the key can guess neither half.
LIBNETXX_DECL std::uint64_t PingEngine::cookie_of(ProbeId id, const Probe& probe, const Target& target) const
{
    std::array<std::byte, 32> bytes;
    const std::span<std::byte> all{bytes};
    detail::store_address(all, target.address_of(probe.sequence));
    base::store_be(all, 16, probe.sequence);
    base::store_be(all, 24, probe.target.index);
    base::store_be(all, 28, probe.target.generation);
    const auto proof = static_cast<std::uint32_t>(base::siphash(options_.key, bytes) >> 32);
    return std::uint64_t{proof} << 32 | (id.slot ^ slot_mask(proof));
}

LIBNETXX_DECL std::uint32_t PingEngine::slot_mask(std::uint32_t proof) const
{
    std::array<std::byte, 4> bytes;
    base::store_be(std::span<std::byte>{bytes}, 0, proof);
    return static_cast<std::uint32_t>(base::siphash(options_.key, bytes));
}

// --- what to do next ---------------------------------------------------------------------------------------------

LIBNETXX_DECL PingAction PingEngine::next(TimePoint now)
{
    now_ = now;
    declare_losses(now);
    forget_ended(now);
    if (const auto send = next_request()) return *send;
    if (const auto send = next_refused(now)) return *send;
    if (const auto send = next_scheduled(now)) return *send;
    return next_wait();
}

LIBNETXX_DECL SendProbe PingEngine::hand_out(ProbeId id, Probe& probe, Target& target)
{
    target.numbers.up(PingCount::sent);
    target.numbers.up(PingCount::pending);
    probe.timed = target.is_timed(probe.sequence);
    return hand_out_again(id, probe, target);
}

LIBNETXX_DECL SendProbe PingEngine::hand_out_again(ProbeId id, Probe& probe, const Target& target) const
{
    probe.state = Probe::State::sending;
    return {id, target.address_of(probe.sequence), detail::wire_sequence(probe.sequence), cookie_of(id, probe, target),
            probe.timed};
}

LIBNETXX_DECL std::optional<SendProbe> PingEngine::next_request()
{
    while (!requests_.empty()) {
        const ProbeId id = requests_.front();
        requests_.pop_front();
        Probe* probe = probes_.find(id);
        if (probe != nullptr) return hand_out(id, *probe, *targets_.find(probe->target));  // nullptr: cancelled
    }
    return std::nullopt;
}

LIBNETXX_DECL std::optional<SendProbe> PingEngine::next_refused(TimePoint now)
{
    if (refused_.empty() || now < retry_.next()) return std::nullopt;
    begin_retries(now);
    while (!refused_.empty() && retry_.take(now)) {
        const ProbeId id = refused_.front().probe;
        refused_.pop_front();
        Probe* probe = probes_.find(id);
        if (probe == nullptr) continue;  // cancelled
        const Target* target = targets_.find(probe->target);
        if (target != nullptr && !target->stopped) return hand_out_again(id, *probe, *target);
        erase_probe(id);
    }
    return std::nullopt;
}

/// Gives up those whose time is over.
LIBNETXX_DECL void PingEngine::begin_retries(TimePoint now)
{
    if (!retry_.begin(now)) return;
    refused_.erase_if([&](const Refused& refused) {
        if (now < refused.give_up_at) return false;
        if (Probe* probe = probes_.find(refused.probe)) {
            probe->state = Probe::State::sending;
            on_send_error(refused.probe, refused.why);
        }
        return true;
    });
}

LIBNETXX_DECL std::optional<SendProbe> PingEngine::next_scheduled(TimePoint now)
{
    for (;;) {
        drop_stale_sends();
        if (schedule_.empty() || next_send(now) > now || streams_held()) return std::nullopt;
        const PingTarget handle = schedule_.front();
        Target& target = *targets_.find(handle);
        if (!hold_behind_refused(handle, target)) return send_scheduled(handle, target, now);
    }
}

/// A stream without a pause would fill the queue of those that are refused. The others, which have their times, are not
/// held up.
LIBNETXX_DECL bool PingEngine::hold_behind_refused(PingTarget handle, Target& target)
{
    if (target.has_times() || refused_.size() < max_refused) return false;
    schedule_.pop();
    target.due = retry_.next();
    schedule_.push(target.due, handle);
    return true;
}

LIBNETXX_DECL SendProbe PingEngine::send_scheduled(PingTarget handle, Target& target, TimePoint now)
{
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
    return hand_out(id, *probes_.find(id), target);
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
    if (target.sent_all()) return;
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

LIBNETXX_DECL PingAction PingEngine::next_wait()
{
    drop_stale_deadlines();
    const bool sends = !schedule_.empty() && !streams_held();
    auto first = TimePoint::max();
    if (!deadlines_.empty()) first = std::max(deadlines_.front_time(), last_losses_ + options_.together);
    if (sends) first = std::min(first, next_send(now_));
    if (!refused_.empty()) first = std::min(first, retry_.next());
    if (first == TimePoint::max()) return WaitForInput{};
    return WaitUntil{first};
}

/// When the first stream in line may send: at its time, but no sooner than the rate and the last turn allow.
LIBNETXX_DECL TimePoint PingEngine::next_send(TimePoint now) const
{
    const TimePoint due = std::max(schedule_.front_time(), pace_.next());
    const Target* target = targets_.find(schedule_.front());
    const bool timed = target == nullptr || target->has_times();
    return timed && last_turn_ != now ? std::max(due, last_turn_ + options_.together) : due;
}

LIBNETXX_DECL void PingEngine::on_sent(ProbeId id, TimePoint at)
{
    Probe* probe = probes_.find(id);
    if (probe == nullptr || probe->state != Probe::State::sending) return;
    Target* target = targets_.find(probe->target);
    if (target == nullptr || target->stopped) return erase_probe(id);  // in between
    if (target->first_sent == TimePoint{}) target->first_sent = at;
    target->sending = at - target->first_sent;
    if (probe->retried) retry_.on_sent();
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
    Probe* probe = probes_.find(id);
    if (probe == nullptr || probe->state != Probe::State::sending) return;
    Target* target = targets_.find(probe->target);
    if (target == nullptr || target->stopped) return erase_probe(id);
    target->count(PingCount::send_errors, now_);
    tell(id, *probe, PingSendError{probe->target, probe->sequence, error, target->address_of(probe->sequence)});
    end(id, *probe, *target, Probe::State::unsent);
}

LIBNETXX_DECL void PingEngine::on_not_sent(ProbeId id, boost::system::error_code why)
{
    Probe* probe = probes_.find(id);
    if (probe == nullptr || probe->state != Probe::State::sending) return;
    const Target* target = targets_.find(probe->target);
    if (target == nullptr || target->stopped) return erase_probe(id);
    if (!std::exchange(probe->retried, true)) probe->called = now_;
    probe->state = Probe::State::refused;
    const auto give_up_at = base::deadline_after(probe->called, target->schedule->timeout);
    refused_.push_back({id, target->has_times() ? give_up_at : TimePoint::max(), why});
    retry_.on_refused(now_);
}

// --- how probes end ----------------------------------------------------------------------------------------------

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
        deadlines_.pop();
        last_losses_ = now;
        Probe& probe = *probes_.find(id);
        Target* target = targets_.find(probe.target);
        if (target == nullptr || target->stopped) erase_probe(id);
        else give_up(id, probe, *target);
    }
}

LIBNETXX_DECL void PingEngine::give_up(ProbeId id, Probe& probe, Target& target)
{
    target.count(PingCount::lost, now_);
    tell(id, probe, PingLost{probe.target, probe.sequence, target.address_of(probe.sequence)});
    end(id, probe, target, Probe::State::lost);
}

LIBNETXX_DECL void PingEngine::end(ProbeId id, Probe& probe, Target& target, Probe::State state)
{
    probe.state = state;
    target.numbers.down(PingCount::pending);
    if (target.is_sequential())
        target.outages.on_end(probe.sequence, probe.sent == TimePoint{} ? now_ : probe.sent,
                              state == Probe::State::answered);
    if (target.windows) target.windows->on_outage(now_, target.outages.current());
    auto& ended = state == Probe::State::answered ? answered_ : unanswered_;
    ended.push_back({id, now_ + options_.linger});
    if (target.stream && target.ended()) --running_;
    if (target.schedule->rhythm != PingRhythm::steady) hurry(probe.target, target);
}

template <typename Event>
void PingEngine::tell(ProbeId id, const Probe& probe, Event event)
{
    const Target* target = targets_.find(probe.target);
    if (target->stream && !target->schedule->quiet) events_.push_back(event);
    if constexpr (std::is_constructible_v<PingOutcome, Event>) {
        if (!probe.requested || probe.ended()) return;  // a request has one outcome, and nobody reads what comes later
        event.target = {};
        outcomes_.push_back({id, event});
    }
}

template <typename Ours>
PingEngine::Match PingEngine::find_sent(const asio::ip::address& address, std::uint16_t sequence, Ours&& ours)
{
    Match match;
    probes_.for_each(key_of(address, sequence), [&](ProbeId id, Probe& probe) {
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
    const auto proof = static_cast<std::uint32_t>(cookie >> 32);
    const auto id = probes_.in_slot(static_cast<std::uint32_t>(cookie) ^ slot_mask(proof));
    Probe* probe = id ? probes_.find(*id) : nullptr;
    if (probe == nullptr || probe->state < Probe::State::pending) return {};
    Target* target = targets_.find(probe->target);
    if (target == nullptr || target->stopped || detail::wire_sequence(probe->sequence) != answer.sequence) return {};
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
    // It came too late, but was read before anybody asked whether it was lost.
    if (probe.state == Probe::State::pending && rtt > target.schedule->timeout) give_up(id, probe, target);
    if (probe.state == Probe::State::lost) return answered_late(probe, target, answer, rtt);
    if (probe.state != Probe::State::pending) return answered_again(probe, target, answer, rtt);
    note_order(probe, target, answer.read);
    target.count(PingCount::received, answer.read);
    target.count_host(probe.sequence);
    if (probe.timed) {
        target.times.add(rtt);
        target.stack.add(probe.sent - probe.called,
                         std::max(answer.read - answer.received, std::chrono::nanoseconds{}));
        if (target.windows) target.windows->on_reply(answer.read, rtt);
    }
    const PingReply reply{.target = probe.target,
                          .sequence = probe.sequence,
                          .from = answer.from,
                          .ttl = answer.ttl,
                          .bytes = wire::icmp_header_size + answer.payload.size(),
                          .rtt = rtt,
                          .stack_sent = probe.sent - probe.called,
                          .stack_received = std::max(answer.read - answer.received, std::chrono::nanoseconds{}),
                          .ip_options = answer.ip_options,
                          .to = target.address_of(probe.sequence)};
    tell(id, probe, reply);
    end(id, probe, target, Probe::State::answered);
}

LIBNETXX_DECL void PingEngine::acknowledge(const Probe& probe, Target& target)
{
    if (!target.is_sequential()) return;
    target.acknowledged = std::max(target.acknowledged, probe.sequence);
    target.pipe = std::max(target.pipe, target.last_sequence - probe.sequence + 1);
}

LIBNETXX_DECL void PingEngine::note_order(const Probe& probe, Target& target, TimePoint now)
{
    if (!target.is_sequential()) return;
    if (probe.sequence < target.highest_answered) target.count(PingCount::reordered, now);
    target.highest_answered = std::max(target.highest_answered, probe.sequence);
    acknowledge(probe, target);
}

LIBNETXX_DECL void PingEngine::answered_late(Probe& probe, Target& target, const EchoAnswer& answer,
                                             std::chrono::nanoseconds rtt)
{
    probe.state = Probe::State::answered;
    note_order(probe, target, answer.read);
    target.numbers.down(PingCount::lost);
    target.numbers.up(PingCount::late);
    target.count_host(probe.sequence);
    if (!target.stream || target.schedule->quiet) return;
    const auto late_by = std::max(rtt - target.schedule->timeout, std::chrono::nanoseconds{});
    events_.push_back(PingLate{probe.target, probe.sequence, answer.from, answer.ttl,
                               wire::icmp_header_size + answer.payload.size(), rtt, late_by,
                               target.address_of(probe.sequence)});
}

LIBNETXX_DECL void PingEngine::answered_again(const Probe& probe, Target& target, const EchoAnswer& answer,
                                              std::chrono::nanoseconds rtt)
{
    target.count(PingCount::duplicates, answer.read);
    if (!target.stream || target.schedule->quiet || streams_held())
        return;  // as many as a hostile network likes to send: they are not kept
    events_.push_back(PingDuplicate{probe.target, probe.sequence, answer.from, answer.ttl,
                                    wire::icmp_header_size + answer.payload.size(), rtt,
                                    target.address_of(probe.sequence)});
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

    acknowledge(*match.probe, *match.target);
    if (state == Probe::State::pending) match.target->count(PingCount::errors, now_);
    else match.target->numbers.up(PingCount::errors);  // it was lost
    tell(match.id, *match.probe,
         PingError{match.probe->target, match.probe->sequence, error.from, error.type, error.code, error.mtu,
                   error.destination});
    if (state == Probe::State::pending) return end(match.id, *match.probe, *match.target, Probe::State::failed);
    match.target->numbers.down(PingCount::lost);
    match.probe->state = Probe::State::failed;
}

LIBNETXX_DECL void PingEngine::on_corrupt(const asio::ip::address& from)
{
    if (Target* target = targets_.at(from)) target->count(PingCount::corrupt, now_);
}

LIBNETXX_DECL std::optional<PingEvent> PingEngine::take_event()
{
    if (events_.empty()) return std::nullopt;
    const PingEvent event = events_.front();
    events_.pop_front();
    return event;
}

LIBNETXX_DECL std::optional<PingRequestDone> PingEngine::take_outcome()
{
    if (outcomes_.empty()) return std::nullopt;
    const PingRequestDone done = outcomes_.front();
    outcomes_.pop_front();
    return done;
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const PingAction& action)
{
    struct Print {
        std::ostream& out;
        void operator()(const SendProbe& send) const
        {
            out << "SendProbe{" << send.probe.slot << '.' << send.probe.generation << " to " << send.to << " #"
                << send.sequence << '}';
        }
        void operator()(const WaitUntil& wait) const
        {
            out << "WaitUntil{" << wait.deadline.time_since_epoch().count() << "ns}";
        }
        void operator()(const WaitForInput&) const { out << "WaitForInput{}"; }
    };
    std::visit(Print{out}, action);
    return out;
}

}  // namespace libnet::inline v0::engine
