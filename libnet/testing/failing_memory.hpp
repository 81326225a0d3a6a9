#pragma once
/// @file
/// Memory that runs out where a test says. It replaces functions of the whole program, `operator new`, `operator delete` and
/// `aligned_alloc` (by which Boost.Asio allocates): include it in one file of a test program, and in no other program.

#include <libnet/config.hpp>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace libnet::inline v0::testing {

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

/// As long as it lives, one allocation of this thread fails: `operator new` throws std::bad_alloc. All later ones succeed.
/// One object at a time in each thread. A test asks for each allocation in turn:
///
///     for (std::size_t which = 1;; ++which) {
///         Subject subject;
///         FailingMemory memory{which};
///         try { subject.act(); } catch (const std::bad_alloc&) {}
///         if (!memory.failed()) break;    // it has no more allocations than that
///         ...                             // what must hold now
///     }
class FailingMemory {
public:
    /// `which`: 1 is the next allocation, 2 the one after it; 0: none fails.
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

}  // namespace libnet::inline v0::testing

/// @cond
// Not inlined, for g++ 12 takes malloc and delete, seen side by side, for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size)
{
    if (!libnet::testing::detail::allocation_fails())
        if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    return libnet::testing::detail::allocation_fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    if (libnet::testing::detail::allocation_fails()) return nullptr;
    void* memory = nullptr;
    return posix_memalign(&memory, alignment < sizeof(void*) ? sizeof(void*) : alignment, size) == 0 ? memory : nullptr;
}
/// @endcond
