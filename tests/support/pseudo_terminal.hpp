#pragma once
// A program that runs on a terminal, which a test looks at.

#include <tests/support/command.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <system_error>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace libnet::test {

/// The child has a pseudo-terminal as its standard streams. It is killed, if need be, when this goes out of scope.
class TerminalProcess {
public:
    TerminalProcess(const Arguments& arguments, const Arguments& environment, unsigned short columns,
                    unsigned short lines)
    {
        const Command command{arguments, environment};
        winsize size{lines, columns, 0, 0};
        pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
        if (pid_ < 0) throw std::system_error{errno, std::system_category(), "forkpty"};
        if (pid_ == 0) command.become();
    }
    ~TerminalProcess()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(terminal_);
    }
    TerminalProcess(const TerminalProcess&) = delete;
    TerminalProcess& operator=(const TerminalProcess&) = delete;

    /// Everything that was written to the terminal.
    const std::string& out() const noexcept { return out_; }

    /// Reads until `text` comes, behind what was read before; false when the program ended or time ran out first.
    bool wait_for(const std::string& text)
    {
        const auto from = out_.size();
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        while (out_.find(text, from) == out_.npos)
            if (std::chrono::steady_clock::now() > until || !read_some()) return out_.find(text, from) != out_.npos;
        return true;
    }

    /// The kernel tells the program with SIGWINCH.
    void resize(unsigned short columns, unsigned short lines)
    {
        winsize size{lines, columns, 0, 0};
        ::ioctl(terminal_, TIOCSWINSZ, &size);
    }

    /// As if these keys were pressed.
    void type(const std::string& keys) const
    {
        if (::write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
            throw std::system_error{errno, std::system_category(), "write to a terminal"};
    }

    void signal(int number) const { ::kill(pid_, number); }

    /// Waits for the end and returns the exit code.
    int wait()
    {
        while (read_some()) {
        }
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    bool read_some()
    {
        pollfd ready{terminal_, POLLIN, 0};
        if (::poll(&ready, 1, 20'000) <= 0) return false;
        char buffer[16 * 1024];
        const auto size = ::read(terminal_, buffer, sizeof buffer);
        if (size <= 0) return false;
        out_.append(buffer, static_cast<std::size_t>(size));
        return true;
    }

    pid_t pid_ = -1;
    int terminal_ = -1;
    std::string out_;
};

}  // namespace libnet::test
