#pragma once
// The targets of a ping engine, found by handle and by address.

#include <libnet/engine/ping/block_vector.hpp>
#include <libnet/engine/ping/ping_counters.hpp>
#include <libnet/engine/ping/ping_events.hpp>
#include <libnet/engine/ping/ping_outages.hpp>
#include <libnet/engine/ping/ping_rhythm.hpp>
#include <libnet/engine/ping/ping_statistics.hpp>
#include <libnet/engine/ping/ping_times_recorder.hpp>
#include <libnet/engine/ping/ping_windows.hpp>
#include <libnet/engine/ping/probe_table.hpp>
#include <libnet/wire/ip/address_range.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace libnet::inline v0::engine {

namespace asio = boost::asio;

/// How a stream of probes to one target runs.
struct PingSchedule {
    std::chrono::nanoseconds interval = std::chrono::seconds{1};  ///< between two sends; zero: one after the other
    std::chrono::nanoseconds timeout = std::chrono::seconds{1};   ///< after which a probe is lost
    std::uint64_t count = 0;                                      ///< probes in all; 0: without end
    std::chrono::nanoseconds delay{};                             ///< before the first one
    bool quiet = false;                                           ///< no events, numbers only
    bool windows = false;                                         ///< keep numbers over windows of time
    PingRhythm rhythm = PingRhythm::steady;
    bool tell_outstanding = false;  ///< PingOutstanding
    std::uint32_t window = 1;       ///< probes, see PingRhythm
    friend bool operator==(const PingSchedule&, const PingSchedule&) = default;
};

/// Where a target's probes went before it was moved to another address.
struct PingMove {
    std::uint64_t last_sequence = 0;  ///< that went there
    asio::ip::address address;
};

/// The addresses of a target that is a range.
struct PingRange {
    static constexpr std::uint64_t most_counted = std::uint64_t{1} << 24;

    wire::AddressRange addresses;
    std::uint64_t hosts = 1;              ///< they have their turns one after the other
    std::uint64_t hosts_answered = 0;     ///< see PingStatistics
    std::vector<bool> has_answered = {};  ///< by the host's index; empty: there are too many

    void count_answer(std::uint64_t host)
    {
        if (has_answered.empty() || has_answered[host]) return;
        has_answered[host] = true;
        ++hosts_answered;
    }
};

/// One target, with its numbers. There may be a hundred thousand of them, so what only a few need stands elsewhere.
struct PingTargetState {
    asio::ip::address address;     ///< or the range's first
    std::uint32_t generation = 1;  ///< of the handle; a default-constructed one names nothing
    std::uint32_t next = 0;        ///< in the chain of equal hashes: see PingTargets
    bool used = false;
    bool stream = false;       ///< false: stands for the requests to this address
    bool stopped = false;      ///< sends no more, and waits for nothing
    bool refused = false;      ///< the system had no room for its last probe
    std::uint32_t probes = 0;  ///< in the engine's table
    std::unique_ptr<PingRange> range;
    std::shared_ptr<const PingSchedule> schedule;  ///< many targets have the same
    std::uint64_t last_sequence = 0;
    TimePoint due{};         ///< of the next send
    TimePoint paced_at{};    ///< when the last send was handed out, if it isn't steady
    TimePoint first_sent{};  ///< of the first probe
    std::chrono::nanoseconds sending{};
    PingCounters numbers;
    PingTimesRecorder times;
    PingStackRecorder stack;
    PingOutages outages;
    std::unique_ptr<PingWindows> windows;
    std::uint64_t highest_answered = 0;  ///< sequence
    std::uint64_t acknowledged = 0;      ///< highest sequence that an answer or an error came for
    std::uint64_t pipe = 0;
    ProbeId last_probe;
    static constexpr std::size_t max_moves = 8;
    std::unique_ptr<std::vector<PingMove>> moves;  ///< the oldest first; few targets have any

