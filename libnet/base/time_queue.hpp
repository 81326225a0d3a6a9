#pragma once
// Keys in the order of the times that they are due.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace libnet::inline v0::base {

/// A queue of keys, the earliest time first; among equal times, first come, first served. What is no longer wanted
/// stays until it comes to the front: see `drop_front_while`.
template <typename Time, typename Key>
class TimeQueue {
public:
    bool empty() const noexcept { return entries_.empty(); }
    Time front_time() const { return entries_.top().at; }    ///< the queue is not empty
    const Key& front() const { return entries_.top().key; }  ///< the queue is not empty
    void push(Time at, Key key) { entries_.push({at, pushed_++, std::move(key)}); }
    void pop() { entries_.pop(); }  ///< the queue is not empty

    /// So many more keys fit without an allocation. Throws `std::bad_alloc`, and has changed nothing then.
    void make_room(std::size_t more) { entries_.make_room(more); }

    /// Drops keys from the front that `unwanted(key)` says are of no use any more.
    template <typename Predicate>
    void drop_front_while(Predicate&& unwanted)
    {
        while (!entries_.empty() && unwanted(entries_.top().key)) entries_.pop();
    }

private:
    struct Entry {
        Time at;
        std::uint64_t order;
        Key key;
        friend bool operator>(const Entry& a, const Entry& b) noexcept
        {
            return a.at != b.at ? a.at > b.at : a.order > b.order;
        }
    };

    struct Heap : std::priority_queue<Entry, std::vector<Entry>, std::greater<>> {
        void make_room(std::size_t more)
        {
            const auto wanted = this->c.size() + more;
            if (wanted > this->c.capacity()) this->c.reserve(std::max(wanted, 2 * this->c.capacity()));
        }
    };

    Heap entries_;
    std::uint64_t pushed_ = 0;
};

}  // namespace libnet::inline v0::base
