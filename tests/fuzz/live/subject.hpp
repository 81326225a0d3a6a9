#pragma once
// A program that is tried: started, watched, and stopped, with what it said.

#include <tests/fuzz/live/folder.hpp>
#include <tests/support/command.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace live {

class Subject {
public:
    /// Starts it, and waits until it serves. What it says goes to a file. `port` is that of a program which doesn't say
    /// where it listens, and that is waited for until it is listened on.
    Subject(std::string name, const std::vector<std::string>& command, const std::filesystem::path& folder,
            std::uint16_t port = 0)
        : name_{std::move(name)},
          said_{folder / (name_ + ".err")}
    {
        const libnet::test::Command program{command};  // there are threads
        pid_ = ::fork();
        if (pid_ == 0) become(program);
        const bool has_admin = std::find(command.begin(), command.end(), "--admin") != command.end();
        for (int tries = 0; tries < 600 && (port_ == 0 || (has_admin && admin_port_ == 0)); ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
            const auto text = said();
            if (!is_alive()) throw std::runtime_error{name_ + " does not start: " + text};
            if (port != 0 && is_listening(port)) port_ = port;
            for (std::size_t end, at = 0; (end = text.find('\n', at)) != text.npos; at = end + 1)
                find_port(text.substr(at, end - at));
        }
        if (port_ == 0 || (has_admin && admin_port_ == 0))
            throw std::runtime_error{name_ + " does not say where it listens"};
    }
    ~Subject()
    {
        if (pid_ > 0) ::kill(pid_, SIGKILL), ::waitpid(pid_, nullptr, 0);
    }
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

    const std::string& name() const { return name_; }
    std::uint16_t port() const { return port_; }
    /// Of --admin; 0: it has none.
    std::uint16_t admin_port() const { return admin_port_; }
    void signal(int number) const { ::kill(pid_, number); }
    std::string said() const { return read_file(said_); }

    bool is_alive()
    {
        if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = 0;
        return pid_ > 0;
    }

    /// Kilobytes of memory, at most so far and now.
    std::pair<long, long> memory() const
    {
        std::istringstream lines{read_file("/proc/" + std::to_string(pid_) + "/status")};
        std::pair<long, long> found{0, 0};
        for (std::string word; lines >> word;) {
            if (word == "VmHWM:") lines >> found.first;
            if (word == "VmRSS:") lines >> found.second;
        }
        return found;
    }

    /// That it has open.
    long descriptors() const
    {
        std::error_code failed;
        const std::filesystem::directory_iterator all{"/proc/" + std::to_string(pid_) + "/fd", failed};
        return static_cast<long>(std::distance(begin(all), end(all)));
    }

    /// Asks it to end, once: asked twice, it would end at once.
    void ask_to_end()
    {
        if (is_alive() && !std::exchange(is_asked_, true)) signal(SIGTERM);
    }

    /// Waits for its end, for which it is asked. Empty: it ended with 0, and had nothing to complain of; else what was wrong.
    std::string stop()
    {
        ask_to_end();
        for (int tries = 0; tries < 600 && is_alive(); ++tries)
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        if (is_alive()) return name_ + " does not end at SIGTERM";
        const auto text = said();
        const auto report = text.find("Sanitizer");
        if (report == text.npos && WIFEXITED(status_) && WEXITSTATUS(status_) == 0) return {};
        const auto ended = WIFSIGNALED(status_) ? "by signal " + std::to_string(WTERMSIG(status_))
                                                : "with " + std::to_string(WEXITSTATUS(status_));
        return name_ + " ended " + ended + ":\n" + text.substr(report == text.npos ? 0 : report > 40 ? report - 40 : 0);
    }

private:
    /// Reads "…: serving … on 127.0.0.1:8080, …" or "…: for administrators on 127.0.0.1:9000", which is the last line.
    void find_port(const std::string& line)
    {
        constexpr std::string_view before = " on 127.0.0.1:";
        const auto at = line.find(before);
        if (at == line.npos) return;
        const auto port = static_cast<std::uint16_t>(std::stoul(line.substr(at + before.size())));
        (line.find("for administrators") < at ? admin_port_ : port_) = port;
    }

    /// Whether a program on this machine listens at 127.0.0.1 on a port, as /proc/net/tcp shows it.
    static bool is_listening(std::uint16_t port)
    {
        char line[64];
        std::snprintf(line, sizeof line, " 0100007F:%04X 00000000:0000 0A ", port);
        return read_file("/proc/net/tcp").find(line) != std::string::npos;
    }

    /// In the child, which must not allocate.
    [[noreturn]] void become(const libnet::test::Command& program) const
    {
        const int err = ::open(said_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600),
                  nothing = ::open("/dev/null", O_RDWR);
        ::dup2(nothing, 0);
        ::dup2(nothing, 1);
        ::dup2(err, 2);
        program.become();
    }

    std::string name_;
    std::filesystem::path said_;
    pid_t pid_ = -1;
    int status_ = 0;
    bool is_asked_ = false;
    std::uint16_t port_ = 0, admin_port_ = 0;
};

}  // namespace live
