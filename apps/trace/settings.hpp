#pragma once
// The options of trace++, and what they mean together.

#include <apps/common/daemon_options.hpp>
#include <apps/common/exporter_options.hpp>
#include <apps/common/options.hpp>
#include <apps/trace/option_readers.hpp>
#include <libnet/io/dns/resolver.hpp>
#include <libnet/tracer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::apps {

/// Which program it behaves as.
enum class TraceManner : std::uint8_t {
    trace,       ///< its own
    traceroute,  ///< traceroute's header, ports and exit codes
    mtr_packet,  ///< the prober that mtr runs
};

enum class TraceFormat : std::uint8_t { text, json, csv };

/// What the command line says.
struct TraceSettings {
    std::vector<std::string> operands;  ///< HOST and LENGTH
    std::string host;
    std::optional<std::uint16_t> length;  ///< of the whole packet, in octets
    TraceOptions trace;
    std::optional<std::uint8_t> queries;  ///< probes for each hop
    WaitTimes wait{trace.timeout, trace.here_factor, trace.near_factor};
    io::AddressFamily family = io::AddressFamily::any;
    TraceManner manner = TraceManner::trace;
    TraceFormat format = TraceFormat::text;
    bool numeric = false;
    bool origins = false;                ///< AS numbers
    std::vector<std::string> databases;  ///< of addresses, files in MaxMind's format
    bool extensions = false;             ///< MPLS labels and the like
    bool back = false;                   ///< the length of the way back
    bool mtu = false;                    ///< the path's MTU, and where it becomes smaller

    bool watch = false;
    std::optional<std::uint64_t> report;               ///< rounds
    std::optional<std::chrono::nanoseconds> interval;  ///< between two rounds
    std::string expect;                                ///< a file
    std::optional<double> max_loss;                    ///< percent
    std::size_t max_probes = 100;                      ///< paths that are traced for `/probe` at a time
    DaemonOptions daemon = exporter_daemon();          ///< `listen` is empty: there is no exporter

    std::string targets;                 ///< a file, or "-"
    std::vector<std::string> words;      ///< of many destinations: hosts, addresses, ranges
    std::vector<std::string> bad_words;  ///< complaints about lines of the file
    bool many = false;                   ///< `words` are traced, not `host`

    std::optional<TraceModule> module;                               ///< -I, -U, -T, -D, -M, -P: the last one
    std::vector<std::string> method_options;                         ///< -O
    std::vector<std::vector<boost::asio::ip::address_v4>> gateways;  ///< -g
    bool tcp_info = false;                                           ///< show the flags of the target's answer

    std::chrono::nanoseconds pause() const { return interval.value_or(std::chrono::seconds{listens() ? 10 : 1}); }
    bool listens() const noexcept { return !daemon.listen.empty(); }
    /// More than one pass over the path.
    bool rounds() const { return watch || report || listens(); }
    std::string_view program() const { return manner == TraceManner::traceroute ? "traceroute" : "trace++"; }
};

inline void add_probe_options(Options& table, TraceSettings& settings)
{
    auto& trace = settings.trace;
    table.group("Probes")
        .flag("icmp,I", "ICMP echo requests (default: UDP to port 33434)", settings.module,
              TraceModule{.method = TraceProbe::icmp})
        .flag("udp,U", "UDP to port 53", settings.module, TraceModule{.method = TraceProbe::udp_constant})
        .value("port,p", "PORT", "another port; of ICMP the first number", port(), trace.port)
        .value("first,f", "TTL", "the first hop to probe (1)", integer<std::uint8_t>(1), trace.first_ttl)
        .value("max-hops,m", "TTL", "the last hop to probe (30)", integer<std::uint8_t>(1), trace.max_ttl)
        .value("queries,q", "N", "probes for each hop (3; of rounds and many HOSTs 1)", integer<std::uint8_t>(1, 10),
               settings.queries)
        .value("wait,w", "MAX,HERE,NEAR", "wait MAX s, and this many round trips (5,3,10)", wait_times(),
               settings.wait);
}

inline void add_output_options(Options& table, TraceSettings& settings)
{
    table.group("Target and output")
        .flag("ipv4,4", "use IPv4; or -6, --ipv6", settings.family, io::AddressFamily::ipv4)
        .flag("numeric,n", "addresses only, no names", settings.numeric)
        .flag("as-path-lookups,A", "AS numbers, from Team Cymru's DNS", settings.origins)
        .value("targets", "FILE|-", "the paths to HOSTs in a file; HOST may be a range", text("file name"),
               settings.targets)
        .flag("watch", "watch the path, on the whole screen", settings.watch)
        .value("report", "N", "N rounds, then a table of the hops", integer<std::uint64_t>(1, 1'000'000),
               settings.report)
        .flag("json", "print JSON Lines", settings.format, TraceFormat::json);
}

