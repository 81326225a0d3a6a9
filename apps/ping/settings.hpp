#pragma once
// What ping++ is told on the command line.

#include <apps/options.hpp>
#include <apps/ping/condition.hpp>
#include <apps/ping/target_list.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/io/resolver_options.hpp>

#include <optional>
#include <string>
#include <vector>

namespace libnet::apps {

/// How fast ranges of hosts are pinged.
struct PingRate {
    std::uint64_t per_second = 0;  ///< 0: as fast as the sockets take them
};

/// Reads "1000" or "max".
inline auto ping_rate()
{
    return [](std::string_view text) {
        if (text == "max") return PingRate{};
        const auto number = base::parse_number<std::uint64_t>(text);
        if (!number || *number == 0 || *number > 1'000'000)
            throw BadValue{fmt::format("'{}' is not a rate: give a number from 1 to 1000000, or max", printable(text))};
        return PingRate{*number};
    };
}

/// Reads the traffic class, in decimal or, after 0x, in hexadecimal.
inline auto traffic_class()
{
    return [](std::string_view text) {
        const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
        const auto digits = hexadecimal ? text.substr(2) : text;
        const char* const end = digits.data() + digits.size();
        std::uint8_t value = 0;
        const auto [stopped, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
        if (error != std::errc{} || stopped != end)
            throw BadValue{fmt::format("'{}' is not a traffic class: give 0 to 255, or 0x0 to 0xFF", printable(text))};
        return value;
    };
}

/// Reads what iputils' -M takes.
inline auto path_mtu_discovery()
{
    return [](std::string_view text) {
        if (text == "do") return PathMtuDiscovery::always;
        if (text == "want") return PathMtuDiscovery::want;
        if (text == "dont") return PathMtuDiscovery::never;
        if (text == "probe") return PathMtuDiscovery::probe;
        throw BadValue{
            fmt::format("'{}' is not a way to find the path MTU: give do, want, dont or probe", printable(text))};
    };
}

struct PingSettings {
    std::vector<std::string> hosts;        ///< names, addresses and ranges of them
    std::vector<std::string> bad_targets;  ///< complaints about lines of the list of hosts
    PingOptions options;
    std::uint64_t count = 0;  ///< 0: no limit
    std::optional<std::chrono::nanoseconds> deadline;
    std::optional<PingRate> rate;  ///< of ranges; empty: each host of them once an interval
    io::AddressFamily family = io::AddressFamily::any;
    std::optional<std::chrono::nanoseconds> summary_interval;
    std::optional<Condition> until, fail_if;
    bool numeric = false, quiet = false, json = false, timestamps = false, audible = false;
};

/// Adds the hosts of a list to those of the command line. The exit code when there are none at all.
inline std::optional<int> read_targets(PingSettings& settings, const std::string& file, const Options& table)
{
    try {
        if (!file.empty()) {
            auto list = read_target_file(file);
            settings.hosts.insert(settings.hosts.end(), list.hosts.begin(), list.hosts.end());
            settings.bad_targets = std::move(list.complaints);
        }
    } catch (const BadValue& error) {
        return table.complain(fmt::format("--targets: {}", error.what()));
    }
    if (!settings.hosts.empty()) return std::nullopt;
    for (const auto& why : settings.bad_targets) complain("ping++", why);
    return table.complain("no HOST given: try 'ping++ --help'");
}

/// Reads the command line into `settings`; the exit code when the program has nothing more to do.
inline std::optional<int> read_ping_settings(PingSettings& settings, int argc, char** argv)
{
    using namespace std::chrono_literals;
    constexpr auto longest = std::chrono::hours{24 * 365};
    std::string origin, targets;
    Options table{"ping++", "HOST...", "Sends ICMP echo requests to hosts and tells what comes back."};
    table.group("Probes")
        .value("count,c", "N", "stop after N probes, with -w: N answers (no limit)", integer<std::uint64_t>(1),
               settings.count)
        .value("interval,i", "SECONDS", "from one probe to the next (1)", seconds(2ms, longest),
               settings.options.interval)
        .value("timeout,W", "SECONDS", "without an answer, after which one is lost (1)", seconds(1ms, 1h),
               settings.options.timeout)
        .value("deadline,w", "SECONDS", "stop after this time, or at an ICMP error", seconds(1ms, longest),
               settings.deadline)
        .value("rate", "N|max", "probes a second to a range (once an interval)", ping_rate(), settings.rate)
        .value("size,s", "BYTES", "of payload (56)", integer<std::size_t>(0, 65'507), settings.options.payload_size)
        .value("ttl,t", "N", "time to live, or hop limit (the system's)", integer(1, 255), settings.options.ttl)
        .value("interface,I", "NAME", "send through this interface, or from this address", text("name"), origin)
        .flag("ipv4,4", "IPv4 only", settings.family, io::AddressFamily::ipv4)
        .flag("ipv6,6", "IPv6 only", settings.family, io::AddressFamily::ipv6);
    table.group("Output")
        .flag("quiet,q", "only the summary", settings.quiet)
        .flag("numeric,n", "addresses, never names", settings.numeric)
        .flag("json", "JSON Lines: reply, lost, late, ..., summary, total", settings.json);
    table.rare_group("Rarer")
        .value("targets", "FILE|-", "a file of hosts: names, addresses, ranges", text("file name"), targets)
        .value("summary-interval", "SECONDS", "tell the numbers so far, as SIGQUIT does", seconds(10ms, longest),
               settings.summary_interval)
        .value("until", "CONDITION", "stop with a host for which it holds: loss>5%", condition(), settings.until)
        .value("fail-if", "CONDITION", "exit code 1 if it holds for a host: p95>9ms", condition(), settings.fail_if)
        .flag("timestamps,D", "the time in front of each line", settings.timestamps)
        .flag("audible,a", "ring the bell at each answer", settings.audible)
        .value("pmtudisc,M", "HOW", "fragments: do (none), want, dont or probe", path_mtu_discovery(),
               settings.options.path_mtu_discovery)
        .value("tos,Q", "N", "traffic class (DSCP and ECN), 0 to 0xFF (0)", traffic_class(),
               settings.options.traffic_class)
        .value("mark,m", "N", "mark packets for routing and filters", integer<std::uint32_t>(0), settings.options.mark)
        .value("sndbuf,S", "BYTES", "send buffer (the system's)", integer(1), settings.options.send_buffer);
    table.operands("HOST", settings.hosts, 0, 1'000)
        .example("ping++ -c 3 -i 0.2 127.0.0.1")
        .example("ping++ -q -c 1 --rate max 127.20.0.0/16");
    if (const auto exit_code = table.read(argc, argv)) return exit_code;
    if (const auto exit_code = read_targets(settings, targets, table)) return exit_code;

    boost::system::error_code not_an_address;
    const auto source = asio::ip::make_address(origin, not_an_address);
    if (not_an_address) settings.options.interface = origin;
    else settings.options.source = source;
    return std::nullopt;
}

}  // namespace libnet::apps
