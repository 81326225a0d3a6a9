#pragma once
// Bodies of libnet/engine/trace/trace_set.hpp.

#include <libnet/base/bytes.hpp>
#include <libnet/engine/trace/trace_set.hpp>
#include <libnet/engine/trace/trace_verdict.hpp>
#include <libnet/wire/icmp/icmp.hpp>

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

namespace libnet::inline v0::engine {

namespace detail {

LIBNETXX_DECL std::uint64_t keyed(base::SipKey key, std::uint64_t first, std::uint64_t second)
{
    std::array<std::byte, 16> octets;
    base::store_be(octets, 0, first);
    base::store_be(octets, 8, second);
    return base::siphash(key, octets);
}

}  // namespace detail

LIBNETXX_DECL bool is_gateway(const TraceGateways& gateways, const asio::ip::address& address)
{
    const auto all = std::span{gateways.addresses}.first(gateways.count);
    return address.is_v4() && std::ranges::find(all, address.to_v4()) != all.end();
}

LIBNETXX_DECL TraceSet::TraceSet(const TraceOptions& options, std::uint16_t first_number, TraceSetup setup,
                                 std::uint16_t last_number)
    : options_{options},
      first_number_{first_number},
      last_number_{last_number},
      setup_{std::move(setup)},
      counters_{setup_.counters ? setup_.counters : std::make_shared<TraceCounters>()},
      pace_{options.rate}
{
    for (auto& numbers : numbers_)
        for (unsigned flow = 0; flow < options.flows; ++flow)
            numbers.next.push_back(static_cast<std::uint16_t>(first_number + flow));
}

LIBNETXX_DECL TraceTarget TraceSet::add(const asio::ip::address& address)
{
    std::uint32_t index = static_cast<std::uint32_t>(slots_.size());
    if (free_.empty()) {
        slots_.emplace_back();
    } else {
        index = free_.back();
        free_.pop_back();
    }
    auto& slot = slots_[index];
    ++slot.generation;
    slot.target = Target{address, TraceEngine{options_, address, handle(index), setup_.serial}};
    slot.target->engine.set_access(setup_.access);
    ++count_;
    pending_.push_back(index);
    if (options_.rate <= 0) begin_one();
    return handle(index);
}

/// In random order, where there is a choice. False: all have begun.
LIBNETXX_DECL bool TraceSet::begin_one()
{
    if (pending_.empty()) return false;
    const auto chosen = detail::keyed(setup_.key, begun_++, pending_.size()) % pending_.size();
    std::swap(pending_[chosen], pending_.back());
    const auto index = pending_.back();
    pending_.pop_back();
    auto& target = *slots_[index].target;
    by_address_.emplace(target.address, index);
    // Where others wait for their turn, no path is in a hurry. With shared hops it is, for the next ones shall know it.
    constexpr std::size_t many_pending = 64;
    if (pending_.size() >= many_pending) target.engine.set_scouts(options_.share_hops ? 3 : 2);
    if (options_.share_hops) target.engine.begin_at(likely_length(target.address));
    wake(index);
    return true;
}

LIBNETXX_DECL const TraceSet::Target* TraceSet::find(TraceTarget target) const noexcept
{
    if (target.index >= slots_.size() || slots_[target.index].generation != target.generation) return nullptr;
    const auto& found = slots_[target.index].target;
    return found ? &*found : nullptr;
}

LIBNETXX_DECL const TracePath* TraceSet::path(TraceTarget target) const
{
    const auto* found = find(target);
    return found == nullptr ? nullptr : &found->engine.path();
}

LIBNETXX_DECL TraceSet::Action TraceSet::next(TimePoint now)
{
    wake_due(now);
    for (;;) {
        if (auto action = ask_ready(now)) return *std::move(action);
        if (options_.rate <= 0 || pace_.next() > now) break;
        if (auto action = ask_held(now)) return *std::move(action);
        if (ready_.empty() && !begin_one()) break;
    }
    if (count_ == 0) return action::Done{};
    auto deadline = deadlines_.empty() ? TimePoint::max() : deadlines_.front_time();
    if (!held_.empty() || !pending_.empty()) deadline = std::min(deadline, pace_.next());
    return action::WaitUntil{deadline};
}

LIBNETXX_DECL void TraceSet::wake(std::uint32_t index)
{
    if (!std::exchange(slots_[index].target->ready, true)) ready_.push_back(index);
}

/// Of a target whose deadline has changed meanwhile, the older ones are passed over.
LIBNETXX_DECL void TraceSet::wake_due(TimePoint now)
{
    while (!deadlines_.empty()) {
        const auto* found = find(deadlines_.front());
        const bool valid =
            found != nullptr && !found->ready && !found->held && found->deadline == deadlines_.front_time();
        if (valid && deadlines_.front_time() > now) return;
        if (valid) wake(deadlines_.front().index);
        deadlines_.pop();
    }
}

/// Asks those that have something to say; with a rate, they may only say that they want to send.
LIBNETXX_DECL std::optional<TraceSet::Action> TraceSet::ask_ready(TimePoint now)
{
    while (!ready_.empty()) {
        const auto index = ready_.front();
        ready_.pop_front();
        slots_[index].target->ready = false;
        if (auto action = ask(index, now, options_.rate <= 0)) return action;
    }
    return std::nullopt;
}

/// Lets the one send that has waited longest.
LIBNETXX_DECL std::optional<TraceSet::Action> TraceSet::ask_held(TimePoint now)
{
    while (!held_.empty()) {
        const auto target = held_.front();
        held_.pop_front();
        if (find(target) == nullptr) continue;
        slots_[target.index].target->held = false;
        if (slots_[target.index].target->ready) continue;  // it will say what it wants now
        if (auto action = ask(target.index, now, true)) return action;
    }
    return std::nullopt;
}

/// nullopt: it has nothing to say now.
LIBNETXX_DECL std::optional<TraceSet::Action> TraceSet::ask(std::uint32_t index, TimePoint now, bool may_send)
{
    auto& target = *slots_[index].target;
    // With a rate, targets wait for their turn anyway, and each that waits otherwise lets another one begin.
    constexpr std::chrono::milliseconds listening{200};
    const bool listens = options_.method == TraceProbe::raw && options_.rate <= 0;
    if (listens && !std::exchange(target.listened, true)) target.engine.hold(now + listening);
    for (;;) {
        const auto action = target.engine.next(now, may_send);
        if (const auto* probe = std::get_if<trace_action::Send>(&action)) {
            if (auto send = to_send(index, *probe, now)) return *std::move(send);
            continue;
        }
        if (const auto* outcome = std::get_if<trace_action::Report>(&action)) return report(index, outcome->outcome);
        if (std::holds_alternative<action::Done>(action)) return finish(index);
        const auto deadline = std::get<action::WaitUntil>(action).deadline;
        if (deadline <= now && !std::exchange(target.held, true)) held_.push_back(handle(index));
        if (deadline > now) deadlines_.push(target.deadline = deadline, handle(index));
        return std::nullopt;
    }
}

/// The other targets come first then. nullopt: all numbers are taken.
LIBNETXX_DECL std::optional<TraceSet::Send> TraceSet::to_send(std::uint32_t index, TraceProbeId probe, TimePoint now)
{
    auto& target = *slots_[index].target;
    TraceSetProbe wanted{handle(index), probe, target.address};
    wanted.flow = static_cast<std::uint8_t>(probe.index / options_.probes);
    const auto number = next_number(numbers_of(target.address), wanted.flow);
    if (!number) {
        on_not_sent(wanted, now);
        return std::nullopt;
    }
    wanted.number = *number;
    wanted.cookie = detail::keyed(setup_.key, *number, ++probes_made_);
    pace_.on_send(now);
    wake(index);
    return Send{wanted};
}

/// The other targets come first now.
LIBNETXX_DECL TraceSet::Report TraceSet::report(std::uint32_t index, const TraceOutcome& outcome)
{
    if (const auto* lost = std::get_if<TraceLost>(&outcome)) {
        const auto at = (lost->flow - 1) * options_.probes + lost->probe - 1;
        release(index, {lost->ttl, static_cast<std::uint8_t>(at)});
    }
    wake(index);
    return std::visit([](const auto& told) { return Report{told}; }, outcome);
}

LIBNETXX_DECL TraceSet::Report TraceSet::finish(std::uint32_t index)
{
    auto& slot = slots_[index];
    for (const auto probe : slot.target->engine.open_probes()) release(index, probe);
    TraceDone path{handle(index), slot.target->engine.path()};
    if (options_.share_hops) learn(path.path);
    by_address_.erase({slot.target->address, index});
    slot.target.reset();
    free_.push_back(index);
    --count_;
    return {std::move(path)};
}

LIBNETXX_DECL bool TraceSet::on_sent(const TraceSetProbe& probe, std::uint16_t number, TimePoint at)
{
    if (!numbers_of(probe.address).owners.try_emplace(number, Owner{probe.target, probe.probe, probe.cookie}).second) {
        on_not_sent(probe, at);
        return false;
    }
    ++counters_->sent;
    slots_[probe.target.index].target->sent = true;
    slots_[probe.target.index].target->engine.on_sent(probe.probe, number, at);
    return true;
}

LIBNETXX_DECL void TraceSet::on_not_sent(const TraceSetProbe& probe, TimePoint now)
{
    constexpr std::chrono::milliseconds retry_after{10};
    slots_[probe.target.index].target->engine.on_not_sent(probe.probe, now + retry_after);
}

LIBNETXX_DECL void TraceSet::on_send_failed(const TraceSetProbe& probe, boost::system::error_code error)
{
    slots_[probe.target.index].target->engine.on_send_failed(error);
}

LIBNETXX_DECL void TraceSet::on_left(wire::IpVersion version, std::uint16_t number, TimePoint at)
{
    const auto& owners = numbers_[version == wire::IpVersion::v4 ? 0 : 1].owners;
    const auto found = owners.find(number);
    if (found == owners.end()) return;
    slots_[found->second.target.index].target->engine.on_left(found->second.probe, at);
}

LIBNETXX_DECL void TraceSet::on_refused(const std::optional<asio::ip::address>& destination)
{
    if (by_address_.empty()) return;
    const auto found = destination ? by_address_.lower_bound({*destination, 0}) : by_address_.begin();
    const bool could_be_ours = found != by_address_.end() && (!destination || found->first == *destination);
    if (could_be_ours) ++counters_->unmatched;
}

LIBNETXX_DECL void TraceSet::on_reply(wire::IpVersion version, const TraceReply& reply)
{
    if (!reply.number || is_foreign_packet(version, reply)) return on_anonymous(version, reply);
    const auto& owners = numbers_[version == wire::IpVersion::v4 ? 0 : 1].owners;
    const auto found = owners.find(*reply.number);
    if (found == owners.end()) {
        ++counters_->unmatched;
        return;
    }
    const auto owner = found->second;
    if (((owner.cookie ^ reply.cookie) & reply.cookie_mask) != 0) {
        ++counters_->forged;
        return;
    }
    const auto& address = slots_[owner.target.index].target->address;
    // The kernel sends what is for 0.0.0.0 to a loopback address. With its identity proven, a probe was redirected.
    const bool elsewhere = reply.destination && *reply.destination != address && !address.is_unspecified();
    if (elsewhere && (reply.cookie_mask == 0 || reply.needs_destination)) {
        ++counters_->unmatched;
        return;
    }
    answer(version, owner.target.index, owner.probe, reply);
}

/// Of raw packets: it is no echo of a probe under way, but whatever its sender says in that protocol.
LIBNETXX_DECL bool TraceSet::is_foreign_packet(wire::IpVersion version, const TraceReply& reply) const
{
    if (options_.method != TraceProbe::raw || reply.error) return false;
    const auto& owners = numbers_[version == wire::IpVersion::v4 ? 0 : 1].owners;
    const auto found = owners.find(*reply.number);
    return found == owners.end() || ((found->second.cookie ^ reply.cookie) & reply.cookie_mask) != 0;
}

/// The one target that it can be for; nullopt: there is none, or several.
LIBNETXX_DECL std::optional<std::uint32_t> TraceSet::only_target(wire::IpVersion version, const TraceReply& reply) const
{
    auto found = by_address_.begin();
    if (!reply.destination) {  // it was on its way to a gateway
        const bool only = options_.gateways.count != 0 && by_address_.size() == 1;
        return only && wire::version_of(found->first) == version ? std::optional{found->second} : std::nullopt;
    }
    found = by_address_.lower_bound({*reply.destination, 0});
    if (found == by_address_.end() || found->first != *reply.destination) return std::nullopt;
    const auto other = std::next(found);
    if (other != by_address_.end() && other->first == *reply.destination) return std::nullopt;
    return found->second;
}

/// The engine of the one target that it can be for says for which probe it is.
LIBNETXX_DECL void TraceSet::on_anonymous(wire::IpVersion version, const TraceReply& reply)
{
    ++counters_->anonymous;
    const auto index = only_target(version, reply);
    if (!index) return;
    auto& target = *slots_[*index].target;
    // Who speaks unasked in the protocol of raw packets goes on doing so: that answers nothing.
    const bool speaks = options_.method == TraceProbe::raw && !reply.error;
    target.speaks_unasked = target.speaks_unasked || (speaks && !target.sent);
    if (speaks && target.speaks_unasked) return;
    std::vector<TraceProbeId> taken_back;
    const auto probe = target.engine.on_anonymous(reply.flow, reply.read, taken_back);
    for (const auto back : taken_back) release(*index, back);
    if (probe) answer(version, *index, *probe, reply);
    wake(*index);
}

LIBNETXX_DECL void TraceSet::answer(wire::IpVersion version, std::uint32_t index, TraceProbeId probe,
                                    const TraceReply& reply)
{
    auto& target = *slots_[index].target;
    ProbeAnswer answer{.from = reply.from, .kind = TraceAnswer::reached};
    if (reply.error) {
        auto verdict = judge(options_.method, {.version = version,
                                               .type = reply.error->type,
                                               .code = reply.error->code,
                                               .mtu = reply.error->mtu,
                                               .from_target = reply.from == target.address});
        if (!verdict) return;
        answer.kind = verdict->kind;
        answer.annotation = std::move(verdict->annotation);
        answer.mtu = wire::icmp_mtu(version, reply.error->type, reply.error->code, reply.error->mtu);
    }
    const auto sent = target.engine.under_way(probe);
    if (!sent) return;
    const bool by_gateway = reply.from != target.address && is_gateway(options_.gateways, reply.from);
    if (answer.kind == TraceAnswer::reached && by_gateway) {
        answer.kind = TraceAnswer::unreachable;  // it should have sent the probe on
        answer.annotation = "!S";
    }
    release(index, probe);
    answer.rtt = (reply.received >= sent->sent ? reply.received : reply.read) - sent->sent;
    answer.reply_ttl = reply.reply_ttl;
    answer.quoted_ttl = reply.quoted_ttl;
    answer.changes = reply.changes;
    answer.extensions = reply.extensions;
    answer.tcp_flags = reply.tcp_flags;
    if (reply.destination && *reply.destination != target.address && !target.address.is_unspecified())
        answer.changes.push_back({TraceField::destination, target.address, *reply.destination});
    const bool on_the_way = answer.kind == TraceAnswer::time_exceeded;
    if (target.engine.on_answer(probe, std::move(answer))) ++counters_->answered;
    if (options_.share_hops && on_the_way) use_known(target.engine, probe, reply.from);
    wake(index);
}

LIBNETXX_DECL void TraceSet::use_known(TraceEngine& engine, TraceProbeId probe, const asio::ip::address& from)
{
    if (probe.ttl > engine.start_ttl()) return;
    const auto found = known_.find({probe.ttl, from});
    if (found != known_.end()) engine.fill_below(probe.ttl, *found->second);
}

/// That of the nearest address whose path is known, or else the first hop.
LIBNETXX_DECL std::uint8_t TraceSet::likely_length(const asio::ip::address& address) const
{
    const auto above = lengths_.lower_bound(address);
    if (above == lengths_.end() && lengths_.empty()) return options_.first_ttl;
    if (above == lengths_.end()) return std::prev(above)->second;
    if (above == lengths_.begin()) return above->second;
    // The one with the longer common prefix.
    const auto below = std::prev(above);
    const auto common = [&](const asio::ip::address& other) {
        const auto octets = [](const asio::ip::address& of) {
            return of.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, of.to_v4()).to_bytes()
                              : of.to_v6().to_bytes();
        };
        const auto ours = octets(address), theirs = octets(other);
        for (std::size_t at = 0; at < ours.size(); ++at)
            if (const auto differ = static_cast<std::uint8_t>(ours[at] ^ theirs[at]); differ != 0)
                return 8 * at + static_cast<std::size_t>(std::countl_zero(differ));
        return 8 * ours.size();
    };
    return common(below->first) >= common(above->first) ? below->second : above->second;
}

