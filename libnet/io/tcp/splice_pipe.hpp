#pragma once
// What goes from one socket to another without being copied: splice(2) through a pipe.

#include <libnet/config.hpp>
#include <libnet/io/loop/file_descriptor.hpp>
#include <libnet/io/loop/socket_poll.hpp>
#include <libnet/io/tcp/transfer.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace libnet::inline v0::io {

/// A pipe(2) that holds up to `size()` bytes on their way.
class SplicePipe {
public:
    static constexpr std::size_t wanted_size = 1024 * 1024;  ///< what a process without rights may have, see pipe(7)

    /// A pipe; null: there can be none of this size now, since descriptors or pages for pipes have run out.
    static std::unique_ptr<SplicePipe> make();

    std::size_t held() const noexcept { return held_; }

    /// Takes what has come; the pipe must be empty. Outcomes: done, want_read (the listener is told of more), ended,
    /// unsupported, failed.
    Transferred receive(PolledSocket& socket) noexcept;

    /// Sends what it holds, as far as the socket takes it; the pipe must not be empty. Outcomes: done, want_write (the
    /// listener is told of room), failed. A connection that is broken raises SIGPIPE, see ignore_sigpipe().
    Transferred send(PolledSocket& socket) noexcept;

private:
    SplicePipe(FileDescriptor out, FileDescriptor in) noexcept : out_{std::move(out)}, in_{std::move(in)} {}

    FileDescriptor out_;
    FileDescriptor in_;
    std::size_t held_ = 0;
};

/// The pipes of one thread. A direction of a tunnel has one only while it holds something.
class SplicePipes {
public:
    /// An empty pipe; null: there can be none now.
    std::unique_ptr<SplicePipe> take();

    /// Gives one back; what holds something is closed.
    void give_back(std::unique_ptr<SplicePipe> pipe) noexcept;

private:
    static constexpr std::size_t most_spare = 4;  // each costs two descriptors and 10 KiB in the kernel

    std::vector<std::unique_ptr<SplicePipe>> spare_;
};

}  // namespace libnet::inline v0::io

#if !defined(LIBNETXX_SEPARATE_COMPILATION)
#  include <libnet/io/tcp/splice_pipe.ipp>
#endif
