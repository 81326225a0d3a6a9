// trace++ beside Debian's traceroute, on the same path at the same time (tests/lab/network.sh).

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/process.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <string>

namespace trace_tests {

using namespace libnet::test;

namespace {

/// The lines of hops without their times, which differ from run to run.
std::string hops_of(const std::string& output)
{
    const auto header = output.find('\n');
    return header == output.npos ? "" : replace_all(output.substr(header + 1), R"(  [\d.]+ ms)", "");
}

/// What the header says after the program's name and before the sizes.
std::string target_of(const std::string& output)
{
    const auto from = output.find(" to ");
    return output.substr(std::min(from, output.size()), output.find(',') - from);
}

struct Both {
    Finished ours, theirs;
};

/// Both wait for a second, however fast a hop has been: on a busy machine three times that is too short.
Both trace_both(const Arguments& arguments)
{
    Arguments ours{program("trace++"), "-w", "1,0,0"}, theirs{"traceroute", "-w", "1,0,0"};
    ours.insert(ours.end(), arguments.begin(), arguments.end());
    theirs.insert(theirs.end(), arguments.begin(), arguments.end());
    return {run(ours), run(theirs)};
}

void check_same_hops(const Both& both)
{
    INFO(both.ours.out << both.ours.err << both.theirs.out << both.theirs.err);
    CHECK(target_of(both.ours.out) == target_of(both.theirs.out));
    CHECK(hops_of(both.ours.out) == hops_of(both.theirs.out));
    CHECK(both.ours.err.empty());
}

}  // namespace

TEST_CASE("both see the same path, silent hop and names and all, with every kind of probe", "[lab]")
{
    const std::string family = GENERATE("-4", "-6");
    const std::string method = GENERATE("", "-I", "-U");
    const std::string host = GENERATE("alpha", "web");
    Arguments arguments{family, host};
    if (!method.empty()) arguments.insert(arguments.begin(), method);
    const auto both = trace_both(arguments);
    check_same_hops(both);
    CHECK(both.ours.exit_code == 0);
    CHECK(both.ours.out.find("\n 2  * * *\n") != std::string::npos);
}

TEST_CASE("both say why a destination can't be reached", "[lab]")
{
    const std::string target = GENERATE("10.0.7.1", "10.0.8.1", "fd00:0:0:7::1", "fd00:0:0:8::1");
    const std::string method = GENERATE("-n", "-nI");
    const auto both = trace_both({method, target});
    check_same_hops(both);
    CHECK(both.ours.exit_code == 1);
    const bool filtered = target.find("8.1") != target.npos || target.find("8::") != target.npos;
    CHECK(both.ours.out.find(filtered ? " !X" : " !H") != std::string::npos);
}

TEST_CASE("both give up on a destination that drops everything", "[lab]")
{
    const std::string target = GENERATE("10.0.9.1", "fd00:0:0:9::1");
    const auto both = trace_both({"-n", "-m", "6", "-w", "0.3", target});
    check_same_hops(both);
    CHECK(both.ours.exit_code == 1);
}

TEST_CASE("both trace the part of the path that they are asked for", "[lab]")
{
    const auto both = trace_both({"-n", "-f", "3", "-q", "2", "-N", "1", "alpha"});
    // traceroute numbers the lines from the first TTL on, as we do.
    check_same_hops(both);
    CHECK(both.ours.exit_code == 0);

    const auto shorter = trace_both({"-n", "-m", "3", "alpha"});
    check_same_hops(shorter);
    CHECK(shorter.ours.exit_code == 1);
}

TEST_CASE("it takes no privilege", "[lab]")
{
    const Arguments nobody{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};
    const auto as_nobody = [&](const Arguments& arguments) {
        auto whole = nobody;
        whole.insert(whole.end(), arguments.begin(), arguments.end());
        return run(whole);
    };
    if (as_nobody({program("trace++"), "--version"}).exit_code != 0) {
        WARN("SKIPPED: the user nobody can't run the program here");
        return;
    }
    const std::string family = GENERATE("-4", "-6");
    const std::string method = GENERATE("-n", "-nI", "-nU");
    const auto ours = as_nobody({program("trace++"), method, "-w", "1,0,0", family, "alpha"});
    const auto theirs = run({"traceroute", "-n", "-w", "1,0,0", family, "alpha"});
    INFO(ours.out << ours.err);
    CHECK(hops_of(ours.out) == hops_of(theirs.out));
    CHECK(ours.exit_code == 0);
}

TEST_CASE("without permission for ICMP sockets it says what would help", "[lab]")
{
    const auto closed = run({"sh", "-c", "echo '1 0' >/proc/sys/net/ipv4/ping_group_range"});
    const auto ours = run({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", program("trace++"),
                           "-I", "--json", "alpha"});
    run({"sh", "-c", "echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range"});
    if (closed.exit_code != 0 || ours.exit_code == 127 || ours.exit_code == 126) {
        WARN("SKIPPED: the privilege can't be taken away here");
        return;
    }
    INFO(ours.out << ours.err);
    CHECK(ours.exit_code == 2);
    CHECK(ours.err.find("net.ipv4.ping_group_range") != std::string::npos);
    CHECK(ours.err.find("cap_net_raw") != std::string::npos);
    const auto path = boost::json::parse(ours.out).as_object();
    CHECK(path.at("stop_reason") == "error");
}

TEST_CASE("as root, a raw socket serves where datagram sockets are closed", "[lab]")
{
    run({"sh", "-c", "echo '1 0' >/proc/sys/net/ipv4/ping_group_range"});
    const std::string family = GENERATE("-4", "-6");
    const auto both = trace_both({"-nI", family, "web"});
    run({"sh", "-c", "echo '0 2147483647' >/proc/sys/net/ipv4/ping_group_range"});
    check_same_hops(both);
    CHECK(both.ours.exit_code == 0);
}

TEST_CASE("a host without a route says so", "[lab]")
{
    const std::string method = GENERATE("-n", "-nI", "-nU");
    const auto ours = run({program("trace++"), method, "192.0.2.1"});
    INFO(ours.out << ours.err);
    CHECK(ours.exit_code == 2);
    CHECK(ours.err == "trace++: 192.0.2.1: Network is unreachable\n");
}

TEST_CASE("the JSON of a path names every hop", "[lab]")
{
    const auto ours = run({program("trace++"), "--json", "-q", "1", "web"});
    INFO(ours.out << ours.err);
    const auto last = ours.out.rfind('\n', ours.out.size() - 2);
    const auto path = boost::json::parse(ours.out.substr(last + 1)).as_object();
    CHECK(path.at("reached") == true);
    CHECK(path.at("address") == "10.0.6.2");
    const auto& hops = path.at("hops").as_array();
    REQUIRE(hops.size() == 4);
    const auto probe = [&](std::size_t hop) { return hops[hop].at("probes").at(0).as_object(); };
    CHECK(probe(0).at("name") == "r1");
    CHECK(probe(1).at("lost") == true);
    CHECK(probe(3).at("from") == "10.0.6.2");
    CHECK(probe(3).at("rtt_ms").as_double() > 0);
}

TEST_CASE("with -g the probes go by way of the gateway, where hosts let them", "[lab]")
{
    // What comes from r3 by way of beta passes r3 again, with its own address.
    const auto allowed = run({"sh", "-c", R"(
        allow='for file in /proc/sys/net/ipv4/conf/*/accept_source_route; do echo 1 >$file; done'
        sh -c "$allow"
        for host in r1 r2 r3 alpha beta; do ip netns exec $host sh -c "$allow"; done
        ip netns exec r3 sh -c 'for file in /proc/sys/net/ipv4/conf/*/accept_local; do echo 1 >$file; done'
        ip netns exec alpha ip route add 10.0.5.0/24 via 10.0.4.1
        ip netns exec beta ip route add 10.0.4.0/24 via 10.0.5.1)"});
    INFO(allowed.err);
    REQUIRE(allowed.exit_code == 0);
    for (const char* const method : {"--udp", "-I", "-T", "--classic"}) {
        const auto ours = run({program("trace++"), "-n", "-q", "1", "-w", "0.5", method, "-g", "10.0.5.2", "10.0.4.2"});
        INFO(method << '\n' << ours.out << ours.err);
        CHECK(hops_of(ours.out) == " 1  10.0.1.1\n 2  *\n 3  10.0.3.2\n 4  10.0.5.2\n 5  10.0.5.1\n 6  10.0.4.2\n");
        CHECK(ours.exit_code == 0);
    }
}

}  // namespace trace_tests