/// Keeps what a path tells about those that begin like it.
LIBNETXX_DECL void TraceSet::learn(const TracePath& path)
{
    constexpr std::size_t most = 1'000'000;  // places: bounds the memory
    auto hops = std::make_shared<KnownPath>(path.hops.size());
    std::vector<std::pair<std::uint8_t, asio::ip::address>> fresh;
    std::uint8_t length = 0;
    for (std::size_t at = 0; at < path.hops.size(); ++at)
        for (const auto& outcome : path.hops[at].probes) {
            const auto* hop = std::get_if<TraceHop>(&outcome);
            if (hop == nullptr || hop->kind != TraceAnswer::time_exceeded) continue;
            (*hops)[at] = ProbeAnswer{.from = hop->from, .rtt = hop->rtt, .reply_ttl = hop->reply_ttl};
            length = hop->ttl;
            if (!known_.contains({hop->ttl, hop->from})) fresh.emplace_back(hop->ttl, hop->from);
            break;
        }
    for (const auto& place : fresh)
        if (known_.size() < most) known_.emplace(place, hops);
    if (path.reached() && length != 0 && lengths_.size() < most) lengths_.insert_or_assign(path.target, length);
}

LIBNETXX_DECL std::optional<TraceSet::Released> TraceSet::take_released()
{
    if (released_.empty()) return std::nullopt;
    const auto first = released_.front();
    released_.pop_front();
    return first;
}

