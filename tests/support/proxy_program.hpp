#pragma once
// proxy++ as a program, for tests that use it as a black box.

#include <tests/support/process.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace libnet::test {

inline boost::asio::ip::tcp::endpoint loopback(const std::string& port)
{
    return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port))};
}

/// A running proxy++.
class Proxy {
public:
    enum class Reach : std::uint8_t { everything, public_internet };

    /// The servers of most tests are on loopback, and at any port.
    explicit Proxy(Arguments options = {}, Reach reach = Reach::everything)
        : process_{[&] {
              if (reach == Reach::everything)
                  options.insert(options.begin(), {"--allow-private", "--connect-port", "all"});
              options.insert(options.begin(), {program("proxy++"), "--port", "0", "--threads", "1"});
              return options;
          }()}
    {
        constexpr std::string_view announcement = " on 127.0.0.1:";
        if (!process_.wait_for("\n")) throw std::runtime_error{"proxy++ does not start: " + process_.err()};
        const auto at = process_.err().rfind(announcement);
        if (at == std::string::npos) throw std::runtime_error{"proxy++ does not serve: " + process_.err()};
        port_ = process_.err().substr(at + announcement.size());
        port_.erase(port_.find_first_not_of("0123456789"));
    }

    boost::asio::ip::tcp::endpoint endpoint() const { return loopback(port_); }
    const std::string& port() const { return port_; }

    Finished curl(Arguments arguments) const
    {
        arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--noproxy", "", "--max-time", "60",
                                             "--proxy", "http://127.0.0.1:" + port_});
        return run(arguments);
    }

    /// Stops it as an administrator would; its exit code should be 0.
    Finished stop(int signal = SIGTERM)
    {
        process_.signal(signal);
        return process_.wait();
    }

    const std::string& err() const noexcept { return process_.err(); }
    void signal(int number) const { process_.signal(number); }
    bool wait_for(const std::string& text, std::chrono::seconds limit = std::chrono::seconds{60})
    {
        return process_.wait_for(text, limit);
    }

private:
    Process process_;
    std::string port_;
};

}  // namespace libnet::test
