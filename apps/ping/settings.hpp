#pragma once
// What ping++ is told on the command line.

#include <apps/common/options.hpp>
#include <apps/ping/exporter_settings.hpp>
#include <apps/ping/option_readers.hpp>
#include <apps/ping/question_options.hpp>
#include <libnet/icmp_pinger.hpp>
#include <libnet/io/dns/resolver_options.hpp>
#include <libnet/target_list.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace libnet::apps {

namespace asio = boost::asio;

/// How the results are printed.
enum class PingFormat { text, json, csv };

/// Whether addresses are shown with their names.
enum class PingNames { of_names, never, always };

/// What is different under the name of iputils' ping: its lines and no others, and when it ends.
struct PlainPing {
    asio::ip::address address{};  ///< of the one host
    std::chrono::nanoseconds linger =
        std::chrono::seconds{10};  ///< for the last answers, if there was none; 0: without end
    bool timed = true;             ///< the payload has room for a time
    bool precise = false;          ///< round trips to the microsecond
    bool tells_identifier = true;  ///< with -v, in the lines of answers
};

struct PingSettings {
    std::string program = "ping++";  ///< as messages call it
    std::optional<PlainPing> plain;
    std::vector<std::string> hosts;        ///< names, addresses and ranges of them
    std::vector<std::string> bad_targets;  ///< complaints about lines of the list of hosts
    PingOptions options;
    std::uint64_t count = 0;                           ///< 0: no limit
    std::optional<std::chrono::nanoseconds> interval;  ///< empty: a second, or none in a flood
    std::optional<std::chrono::nanoseconds> deadline;
    std::optional<PingRate> rate;          ///< of all; empty: each host once an interval
    std::optional<std::uint32_t> preload;  ///< empty: 1, or what suits a flood
    io::AddressFamily family = io::AddressFamily::any;
    std::optional<std::chrono::nanoseconds> summary_interval;
    std::optional<PingCondition> until, fail_if;
    PingQuestions questions;
    ExporterSettings exporter;
    PingFormat format = PingFormat::text;
    PingNames names = PingNames::of_names;
    std::optional<PingSort> sort;  ///< empty: as given, in a live table the trouble first
    bool quiet = false, timestamps = false, audible = false, verbose = false;
    bool outstanding = false, latency_split = false, watch = false;
    bool alive = false, unreachable = false;  ///< list such hosts
    bool flood = false, adaptive = false;

    bool lists() const noexcept { return alive || unreachable; }

    PingRhythm rhythm() const noexcept
    {
        if (adaptive) return PingRhythm::adaptive;
        return options.interval.count() == 0 ? PingRhythm::flood : PingRhythm::steady;
    }

    /// Probes at once, or under way. A flood asks the kernel for a few dozen at a time, which saves system calls; the
    /// answers to large ones have to fit a receive buffer.
    std::uint32_t window() const noexcept
    {
        constexpr std::size_t most = 64, octets = 128 * 1024, overhead = 768;
        if (preload || !flood) return preload.value_or(1);
        return static_cast<std::uint32_t>(std::clamp<std::size_t>(octets / (options.payload_size + overhead), 1, most));
    }
};

/// Adds the hosts of a list to those of the command line. The exit code when there are none at all.
inline std::optional<int> read_targets(PingSettings& settings, const std::string& file, const Options& table)
{
    settings.exporter.hosts = settings.hosts;
    settings.exporter.file = file;
    try {
        if (!file.empty()) {
            auto list = read_target_file(file);
            settings.hosts.insert(settings.hosts.end(), list.hosts.begin(), list.hosts.end());
            settings.bad_targets = std::move(list.complaints);
        }
    } catch (const std::runtime_error& error) {
        return table.complain(fmt::format("--targets: {}", error.what()));
    }
    if (!settings.hosts.empty() || settings.exporter.listens()) return std::nullopt;
    for (const auto& why : settings.bad_targets) complain("ping++", why);
    return table.complain("no HOST given: try 'ping++ --help'");
}

