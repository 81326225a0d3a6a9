#pragma once
// Memory that runs out where a test says. It replaces functions of the whole program: include it in one file of a program
// only. Boost.Asio allocates with aligned_alloc, everything else of ours with operator new.

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace libnet::test {

namespace detail {

inline thread_local std::size_t allocations_left = 0;  ///< until one fails; 0: none does
inline thread_local bool allocation_failed = false;

[[gnu::noinline]] inline bool allocation_fails() noexcept
{
    if (allocations_left == 0 || --allocations_left != 0) return false;
    allocation_failed = true;
    return true;
}

}  // namespace detail

/// As long as it lives, one allocation of this thread fails: the first, the second and so on from here.
class FailingMemory {
public:
    explicit FailingMemory(std::size_t which) noexcept
    {
        detail::allocation_failed = false;
        detail::allocations_left = which;
    }
    ~FailingMemory() { detail::allocations_left = 0; }
    FailingMemory(const FailingMemory&) = delete;
    FailingMemory& operator=(const FailingMemory&) = delete;

    /// It has failed by now. False: there were not so many.
    bool failed() const noexcept { return detail::allocation_failed; }
};

}  // namespace libnet::test

// Not inlined, for g++ 12 takes malloc and delete, seen side by side, for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    if (!libnet::test::detail::allocation_fails())
        if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return libnet::test::detail::allocation_fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    if (libnet::test::detail::allocation_fails()) return nullptr;
    void* memory = nullptr;
    return posix_memalign(&memory, alignment < sizeof(void*) ? sizeof(void*) : alignment, size) == 0 ? memory : nullptr;
}
