#pragma once
// Body of prepare_daemon, libnet/daemon.hpp.

#include <libnet/config.hpp>
#include <libnet/daemon.hpp>
#include <libnet/io/loop/held_signals.hpp>
#include <libnet/io/loop/standard_descriptors.hpp>

#include <csignal>

#include <malloc.h>
#include <sys/resource.h>

namespace libnet::inline v0 {

namespace detail {

/// Takes all the descriptors that the process may have. What a shell grants at first, often 1024, is meant for programs
/// that use select(2).
LIBNETXX_DECL void raise_descriptor_limit() noexcept
{
    rlimit descriptors{};
    if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return;
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
}

/// Gives large pieces of memory back to the system as soon as they are free. By default glibc keeps them once it has seen
/// some, and a server stays as large as it was in its worst minute.
LIBNETXX_DECL void keep_no_large_pieces() noexcept
{
#ifdef __GLIBC__
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

}  // namespace detail

LIBNETXX_DECL void prepare_daemon() noexcept
{
    io::open_standard_descriptors();
    io::hold_signals();
    for (const int ignored : {SIGPIPE, SIGXFSZ}) std::signal(ignored, SIG_IGN);  // a log that may not grow only fails
    detail::raise_descriptor_limit();
    detail::keep_no_large_pieces();
}

}  // namespace libnet::inline v0
