#pragma once
// A vector that grows without moving what it holds.

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace libnet::inline v0::engine {

/// Elements in blocks of a fixed size: growing neither copies them nor, for a moment, takes thrice their memory, and
/// references to them stay good.
template <typename T, std::size_t BlockSize = 128>
class BlockVector {
public:
    std::size_t size() const noexcept { return size_; }
    T& operator[](std::size_t index) noexcept { return (*blocks_[index / BlockSize])[index % BlockSize]; }
    const T& operator[](std::size_t index) const noexcept { return (*blocks_[index / BlockSize])[index % BlockSize]; }

    /// Appends a default-constructed element.
    void grow()
    {
        if (size_ == blocks_.size() * BlockSize) blocks_.push_back(std::make_unique<std::array<T, BlockSize>>());
        ++size_;
    }

private:
    std::vector<std::unique_ptr<std::array<T, BlockSize>>> blocks_;
    std::size_t size_ = 0;
};

}  // namespace libnet::inline v0::engine
