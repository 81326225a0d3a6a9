#pragma once
// fping's table of options: from a command line to a Plan.

#include <apps/ping/fping/plan.hpp>
#include <apps/ping/fping/usage.hpp>
#include <apps/ping/getopt_table.hpp>
#include <libnet/base/printable.hpp>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <net/if.h>

namespace libnet::apps::fping {

namespace asio = boost::asio;

/// A number that isn't one: the usage is the answer.
struct UsageWanted {};

/// -h and -v act at once, whatever else is on the command line.
struct HelpWanted {};
struct VersionWanted {};

inline std::uint64_t whole_number(const std::string& text, int base = 10)
{
    char* end = nullptr;
    errno = 0;
    const bool digit = !text.empty() && text.front() >= '0' && text.front() <= '9';
    const auto value = std::strtoull(text.c_str(), &end, base);
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    if (!digit || errno != 0 || *end != '\0' || value > most) throw UsageWanted{};
    return value;
}

inline std::uint64_t positive_number(const std::string& text)
{
    const auto value = whole_number(text);
    if (value == 0) throw UsageWanted{};
    return value;
}

/// Zero or more, with a fraction; `end` gets what stands behind it, or nothing may.
inline double fraction(const std::string& text, std::string* rest = nullptr)
{
    char* end = nullptr;
    errno = 0;
    const double value = std::strtod(text.c_str(), &end);
    if (errno != 0 || end == text.c_str() || !std::isfinite(value) || value < 0) throw UsageWanted{};
    if (rest != nullptr) *rest = end;
    else if (*end != '\0') throw UsageWanted{};
    return value;
}

/// At most a year, which no run lasts.
inline std::chrono::nanoseconds duration_of(double value, double unit)
{
    constexpr double year = 365 * 86400e9;
    return std::chrono::nanoseconds{static_cast<std::int64_t>(std::min(value * unit, year))};
}

inline std::chrono::nanoseconds milliseconds_of(const std::string& text) { return duration_of(fraction(text), 1e6); }

inline void set_family(Plan& plan, io::AddressFamily family)
{
    if (plan.family != io::AddressFamily::any && plan.family != family)
        throw Fault{wrong_usage, plan.program + ": can't specify both -4 and -6"};
    plan.family = family;
}

inline void set_source(Plan& plan, const std::string& text)
{
    boost::system::error_code failed;
    plan.pinger.source = asio::ip::make_address(text, failed);
    if (failed)
        throw Fault{wrong_usage,
                    fmt::format("{}: can't parse source address: {}", plan.program, base::without_controls(text))};
}

/// No name binds to none, as the kernel has it (socket(7), SO_BINDTODEVICE).
inline void set_interface(Plan& plan, const std::string& name)
{
    if (!name.empty() && ::if_nametoindex(name.c_str()) == 0)
        throw Fault{wrong_usage,
                    fmt::format("binding to specific interface (SO_BINTODEVICE): {}", std::strerror(errno))};
    plan.pinger.interface = name;
}

inline void set_outgoing_interface(Plan& plan, const std::string& name)
{
    if (::if_nametoindex(name.c_str()) == 0)
        throw Fault{wrong_usage, fmt::format("fping: unknown interface '{}'", base::printable(name))};
    plan.pinger.outgoing_interface = name;
}

inline void set_timestamps(Plan& plan)
{
    if (plan.family == io::AddressFamily::ipv6)
        throw Fault{wrong_usage, plan.program + ": ICMP Timestamp is IPv4 only"};
    plan.family = io::AddressFamily::ipv4;
    plan.pinger.message = PingMessage::timestamp;
}

inline void set_names(Plan& plan, bool& which)
{
    which = true;
    if (plan.named && plan.reverse) throw Fault{wrong_usage, plan.program + ": use either one of -d or -n"};
}

inline void set_report(Plan& plan, const std::string& text)
{
    std::string rest;
    plan.report = duration_of(fraction(text, &rest), 1e9);
    if (!rest.empty() && rest.front() != ',') throw UsageWanted{};
    plan.cumulative = rest == ",cumulative";
    plan.quiet = true;
    plan.verbose = false;
}

inline void set_random_data(Plan& plan)
{
    std::array<std::byte, PingPattern::max_size> octets{};
    std::random_device random;
    for (auto& octet : octets) octet = static_cast<std::byte>(random());
    plan.pinger.pattern = PingPattern{octets};
}

inline void set_time_format(Plan& plan, const std::string& word)
{
    if (word == "ctime") plan.time_format = TimeFormat::ctime;
    else if (word == "iso") plan.time_format = TimeFormat::iso;
    else if (word == "rfc3339") plan.time_format = TimeFormat::rfc3339;
    else throw UsageWanted{};
}

using Text = const std::string&;

inline void add_count_options(GetoptTable& table, Plan& p)
{
    const auto count = [&p](Text text) {
        p.count = positive_number(text);
        p.mode =
            p.mode == Mode::loop ? throw Fault{wrong_usage, p.program + ": specify only one of c, l"} : Mode::count;
    };
    table.add('c', "count", "N", "send N pings to each target and report on them", count)
        .add('C', "vcount", "N", "as -c, but report each time", [&p, count](Text text) {
            count(text);
            p.every_time = true;
        });
    table.add('l', "loop", {}, "ping until interrupted", [&p](Text) {
        p.mode =
            p.mode == Mode::count ? throw Fault{wrong_usage, p.program + ": specify only one of c, l"} : Mode::loop;
    });
}

inline void add_probing_options(GetoptTable& table, Plan& p)
{
    table.add('4', "ipv4", {}, "IPv4 addresses only", [&p](Text) { set_family(p, io::AddressFamily::ipv4); })
        .add('6', "ipv6", {}, "IPv6 addresses only", [&p](Text) { set_family(p, io::AddressFamily::ipv6); })
        .add('b', "size", "BYTES", "of ping data in each request (default: 56)",
             [&p](Text text) {
                 p.pinger.payload_size = whole_number(text);
                 p.size_given = true;
             })
        .add('B', "backoff", "N", "factor of the timeout with each retry (default: 1.5)",
             [&p](Text text) { p.backoff = fraction(text); });
    add_count_options(table, p);
    table
        .add('f', "file", "FILE", "read the targets from a file (-: standard input)",
             [&p](Text text) { p.file = text; })
        .flag('g', "generate", "make the targets from START END or NETWORK/LENGTH", p.generate)
        .add('H', "ttl", "N", "time to live, or hop limit", [&p](Text text) {
            const auto ttl = positive_number(text);
            if (ttl > 255) throw Fault{wrong_usage, fmt::format("{}: ttl {} out of range", p.program, ttl)};
            p.pinger.ttl = static_cast<int>(ttl);
        });
    table
        .add('i', "interval", "MSEC", "between two pings, to whichever target (default: 10 ms)",
             [&p](Text text) { p.interval = milliseconds_of(text); })
        .add('I', "iface", "IFACE", "send through this interface", [&p](Text text) { set_interface(p, text); })
        .add('k', "fwmark", "MARK", "mark packets for routing and filters",
             [&p](Text text) { p.pinger.mark = static_cast<std::uint32_t>(positive_number(text)); })
        .flag('m', "all", "ping all addresses of a name (with -A)", p.all_addresses)
        .add('M', "dontfrag", {}, "set the Don't Fragment flag",
             [&p](Text) { p.pinger.path_mtu_discovery = PathMtuDiscovery::always; })
        .add('O', "tos", "N", "type of service, or traffic class", [&p](Text text) {
            const auto value = whole_number(text, 0);
            if (value > 255) throw UsageWanted{};
            p.pinger.traffic_class = static_cast<std::uint8_t>(value);
        });
    table
        .add('p', "period", "MSEC", "between two pings to one target, with -c, -C, -l (default: 1000 ms)",
             [&p](Text text) { p.period = milliseconds_of(text); })
        .add('r', "retry", "N", "retries, when there is no answer (default: 3)",
             [&p](Text text) { p.retries = whole_number(text); })
        .add('R', "random", {}, "random data in the requests", [&p](Text) { set_random_data(p); })
        .add('S', "src", "IP", "source address", [&p](Text text) { set_source(p, text); })
        .add(0, "seqmap-timeout", "MSEC", "has no effect: no sequence number is used again while it counts",
             [](Text text) { milliseconds_of(text); })
        .add('T', {}, "N", "has no effect", [](Text) {})
        .flag(0, "check-source", "answers from other addresses don't count", p.pinger.strict_source)
        .add(0, "icmp-timestamp", {}, "ask for the other host's time in place of echo (IPv4, needs cap_net_raw)",
             [&p](Text) { set_timestamps(p); })
        .add(0, "oiface", "IFACE", "send through this interface; answers may come by others",
             [&p](Text text) { set_outgoing_interface(p, text); });
}

inline void add_output_options(GetoptTable& table, Plan& p)
{
    table.flag('a', "alive", "show the targets that are alive", p.alive)
        .flag('A', "addr", "show addresses in place of names", p.by_address)
        .add('d', "rdns", {}, "show the names of the targets' addresses", [&p](Text) { set_names(p, p.reverse); })
        .flag('D', "timestamp", "show the time in front of each line", p.timestamps)
        .add(0, "timestamp-format", "FORMAT", "of -D: ctime, iso or rfc3339",
             [&p](Text text) { set_time_format(p, text); })
        .flag('e', "elapsed", "show the round-trip time", p.elapsed)
        .flag('J', "json", "a JSON object on each line (with -c, -C or -l)", p.json)
        .add('n', "name", {}, "show names of targets given as addresses", [&p](Text) { set_names(p, p.named); })
        .flag('N', "netdata", "lines for netdata (with -l and -Q)", p.netdata)
        .flag('o', "outage", "show how long lost pings lasted: their number times the period", p.outage)
        .add('q', "quiet", {}, "no line for each target or ping",
             [&p](Text) {
                 p.quiet = true;
                 p.verbose = false;
             })
        .add('Q', "squiet", "SECS[,cumulative]", "as -q, with a summary every SECS seconds",
             [&p](Text text) { set_report(p, text); })
        .flag('s', "stats", "show statistics at the end", p.stats)
        .flag('u', "unreach", "show the targets that are unreachable", p.unreachable)
        .add('x', "reachable", "N", "say whether N targets or more are reachable",
             [&p](Text text) { p.enough = positive_number(text); })
        .add('X', "fast-reachable", "N", "as -x, and end as soon as N are", [&p](Text text) {
            p.enough = positive_number(text);
            p.stop_when_enough = true;
        });
    table.flag(0, "print-ttl", "show the time to live of answers", p.print_ttl)
        .add(0, "print-tos", {}, "show the type of service of answers",
             [&p](Text) { p.print_tos = p.pinger.tell_headers = true; })
        .add(0, "print-srcaddr", {}, "show which of our addresses the requests came from",
             [&p](Text) { p.print_source = p.pinger.tell_headers = true; });
}

/// What options may not be together, and what they mean for each other.
inline void settle(Plan& p)
{
    constexpr std::size_t most_data = 65'488;
    constexpr double least_backoff = 1, most_backoff = 5;
    const auto fail = [&p](const std::string& what) { throw Fault{wrong_usage, p.program + ": " + what}; };
    if (p.unreachable && p.alive) fail("specify only one of a, u");
    if (p.json && p.mode == Mode::reach) fail("option -J, --json requires -c, -C, or -l");
    if (p.pinger.payload_size > most_data)
        fail(fmt::format("data size {} not valid, must be lower than {}", p.pinger.payload_size, most_data));
    if (p.backoff < least_backoff || p.backoff > most_backoff)
        fail(fmt::format("backoff factor {:.1f} not valid, must be between {:.1f} and {:.1f}", p.backoff, least_backoff,
                         most_backoff));
    if (p.asks_for_times() && p.size_given) fail("cannot change ICMP Timestamp size");
    if (!p.pinger.interface.empty() && !p.pinger.outgoing_interface.empty())
        fail("specify only --oiface or -I, --iface");
    if (p.mode == Mode::count) p.per_reply = p.verbose;
    if (p.mode == Mode::loop) p.per_reply = p.report.count() == 0;
    if (p.mode != Mode::reach) p.alive = p.unreachable = p.verbose = false;
    if (p.alive || p.unreachable || p.enough != 0) p.verbose = false;
}

/// Reads the command line into the plan; the exit code when there is nothing more to do. Throws Fault.
inline std::optional<int> read_plan(Plan& plan, const std::vector<std::string>& arguments, bool v6_only)
{
    if (v6_only) plan.family = io::AddressFamily::ipv6;
    GetoptTable table;
    bool timeout_given = false;
    add_probing_options(table, plan);
    table.add('t', "timeout", "MSEC",
              "for the first answer (default: 500 ms, with -c, -C, -l: the period, at most 2000)", [&](Text text) {
                  plan.timeout = std::max(milliseconds_of(text), std::chrono::nanoseconds{1});
                  timeout_given = true;
              });
    const std::size_t probing = table.entries().size();
    add_output_options(table, plan);
    table.add('v', "version", {}, "show the version", [](Text) { throw VersionWanted{}; })
        .add('h', "help", {}, "show this help", [](Text) { throw HelpWanted{}; });
    try {
        plan.operands = table.read(arguments);
        settle(plan);
        const bool own_list = plan.file.has_value(), operands = !plan.operands.empty();
        const bool no_network = plan.operands.size() == 1 && plan.operands[0].find('/') == std::string::npos;
        if ((own_list && (plan.generate || operands)) ||
            (plan.generate && (!operands || no_network || plan.operands.size() > 2)))
            throw UsageWanted{};
    } catch (const HelpWanted&) {
        return print_usage(stdout, plan.program, table, probing), 0;
    } catch (const VersionWanted&) {
        return print_version(plan.program), 0;
    } catch (const UsageWanted&) {
        return print_usage(stderr, plan.program, table, probing), wrong_usage;
    } catch (const GetoptError& error) {
        throw Fault{wrong_usage,
                    fmt::format("{}: {}\nsee 'fping -h' for usage information", plan.program, error.what())};
    }
    constexpr std::chrono::nanoseconds longest = std::chrono::seconds{2}, shortest{1};
    if (plan.mode != Mode::reach && !timeout_given) plan.timeout = std::clamp(plan.period, shortest, longest);
    return std::nullopt;
}

}  // namespace libnet::apps::fping
