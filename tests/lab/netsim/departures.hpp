#pragma once
// Answers that wait for their time.

#include <tests/lab/netsim/record.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

namespace netsim {

/// A queue of packets by the time that they are due; among equals, first come, first served.
///
/// A heap points into slots that are used again. What a packet says itself isn't stored a second time, so that one of
/// up to 88 octets costs less than 200 octets in all; a longer one has memory of its own.
class Departures {
public:
    bool empty() const noexcept { return heap_.empty(); }
    std::size_t size() const noexcept { return heap_.size(); }
    Duration next_due() const { return heap_.front().due; }  ///< not empty

    void push(const Record& record, std::span<const std::byte> packet)
    {
        if (free_ == none) {
            free_ = static_cast<std::uint32_t>(slots_.size());
            slots_.emplace_back();
        }
        const std::uint32_t at = free_;
        Slot& slot = slots_[at];
        free_ = slot.next;
        slot.store(record, packet);
        heap_.push_back({record.due, order_++, at});
        std::push_heap(heap_.begin(), heap_.end());
    }

    /// Calls `leave(record, packet)` for the earliest one and removes it. Not empty.
    template <typename Leave>
    void pop(Leave&& leave)
    {
        std::pop_heap(heap_.begin(), heap_.end());
        const Entry entry = heap_.back();
        heap_.pop_back();
        Slot& slot = slots_[entry.slot];
        leave(slot.record(entry.due), slot.packet());
        slot.large.reset();
        slot.next = free_;
        free_ = entry.slot;
    }

    /// Octets of memory for what is in the queue, and was at the most.
    std::size_t memory() const { return slots_.size() * sizeof(Slot) + heap_.capacity() * sizeof(Entry); }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    static constexpr std::size_t inline_size = 88;

    struct Entry {
        Duration due;
        std::uint32_t order;  ///< may wrap: only equals are compared by it
        std::uint32_t slot;
        friend bool operator<(const Entry& a, const Entry& b) noexcept
        {
            return a.due != b.due ? a.due > b.due : static_cast<std::int32_t>(a.order - b.order) > 0;
        }
    };

    struct Slot {
        Duration in{};
        const char* why = nullptr;
        std::array<unsigned char, 16> destination{};  ///< that was asked; the answer may come from elsewhere
        NodeIndex node = 0;
        std::uint16_t source_port = 0, destination_port = 0, size = 0;
        std::uint8_t protocol = 0, ttl = 0, did = 0, flags = 0, why_size = 0;
        std::uint32_t next = none;
        std::array<std::byte, inline_size> small;
        std::unique_ptr<std::byte[]> large;

        void store(const Record& record, std::span<const std::byte> packet);
        Record record(Duration due) const;
        std::span<const std::byte> packet() const { return {large ? large.get() : small.data(), size}; }
    };

    std::deque<Slot> slots_;
    std::vector<Entry> heap_;
    std::uint32_t order_ = 0;
    std::uint32_t free_ = none;
};

}  // namespace netsim
