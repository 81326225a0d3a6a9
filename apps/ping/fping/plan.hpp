#pragma once
// What a command line of fping means.

#include <libnet/io/dns/resolver_options.hpp>
#include <libnet/ping_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace libnet::apps::fping {

/// Ends the program with this code, after this text on standard error.
struct Fault : std::runtime_error {
    Fault(int exit_code_, const std::string& text) : runtime_error{text}, exit_code{exit_code_} {}
    int exit_code;
};

/// Exit codes, as fping's code has them: `enough` also stands for -x.
constexpr int all_alive = 0, some_unreachable = 1, some_unknown = 2, wrong_usage = 1, system_failure = 4;

enum class Mode : std::uint8_t {
    reach,  ///< until a host has answered, or its retries are used up
    count,  ///< -c, -C
    loop,   ///< -l: without an end
};

/// How -D writes the time.
enum class TimeFormat : std::uint8_t { seconds, ctime, iso, rfc3339 };

/// So many times this duration; at most thirty years, so that it can be added to a time.
inline std::chrono::nanoseconds times(std::chrono::nanoseconds duration, std::uint64_t count)
{
    constexpr double longest = 30 * 365 * 86400e9;
    const double all = static_cast<double>(duration.count()) * static_cast<double>(count);
    return std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(all, longest))};
}

struct Plan {
    std::string program;                ///< as messages call it
    std::vector<std::string> operands;  ///< targets, or what -g generates them from
    std::optional<std::string> file;    ///< -f; "-" is standard input
    PingOptions pinger;                 ///< what all hosts have in common
    io::AddressFamily family = io::AddressFamily::any;

    Mode mode = Mode::reach;
    std::uint64_t count = 1;  ///< in Mode::count
    std::uint64_t retries = 3;
    double backoff = 1.5;  ///< of the timeout, with each retry
    std::chrono::nanoseconds timeout = std::chrono::milliseconds{500};
    std::chrono::nanoseconds interval = std::chrono::milliseconds{10};  ///< between two sends, to any hosts
    std::chrono::nanoseconds period = std::chrono::seconds{1};          ///< between two sends to one host
    std::chrono::nanoseconds report{};                                  ///< -Q; 0: none
    std::uint64_t enough = 0;                                           ///< -x, -X; 0: not asked for
    TimeFormat time_format = TimeFormat::seconds;

    bool generate = false, all_addresses = false;                     ///< -g, -m
    bool size_given = false;                                          ///< -b
    bool by_address = false, named = false, reverse = false;          ///< -A, -n, -d
    bool alive = false, unreachable = false, verbose = true;          ///< -a, -u, neither
    bool per_reply = false, every_time = false, quiet = false;        ///< a line each, -C, -q
    bool elapsed = false, timestamps = false, outage = false;         ///< -e, -D, -o
    bool stats = false, netdata = false, json = false;                ///< -s, -N, -J
    bool print_ttl = false, print_tos = false, print_source = false;  ///< --print-ttl, --print-tos, --print-srcaddr
    bool cumulative = false, stop_when_enough = false;                ///< -Q N,cumulative, -X

    bool asks_for_times() const noexcept { return pinger.message == PingMessage::timestamp; }
};

}  // namespace libnet::apps::fping
