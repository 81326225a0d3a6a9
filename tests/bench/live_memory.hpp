#pragma once
// Tells what is on the heap, by the sizes of blocks. It replaces functions of the whole program: include it in one file of a
// program only.

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <malloc.h>

namespace libnet::bench {

/// Blocks of up to 8 KiB by their size in steps of 16 octets; the last place has the larger ones.
using BlockCounts = std::array<std::atomic<long>, 513>;
inline BlockCounts live_blocks{};
inline std::atomic<long> live_octets{0};

inline void note(void* block, int change) noexcept
{
    if (block == nullptr) return;
    const auto size = ::malloc_usable_size(block) + sizeof(std::size_t);
    auto place = size / 16;
    if (place > 512) place = 512;
    live_blocks[place].fetch_add(change, std::memory_order_relaxed);
    live_octets.fetch_add(change * static_cast<long>(size), std::memory_order_relaxed);
}

/// What has come since, for each of `count`.
class LiveMemory {
public:
    LiveMemory() : octets_{live_octets}
    {
        for (std::size_t i = 0; i < blocks_.size(); ++i) blocks_[i] = live_blocks[i];
    }
    void print(int count) const
    {
        std::printf("on the heap: %.2f KiB each, in blocks of",
                    static_cast<double>(live_octets - octets_) / count / 1024);
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            const auto each = static_cast<double>(live_blocks[i] - blocks_[i]) / count;
            if (each > 0.05) std::printf("  %zu: %.1f", 16 * i, each);
        }
        std::printf("\n");
    }

private:
    std::array<long, 513> blocks_;
    long octets_;
};

}  // namespace libnet::bench

// What glibc's own functions are called for those who replace them.
extern "C" {

void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;
void __libc_free(void*) noexcept;

void* malloc(std::size_t size) noexcept
{
    void* const block = __libc_malloc(size);
    libnet::bench::note(block, 1);
    return block;
}

void* calloc(std::size_t count, std::size_t size) noexcept
{
    void* const block = __libc_calloc(count, size);
    libnet::bench::note(block, 1);
    return block;
}

void* realloc(void* memory, std::size_t size) noexcept
{
    libnet::bench::note(memory, -1);
    void* const block = __libc_realloc(memory, size);
    libnet::bench::note(block == nullptr ? memory : block, 1);
    return block;
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    void* const block = __libc_memalign(alignment, size);
    libnet::bench::note(block, 1);
    return block;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept { return aligned_alloc(alignment, size); }

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept
{
    *memory = aligned_alloc(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}

void free(void* block) noexcept
{
    libnet::bench::note(block, -1);
    __libc_free(block);
}

}  // extern "C"
