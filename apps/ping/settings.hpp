#pragma once
// What ping++ is told on the command line.

#include <apps/options.hpp>
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

struct PingSettings {
    std::vector<std::string> hosts;  ///< names, addresses and ranges of them
    PingOptions options;
    std::uint64_t count = 0;  ///< 0: no limit
    std::optional<std::chrono::nanoseconds> deadline;
    std::optional<PingRate> rate;  ///< of ranges; empty: each host of them once an interval
    io::AddressFamily family = io::AddressFamily::any;
    bool numeric = false, quiet = false, json = false;
};

/// Reads the command line into `settings`; the exit code when the program has nothing more to do.
inline std::optional<int> read_ping_settings(PingSettings& settings, int argc, char** argv)
{
    using namespace std::chrono_literals;
    constexpr auto longest = std::chrono::hours{24 * 365};
    std::string origin;
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
    table.operands("HOST", settings.hosts, 1, 1'000)
        .example("ping++ -c 3 -i 0.2 127.0.0.1")
        .example("ping++ -q -c 1 --rate max 127.20.0.0/16");
    if (const auto exit_code = table.read(argc, argv)) return exit_code;

    boost::system::error_code not_an_address;
    const auto source = asio::ip::make_address(origin, not_an_address);
    if (not_an_address) settings.options.interface = origin;
    else settings.options.source = source;
    return std::nullopt;
}

}  // namespace libnet::apps
