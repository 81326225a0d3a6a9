// The flags of traceroute, its name, and what scripts rely on.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

namespace trace_flags_tests {

using namespace libnet::test;
namespace json = boost::json;

namespace {

Finished trace(Arguments arguments)
{
    arguments.insert(arguments.begin(), program("trace++"));
    return run(arguments);
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("trace++ refuses values of flags that make no sense, with the reason", "[apps][trace]")
{
    const std::vector<std::pair<Arguments, std::string>> cases{
        {{"-g", "10.0.0"}, "trace++: -g: '10.0.0' is not an IP address"},
        {{"-g", "::1"}, "trace++: -g: '::1': gateways are IPv4 addresses: "},
        {{"-g", "10.0.0.1,,10.0.0.2"}, "trace++: -g: '' is not a gateway"},
        {{"-O", "syn"}, "trace++: -O: 'syn' is no option of this method: see trace++ -O help"},
        {{"-T", "-O", "synn"}, "trace++: -O: 'synn' is no option"},
        {{"-T", "-O", "flags=256"}, "trace++: -O: '256' is not a whole number from 0 to 255"},
        {{"-T", "-O", "mss=0"}, "trace++: -O: '0' is not"},
        {{"-UL", "-O", "coverage=7"}, "trace++: -O: '7' is not"},
        {{"-P", "0"}, "trace++: -P: '0' is no IP protocol"},
        {{"-P", "255"}, "trace++: -P: '255' is no IP protocol"},
        {{"-P", "mptcp"}, "trace++: -P: 'mptcp' is protocol 262: an IP header has room for 1 to 254"},
        {{"-P", "ip"}, "trace++: -P: 'ip' is protocol 0: "},
        {{"-P", "nothing"}, "trace++: -P: 'nothing' is no IP protocol: give a number from 1 to 254, or a name of"},
        {{"--as="}, "trace++: --as: '' is none of trace++"},
        {{"-D", "--unprivileged"}, "trace++: trace access: DCCP, raw packets, and TCP with other flags"},
        {{"-T", "-O", "ack", "--unprivileged"}, "trace++: trace access: DCCP, raw packets, and TCP with other flags"},
        {{"-T", "-O", "info", "--unprivileged"}, "trace++: -O info: raw sockets show the flags of answers"},
        {{"-M", "tcpconn", "-O", "info"}, "trace++: -O info: raw sockets show the flags of answers"},
        {{"--mtu", "-g", "127.0.0.2"}, "trace++: --mtu: it is that of the path as routed"},
        {{"--mtu", "-r"}, "trace++: --mtu: it is that of the path as routed"},
        {{"-P", "253", "--flows", "2"}, "trace++: trace flows: one only of raw packets"},
        {{"-f", "0"}, "trace++: -f: '0' is not a whole number from 1 to 255"},
        {{"-m", "256"}, "trace++: -m: '256' is not a whole number from 1 to 255"},
        {{"-N", "0"}, "trace++: -N: '0' is not a whole number from 1 to"},
        {{"-M", "xyz"}, "trace++: -M: 'xyz' is none of default, udp, icmp, tcp, tcpconn, udplite"},
        {{"-t", "256"}, "trace++: -t: '256' is not"},
        {{"-l", "0x100000"}, "trace++: -l: '0x100000' is not"},
        {{"-i", "much-too-long-a-name"}, "trace++: -i: "},
        {{"-z", "-1"}, "trace++: -z: "},
        {{"-s", "nowhere"}, "trace++: -s: 'nowhere' is not an IP address"},
        {{"--max-loss", "101"}, "trace++: --max-loss: '101' is not a percentage"},
        {{"--as", "ping"}, "trace++: --as: 'ping' is none of trace++, traceroute, traceroute6, mtr-packet"},
        {{"--flows", "2", "--classic"}, "trace++: --flows: "},
        {{"--sport", "65533", "--flows", "4"},
         "trace++: --sport: 4 flows take the ports from it on: give one up to 65532"},
        {{"-4", "-s", "::1"}, "trace++: --source: ::1 is not of the family that -4 or -6 asks for"},
        {{"-s", "::1"}, "trace++: 127.0.0.1: has no IPv6 address"},
        {{"--report", "2", "--flows", "2"}, "trace++: --flows: rounds are of one flow"},
    };
    for (const auto& [flags, complaint] : cases) {
        auto arguments = flags;
        arguments.push_back("127.0.0.1");
        const auto result = trace(arguments);
        INFO(result.err << " for " << complaint);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK(result.err.starts_with(complaint));
        CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    }
    CHECK(contains(trace({"127.0.0.1", "abc"}).err, "LENGTH: 'abc' is not a whole number from 0 to 65000"));
}

TEST_CASE("trace++ takes the flags of traceroute", "[apps][trace]")
{
    const std::vector<Arguments> flags{{"-4"},
                                       {"-e"},
                                       {"-F"},
                                       {"--back"},
                                       {"-M", "udp"},
                                       {"-P", "17"},
                                       {"-N", "1"},
                                       {"-z", "20"},
                                       {"-w", "2/3/10"},
                                       {"-t", "0x10"},
                                       {"-s", "127.0.0.1"},
                                       {"-i", "lo"},
                                       {"--sport", "40000"},
                                       {"--classic"},
                                       {"--max-gap", "0"},
                                       {"-r"},
                                       {"-M", "tcpconn", "-p", "1"},
                                       {"--unprivileged"}};
    for (const auto& flag : flags) {
        auto arguments = flag;
        arguments.insert(arguments.begin(), "-n");
        arguments.push_back("127.0.0.1");
        const auto result = trace(arguments);
        INFO(flag.front() << ": " << result.out << result.err);
        CHECK(result.exit_code == 0);
        CHECK(contains(result.out, "\n 1  127.0.0.1  "));
    }
}

TEST_CASE("of several flags that name a method, the last one counts, and the command line first", "[apps][trace]")
{
    const auto method_of = [](Arguments arguments, const Arguments& environment = {}) {
        arguments.insert(arguments.begin(), {program("trace++"), "--json", "-n", "-q", "1", "-m", "1", "-w", "0.1"});
        arguments.push_back("127.0.0.1");
        const auto result = run(arguments, environment);
        INFO(result.out << result.err);
        const auto line = result.out.rfind("{\"event\":\"path\"");
        REQUIRE(line != result.out.npos);
        const auto path = json::parse(result.out.substr(line));
        return std::string{path.at("method").as_string()};
    };
    CHECK(method_of({"-P", "TCP"}) == "tcp");  // an alias in /etc/protocols
    CHECK(method_of({"-M", "icmp", "-T"}) == "tcp");
    CHECK(method_of({"-T", "-M", "udp"}) == "udp_constant");
    CHECK(method_of({"-P", "253", "-U", "-p", "54"}) == "udp_constant");
    CHECK(method_of({"-P", "253", "-T"}, {"TRACE_MODULE=raw"}) == "tcp");
    CHECK(method_of({}, {"TRACE_MODULE=tcp"}) == "tcp");
    CHECK(method_of({"-U"}, {"TRACE_MODULE=tcp"}) == "udp_constant");
}

TEST_CASE("over IPv6, raw packets are of no protocol in which the kernel writes checksums", "[apps][trace]")
{
    for (const auto* const protocol : {"protocol=58", "protocol=135"}) {
        const auto result = trace({"-M", "raw", "-O", protocol, "::1"});
        INFO(result.err);
        CHECK(result.exit_code == 2);
        CHECK(
            contains(result.err, "trace protocol: in packets of ICMPv6 (58) and Mobile IPv6 (135) the kernel writes"));
    }
}

TEST_CASE("trace++ -O help lists the options of the methods", "[apps][trace]")
{
    const auto help = trace({"-O", "help"});
    CHECK(help.exit_code == 0);
    CHECK(help.err.empty());
    for (const auto* word : {"syn ack", "flags=N", "window_scaling", "coverage=N", "service=N", "protocol=N"})
        CHECK(contains(help.out, word));
}

TEST_CASE("trace++ sends packets of the length that is the second operand", "[apps][trace]")
{
    CHECK(contains(trace({"-n", "127.0.0.1", "100"}).out, "30 hops max, 100 byte packets"));
    CHECK(contains(trace({"-n", "::1", "1000"}).out, "30 hops max, 1000 byte packets"));
    CHECK(contains(trace({"-n", "127.0.0.1", "1"}).out, "30 hops max, 44 byte packets"));  // the least
    const auto by_gateway = trace({"-n", "-m", "1", "-q", "1", "-w", "0.1", "-g", "127.0.0.2", "127.0.0.1", "100"});
    INFO(by_gateway.out << by_gateway.err);
    CHECK(contains(by_gateway.out, "1 hops max, 100 byte packets"));
}

TEST_CASE("under traceroute's name it has its header and its exit codes", "[apps][trace]")
{
    const auto reached = trace({"--as", "traceroute", "-n", "127.0.0.1"});
    CHECK(reached.exit_code == 0);
    CHECK(std::regex_match(reached.out,
                           std::regex{R"(traceroute to 127\.0\.0\.1 \(127\.0\.0\.1\), 30 hops max, 60 byte packets
 1  127\.0\.0\.1(  \d+\.\d{3} ms){3}
)"}));
    const TemporaryDirectory directory;
    const auto link = directory.path() / "traceroute";
    std::filesystem::create_symlink(program("trace++"), link);
    const auto linked = run({link.string(), "-n", "127.0.0.1"});
    CHECK(linked.exit_code == 0);
    CHECK(linked.out.starts_with("traceroute to 127.0.0.1 ("));
    const auto six = directory.path() / "traceroute6";
    std::filesystem::create_symlink(program("trace++"), six);
    CHECK(run({six.string(), "-n", "localhost"}).out.starts_with("traceroute to localhost (::1), "));
    const auto unknown = trace({"--as", "traceroute", "no.such.host.invalid"});
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.err.starts_with("traceroute: no.such.host.invalid: "));
}

TEST_CASE("jc reads what trace++ prints as traceroute", "[apps][trace]")
{
    const auto jc = run({"/bin/sh", "-c", program("trace++") + " --as traceroute -4 localhost | jc --traceroute"});
    if (jc.exit_code == 127) {
        WARN("SKIPPED: jc is not installed");
        return;
    }
    INFO(jc.out << jc.err);
    REQUIRE(jc.exit_code == 0);
    const auto read = json::parse(jc.out);
    CHECK(read.at("destination_ip") == "127.0.0.1");
    CHECK(read.at("destination_name") == "localhost");
    REQUIRE(read.at("hops").as_array().size() == 1);
    CHECK(read.at("hops").at(0).at("hop") == 1);
    REQUIRE(read.at("hops").at(0).at("probes").as_array().size() == 3);
    CHECK(read.at("hops").at(0).at("probes").at(0).at("ip") == "127.0.0.1");
    CHECK(read.at("hops").at(0).at("probes").at(2).at("rtt").is_double());
}

TEST_CASE("trace++ --csv has a line for each probe", "[apps][trace]")
{
    const auto result = trace({"--csv", "-n", "-q", "2", "127.0.0.1"});
    CHECK(result.exit_code == 0);
    CHECK(std::regex_match(result.out, std::regex{R"(target,address,ttl,flow,probe,from,name,as,rtt_ms,annotation
127\.0\.0\.1,127\.0\.0\.1,1,1,1,127\.0\.0\.1,,,\d+\.\d{3},
127\.0\.0\.1,127\.0\.0\.1,1,1,2,127\.0\.0\.1,,,\d+\.\d{3},
)"}));
}

TEST_CASE("trace++ --expect tells whether the path is the saved one", "[apps][trace]")
{
    const TemporaryDirectory directory;
    const auto saved = directory.write("saved.json", trace({"--json", "-n", "127.0.0.1"}).out).string();
    CHECK(trace({"-n", "--expect", saved, "127.0.0.1"}).exit_code == 0);
    const auto other = trace({"-n", "--expect", saved, "127.0.0.2"});
    CHECK(other.exit_code == 3);
    CHECK(other.err == "trace++: --expect: hop 1: expected 127.0.0.1, found 127.0.0.2\n");
    const auto report = directory.write("report.json", trace({"--json", "-n", "--report", "1", "127.0.0.1"}).out);
    CHECK(trace({"-n", "--expect", report.string(), "127.0.0.1"}).exit_code == 0);
    CHECK(trace({"-n", "--report", "1", "--expect", report.string(), "127.0.0.2"}).exit_code == 3);
}

TEST_CASE("trace++ --expect says what is wrong with a file that holds no path", "[apps][trace]")
{
    const TemporaryDirectory directory;
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "there is no path in it"},
        {"nonsense", "a line is no JSON"},
        {R"({"event":"hop"})", "there is no path in it"},
        {R"({"event":"path"})", "its path has no hops"},
        {R"({"event":"path","hops":[{"ttl":0}]})", "a hop has no ttl from 1 to 255"},
        {R"({"event":"path","hops":[{"ttl":1,"probes":[{"from":"x"}]}]})", "an address in it is none"},
        {R"({"event":"path","hops":[{"ttl":1,"probes":[{"from":7}]}]})", "an address in it is none"},
        {R"({"event":"path","hops":[]})", "no hop of its path has answered"},
        {R"({"event":"path","hops":[{"ttl":1,"probes":[{"lost":true}]}]})", "no hop of its path has answered"},
        {std::string(200, '['), "a line is no JSON"},
    };
    for (const auto& [text, complaint] : cases) {
        const auto file = directory.write("saved.json", text).string();
        const auto result = trace({"-n", "--expect", file, "127.0.0.1"});
        INFO(result.err);
        CHECK(result.exit_code == 2);
        CHECK(result.err.starts_with("trace++: --expect: " + file + ": "));
        CHECK(contains(result.err, complaint));
    }
    CHECK(trace({"--expect", directory.path().string(), "127.0.0.1"}).exit_code == 2);
    CHECK(contains(trace({"--expect", "/nowhere/x", "127.0.0.1"}).err, "No such file or directory"));
}

}  // namespace trace_flags_tests
