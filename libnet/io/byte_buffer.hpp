#pragma once
// Bytes that come in at the back and go out at the front.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace libnet::io {

/// A contiguous queue of bytes. What `prepare` hands out is not zeroed first, unlike that of std::string or std::vector.
class ByteBuffer {
public:
    ByteBuffer() noexcept = default;

    /// The bytes in it. Valid until something is prepared, appended or compacted.
    std::string_view view() const noexcept { return {data_.get() + begin_, size()}; }
    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return begin_ == end_; }

    /// What it can hold in all before it allocates.
    std::size_t capacity() const noexcept { return capacity_; }

    /// At least `size` bytes to write to, behind those that are there; `commit` adds them. Moves the bytes to the front,
    /// or to larger memory, when there is no room.
    std::span<char> prepare(std::size_t size)
    {
        if (capacity_ - end_ < size) make_room(size);
        return {data_.get() + end_, capacity_ - end_};
    }

    /// Adds the first `size` of the bytes that were prepared.
    void commit(std::size_t size) noexcept { end_ += size; }

    void append(std::string_view text)
    {
        if (text.empty()) return;
        std::memcpy(prepare(text.size()).data(), text.data(), text.size());
        commit(text.size());
    }

    /// Drops bytes at the front; at most `size()`. The others stay where they are.
    void consume(std::size_t size) noexcept
    {
        begin_ += size;
        if (empty()) begin_ = end_ = 0;
    }

    /// Drops bytes at the back: `size` remain.
    void truncate(std::size_t size) noexcept { end_ = begin_ + size; }

    /// Drops `count` bytes behind the first `offset`; the ones before stay where they are.
    void erase(std::size_t offset, std::size_t count) noexcept
    {
        char* const hole = data_.get() + begin_ + offset;
        std::memmove(hole, hole + count, size() - offset - count);
        end_ -= count;
    }

    /// Gives the memory back. Only when it is empty.
    void release() noexcept
    {
        data_.reset();
        capacity_ = begin_ = end_ = 0;
    }

private:
    void make_room(std::size_t size)
    {
        const auto used = this->size();
        if (capacity_ - used >= size) {
            std::memmove(data_.get(), data_.get() + begin_, used);
        } else {
            const auto capacity = std::max(used + size, 2 * capacity_);
            auto larger = std::make_unique_for_overwrite<char[]>(capacity);
            if (used > 0) std::memcpy(larger.get(), data_.get() + begin_, used);
            data_ = std::move(larger);
            capacity_ = capacity;
        }
        begin_ = 0;
        end_ = used;
    }

    std::unique_ptr<char[]> data_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace libnet::io
