#pragma once
// Another process that is always at work: it changes files while they are served.

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace libnet::test {

/// Does one thing again and again in a process of its own, as fast as it can, until this goes out of scope.
class BusyProcess {
public:
    /// To be called where the test has one thread only.
    template <typename Step>
    explicit BusyProcess(Step&& step) : pid_{::fork()}
    {
        if (pid_ < 0) throw std::system_error{errno, std::system_category(), "fork"};
        if (pid_ > 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        try {
            for (;;) step();
        } catch (...) {
            ::_exit(1);
        }
    }
    ~BusyProcess()
    {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    BusyProcess(const BusyProcess&) = delete;
    BusyProcess& operator=(const BusyProcess&) = delete;

private:
    pid_t pid_;
};

/// How long a test against such a process goes on: a second, or BUSY_SECONDS.
inline std::chrono::seconds busy_time()
{
    const char* const seconds = std::getenv("BUSY_SECONDS");
    return std::chrono::seconds{seconds == nullptr ? 1 : std::atoi(seconds)};
}

}  // namespace libnet::test
