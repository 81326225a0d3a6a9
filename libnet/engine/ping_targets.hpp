#pragma once
// The targets of a ping engine, found by handle and by address.

#include <libnet/engine/ping_events.hpp>
#include <libnet/engine/ping_outages.hpp>
#include <libnet/engine/ping_statistics.hpp>
#include <libnet/engine/probe_table.hpp>
#include <libnet/wire/address_range.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace libnet::engine {

namespace asio = boost::asio;

/// How a stream of probes to one target runs.
struct PingSchedule {
    std::chrono::nanoseconds interval = std::chrono::seconds{1};  ///< between two sends; zero: one after the other
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};   ///< after which a probe is lost
    std::uint64_t count = 0;                                      ///< probes in all; 0: without end
    std::chrono::nanoseconds delay{};                             ///< before the first one
    bool quiet = false;                                           ///< no events, numbers only
};

/// One target, with its numbers.
struct PingTargetState {
    asio::ip::address address;  ///< or the range's first
    std::optional<wire::AddressRange> range;
    std::uint64_t hosts = 1;  ///< addresses of the range, which have their turns one after the other
    PingSchedule schedule;
    std::uint32_t generation = 1;  ///< of the handle; a default-constructed one names nothing
    bool used = false;
    bool stream = false;   ///< false: stands for the requests to this address
    bool stopped = false;  ///< sends no more, and waits for nothing
    std::uint64_t last_sequence = 0;
    TimePoint due{};         ///< of the next send
    TimePoint first_sent{};  ///< of the first probe
    std::size_t probes = 0;  ///< in the engine's table
    PingStatistics numbers;  ///< all but the times
    PingTimesRecorder times;
    PingStackRecorder stack;
    PingOutages outages;
    std::uint64_t highest_answered = 0;  ///< sequence

    /// Its probes are all to one host, so that their order means something.
    bool is_sequential() const noexcept { return stream && hosts == 1; }

    /// Where the probe with this sequence goes.
    asio::ip::address address_of(std::uint64_t sequence) const
    {
        return range ? range->at((sequence - 1) % hosts) : address;
    }

    /// A stream that has sent all it should, and knows what became of it; or that was stopped.
    bool ended() const noexcept
    {
        if (stopped) return true;
        return schedule.count != 0 && last_sequence == schedule.count && numbers.pending == 0;
    }
};

/// Holds targets in slots that are used again, with a new generation each time.
class PingTargets {
public:
    PingTarget add(const wire::AddressRange& range, const PingSchedule& schedule)
    {
        const PingTarget target = add(range.first, schedule, true);
        slots_[target.index].range = range;
        slots_[target.index].hosts = range.size();
        ranges_.push_back(target.index);
        return target;
    }

    PingTarget add(const asio::ip::address& address, const PingSchedule& schedule, bool stream)
    {
        if (free_.empty()) {
            free_.push_back(static_cast<std::uint32_t>(slots_.size()));
            slots_.emplace_back();
        }
        const std::uint32_t index = free_.back();
        free_.pop_back();
        PingTargetState fresh;
        fresh.address = address;
        fresh.schedule = schedule;
        fresh.generation = slots_[index].generation;
        fresh.used = true;
        fresh.stream = stream;
        slots_[index] = std::move(fresh);
        by_address_.emplace(address, index);
        return handle(index);
    }

    /// The target is there.
    void drop(PingTarget target)
    {
        PingTargetState& state = slots_[target.index];
        const auto [first, last] = by_address_.equal_range(state.address);
        by_address_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == target.index; }));
        std::erase(ranges_, target.index);
        state.used = false;
        ++state.generation;
        free_.push_back(target.index);
    }

    /// nullptr: dropped, or never there.
    const PingTargetState* find(PingTarget target) const noexcept
    {
        if (target.index >= slots_.size()) return nullptr;
        const PingTargetState& state = slots_[target.index];
        return state.used && state.generation == target.generation ? &state : nullptr;
    }
    PingTargetState* find(PingTarget target) noexcept
    {
        return const_cast<PingTargetState*>(std::as_const(*this).find(target));
    }

    /// One of the targets with this address, or whose range it is in, if there are any.
    PingTargetState* at(const asio::ip::address& address)
    {
        const auto found = by_address_.find(address);
        if (found != by_address_.end()) return &slots_[found->second];
        const auto around = std::find_if(ranges_.begin(), ranges_.end(),
                                         [&](std::uint32_t index) { return slots_[index].range->contains(address); });
        return around == ranges_.end() ? nullptr : &slots_[*around];
    }

    /// The target that stands for the requests to this address.
    PingTarget for_requests(const asio::ip::address& address)
    {
        const auto [first, last] = by_address_.equal_range(address);
        for (auto at = first; at != last; ++at)
            if (!slots_[at->second].stream) return handle(at->second);
        return add(address, {}, false);
    }

private:
    PingTarget handle(std::uint32_t index) const { return {index, slots_[index].generation}; }

    std::vector<PingTargetState> slots_;
    std::vector<std::uint32_t> free_;
    std::unordered_multimap<asio::ip::address, std::uint32_t> by_address_;  ///< of a range, its first
    std::vector<std::uint32_t> ranges_;                                     ///< targets that have one: a handful
};

}  // namespace libnet::engine
