#pragma once
// Standard input, output and error of a program that was started without them.

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace libnet::inline v0::io {

/// Opens those that are closed on /dev/null: else the next file or socket gets such a number, and what the program prints
/// goes there. Call it before anything is opened.
inline void open_standard_descriptors() noexcept
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
        [[maybe_unused]] const int opened = ::open("/dev/null", O_RDWR);  // the lowest number that is free: this one
    }
}

}  // namespace libnet::inline v0::io
