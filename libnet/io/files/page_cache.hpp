#pragma once
// Whether a piece of a file is in memory, and how it gets there.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <linux/magic.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace libnet::inline v0::io {

/// A piece of a file that is about to be sent by sendfile(2), which would wait for the disk with the whole event loop.
class PageCacheFill {
public:
    PageCacheFill(int file, off_t at, std::uint64_t length) noexcept : file_{file}, at_{at}, length_{length} {}

    /// Whether the kernel has the piece in memory, to judge by its ends: a page that is missing in between costs a wait.
    /// What is short is read from the disk at once.
    bool is_done() const noexcept
    {
        return has(at_ + static_cast<off_t>(length_) - 1) && (length_ <= read_at_once || has(at_));
    }

    /// Reads it, which may take long. What goes wrong shows when it is sent.
    void operator()() const noexcept
    {
        std::array<char, 64 * 1024> unused;
        for (std::uint64_t read = 0; read < length_;) {
            const auto wanted = std::min<std::uint64_t>(length_ - read, unused.size());
            const auto size = ::pread(file_, unused.data(), wanted, at_ + static_cast<off_t>(read));
            if (size <= 0) return;
            read += static_cast<std::uint64_t>(size);
        }
    }

private:
    static constexpr std::uint64_t read_at_once = 128 * 1024;

    /// Behind the end of the file nothing is missing. A file system that can't tell counts as a disk, unless it is memory.
    bool has(off_t at) const noexcept
    {
        char byte = 0;
        const iovec room{&byte, 1};
        if (::preadv2(file_, &room, 1, at, RWF_NOWAIT) >= 0) return true;
        if (errno == EAGAIN) return false;
        struct statfs system {};
        return errno != EOPNOTSUPP || (::fstatfs(file_, &system) == 0 && system.f_type == TMPFS_MAGIC);
    }

    int file_;
    off_t at_;
    std::uint64_t length_;
};

}  // namespace libnet::inline v0::io
