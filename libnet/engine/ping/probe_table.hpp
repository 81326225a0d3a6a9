#pragma once
// The probes that may still be answered, found by where they went and their sequence on the wire.

#include <libnet/engine/ping/block_vector.hpp>
#include <libnet/engine/ping/ping_events.hpp>
#include <libnet/engine/time_point.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace libnet::inline v0::engine {

/// Names a probe. Slots are used again; a generation never is.
struct ProbeId {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    friend bool operator==(const ProbeId&, const ProbeId&) = default;
};

/// One probe.
struct Probe {
    /// Each probe passes from one of the first three to one of the last four, and from `lost` at most to another one.
    enum class State : std::uint8_t {
        queued,    ///< its turn hasn't come
        sending,   ///< handed out to be sent
        refused,   ///< the system had no room for it: it is handed out again
        pending,   ///< sent
        answered,  ///< in time or late
        lost,      ///< given up
        failed,    ///< an ICMP error came back
        unsent,    ///< the send call failed
    };

    std::uint64_t key = 0;  ///< hash of the address and the sequence on the wire
    std::uint64_t sequence = 0;
    TimePoint called{};  ///< when we handed it to the kernel
    TimePoint sent{};    ///< when the kernel handed it to the device, as far as it tells that; else `called`
    PingTarget target;   ///< may be removed by now
    State state = State::queued;
    bool timed = true;       ///< its round trip is measured
    bool requested = false;  ///< by `request`: its outcome is not an event of a stream
    bool retried = false;    ///< it was refused before

    bool ended() const noexcept { return state > State::pending; }
};

/// Holds probes without an allocation for each: slots are used again, and chains of equal hash run through them.
class ProbeTable {
public:
    std::size_t size() const noexcept { return size_; }

    /// The next `add` allocates nothing. Throws `std::bad_alloc`, and has changed nothing then.
    void make_room()
    {
        if (size_ == buckets_.size()) grow();
        if (free_ != none) return;
        slots_.grow();
        free_ = static_cast<std::uint32_t>(slots_.size() - 1);
    }

    /// The slot's `generation` stays with it, so that an old id finds nothing.
    ProbeId add(const Probe& probe)
    {
        make_room();
        const std::uint32_t at = free_;
        Slot& slot = slots_[at];
        free_ = slot.next;
        slot.probe = probe;
        slot.used = true;
        link(at);
        ++size_;
        return {at, slot.generation};
    }

    /// nullptr: erased.
    Probe* find(ProbeId id) noexcept
    {
        if (id.slot >= slots_.size()) return nullptr;
        Slot& slot = slots_[id.slot];
        return slot.used && slot.generation == id.generation ? &slot.probe : nullptr;
    }

    /// The probe that has this slot now; nullopt: none has.
    std::optional<ProbeId> in_slot(std::uint32_t slot) const noexcept
    {
        if (slot >= slots_.size() || !slots_[slot].used) return std::nullopt;
        return ProbeId{slot, slots_[slot].generation};
    }

    void erase(ProbeId id) noexcept
    {
        if (find(id) == nullptr) return;
        Slot& slot = slots_[id.slot];
        std::uint32_t* link = &bucket(slot.probe.key);
        while (*link != id.slot) link = &slots_[*link].next;
        *link = slot.next;
        slot.used = false;
        ++slot.generation;
        slot.next = free_;
        free_ = id.slot;
        --size_;
    }

    /// Calls `visit(id, probe)` for the probes with this key, the newest first, until it returns true.
    template <typename Visitor>
    void for_each(std::uint64_t key, Visitor&& visit)
    {
        if (buckets_.empty()) return;
        for (std::uint32_t at = bucket(key); at != none; at = slots_[at].next)
            if (slots_[at].probe.key == key && visit(ProbeId{at, slots_[at].generation}, slots_[at].probe)) return;
    }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};

    struct Slot {
        Probe probe;
        std::uint32_t generation = 0;
        std::uint32_t next = none;  ///< in the bucket's chain, or in the list of free slots
        bool used = false;
    };

    /// The keys are keyed hashes: an attacker cannot choose the bucket.
    std::uint32_t& bucket(std::uint64_t key) noexcept { return buckets_[key & (buckets_.size() - 1)]; }

    void link(std::uint32_t at)
    {
        std::uint32_t& first = bucket(slots_[at].probe.key);
        slots_[at].next = first;
        first = at;
    }

    /// Chains are built anew from the oldest slot on; two probes with one key may change places, which costs nothing but
    /// the preference for the newer one.
    void grow()
    {
        buckets_.assign(buckets_.empty() ? 64 : 2 * buckets_.size(), none);
        for (std::uint32_t at = 0; at < slots_.size(); ++at)
            if (slots_[at].used) link(at);
    }

    BlockVector<Slot> slots_;
    std::vector<std::uint32_t> buckets_;  ///< a power of two of them
    std::uint32_t free_ = none;
    std::size_t size_ = 0;
};

}  // namespace libnet::inline v0::engine
