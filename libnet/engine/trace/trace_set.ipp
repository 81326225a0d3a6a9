#pragma once
// Bodies of libnet/engine/trace/trace_set.hpp.

#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/engine/trace/trace_verdict.hpp>

#include <utility>

namespace libnet::inline v0::engine {

LIBNETXX_DECL TraceSet::TraceSet(const TraceOptions& options, std::uint16_t first_number)
    : options_{options},
      first_number_{first_number}
{
    for (auto& numbers : numbers_) numbers.next = first_number;
}

LIBNETXX_DECL TraceTarget TraceSet::add(const asio::ip::address& target)
{
    ++last_label_.index;
    if (last_label_.index == 0) ++last_label_.generation;
    const auto label = last_label_;
    targets_.try_emplace(label, Target{target, TraceEngine{options_, target, label}});
    ready_.push_back(label);
    return label;
}

LIBNETXX_DECL const TracePath* TraceSet::path(TraceTarget target) const
{
    const auto found = targets_.find(target);
    return found == targets_.end() ? nullptr : &found->second.engine.path();
}

LIBNETXX_DECL TraceSet::Action TraceSet::next(TimePoint now)
{
    wake_due(now);
    while (!ready_.empty())
        if (auto action = ask(targets_.find(ready_.front()), now)) return *std::move(action);
    if (targets_.empty()) return action::Done{};
    return action::WaitUntil{deadlines_.front_time()};
}

LIBNETXX_DECL void TraceSet::wake(TraceTarget label, Target& target)
{
    if (!std::exchange(target.ready, true)) ready_.push_back(label);
}

/// Of a target whose deadline has changed meanwhile, the older ones are passed over.
LIBNETXX_DECL void TraceSet::wake_due(TimePoint now)
{
    while (!deadlines_.empty()) {
        const auto found = targets_.find(deadlines_.front());
        const bool valid =
            found != targets_.end() && !found->second.ready && found->second.deadline == deadlines_.front_time();
        if (valid && deadlines_.front_time() > now) return;
        if (valid) wake(found->first, found->second);
        deadlines_.pop();
    }
}

/// The target is at the front of those that are ready. nullopt: it has nothing to say now.
LIBNETXX_DECL std::optional<TraceSet::Action> TraceSet::ask(Targets::iterator at, TimePoint now)
{
    auto& [label, target] = *at;
    for (;;) {
        const auto action = target.engine.next(now);
        if (const auto* probe = std::get_if<trace_action::Send>(&action)) {
            if (const auto number = next_number(numbers_of(target.address)))
                return Send{{label, *probe, target.address, *number}};
            on_not_sent({label, *probe}, now);
        } else if (const auto* outcome = std::get_if<trace_action::Report>(&action)) {
            return report(at, outcome->outcome);
        } else if (const auto* wait = std::get_if<action::WaitUntil>(&action)) {
            ready_.pop_front();
            target.ready = false;
            target.deadline = wait->deadline;
            deadlines_.push(wait->deadline, label);
            return std::nullopt;
        } else {
            return finish(at);
        }
    }
}

/// The other targets come first now.
LIBNETXX_DECL TraceSet::Report TraceSet::report(Targets::iterator at, const TraceOutcome& outcome)
{
    if (const auto* lost = std::get_if<TraceLost>(&outcome))
        release(at->first, at->second, {lost->ttl, static_cast<std::uint8_t>(lost->probe - 1)});
    ready_.pop_front();
    ready_.push_back(at->first);
    return std::visit([](const auto& told) { return Report{told}; }, outcome);
}

LIBNETXX_DECL TraceSet::Report TraceSet::finish(Targets::iterator at)
{
    for (const auto probe : at->second.engine.open_probes()) release(at->first, at->second, probe);
    TraceDone path{at->first, at->second.engine.path()};
    ready_.pop_front();
    targets_.erase(at);
    return {std::move(path)};
}

LIBNETXX_DECL bool TraceSet::on_sent(const TraceSetProbe& probe, std::uint16_t number, TimePoint at)
{
    if (!numbers_of(probe.address).owners.try_emplace(number, Owner{probe.target, probe.probe}).second) {
        on_not_sent(probe, at);
        return false;
    }
    targets_.at(probe.target).engine.on_sent(probe.probe, number, at);
    return true;
}

LIBNETXX_DECL void TraceSet::on_not_sent(const TraceSetProbe& probe, TimePoint now)
{
    constexpr std::chrono::milliseconds retry_after{10};
    targets_.at(probe.target).engine.on_not_sent(probe.probe, now + retry_after);
}

LIBNETXX_DECL void TraceSet::on_send_failed(const TraceSetProbe& probe, boost::system::error_code error)
{
    targets_.at(probe.target).engine.on_send_failed(error);
}

LIBNETXX_DECL void TraceSet::on_reply(wire::IpVersion version, const TraceReply& reply)
{
    const auto& owners = numbers_[version == wire::IpVersion::v4 ? 0 : 1].owners;
    const auto found = owners.find(reply.number);
    if (found == owners.end()) return;
    const auto [label, probe] = found->second;
    auto& target = targets_.at(label);
    // The kernel sends what is for 0.0.0.0 to a loopback address.
    if (reply.destination && reply.destination != target.address && !target.address.is_unspecified()) return;
    auto verdict = std::optional{Verdict{TraceAnswer::reached, {}}};
    if (reply.error)
        verdict = judge(options_.method, {.version = version,
                                          .type = reply.error->type,
                                          .code = reply.error->code,
                                          .mtu = reply.error->mtu,
                                          .from_target = reply.from == target.address});
    if (!verdict) return;
    const auto sent = target.engine.under_way(probe);
    if (!sent) return;
    release(label, target, probe);
    const auto arrived = reply.received >= sent->sent ? reply.received : reply.read;
    target.engine.on_answer(probe, {reply.from, arrived - sent->sent, verdict->kind, std::move(verdict->annotation)});
    wake(label, target);
}

LIBNETXX_DECL std::optional<TraceSet::Released> TraceSet::take_released()
{
    if (released_.empty()) return std::nullopt;
    const auto first = released_.front();
    released_.pop_front();
    return first;
}

/// nullopt: all of them are taken.
LIBNETXX_DECL std::optional<std::uint16_t> TraceSet::next_number(Numbers& numbers) const
{
    const auto count = 65536U - first_number_;
    if (numbers.owners.size() >= count) return std::nullopt;
    for (unsigned tried = 0; tried < count; ++tried) {
        const auto number = numbers.next;
        numbers.next = number == 65535 ? first_number_ : static_cast<std::uint16_t>(number + 1);
        if (!numbers.owners.contains(number)) return number;
    }
    return std::nullopt;
}

LIBNETXX_DECL void TraceSet::release(TraceTarget label, const Target& target, TraceProbeId probe)
{
    const auto sent = target.engine.under_way(probe);
    if (!sent) return;
    auto& owners = numbers_of(target.address).owners;
    const auto found = owners.find(sent->number);
    if (found == owners.end() || found->second.target != label || found->second.probe != probe) return;
    owners.erase(found);
    released_.push_back({wire::version_of(target.address), sent->number});
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const TraceSetProbe& probe)
{
    return out << probe.target << ": " << probe.probe << " to " << probe.address << ", number " << probe.number;
}

}  // namespace libnet::inline v0::engine