    /// Its probes are all to one host, so that their order means something.
    bool is_sequential() const noexcept { return stream && !range; }

    /// Where the probe with this sequence goes.
    asio::ip::address address_of(std::uint64_t sequence) const
    {
        if (moves)
            for (const PingMove& move : *moves)
                if (sequence <= move.last_sequence) return move.address;
        return range ? range->addresses.at((sequence - 1) % range->hosts) : address;
    }

    /// The host that the probe with this sequence went to is there.
    void count_host(std::uint64_t sequence)
    {
        if (range) range->count_answer((sequence - 1) % range->hosts);
    }

    /// Its sends have times that they can be late for.
    bool has_times() const noexcept
    {
        return schedule->interval.count() != 0 && schedule->rhythm == PingRhythm::steady;
    }

    /// The round trip of the probe with this sequence is measured. Stamping each packet of a flood costs a fifth of it, and
    /// where the single ones are not told, every eighth is enough.
    bool is_timed(std::uint64_t sequence) const noexcept
    {
        return schedule->rhythm != PingRhythm::flood || !schedule->quiet || sequence % 8 == 1;
    }

    /// Something that is counted happened at this time.
    void count(PingCount what, TimePoint now)
    {
        if (windows) windows->count(now, what);
        numbers.up(what);
    }

    /// The host has answered: its probes do not wait for its link-layer address.
    bool is_proven() const noexcept { return numbers[PingCount::received] != 0; }

    /// `move_to` allocates nothing then. Throws `std::bad_alloc`, and has changed nothing.
    void make_room_to_move()
    {
        if (!moves) moves = std::make_unique<std::vector<PingMove>>();
        moves->reserve(max_moves);
    }

    /// Its next probes go to another address: after `make_room_to_move`. What is still to be said about the older ones
    /// stays right, as long as the moves don't outrun the answers.
    void move_to(const asio::ip::address& to)
    {
        if (last_sequence == 0) {  // nothing has gone anywhere
            address = to;
            return;
        }
        if (moves->size() == max_moves) moves->erase(moves->begin());
        moves->push_back({last_sequence, address});
        address = to;
    }

    /// Probes that may still be answered soon: one that a later one has overtaken is lost, most likely.
    std::uint64_t unacknowledged() const noexcept { return last_sequence - acknowledged; }

    /// It has sent all it should.
    bool sent_all() const noexcept { return stopped || (schedule->count != 0 && last_sequence == schedule->count); }

    /// A stream that has sent all it should, and knows what became of it; or that was stopped.
    bool ended() const noexcept { return stopped || (sent_all() && numbers[PingCount::pending] == 0); }
};

/// Holds targets in slots that are used again, with a new generation each time. Chains of equal hash run through them,
/// by address.
class PingTargets {
public:
    PingTarget add(const wire::AddressRange& range, const PingSchedule& schedule)
    {
        std::unique_ptr<PingRange> whole{new PingRange{range, range.size()}};
        if (whole->hosts <= PingRange::most_counted) whole->has_answered.resize(whole->hosts);
        ranges_.reserve(ranges_.size() + 1);
        const PingTarget target = add(range.first, schedule, true);
        slots_[target.index].range = std::move(whole);
        ranges_.push_back(target.index);
        return target;
    }

    PingTarget add(const asio::ip::address& address, const PingSchedule& schedule, bool stream)
    {
        PingTargetState fresh;
        fresh.address = address;
        fresh.schedule = share(schedule);
        fresh.used = true;
        fresh.stream = stream;
        if (free_.empty()) grow();
        if (used_ == chains_.size()) chain_all();
        // Nothing throws from here on.
        const std::uint32_t index = free_.back();
        free_.pop_back();
        fresh.generation = slots_[index].generation;
        slots_[index] = std::move(fresh);
        chain(index);
        ++used_;
        return handle(index);
    }

