#pragma once
// A queue that allocates only to become larger than ever before.

#include <boost/circular_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace libnet::inline v0::engine {

/// First in, first out, in a ring that doubles when it is full. A std::deque allocates and frees a block every few
/// elements, for as long as it is used; this one allocates nothing once it has its size, which it keeps.
template <typename T>
class RingQueue {
public:
    bool empty() const noexcept { return ring_.empty(); }
    std::size_t size() const noexcept { return ring_.size(); }
    T& front() { return ring_.front(); }                       ///< the queue is not empty
    void pop_front() { ring_.pop_front(); }                    ///< the queue is not empty
    T& operator[](std::size_t index) { return ring_[index]; }  ///< from the front; below `size()`

    void push_back(T value)
    {
        make_room(1);
        ring_.push_back(std::move(value));
    }

    /// So many more elements fit without an allocation. Throws `std::bad_alloc`, and has changed nothing then.
    void make_room(std::size_t more)
    {
        if (ring_.reserve() < more)
            ring_.set_capacity(std::max({std::size_t{16}, 2 * ring_.capacity(), ring_.size() + more}));
    }

    template <typename Predicate>
    void erase_if(Predicate&& unwanted)
    {
        if (ring_.empty()) return;  // it may have no memory yet
        ring_.erase(std::remove_if(ring_.begin(), ring_.end(), std::forward<Predicate>(unwanted)), ring_.end());
    }

private:
    boost::circular_buffer<T> ring_;
};

}  // namespace libnet::inline v0::engine
