#pragma once
// Counts the heap allocations of threads that are told to count. It replaces functions of the whole program: include it
// in one file of a program only.
//
// The C library's functions are counted, not operator new: Boost.Asio allocates with aligned_alloc, OpenSSL with
// malloc. To see where an allocation comes from: gdb -ex 'break libnet::test::detail::note_allocation if counting'
// PROGRAM.

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#  define LIBNET_TEST_SANITIZED
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#    define LIBNET_TEST_SANITIZED
#  endif
#endif

namespace libnet::test {

namespace detail {

inline thread_local bool counting = false;
inline std::atomic<std::uint64_t> counted{0};

[[gnu::noinline]] inline void note_allocation() noexcept
{
    if (counting) counted.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace detail

/// From now on this thread's allocations are counted.
inline void count_allocations() noexcept { detail::counting = true; }

/// How many there have been, in all threads that count.
inline std::uint64_t allocations() noexcept { return detail::counted.load(std::memory_order_relaxed); }

}  // namespace libnet::test

#if defined(LIBNET_TEST_SANITIZED)

// As in <sanitizer/allocator_interface.h>, which comes with clang only.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, std::size_t),
                                                         void (*on_free)(const volatile void*));

namespace libnet::test::detail {

inline const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { note_allocation(); }, [](const volatile void*) {});

}  // namespace libnet::test::detail

#else

// What glibc's own functions are called for those who replace them.
extern "C" {

void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;

void* malloc(std::size_t size) noexcept
{
    libnet::test::detail::note_allocation();
    return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) noexcept
{
    libnet::test::detail::note_allocation();
    return __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) noexcept
{
    libnet::test::detail::note_allocation();
    return __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept
{
    libnet::test::detail::note_allocation();
    return __libc_memalign(alignment, size);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept { return aligned_alloc(alignment, size); }

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept
{
    *memory = aligned_alloc(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#endif
