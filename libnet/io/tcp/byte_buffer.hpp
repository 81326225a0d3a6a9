#pragma once
// Bytes that come in at the back and go out at the front.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace libnet::inline v0::io {

namespace detail {

/// Memory of a buffer.
struct Block {
    std::unique_ptr<char[]> data;
    std::size_t capacity = 0;
};

/// A few blocks that buffers of this thread have given back: thousands of connections that take turns need no more, and
/// none of them allocates in its turn.
class SpareBlocks {
public:
    static SpareBlocks& of_this_thread()
    {
        thread_local SpareBlocks blocks;
        return blocks;
    }

    void give(Block block) noexcept
    {
        if (block.capacity <= largest && count_ < most) blocks_[count_++] = std::move(block);
    }

    /// One with room for `size`, a new one if need be.
    Block take(std::size_t size)
    {
        for (auto i = count_; i-- > 0;) {
            if (blocks_[i].capacity < size) continue;
            std::swap(blocks_[i], blocks_[--count_]);
            return std::exchange(blocks_[count_], {});
        }
        return {std::make_unique_for_overwrite<char[]>(size), size};
    }

private:
    static constexpr std::size_t most = 16, largest = 128 * 1024;

    std::array<Block, most> blocks_;
    std::size_t count_ = 0;
};

}  // namespace detail

/// A contiguous queue of bytes. What `prepare` hands out is not zeroed first, unlike that of std::string or
/// std::vector.
class ByteBuffer {
public:
    ByteBuffer() noexcept = default;

    /// The bytes in it. Valid until something is prepared, appended or compacted.
    std::string_view view() const noexcept { return {block_.data.get() + begin_, size()}; }
    std::size_t size() const noexcept { return end_ - begin_; }
    bool empty() const noexcept { return begin_ == end_; }

    /// What it can hold in all before it allocates.
    std::size_t capacity() const noexcept { return block_.capacity; }

    /// At least `size` bytes to write to, behind those that are there; `commit` adds them. Moves the bytes to the front,
    /// or to larger memory, when there is no room.
    std::span<char> prepare(std::size_t size)
    {
        if (capacity() - end_ < size) make_room(size);
        return {block_.data.get() + end_, capacity() - end_};
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
        char* const hole = block_.data.get() + begin_ + offset;
        std::memmove(hole, hole + count, size() - offset - count);
        end_ -= count;
    }

    /// Gives the memory back, for the next buffer of this thread that needs some. Only when it is empty.
    void release() noexcept
    {
        if (capacity() > 0) detail::SpareBlocks::of_this_thread().give(std::exchange(block_, {}));
        begin_ = end_ = 0;
    }

private:
    void make_room(std::size_t size)
    {
        const auto used = this->size();
        if (capacity() - used >= size) {
            std::memmove(block_.data.get(), block_.data.get() + begin_, used);
        } else {
            auto larger = detail::SpareBlocks::of_this_thread().take(std::max(used + size, 2 * capacity()));
            if (used > 0) std::memcpy(larger.data.get(), block_.data.get() + begin_, used);
            std::swap(block_, larger);
        }
        begin_ = 0;
        end_ = used;
    }

    detail::Block block_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace libnet::inline v0::io
