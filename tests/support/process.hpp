#pragma once
// Child processes for black-box tests: started without a shell, watched with a limit, never left behind.

#include <tests/support/command.hpp>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace libnet::test {

/// The path of one of the four programs, built beside the tests.
inline std::string program(const std::string& name)
{
    const char* directory = std::getenv("LIBNET_BIN_DIR");
    return (std::filesystem::path{directory ? directory : "."} / name).string();
}

/// What is left of a process that has ended.
struct Finished {
    int exit_code = -1;  ///< 128 + the signal's number for one that a signal ended, as a shell says it
    std::string out;
    std::string err;
};

/// A running child. It is killed, if need be, and waited for when this goes out of scope.
class Process {
public:
    using Clock = std::chrono::steady_clock;

    /// Starts a program, found through PATH unless its name has a slash. `environment` are NAME=value pairs added to
    /// ours. Standard input is empty unless `input` says what is in it (at most 64 KiB: a pipe's worth).
    explicit Process(const Arguments& arguments, const Arguments& environment = {}, const std::string& input = {})
    {
        const Command command{arguments, environment};
        Pipe in, out, err;
        if (::write(in.write_end, input.data(), input.size()) != static_cast<ssize_t>(input.size()))
            throw std::system_error{errno, std::system_category(), "write to a child's standard input"};
        pid_ = ::fork();
        if (pid_ < 0) throw std::system_error{errno, std::system_category(), "fork"};
        if (pid_ == 0) become(command, in.read_end, out.write_end, err.write_end);
        out_ = std::exchange(out.read_end, -1);
        err_ = std::exchange(err.read_end, -1);
    }
    ~Process()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(out_);
        ::close(err_);
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const noexcept { return pid_; }
    void signal(int number) const { ::kill(pid_, number); }

    /// What it has printed so far, as far as one of the waits below has read it.
    const std::string& out() const noexcept { return finished_.out; }
    const std::string& err() const noexcept { return finished_.err; }

    /// Reads until `text` stands in its standard output or standard error, so many times; false when it ended or time ran
    /// out first.
    bool wait_for(const std::string& text, std::chrono::seconds limit = std::chrono::seconds{60}, unsigned times = 1)
    {
        const auto until = Clock::now() + limit;
        const auto found = [&] { return count(finished_.out, text) >= times || count(finished_.err, text) >= times; };
        while (!found())
            if (!read_some(until)) return found();
        return true;
    }

    /// Waits for its end, reading all that it prints. A process that outlives the limit is killed (exit code 137).
    Finished wait(std::chrono::seconds limit = std::chrono::seconds{150})
    {
        const auto until = Clock::now() + limit;
        while (read_some(until)) {
        }
        int status = 0;
        while (::waitpid(pid_, &status, WNOHANG) == 0) {
            if (Clock::now() >= until) ::kill(pid_, SIGKILL);
            ::poll(nullptr, 0, 5);
        }
        pid_ = -1;
        finished_.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        return finished_;
    }

private:
    struct Pipe {
        Pipe()
        {
            int ends[2];
            if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error{errno, std::system_category(), "pipe"};
            read_end = ends[0];
            write_end = ends[1];
        }
        ~Pipe()
        {
            if (read_end >= 0) ::close(read_end);
            ::close(write_end);
        }
        int read_end = -1;
        int write_end = -1;
    };

    static unsigned count(const std::string& said, const std::string& text)
    {
        unsigned times = 0;
        for (auto at = said.find(text); at != said.npos; at = said.find(text, at + 1)) ++times;
        return times;
    }

    /// In the child, which must not allocate.
    [[noreturn]] static void become(const Command& command, int in, int out, int err)
    {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves no daemon behind
        ::dup2(in, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        command.become();
    }

    /// Reads what there is, waiting for it; false at the end of both streams or of the time.
    bool read_some(Clock::time_point until)
    {
        pollfd streams[] = {{out_open_ ? out_ : -1, POLLIN, 0}, {err_open_ ? err_ : -1, POLLIN, 0}};
        if (!out_open_ && !err_open_) return false;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0 || ::poll(streams, 2, static_cast<int>(left)) <= 0) return false;
        if (streams[0].revents != 0) out_open_ = append(out_, finished_.out);
        if (streams[1].revents != 0) err_open_ = append(err_, finished_.err);
        return true;
    }

    static bool append(int stream, std::string& text)
    {
        char buffer[16 * 1024];
        const auto size = ::read(stream, buffer, sizeof buffer);
        if (size <= 0) return false;
        text.append(buffer, static_cast<std::size_t>(size));
        return true;
    }

    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    bool out_open_ = true;
    bool err_open_ = true;
    Finished finished_;
};

/// Runs a program to its end.
inline Finished run(const Arguments& arguments, const Arguments& environment = {}, const std::string& input = {})
{
    return Process{arguments, environment, input}.wait();
}

}  // namespace libnet::test
