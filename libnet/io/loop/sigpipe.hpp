#pragma once
// SIGPIPE, which ends a program that writes to a connection whose other end is gone.

#include <csignal>

namespace libnet::inline v0::io {

/// Makes the process ignore SIGPIPE, unless it does something else with it than to end. send(2) has a flag against the
/// signal; sendfile(2) and splice(2) have none, and report the same as an error anyway. Programs that this one starts
/// later inherit it, unless they set it anew.
inline void ignore_sigpipe() noexcept
{
    struct sigaction current {};
    if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace libnet::inline v0::io
