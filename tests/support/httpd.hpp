#pragma once
// httpd++, started as its users start it.

#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace libnet::test {

/// A running httpd++.
class Httpd {
public:
    /// `runner`: a program that runs it, such as setpriv, with its arguments.
    explicit Httpd(const TemporaryDirectory& root, Arguments options = {"--access-log", "none"},
                   const Arguments& environment = {}, const Arguments& runner = {})
        : Httpd{root.path(), std::move(options), environment, runner}
    {}
    explicit Httpd(const std::filesystem::path& root, Arguments options = {"--access-log", "none"},
                   const Arguments& environment = {}, const Arguments& runner = {})
        : process_{arguments(root, std::move(options), runner), environment}
    {
        constexpr std::string_view announcement = " on [::]:";
        if (!process_.wait_for(std::string{announcement}))
            throw std::runtime_error{"httpd++ does not start: " + process_.err()};
        const auto at = process_.err().rfind(announcement);
        if (at == std::string::npos) throw std::runtime_error{"httpd++ does not serve: " + process_.err()};
        port_ = process_.err().substr(at + announcement.size());
        port_.erase(port_.find_first_not_of("0123456789"));
    }

    const std::string& port() const { return port_; }
    std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + port_ + path; }
    std::string secure_url(const std::string& path = "/") const { return "https://127.0.0.1:" + port_ + path; }
    boost::asio::ip::tcp::endpoint endpoint() const
    {
        return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port_))};
    }
    Process& process() { return process_; }

    /// Stops it as an administrator would; its exit code should be 0.
    Finished stop()
    {
        process_.signal(SIGTERM);
        return process_.wait();
    }

private:
    static Arguments arguments(const std::filesystem::path& root, Arguments options, const Arguments& runner)
    {
        options.insert(options.begin(), {program("httpd++"), root.string(), "--port", "0", "--threads", "1"});
        options.insert(options.begin(), runner.begin(), runner.end());
        return options;
    }

    Process process_;
    std::string port_;
};

}  // namespace libnet::test
