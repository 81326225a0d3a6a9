#pragma once
// Memory that is free, and that the process still has.

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

namespace libnet::inline v0::io {

/// Octets that the process has in memory, from proc(5); 0 where that can't be read.
inline std::uint64_t resident_memory() noexcept
{
    const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    std::array<char, 128> text{};  // pages: all that it has addresses for, those in memory, ...
    const auto size = ::read(file, text.data(), text.size());
    ::close(file);
    const std::string_view line{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    const auto resident = line.substr(std::min(line.size(), line.find(' ') + 1));
    std::uint64_t pages = 0;
    std::from_chars(resident.data(), resident.data() + resident.size(), pages);
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Gives it to the system, malloc_trim(3): glibc keeps what lies between pieces in use, and all that other threads than the
/// first one have freed, whether or not it is used again. Takes about a millisecond for ten megabytes.
inline void give_memory_back() noexcept
{
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

/// The same, where the process has grown by a mebibyte or more since this was done last: what is in use can't be given back,
/// and to try costs as much.
inline void give_growth_back() noexcept
{
    constexpr std::uint64_t enough = 1024 * 1024;
    static std::atomic<std::uint64_t> after{0};
    if (resident_memory() < after + enough) return;
    give_memory_back();
    after = resident_memory();
}

}  // namespace libnet::inline v0::io
