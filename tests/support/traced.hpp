#pragma once
// A Tracer in a simulated network: what it told, line by line, beside netsim's log. The test program runs itself inside the
// network, with a hidden test that calls `print_traces`.

#include <libnet/tracer.hpp>
#include <tests/support/simulated.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace libnet::test {

/// What one event said, as words: "ttl" "7", "from" "10.255.7.1".
using Told = std::map<std::string, std::string>;

struct Traced {
    Simulated run;
    std::vector<Told> hops, lost, done;
    Told counters;

    /// The addresses that answered at this TTL; empty: silent.
    std::set<std::string> at(int ttl) const
    {
        std::set<std::string> from;
        for (const auto& hop : hops)
            if (hop.at("ttl") == std::to_string(ttl)) from.insert(hop.at("from"));
        return from;
    }
    /// Of the first answer at this TTL; empty: there is none, or it doesn't say that.
    std::string first(int ttl, const std::string& key) const
    {
        for (const auto& hop : hops)
            if (hop.at("ttl") == std::to_string(ttl)) return hop.contains(key) ? hop.at(key) : "";
        return "";
    }
    std::size_t probes() const
    {
        return run.count_if([](const auto& packet) { return packet.at("did").as_string() != "forged"; });
    }
};

namespace detail {

inline std::string text_of(const TraceChange::Value& value)
{
    std::ostringstream out;
    std::visit([&](const auto& one) { out << one; }, value);
    return out.str();
}

inline void print(const TraceHop& hop)
{
    std::cout << "hop target=" << hop.target << " ttl=" << int{hop.ttl} << " flow=" << int{hop.flow}
              << " probe=" << int{hop.probe} << " from=" << hop.from
              << " us=" << std::chrono::duration_cast<std::chrono::microseconds>(hop.rtt).count() << " kind="
              << (hop.kind == TraceAnswer::reached       ? "reached"
                  : hop.kind == TraceAnswer::unreachable ? "unreachable"
                                                         : "exceeded");
    if (!hop.annotation.empty()) std::cout << " annotation=" << hop.annotation;
    if (hop.reply_ttl) std::cout << " reply_ttl=" << int{*hop.reply_ttl};
    if (hop.quoted_ttl) std::cout << " quoted_ttl=" << int{*hop.quoted_ttl};
    for (const auto& change : hop.changes)
        std::cout << ' ' << name_of(change.field) << '=' << text_of(change.sent) << '>' << text_of(change.quoted);
    if (!hop.extensions.mpls.empty()) std::cout << " mpls=";
    for (const auto& entry : hop.extensions.mpls)
        std::cout << entry.label << '/' << int{entry.traffic_class} << '/' << entry.bottom << '/' << int{entry.ttl}
                  << ',';
    for (const auto& interface : hop.extensions.interfaces) {
        std::cout << " interface=" << wire::name_of(interface.role) << ',' << interface.name;
        if (interface.index) std::cout << ',' << *interface.index;
        if (interface.address) std::cout << ',' << *interface.address;
        if (interface.mtu) std::cout << ',' << *interface.mtu;
    }
    for (const auto& object : hop.extensions.others) {
        std::cout << " object=" << int{object.class_number} << '.' << int{object.type} << ':' << std::hex
                  << std::setfill('0');
        for (const auto octet : object.payload) std::cout << std::setw(2) << std::to_integer<int>(octet);
        std::cout << std::dec;
    }
    std::cout << '\n';
}

inline void print(const TraceLost& lost)
{
    std::cout << "lost target=" << lost.target << " ttl=" << int{lost.ttl} << " flow=" << int{lost.flow}
              << " probe=" << int{lost.probe} << '\n';
}

inline void print(const TraceDone& done)
{
    std::cout << "done target=" << done.target << " address=" << done.path.target
              << " reason=" << name_of(done.path.stop_reason)
              << " access=" << (done.path.access == TraceAccess::raw ? "raw" : "datagram")
              << " hops=" << done.path.hops.size() << '\n';
}

inline TraceOptions options_of(const Told& words)
{
    const auto number = [&](const char* key, auto& value) {
        if (const auto found = words.find(key); found != words.end())
            value = static_cast<std::remove_reference_t<decltype(value)>>(std::stod(found->second));
    };
    TraceOptions options;
    const std::map<std::string, TraceProbe> methods{{"udp", TraceProbe::udp},
                                                    {"udp53", TraceProbe::udp_constant},
                                                    {"icmp", TraceProbe::icmp},
                                                    {"tcp", TraceProbe::tcp}};
    if (words.contains("method")) options.method = methods.at(words.at("method"));
    number("probes", options.probes);
    number("flows", options.flows);
    number("max_ttl", options.max_ttl);
    number("max_gap", options.max_gap);
    number("rate", options.rate);
    number("classic", options.classic);
    number("share_hops", options.share_hops);
    if (words.contains("tos")) options.traffic_class = static_cast<std::uint8_t>(std::stoi(words.at("tos")));
    if (words.contains("timeout_ms")) options.timeout = std::chrono::milliseconds{std::stoi(words.at("timeout_ms"))};
    if (words.contains("access"))
        options.access = words.at("access") == "raw" ? TraceAccess::raw : TraceAccess::datagram;
    return options;
}

/// "hop ttl=7 from=10.0.0.1" without its first word.
inline Told words_of(std::istream& in)
{
    Told words;
    for (std::string word; in >> word;)
        if (const auto at = word.find('='); at != word.npos) words[word.substr(0, at)] = word.substr(at + 1);
    return words;
}

}  // namespace detail

