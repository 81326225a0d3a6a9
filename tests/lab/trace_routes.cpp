// How probes leave this host: by way of gateways, past its routes, and with what it takes to mark them
// (tests/lab/network.sh).

#include <libnet/io/icmp/source_finder.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <string>
#include <utility>
#include <vector>

namespace trace_routes_tests {

using namespace libnet::test;
namespace asio = boost::asio;

namespace {

std::string hops_of(const std::string& output)
{
    const auto header = output.find('\n');
    return header == output.npos ? "" : replace_all(output.substr(header + 1), R"(  [\d.]+ ms)", "");
}

/// beta sends what is for alpha on, and all hosts take source routes.
void allow_source_routes()
{
    const auto allowed = run({"sh", "-c", R"(
        allow='for file in /proc/sys/net/ipv4/conf/*/accept_source_route; do echo 1 >$file; done'
        sh -c "$allow"
        for host in r1 r2 r3 alpha beta; do ip netns exec $host sh -c "$allow"; done
        ip netns exec r3 sh -c 'for file in /proc/sys/net/ipv4/conf/*/accept_local; do echo 1 >$file; done'
        ip netns exec alpha ip route replace 10.0.5.0/24 via 10.0.4.1
        ip netns exec beta ip route replace 10.0.4.0/24 via 10.0.5.1)"});
    INFO(allowed.err);
    REQUIRE(allowed.exit_code == 0);
}

}  // namespace

TEST_CASE("by way of a gateway, unprivileged sockets and probes that are flows see all hops, too", "[lab]")
{
    allow_source_routes();
    const std::string whole = " 1  10.0.1.1\n 2  *\n 3  10.0.3.2\n 4  10.0.5.2\n 5  10.0.5.1\n 6  10.0.4.2\n";
    // The kernel takes no errors for a connection's that quote another destination.
    const std::string connected = " 1  *\n 2  *\n 3  *\n 4  *\n 5  10.0.5.1\n 6  10.0.4.2\n";
    const std::vector<std::pair<Arguments, std::string>> cases{
        {{"--unprivileged"}, whole},
        {{"--unprivileged", "--classic"}, whole},
        {{"--unprivileged", "--classic", "-U"}, whole},
        {{"--unprivileged", "-I"}, whole},
        {{"--classic", "-T"}, whole},
        {{"--unprivileged", "-T"}, connected},
        {{"-M", "tcpconn"}, connected},
    };
    for (const auto& [flags, hops] : cases) {
        Arguments arguments{program("trace++"), "-n", "-q", "1", "-w", "0.5", "-g", "10.0.5.2", "10.0.4.2"};
        arguments.insert(arguments.begin() + 1, flags.begin(), flags.end());
        const auto ours = run(arguments);
        std::string text;
        for (const auto& flag : flags) text += flag + ' ';
        INFO(text << '\n' << ours.out << ours.err);
        CHECK(hops_of(ours.out) == hops);
        CHECK(ours.exit_code == 0);
    }
}

TEST_CASE("past the routes, the source is that of the attached network", "[lab]")
{
    const auto attached =
        run({"sh", "-c", R"(ip link add attached type veth peer name attached-end && ip link set attached up &&
        ip address add 10.50.0.1/24 dev attached && ip route add 10.50.0.2/32 via 10.0.1.1)"});
    INFO(attached.err);
    REQUIRE(attached.exit_code == 0);
    const auto host = asio::ip::make_address("10.50.0.2");
    libnet::io::SourceFinder routed{libnet::wire::IpVersion::v4, {}};
    CHECK(routed.source_to(host) == asio::ip::make_address("10.0.1.2"));
    libnet::io::ProbeSocketOptions options;
    options.dont_route = true;
    libnet::io::SourceFinder direct{libnet::wire::IpVersion::v4, options};
    CHECK(direct.source_to(host) == asio::ip::make_address("10.50.0.1"));
    CHECK(direct.source_to(asio::ip::make_address("10.0.4.2")) == std::nullopt);
    run({"ip", "link", "delete", "attached"});
}

TEST_CASE("where raw sockets are allowed and CAP_NET_ADMIN is missing, that is what it asks for", "[lab]")
{
    for (const Arguments& flags : {Arguments{"-P", "253", "-d"}, {"-I", "-d"}}) {
        Arguments arguments{"setpriv", "--bounding-set", "-net_admin", program("trace++"), "-n", "alpha"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        const auto ours = run(arguments);
        INFO(flags.back() << '\n' << ours.out << ours.err);
        CHECK(ours.exit_code == 2);
        CHECK(ours.err.find("CAP_NET_ADMIN") != std::string::npos);
        CHECK(ours.err.find("net_raw") == std::string::npos);
    }
}

TEST_CASE("rounds that can't be sent any more end a report with words and exit code 2, and those before are reported",
          "[lab]")
{
    const auto* const script = R"(
        set -o pipefail
        "$0" -n --report 5 --json 10.0.6.2 | while read -r line; do
            echo "$line"
            case $line in *'"round":1,'*) ip route add unreachable 10.0.6.2 ;; esac
        done)";
    const auto ours = run({"bash", "-c", script, program("trace++")});
    INFO(ours.out << ours.err);
    CHECK(ours.exit_code == 2);
    CHECK(ours.err == "trace++: 10.0.6.2: No route to host\n");
    CHECK(ours.out.find(R"("stop_reason":"send_failed")") != std::string::npos);
    CHECK(ours.out.find(R"("error":"10.0.6.2: No route to host")") != std::string::npos);
    run({"ip", "route", "delete", "unreachable", "10.0.6.2"});
}

TEST_CASE("routes of this host that let no probe out are told in words", "[lab]")
{
    const std::vector<std::pair<std::string, std::string>> routes{
        {"prohibit", "Permission denied: it is a broadcast address, or a route of this host prohibits it\n"},
        {"blackhole", "Invalid argument: the route to it is a blackhole, or doesn't take this source\n"},
        {"unreachable", "No route to host\n"}};
    for (const auto& [kind, words] : routes) {
        REQUIRE(run({"ip", "route", "add", kind, "10.0.6.2"}).exit_code == 0);
        for (const std::string method : {"-U", "-I", "-T"}) {
            const auto ours = run({program("trace++"), "-n", method, "10.0.6.2"});
            CHECK(ours.exit_code == 2);
            CHECK(ours.err == "trace++: 10.0.6.2: " + words);
        }
        run({"ip", "route", "delete", kind, "10.0.6.2"});
    }
}

TEST_CASE("a host that sends packets of the raw probes' protocol all the time is not reached before its hop", "[lab]")
{
    const auto* const script = R"(
        ip netns exec alpha python3 -c '
import socket, time
addresses = socket.inet_aton("10.0.4.2") + socket.inet_aton("10.0.1.2")
packet = bytes([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 253, 0, 0]) + addresses + b"not an answer to anything"
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)  # so that alpha has no socket of that protocol
print("sends", flush=True)
while True:
    s.sendto(packet, ("10.0.1.2", 0))
    time.sleep(0.01)' >"$1/said" &
        sender=$!
        while ! grep -q sends "$1/said" && kill -0 $sender; do sleep 0.1; done
        "$0" -n -q 1 -w 1 -P 253 10.0.4.2
        code=$?
        kill $sender
        exit $code)";
    const TemporaryDirectory directory;
    const auto ours = run({"sh", "-c", script, program("trace++"), directory.path().string()});
    INFO(ours.out << ours.err);
    CHECK(hops_of(ours.out) == " 1  10.0.1.1\n 2  *\n 3  10.0.3.2\n 4  10.0.4.2 !P\n");
    CHECK(ours.exit_code == 0);
}

}  // namespace trace_routes_tests