/// The options that say what is sent.
inline void add_probe_options(Options& table, PingSettings& settings, std::string& origin)
{
    using namespace std::chrono_literals;
    constexpr auto longest = std::chrono::hours{24 * 365};
    table.group("Probes")
        .value("count,c", "N", "stop after N probes, with -w: N answers (no limit)", integer<std::uint64_t>(1),
               settings.count)
        .value("interval,i", "SECONDS", "from one probe to the next (1)", seconds(0ms, longest), settings.interval)
        .value("timeout,W", "SECONDS", "without an answer, after which one is lost (1)", seconds(1ms, 1h),
               settings.options.timeout)
        .value("deadline,w", "SECONDS", "stop after this time, or at an ICMP error", seconds(1ms, longest),
               settings.deadline)
        .value("rate", "N|max", "probes a second to all hosts (as -i says)", ping_rate(), settings.rate)
        .value("size,s", "BYTES", "of payload (56)", integer<std::size_t>(0, 65'507), settings.options.payload_size)
        .value("interface,I", "NAME", "send through this interface, or from this address", ping_origin(), origin)
        .flag("ipv4,4", "IPv4 only", settings.family, io::AddressFamily::ipv4)
        .flag("ipv6,6", "IPv6 only", settings.family, io::AddressFamily::ipv6);
}

/// The options that say what is shown.
inline void add_output_options(Options& table, PingSettings& settings)
{
    table.group("Output")
        .flag("quiet,q", "only the summary", settings.quiet)
        .flag("numeric,n", "addresses, never names", settings.names, PingNames::never)
        .flag("watch", "a live table, on a terminal", settings.watch)
        .flag("json", "JSON Lines: start, reply, lost, ..., summary, total", settings.format, PingFormat::json);
}

inline void add_rare_probe_options(Options& table, PingSettings& settings, std::string& targets)
{
    auto& options = settings.options;
    table.rare_group("Rarer, of probes")
        .value("ttl,t", "N", "time to live, or hop limit (the system's)", integer(1, 255), options.ttl)
        .value("targets", "FILE|-", "a file of hosts: names, addresses, ranges", text("file name"), targets)
        .flag("flood,f", "as fast as answers come; a dot for each open", settings.flood)
        .flag("adaptive,A", "send at the pace of the round trip", settings.adaptive)
        .value("preload,l", "N", "probes at once first; with -f, -A: under way", integer<std::uint32_t>(1, 65'536),
               settings.preload)
        .value("pattern,p", "HEX", "fill payloads with these octets", ping_pattern(), options.pattern)
        .flag("record-route,R", "record the route, in IPv4 headers", options.record, PingRecord::route)
        .value("record-times,T", "HOW", "record times there: tsonly or tsandaddr", timestamp_record(), options.record)
        .value("flow-label,F", "N", "of IPv6, 0: any (takes a raw socket)", flow_label(), options.flow_label)
        .value("identifier,e", "N", "of the requests; 0 takes a raw socket", integer<std::uint16_t>(0, 65'535),
               options.identifier)
        .value("pmtudisc,M", "HOW", "fragments: do (none), want, dont or probe", path_mtu_discovery(),
               options.path_mtu_discovery)
        .value("tos,Q", "N", "traffic class (DSCP and ECN), 0 to 0xFF (0)", traffic_class(), options.traffic_class)
        .value("mark,m", "N", "mark packets for routing and filters", integer<std::uint32_t>(0), options.mark)
        .value("sndbuf,S", "BYTES", "send buffer (4 MiB, or what's allowed)", integer(1), options.send_buffer)
        .flag("no-loopback,L", "multicasts don't come back to us", options.multicast_loopback, false)
        .flag("strict-source", "answers from other addresses don't count", options.strict_source)
        .flag("connect,C", "connect(2) the socket to the host", options.connect)
        .flag("so-debug,d", "set SO_DEBUG on the socket", options.debug);
}

inline void add_rare_output_options(Options& table, PingSettings& settings)
{
    using namespace std::chrono_literals;
    constexpr auto longest = std::chrono::hours{24 * 365};
    table.rare_group("Rarer, of output")
        .flag("alive", "list the hosts that answer, as they are known", settings.alive)
        .flag("unreachable", "list those that don't", settings.unreachable)
        .value("sort", "BY", "the table: name, loss, mean, max, p95, ...", ping_sort(), settings.sort)
        .flag("csv", "a line with commas for each event", settings.format, PingFormat::csv)
        .value("summary-interval", "SECONDS", "tell the numbers so far, as SIGQUIT does", seconds(10ms, longest),
               settings.summary_interval)
        .value("until", "CONDITION", "stop with a host for which it holds: loss>5%", condition(), settings.until)
        .value("fail-if", "CONDITION", "exit code 1 if it holds for a host: p95>9ms", condition(), settings.fail_if)
        .flag("latency-split", "what our own stack took, too", settings.latency_split)
        .flag("user-times,U", "times as we see them, not the kernel", settings.options.clock, PingClock::user)
        .flag("outstanding,O", "tell what is unanswered at the next probe", settings.outstanding)
        .flag("names,H", "names, also of what is given as an address", settings.names, PingNames::always)
        .flag("timestamps,D", "the time in front of each line", settings.timestamps)
        .flag("audible,a", "ring the bell at each answer", settings.audible)
        .flag("verbose,v", "tell the identifier of answers", settings.verbose);
}

/// What the options mean together; the complaint if they can't be.
inline std::string settle(PingSettings& settings, const std::string& origin)
{
    auto& options = settings.options;
    boost::system::error_code not_an_address;
    const auto source = asio::ip::make_address(origin, not_an_address);
    if (not_an_address) options.interface = origin;
    else options.source = source;

    if (options.flow_label == 0U) options.flow_label = std::random_device{}() % 0xF'FFFF + 1;
    options.interval = settings.interval.value_or(std::chrono::seconds{settings.flood ? 0 : 1});
    if (settings.exporter.listens())
        options.strict_source = true;  // an exporter counts the answers of the host itself, and no others
    if (settings.rate) options.rate = static_cast<double>(settings.rate->per_second);
    if (options.connect && settings.hosts.size() > 1) return "-C: give one host: a socket is connected to one";
    if (settings.questions.mtu && settings.questions.probe) return "--mtu and --probe: give one of them";
    if (settings.questions.any() && (settings.watch || settings.format == PingFormat::csv))
        return "--mtu and --probe: they have no table and no CSV";
    const bool ends = settings.count != 0 || settings.deadline || settings.until || settings.fail_if;
    if (settings.exporter.listens() && ends)
        return "--listen: an exporter runs until it is stopped: leave out -c, -w, --until and --fail-if";
    if (settings.exporter.listens() && (settings.rhythm() != PingRhythm::steady || options.connect))
        return "--listen: an exporter keeps its interval, for any number of hosts: leave out -f, -A, -i 0 and -C";
    if (settings.watch && settings.format != PingFormat::text) return "--watch: it is no JSON and no CSV";
    if (settings.lists() && (settings.watch || settings.format == PingFormat::csv))
        return "--alive and --unreachable: they are lists: leave out --watch and --csv";
    if (settings.lists() && (settings.exporter.listens() || settings.questions.any()))
        return "--alive and --unreachable: hosts are pinged for them: leave out --listen, --mtu and --probe";
    return {};
}

/// Reads the command line into `settings`, by a table that has no options yet; the exit code when the program has nothing more to do.
inline std::optional<int> read_ping_settings(Options& table, PingSettings& settings, int argc, char** argv)
{
    constexpr std::size_t most_hosts = 1'000'000;
    std::string origin, targets;
    add_probe_options(table, settings, origin);
    add_output_options(table, settings);
    add_rare_probe_options(table, settings, targets);
    add_rare_output_options(table, settings);
    add_question_options(table, settings.questions);
    table.value("as", "NAME", "be fping or ping: give it first", other_name(), settings.program);
    add_options(table.rare_group("For Prometheus"), settings.exporter);
    table.operands("HOST", settings.hosts, 0, most_hosts)
        .example("ping++ -c 3 -i 0.2 127.0.0.1")
        .example("ping++ -q -c 1 --rate max 127.20.0.0/16");
    if (const auto exit_code = table.read(argc, argv)) return exit_code;
    if (const auto exit_code = read_targets(settings, targets, table)) return exit_code;
    if (const auto complaint = settle(settings, origin); !complaint.empty()) return table.complain(complaint);
    if (const auto complaint = lacks_listen(table, settings.exporter.daemon); !complaint.empty())
        return table.complain(complaint);
    return std::nullopt;
}

}  // namespace libnet::apps
