#pragma once
// Octets from one thread to another one, without a lock, without waiting, and without being copied on the way out.

#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace libnet::inline v0::base {

/// A ring buffer of texts, with one writer and one reader. What has no room is refused, so that a slow reader costs the writer
/// nothing. A text lies in one piece: one that doesn't fit in front of the end begins again at the front.
///
///     |....rrrrrrrrwwww....|     written_ >= read_: what is between them is to be read
///          ^read_      ^written_
///
///     |wwww....rrrrrrrr|...|     written_ < read_: what is up to turned_ is to be read, then what is in front of written_
///          ^       ^   ^turned_
///          written_ read_
class ByteRing {
public:
    /// A text of half the capacity, or less, has room in an empty ring.
    explicit ByteRing(std::size_t capacity) : capacity_{capacity}, octets_{new char[capacity]} {}

    /// For the writer: all of the text goes in, or, where there is no room for it, nothing; then false.
    bool push(std::string_view text) noexcept
    {
        const auto written = written_.load(std::memory_order_relaxed);
        const auto read = read_.load(std::memory_order_acquire);
        const bool is_turned = written < read;
        const auto room_here = is_turned ? read - written - 1 : capacity_ - written;  // equal: there is nothing to read
        const bool turns = !is_turned && text.size() > room_here;
        if (turns ? text.size() >= read : text.size() > room_here) return false;
        const auto at = turns ? 0 : written;
        std::memcpy(octets_.get() + at, text.data(), text.size());
        if (turns) turned_.store(written, std::memory_order_relaxed);
        written_.store(at + text.size(), std::memory_order_release);
        return true;
    }

    /// For the reader: whole texts, one behind the other, until `pop`; empty: there are none for now.
    std::string_view front() noexcept
    {
        const auto written = written_.load(std::memory_order_acquire);
        auto read = read_.load(std::memory_order_relaxed);
        if (written >= read) return {octets_.get() + read, written - read};
        const auto turned = turned_.load(std::memory_order_relaxed);
        if (read < turned) return {octets_.get() + read, turned - read};
        read_.store(0, std::memory_order_release);
        return {octets_.get(), written};
    }

    /// For the reader: so many octets of what `front` has returned are done with, and their place is free.
    void pop(std::size_t octets) noexcept
    {
        read_.store(read_.load(std::memory_order_relaxed) + octets, std::memory_order_release);
    }

    bool empty() const noexcept
    {
        return written_.load(std::memory_order_acquire) == read_.load(std::memory_order_acquire);
    }

private:
    const std::size_t capacity_;
    const std::unique_ptr<char[]> octets_;
    std::atomic<std::size_t> written_{0}, read_{0};
    std::atomic<std::size_t> turned_{0};  // where the texts end that are behind read_, while written_ is in front of it
};

}  // namespace libnet::inline v0::base
