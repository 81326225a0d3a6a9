#pragma once
// SIGHUP and SIGUSR1 while a daemon starts: they wait until they are handled.
//
// So they do while it ends.
//
//   int main(...) { io::hold_signals(); ... ...; }

#include <csignal>
#include <initializer_list>

namespace libnet::inline v0::io {

namespace detail {

inline void mask_signals(int how, std::initializer_list<int> numbers) noexcept
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : numbers) sigaddset(&signals, number);
    pthread_sigmask(how, &signals, nullptr);
}

}  // namespace detail

/// Holds them back: before there is a handler they would end the program, and a program that rotates logs or renews a certificate
/// doesn't know that it starts just now.
inline void hold_signals() noexcept { detail::mask_signals(SIG_BLOCK, {SIGHUP, SIGUSR1, SIGUSR2}); }

/// Lets those in that came meanwhile, and all that come.
inline void release_signals() noexcept { detail::mask_signals(SIG_UNBLOCK, {SIGHUP, SIGUSR1, SIGUSR2}); }

/// At the end, with SIGQUIT, which has begun it, perhaps: there is no handler any more, and who sends them doesn't know that.
/// Construct it behind the handlers.
struct HoldSignalsAtEnd {
    HoldSignalsAtEnd() = default;
    HoldSignalsAtEnd(const HoldSignalsAtEnd&) = delete;
    HoldSignalsAtEnd& operator=(const HoldSignalsAtEnd&) = delete;
    ~HoldSignalsAtEnd() { detail::mask_signals(SIG_BLOCK, {SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT}); }
};

}  // namespace libnet::inline v0::io
