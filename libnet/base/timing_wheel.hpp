#pragma once
// A timing wheel: thousands of deadlines of which few ever come due, at a few instructions each.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>

namespace libnet::inline v0::base {

/// Deadlines counted in ticks. The owner calls `advance` once a tick; nothing here looks at a clock.
///
/// Entries hang in a ring of slots. Moving a deadline further away, which is what nearly every read and write does,
/// only stores a number: the entry is moved when the hand comes to its old slot. The wheel must outlive its entries.
class TimingWheel {
    struct Link {
        Link() = default;
        Link(const Link&) = delete;
        Link& operator=(const Link&) = delete;
        ~Link() { unlink(); }

        bool linked() const noexcept { return next != this; }
        void unlink() noexcept
        {
            prev->next = next;
            next->prev = prev;
            prev = next = this;
        }
        void insert_before(Link& other) noexcept
        {
            prev = other.prev;
            next = &other;
            prev->next = next->prev = this;
        }

        Link* prev = this;
        Link* next = this;
    };

public:
    using Ticks = std::uint64_t;

    /// One deadline: initially none.
    class Entry : Link {
    public:
        /// `on_due` is called on every tick from the deadline on, until the entry is scheduled anew, cancelled or
        /// destroyed: what it does to pending work can't be missed by work that starts a moment later. It may do any
        /// of these three itself.
        Entry(TimingWheel& wheel, std::function<void()> on_due) : wheel_{wheel}, on_due_{std::move(on_due)} {}

        /// Comes due at the `ticks`-th call of `advance` from now, at the next one for zero.
        void schedule(Ticks ticks) noexcept
        {
            due_ = wheel_.now_ + std::max<Ticks>(ticks, 1);
            if (linked() && slot_ <= due_) return;  // looked at in time where it hangs
            unlink();
            wheel_.hang(*this);
        }

        /// No deadline any more.
        void cancel() noexcept { due_ = never; }

        /// The deadline has passed.
        bool due() const noexcept { return due_ <= wheel_.now_; }

    private:
        friend TimingWheel;
        static constexpr Ticks never = std::numeric_limits<Ticks>::max();

        TimingWheel& wheel_;
        std::function<void()> on_due_;
        Ticks due_ = never;
        Ticks slot_ = 0;  // when the hand comes by
    };

    /// Moves the hand by one tick and calls what is due, `most` of it at once. False: some is left for `go_on`.
    bool advance(std::size_t most = std::numeric_limits<std::size_t>::max())
    {
        ++now_;
        for (Link& slot = slots_[now_ % slot_count]; slot.linked();) move(*slot.next, visiting_);
        return go_on(most);
    }

    /// Calls more of what is due. False: some is left all the same.
    bool go_on(std::size_t most)
    {
        for (; most > 0 && visiting_.linked(); --most) visit(static_cast<Entry&>(*visiting_.next));
        return !visiting_.linked();
    }

    /// No entry hangs in the wheel: `advance` need not be called until one is scheduled. Entries that were cancelled
    /// hang until the hand comes by.
    bool empty() const noexcept
    {
        return !visiting_.linked() && std::ranges::none_of(slots_, [](const Link& slot) { return slot.linked(); });
    }

private:
    static constexpr std::size_t slot_count = 256;

    static void move(Link& link, Link& list) noexcept
    {
        link.unlink();
        link.insert_before(list);
    }

    void visit(Entry& entry)
    {
        entry.unlink();
        if (entry.due_ == Entry::never) return;
        hang(entry);  // before the call, which may destroy the entry
        if (entry.due()) entry.on_due_();
    }

    void hang(Entry& entry) noexcept
    {
        entry.slot_ = std::clamp(entry.due_, now_ + 1, now_ + slot_count - 1);
        entry.insert_before(slots_[entry.slot_ % slot_count]);
    }

    Ticks now_ = 0;
    std::array<Link, slot_count> slots_;
    Link visiting_;  // the hand has come by
};

}  // namespace libnet::inline v0::base
