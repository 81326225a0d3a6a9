#pragma once
// SIGHUP and SIGUSR1 while a daemon starts: they wait until they are handled.
//
// So they do while it ends.
//
//   int main(...) { io::hold_signals(); ... ...; }
//
// Before main() nothing of the program runs, and a signal does what it does by default: it ends the process. Who starts a daemon
// and signals it at once blocks the signal in the child, before exec(3): a blocked signal stays pending over it (signal(7),
// "Signal mask and pending signals"). So whoever handles a signal here lets it in, whatever the parent has blocked.

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

/// Lets these in: those that came meanwhile, and all that come.
inline void let_signals_in(std::initializer_list<int> numbers) noexcept { detail::mask_signals(SIG_UNBLOCK, numbers); }

/// At the end, with SIGQUIT, which has begun it, perhaps: there is no handler any more, and who sends them doesn't know that.
/// Construct it behind the handlers.
struct HoldSignalsAtEnd {
    HoldSignalsAtEnd() = default;
    HoldSignalsAtEnd(const HoldSignalsAtEnd&) = delete;
    HoldSignalsAtEnd& operator=(const HoldSignalsAtEnd&) = delete;
    ~HoldSignalsAtEnd() { detail::mask_signals(SIG_BLOCK, {SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT}); }
};

}  // namespace libnet::inline v0::io
