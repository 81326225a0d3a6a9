#pragma once
// Standard input, output and error of a program that was started without them.

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace libnet::inline v0::io {

/// What those do that were closed.
enum class ClosedStreams {
    discard,  ///< what is printed is lost, and there is nothing to read
    fail,     ///< they fail with EBADF, as closed ones should: what was printed is not taken for written
};

/// Opens those that are closed on /dev/null: else the next file or socket gets such a number, and what the program prints
/// goes there. Call it before anything is opened.
inline void open_standard_descriptors(ClosedStreams how = ClosedStreams::discard) noexcept
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
        const int contrary = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY;
        const int mode = how == ClosedStreams::fail ? contrary : O_RDWR;
        [[maybe_unused]] const int opened = ::open("/dev/null", mode);  // the lowest number that is free: this one
    }
}

}  // namespace libnet::inline v0::io