/// nullopt: all those of the flow are taken.
LIBNETXX_DECL std::optional<std::uint16_t> TraceSet::next_number(Numbers& numbers, std::uint8_t flow) const
{
    const std::size_t count = std::size_t{last_number_} - first_number_ + 1, step = options_.flows;
    if (numbers.owners.size() >= count) return std::nullopt;
    auto& next = numbers.next[flow];
    for (std::size_t at = flow; at < count; at += step) {
        const auto number = next;
        const auto following = number + step;
        next = static_cast<std::uint16_t>(following > last_number_ ? std::size_t{first_number_} + flow : following);
        if (!numbers.owners.contains(number)) return number;
    }
    return std::nullopt;
}

LIBNETXX_DECL void TraceSet::release(std::uint32_t index, TraceProbeId probe)
{
    const auto& target = *slots_[index].target;
    const auto number = target.engine.number_of(probe);
    auto& owners = numbers_of(target.address).owners;
    const auto found = owners.find(number);
    if (found == owners.end() || found->second.target != handle(index) || found->second.probe != probe) return;
    owners.erase(found);
    released_.push_back({wire::version_of(target.address), number});
}

LIBNETXX_DECL std::ostream& operator<<(std::ostream& out, const TraceSetProbe& probe)
{
    return out << probe.target << ": " << probe.probe << " to " << probe.address << ", number " << probe.number;
}

}  // namespace libnet::inline v0::engine
