#pragma once
// A daemon of ours as a process, whoever its present process is.

#include <tests/support/process.hpp>

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace libnet::test {

/// A running httpd++ or proxy++ on 127.0.0.1.
class Daemon {
public:
    explicit Daemon(const std::string& name, Arguments options = {}, const Arguments& environment = {})
        : process_{command(name, std::move(options)), environment},
          pid_{process_.pid()},
          upgraded_{name + ": upgraded: process "}  // "not upgraded: process 5" is said as well
    {
        const std::string announcement = " on 127.0.0.1:";
        if (!process_.wait_for(announcement)) throw std::runtime_error{name + " does not start: " + process_.err()};
        port_ = process_.err().substr(process_.err().find(announcement) + announcement.size());
        port_.erase(port_.find_first_not_of("0123456789"));
    }
    ~Daemon()
    {
        if (pid_ != process_.pid()) ::kill(pid_, SIGKILL);
    }

    boost::asio::ip::tcp::endpoint endpoint() const
    {
        return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port_))};
    }
    Process& process() { return process_; }
    pid_t pid() const { return pid_; }

    /// Has it read its configuration again.
    void reload() const { ::kill(pid_, SIGHUP); }

    /// Has a new process take its place. False: it doesn't.
    bool upgrade()
    {
        ::kill(pid_, SIGUSR2);
        if (!process_.wait_for(upgraded_, std::chrono::seconds{60}, ++upgrades_)) return false;
        pid_ = static_cast<pid_t>(std::stol(number_behind(upgraded_)));
        return true;
    }

    /// Stops the present process, and waits for all of them to end. The exit code is the first one's.
    Finished stop()
    {
        ::kill(pid_, SIGTERM);
        return process_.wait();
    }

private:
    static Arguments command(const std::string& name, Arguments options)
    {
        options.insert(options.begin(),
                       {program(name), "--port", "0", "--bind", "127.0.0.1", "--access-log", "none", "--threads", "1"});
        return options;
    }

    std::string number_behind(const std::string& words) const
    {
        auto number = process_.err().substr(process_.err().rfind(words) + words.size());
        number.erase(number.find_first_not_of("0123456789"));
        return number;
    }

    Process process_;
    pid_t pid_;
    std::string upgraded_;
    std::string port_;
    unsigned upgrades_ = 0;
};

}  // namespace libnet::test