inline void add_rare_options(Options& table, TraceSettings& settings)
{
    using namespace std::chrono_literals;
    auto& trace = settings.trace;
    table.rare_group("Probes, rarer options")
        .flag("tcp,T", "TCP SYN to port 80", settings.module, TraceModule{.method = TraceProbe::tcp})
        .flag("ipv6,6", "use IPv6", settings.family, io::AddressFamily::ipv6)
        .value("sim-queries,N", "N", "probes under way at a time (16)", integer<std::uint16_t>(1, 1000), trace.window)
        .value("sendwait,z", "GAP", "between two probes: seconds up to 10, or ms", send_wait(), trace.gap)
        .value("rate", "N", "probes a second to many HOSTs together (1000)", probe_rate(), trace.rate)
        .flag("share-hops", "of many HOSTs: probe no hop twice that their paths share", trace.share_hops)
        .value("max-gap", "N", "silent hops that end the trace (8); 0: none do", integer<std::uint8_t>(0),
               trace.max_gap)
        .value("flows", "N", "paths of N flows, each with its own probes (1)", integer<std::uint8_t>(1, 16),
               trace.flows)
        .flag("classic", "each probe is a flow of its own, as traceroute's", trace.classic)
        .flag("udplite", "UDP-Lite to port 53 (-UL)", settings.module, TraceModule{.method = TraceProbe::udp_lite})
        .flag("dccp,D", "DCCP requests to port 33434", settings.module, TraceModule{.method = TraceProbe::dccp})
        .value("module,M", "NAME", "default, udp, icmp, tcp, tcpconn, udplite, dccp or raw", trace_module(),
               settings.module)
        .value("protocol,P", "PROTO", "packets of this IP protocol", trace_protocol(), settings.module)
        .list("options,O", "OPTS", "options of the method; -O help lists them", text("option of the method"),
              settings.method_options)
        .list("gateway,g", "GATE,...", "by way of these (IPv4, needs CAP_NET_RAW)", gateways(), settings.gateways)
        .flag("direct,r", "to an attached network, past the routes", trace.bypass_routes)
        .flag("debug,d", "SO_DEBUG on the sockets (needs CAP_NET_ADMIN)", trace.debug)
        .value("source,s", "ADDR", "send from this address, with its IP version", address(), trace.source)
        .value("sport", "PORT", "send from this port", port(), trace.source_port)
        .value("interface,i", "NAME", "send through this interface", interface_name(), trace.interface)
        .value("tos,t", "N", "TOS or traffic class", any_base<std::uint8_t>(255), trace.traffic_class)
        .value("flowlabel,l", "N", "IPv6 flow label", any_base<std::uint32_t>(0xFFFFF), trace.flow_label)
        .value("fwmark", "N", "firewall mark (needs CAP_NET_ADMIN)", any_base<std::uint32_t>(0xFFFFFFFF), trace.mark)
        .flag("dont-fragment,F", "set the bit of IPv4", trace.dont_fragment)
        .flag("unprivileged", "use no raw sockets, even where they are allowed", trace.access, TraceAccess::datagram);
    table.rare_group("Output, rarer options")
        .flag("extensions,e", "show MPLS labels, interfaces and other extensions", settings.extensions)
        .list("mmdb", "FILE", "show what a database in MaxMind's format says of addresses", text("file name"),
              settings.databases)
        .flag("mtu", "find the path's MTU, and the links that are narrower", settings.mtu)
        .flag("back", "show the length of the way back where it differs", settings.back)
        .value("interval", "SECONDS", "between two rounds (1; of --listen 10)", seconds(100ms, 1h), settings.interval)
        .value("expect", "FILE", "exit with 3 unless the path is that of --json in FILE", text("file name"),
               settings.expect)
        .value("max-loss", "PERCENT", "exit with 4 if more of the probes to HOST are lost", percentage(),
               settings.max_loss)
        .flag("csv", "print comma-separated values", settings.format, TraceFormat::csv);
    add_exporter_options(table.rare_group("For Prometheus"),
                         "serve Prometheus: /metrics, /probe?target=", settings.daemon);
    table.value("max-probes", "N", "--listen: paths traced at a time for /probe (100)", integer<std::size_t>(1, 1000),
                settings.max_probes);
}

inline Options trace_options(TraceSettings& settings)
{
    Options table{"trace++", "HOST [LENGTH]", "Shows the routers on the path to HOST, with packets of LENGTH octets."};
    add_probe_options(table, settings);
    add_output_options(table, settings);
    add_rare_options(table, settings);
    table.operands("HOST", settings.operands, 0, 1024);
    table.example("trace++ -n 127.0.0.1  Exit: 0 reached, 1 not, 2 error, 3 other, 4 loss");
    return table;
}

}  // namespace libnet::apps
