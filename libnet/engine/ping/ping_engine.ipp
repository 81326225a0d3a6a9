#pragma once
// Bodies of libnet/engine/ping/ping_engine.hpp: targets, requests, and what is done next.

#include <libnet/base/deadline_after.hpp>
#include <libnet/engine/ping/ping_engine.hpp>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace libnet::inline v0::engine {

LIBNETXX_DECL PingTarget PingEngine::add(const asio::ip::address& address, const PingSchedule& schedule, TimePoint now)
{
    schedule_.make_room(1);
    auto windows = schedule.windows ? std::make_unique<PingWindows>() : nullptr;
    const PingTarget handle = targets_.add(address, schedule, true);
    begin(handle, std::move(windows), schedule.delay, now);
    return handle;
}

LIBNETXX_DECL PingTarget PingEngine::add(const wire::AddressRange& range, PingSchedule schedule, TimePoint now)
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t hosts = range.size();
    schedule.count = schedule.count > most / hosts ? most : schedule.count * hosts;
    constexpr auto longest = static_cast<std::uint64_t>(std::chrono::nanoseconds::max().count());
    if (schedule.interval != std::chrono::nanoseconds::max())  // which means never
        schedule.interval /= static_cast<std::int64_t>(std::min(hosts, longest));
    schedule_.make_room(1);
    auto windows = schedule.windows ? std::make_unique<PingWindows>() : nullptr;
    const PingTarget handle = targets_.add(range, schedule);
    begin(handle, std::move(windows), schedule.delay, now);
    return handle;
}

/// There is room for it in the schedule.
LIBNETXX_DECL void PingEngine::begin(PingTarget handle, std::unique_ptr<PingWindows> windows,
                                     std::chrono::nanoseconds delay, TimePoint now)
{
    Target& target = *targets_.find(handle);
    target.due = base::deadline_after(now, delay);
    target.windows = std::move(windows);
    schedule_.push(target.due, handle);
    ++running_;
}

LIBNETXX_DECL PingTarget PingEngine::add_waiting(const PingSchedule& schedule)
{
    auto windows = schedule.windows ? std::make_unique<PingWindows>() : nullptr;
    const PingTarget handle = targets_.add(asio::ip::address{}, schedule, true);
    Target& target = *targets_.find(handle);
    target.due = TimePoint::max();
    target.windows = std::move(windows);
    ++running_;
    return handle;
}

LIBNETXX_DECL void PingEngine::start(PingTarget handle, std::chrono::nanoseconds delay, TimePoint now)
{
    Target* target = targets_.find(handle);
    if (target == nullptr || target->stopped) return;
    schedule_.make_room(1);
    target->due = base::deadline_after(now, delay);
    schedule_.push(target->due, handle);
}

LIBNETXX_DECL std::optional<PingTarget> PingEngine::target_of(ProbeId id)
{
    const Probe* probe = probes_.find(id);
    return probe == nullptr ? std::nullopt : std::optional{probe->target};
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
    targets_.drop(handle);  // its probes stay until they would have ended, and are not told
    return true;
}

LIBNETXX_DECL bool PingEngine::stop(PingTarget handle)
{
    Target* target = targets_.find(handle);
    if (target == nullptr) return false;
    if (target->ended()) return true;
    target->numbers.cancel_pending();
    --running_;
    target->stopped = true;
    return true;
}

LIBNETXX_DECL std::optional<PingStatistics> PingEngine::counts(PingTarget handle) const
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
    if (target->range) {
        numbers.hosts = target->range->hosts;
        numbers.hosts_answered = target->range->hosts_answered;
    } else {
        numbers.hosts_answered = numbers.received + numbers.late == 0 ? 0 : 1;
    }
    return numbers;
}

LIBNETXX_DECL std::optional<PingStatistics> PingEngine::statistics(PingTarget handle) const
{
    auto numbers = counts(handle);
    if (!numbers) return std::nullopt;
    const Target& target = *targets_.find(handle);
    numbers->rtt = target.times.times();
    numbers->stack = target.stack.mean(target.times.count());
    return numbers;
}

LIBNETXX_DECL std::optional<PingStatistics> PingEngine::statistics(PingTarget handle, PingWindow window,
                                                                   TimePoint now) const
{
    const Target* target = targets_.find(handle);
    if (target == nullptr || !target->windows) return std::nullopt;
    return target->windows->statistics(window, now);
}

LIBNETXX_DECL ProbeId PingEngine::request(const asio::ip::address& address, std::chrono::nanoseconds timeout)
{
    requests_.make_room(1);
    probes_.make_room();
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

/// There is room for it in the table.
LIBNETXX_DECL ProbeId PingEngine::new_probe(PingTarget handle, Target& target, bool requested)
{
    ++target.probes;
    const std::uint64_t sequence = ++target.last_sequence;
    const auto address = target.address_of(sequence);
    auto key = cookies_.key_of(address, wire_sequence(sequence));
    if (address.is_unspecified()) key ^= handle.index;  // never answered, and there may be very many
    const Probe probe{.key = key, .sequence = sequence, .target = handle, .requested = requested};
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
    while (const auto old = ended_.take_old(now)) erase_probe(*old);
}

LIBNETXX_DECL std::uint64_t PingEngine::cookie_of(ProbeId id, const Probe& probe, const Target& target) const
{
    return cookies_.cookie_of(id, probe, target.address_of(probe.sequence));
}

LIBNETXX_DECL PingAction PingEngine::next(TimePoint now)
{
    now_ = now;
    declare_losses(now);
    forget_ended(now);
    if (!outcomes_.empty()) {
        const PingRequestDone done = outcomes_.front();
        outcomes_.pop_front();
        return action::Report<PingRequestDone>{done};
    }
    if (const auto send = next_request()) return action::Send<PingProbe>{*send};
    if (const auto send = next_refused(now)) return action::Send<PingProbe>{*send};
    if (const auto send = next_scheduled(now)) return action::Send<PingProbe>{*send};
    return next_wait();
}

LIBNETXX_DECL void PingEngine::make_room(std::size_t answers)
{
    events_.make_room(2 * answers);  // the answer may be the first to say that the probe was lost
    outcomes_.make_room(answers);
    ended_.make_room(answers);
    schedule_.make_room(answers);
}

LIBNETXX_DECL std::optional<PingEvent> PingEngine::take_event()
{
    if (events_.empty()) return std::nullopt;
    const PingEvent event = events_.front();
    events_.pop_front();
    return event;
}

}  // namespace libnet::inline v0::engine
