#pragma once
// A running `ping++ --listen`, or another exporter, and what it exports as values.

#include <tests/support/process.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace libnet::test {

/// Samples by their names with labels, as written: `probe_icmp_duration_seconds{phase="rtt"}`.
class Samples {
public:
    explicit Samples(const std::string& text)
    {
        std::istringstream in{text};
        for (std::string line; std::getline(in, line);) {
            const auto space = line.rfind(' ');
            if (line.starts_with('#') || space == line.npos) continue;
            if (!values_.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second)
                throw std::runtime_error{"twice: " + line};
        }
    }

    /// NaN: there is none.
    double operator[](const std::string& name) const
    {
        const auto found = values_.find(name);
        return found == values_.end() ? std::nan("") : found->second;
    }
    bool has(const std::string& name) const { return values_.contains(name); }
    const std::map<std::string, double>& all() const noexcept { return values_; }

private:
    std::map<std::string, double> values_;
};

inline Finished curl(Arguments arguments)
{
    arguments.insert(arguments.begin(),
                     {"curl", "--silent", "--show-error", "--globoff", "--noproxy", "*", "--max-time", "60"});
    return run(arguments);
}

/// `ping++ --listen`, or another program's, on a free port of loopback.
class Exporter {
public:
    explicit Exporter(Arguments arguments, const std::string& name = "ping++", const Arguments& environment = {})
        : process_{with_program(name, std::move(arguments)), environment}
    {
        constexpr std::string_view announcement = "exporting on ";
        if (!process_.wait_for(std::string{announcement}) || !process_.wait_for("\n"))
            throw std::runtime_error{"it does not export: " + process_.err()};
        const auto& err = process_.err();
        const auto colon = err.find(':', err.find(announcement));
        port_ = err.substr(colon + 1, err.find('\n', colon) - colon - 1);
    }

    std::string url(const std::string& path) const { return "http://127.0.0.1:" + port_ + path; }
    boost::asio::ip::tcp::endpoint endpoint() const
    {
        return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port_))};
    }
    const std::string& port() const noexcept { return port_; }
    Process& process() { return process_; }

    Samples get(const std::string& path, Arguments options = {}) const
    {
        options.push_back(url(path));
        return Samples{curl(options).out};
    }

    /// The metrics when a sample has reached this value, or as they are after a minute.
    Samples wait_for(const std::string& sample, double value) const
    {
        for (int i = 0; i < 1200; ++i) {
            const auto samples = get("/metrics");
            if (samples[sample] >= value) return samples;
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
        return get("/metrics");
    }

    Finished stop()
    {
        process_.signal(SIGTERM);
        return process_.wait();
    }

private:
    static Arguments with_program(const std::string& name, Arguments arguments)
    {
        arguments.insert(arguments.begin(), {program(name), "--listen", "0"});
        return arguments;
    }

    Process process_;
    std::string port_;
};

}  // namespace libnet::test
