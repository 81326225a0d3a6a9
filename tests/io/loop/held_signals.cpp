#include <libnet/io/loop/held_signals.hpp>
#include <tests/support/catch.hpp>

#include <csignal>
#include <initializer_list>

#include <pthread.h>

namespace held_signals_tests {

using namespace libnet;

namespace {

/// Whether all of them wait.
bool are_held(std::initializer_list<int> numbers)
{
    sigset_t held;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &held);
    for (const int number : numbers)
        if (::sigismember(&held, number) != 1) return false;
    return true;
}

}  // namespace

TEST_CASE("a daemon that starts holds signals about its logs back, and no others", "[io][held_signals]")
{
    io::hold_signals();
    CHECK(are_held({SIGHUP, SIGUSR1, SIGUSR2}));
    for (const int ends : {SIGQUIT, SIGINT, SIGTERM}) CHECK(!are_held({ends}));
    io::let_signals_in({SIGHUP, SIGUSR1, SIGUSR2});
    for (const int number : {SIGHUP, SIGUSR1, SIGUSR2}) CHECK(!are_held({number}));
}

TEST_CASE("a daemon that ends is not killed by the signal with which it was told to, when that comes again",
          "[io][held_signals]")
{
    {
        const io::HoldSignalsAtEnd hold;
        CHECK(!are_held({SIGQUIT}));
    }
    CHECK(are_held({SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT}));
    io::let_signals_in({SIGHUP, SIGUSR1, SIGUSR2});
    sigset_t quit;
    ::sigemptyset(&quit);
    ::sigaddset(&quit, SIGQUIT);
    ::pthread_sigmask(SIG_UNBLOCK, &quit, nullptr);
}

}  // namespace held_signals_tests
