#pragma once
// The pages of program and libraries that only the start of a process has needed.

#include <cstddef>
#include <cstdint>

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace libnet::inline v0::io {

namespace detail {

/// Of one program or library: what is mapped from its file and can't be written, its code and constants. Pages that were
/// relocated are in segments that can be written at first, and stay.
inline int give_segments_back(dl_phdr_info* object, std::size_t, void*) noexcept
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    if (object->dlpi_name == nullptr) return 0;
    for (std::size_t i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = (object->dlpi_addr + segment.p_vaddr) / page * page;
        const auto end = (object->dlpi_addr + segment.p_vaddr + segment.p_filesz) / page * page;
        if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace detail

/// Unmaps them, madvise(2). To load libraries, to read options and to set up TLS touches most pages of all, and to serve takes
/// few: those are mapped again, from the system's cache, when they are used next.
inline void give_start_back() noexcept { ::dl_iterate_phdr(&detail::give_segments_back, nullptr); }

}  // namespace libnet::inline v0::io