    /// The schedule, without the delay, in one place with the last one if they are equal.
    std::shared_ptr<const PingSchedule> share(PingSchedule schedule)
    {
        schedule.delay = {};
        if (!last_schedule_ || *last_schedule_ != schedule)
            last_schedule_ = std::make_shared<const PingSchedule>(schedule);
        return last_schedule_;
    }

    /// The target is there.
    void drop(PingTarget target)
    {
        PingTargetState& state = slots_[target.index];
        unchain(target.index);
        std::erase(ranges_, target.index);
        const auto generation = state.generation + 1;
        state = {};
        state.generation = generation;
        free_.push_back(target.index);
        --used_;
    }

    /// The target is there, and is no range.
    void move(PingTarget target, const asio::ip::address& to)
    {
        if (slots_[target.index].last_sequence != 0) slots_[target.index].make_room_to_move();
        unchain(target.index);
        slots_[target.index].move_to(to);
        chain(target.index);
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
        const auto found = find_if(address, [](const PingTargetState&) { return true; });
        if (found != none) return &slots_[found];
        const auto around = std::find_if(ranges_.begin(), ranges_.end(), [&](std::uint32_t index) {
            return slots_[index].range->addresses.contains(address);
        });
        return around == ranges_.end() ? nullptr : &slots_[*around];
    }

    /// The target that stands for the requests to this address, with this timeout from now on.
    PingTarget for_requests(const asio::ip::address& address, std::chrono::nanoseconds timeout)
    {
        const PingSchedule schedule{.timeout = timeout};
        const auto found = find_if(address, [](const PingTargetState& state) { return !state.stream; });
        if (found == none) return add(address, schedule, false);
        slots_[found].schedule = share(schedule);
        return handle(found);
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

    /// One more free slot. They can all be free at a time, so that `drop` allocates nothing.
    void grow()
    {
        if (free_.capacity() <= slots_.size()) free_.reserve(std::max<std::size_t>(16, 2 * (slots_.size() + 1)));
        slots_.grow();
        free_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
    }

    /// One without an address is in no chain: there may be a hundred thousand of them at once, and no answer to any.
    static bool is_chained(const PingTargetState& state) { return !state.address.is_unspecified(); }

    void unchain(std::uint32_t index)
    {
        if (!is_chained(slots_[index])) return;
        std::uint32_t* link = &first_of(slots_[index].address);
        while (*link != index) link = &slots_[*link].next;
        *link = slots_[index].next;
    }

    PingTarget handle(std::uint32_t index) const { return {index, slots_[index].generation}; }

    /// The first of the chain in which this address is. Who pings chooses the addresses, so that the hash needs no key.
    std::uint32_t& first_of(const asio::ip::address& address)
    {
        return chains_[std::hash<asio::ip::address>{}(address) & (chains_.size() - 1)];
    }

    void chain(std::uint32_t index)
    {
        if (!is_chained(slots_[index])) return;
        std::uint32_t& first = first_of(slots_[index].address);
        slots_[index].next = first;
        first = index;
    }

    void chain_all()
    {
        chains_.assign(chains_.empty() ? 16 : 2 * chains_.size(), none);
        for (std::uint32_t index = 0; index < slots_.size(); ++index)
            if (slots_[index].used) chain(index);
    }

    /// The index of a target with this address that `wanted` accepts, or `none`.
    template <typename Wanted>
    std::uint32_t find_if(const asio::ip::address& address, Wanted&& wanted)
    {
        if (chains_.empty()) return none;
        std::uint32_t at = first_of(address);
        while (at != none && !(slots_[at].address == address && wanted(slots_[at]))) at = slots_[at].next;
        return at;
    }

    BlockVector<PingTargetState> slots_;
    std::vector<std::uint32_t> free_;
    std::vector<std::uint32_t> chains_;  ///< a power of two of them
    std::vector<std::uint32_t> ranges_;  ///< targets that have one: a handful
    std::size_t used_ = 0;
    std::shared_ptr<const PingSchedule> last_schedule_;
};

}  // namespace libnet::inline v0::engine