/// Traces what the environment's TRACE says ("method=icmp flows=2"), to the addresses in TRACE_TO ("@FILE": in that file), and
/// prints it.
inline void print_traces()
{
    std::istringstream wanted{std::getenv("TRACE") ? std::getenv("TRACE") : ""};
    const std::string targets{std::getenv("TRACE_TO") ? std::getenv("TRACE_TO") : "10.9.0.1"};
    std::stringstream to;
    if (targets.starts_with('@')) to << std::ifstream{targets.substr(1)}.rdbuf();
    else to << targets;
    const auto words = detail::words_of(wanted);
    const bool quiet = words.contains("quiet");
    boost::asio::io_context io;
    Tracer tracer{io.get_executor(), detail::options_of(words)};
    const auto begin = std::chrono::steady_clock::now();
    for (std::string address; to >> address;) tracer.add(boost::asio::ip::make_address(address));
    const auto follow = [&]() -> boost::asio::awaitable<void> {
        while (const auto event = co_await tracer.next()) {
            if (quiet && !std::holds_alternative<TraceHop>(*event)) continue;
            std::visit([](const auto& one) { detail::print(one); }, *event);
        }
    };
    boost::asio::co_spawn(io, follow(), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    io.run();
    const auto took = std::chrono::steady_clock::now() - begin;
    const auto n = tracer.counters();
    std::cout << "counters sent=" << n.sent << " answered=" << n.answered << " forged=" << n.forged
              << " unmatched=" << n.unmatched << " anonymous=" << n.anonymous
              << " took_ms=" << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << std::endl;
}

/// Runs `print_traces` in a scenario's network: the test program's hidden test with this tag. Without privilege where
/// `options` say "access=datagram".
inline Traced trace_in(const std::string& scenario_path, const std::string& options, const std::string& targets,
                       const std::string& tag)
{
    const auto self = std::filesystem::read_symlink("/proc/self/exe").string();
    Arguments command{"env", "TRACE=" + options, "TRACE_TO=" + targets};
    const auto as_nobody =
        "echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range && exec setpriv --reuid 65534 "
        "--regid 65534 --clear-groups --inh-caps=-all \"$0\" " +
        tag;
    if (options.find("access=datagram") != options.npos)
        for (const auto& word : {std::string{"sh"}, std::string{"-c"}, as_nobody, self}) command.push_back(word);
    else
        for (const auto& word : {self, tag}) command.push_back(word);
    Traced traced{simulate(scenario_path, command), {}, {}, {}, {}};
    std::istringstream lines{traced.run.tool.out};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream in{line};
        std::string kind;
        in >> kind;
        if (kind == "hop") traced.hops.push_back(detail::words_of(in));
        else if (kind == "lost") traced.lost.push_back(detail::words_of(in));
        else if (kind == "done") traced.done.push_back(detail::words_of(in));
        else if (kind == "counters") traced.counters = detail::words_of(in);
    }
    return traced;
}

}  // namespace libnet::test
