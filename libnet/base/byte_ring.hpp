#pragma once
// Octets from one thread to another one, without a lock and without waiting.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace libnet::inline v0::base {

/// A ring buffer with one writer and one reader. What has no room is refused, so that a slow reader costs the writer nothing.
///
///     |....rrrrrrrrwwww....|     positions only grow; their place is the remainder by the capacity
///          ^taken      ^given
class ByteRing {
public:
    /// `capacity` is a power of two.
    explicit ByteRing(std::size_t capacity) : capacity_{capacity}, octets_{new char[capacity]} {}

    /// For the writer: all of the text goes in, or, where there is no room for it, nothing; then false.
    bool push(std::string_view text) noexcept
    {
        const auto given = given_.load(std::memory_order_relaxed);
        if (text.size() > capacity_ - (given - taken_.load(std::memory_order_acquire))) return false;
        const auto at = given & (capacity_ - 1);
        const auto first = std::min(text.size(), capacity_ - at);
        std::memcpy(octets_.get() + at, text.data(), first);
        if (first < text.size()) std::memcpy(octets_.get(), text.data() + first, text.size() - first);
        given_.store(given + text.size(), std::memory_order_release);
        return true;
    }

    /// For the reader: appends all that there is.
    void pop_all(std::string& text)
    {
        const auto taken = taken_.load(std::memory_order_relaxed);
        const auto size = given_.load(std::memory_order_acquire) - taken;
        const auto at = taken & (capacity_ - 1);
        const auto first = std::min(size, capacity_ - at);
        text.reserve(text.size() + size);  // it takes all of them, or throws
        text.append(octets_.get() + at, first);
        text.append(octets_.get(), size - first);
        taken_.store(taken + size, std::memory_order_release);
    }

    bool empty() const noexcept
    {
        return given_.load(std::memory_order_acquire) == taken_.load(std::memory_order_acquire);
    }

private:
    const std::size_t capacity_;
    const std::unique_ptr<char[]> octets_;
    std::atomic<std::size_t> given_{0}, taken_{0};
};

}  // namespace libnet::inline v0::base
