// ping++ --mtu finds the MTU that the scenario has, whatever its routers say.

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/simulated.hpp>

namespace path_mtu_tests {

using namespace libnet::test;

namespace {

/// A command on an interface with this MTU. With `sockets` "1 0", only raw sockets are allowed, as root.
Arguments over(int mtu, const std::string& sockets, const Arguments& command)
{
    Arguments all{"sh", "-c",
                  "ip link set netsim0 mtu " + std::to_string(mtu) + " && { echo '" + sockets +
                      "' >/proc/sys/net/ipv4/ping_group_range; } 2>/dev/null; exec \"$0\" \"$@\""};
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

constexpr auto every_group = "0 2147483647";

Arguments mtu_of(const std::string& host, int interface_mtu = 1500, const std::string& sockets = every_group)
{
    return over(interface_mtu, sockets, {program("ping++"), "--mtu", "-n", host});
}

/// What the last line of ping++ --mtu --json says.
boost::json::object last_event(const Simulated& run)
{
    INFO(run.tool.out << run.tool.err);
    REQUIRE(run.tool.out.ends_with('\n'));
    const auto begin = run.tool.out.rfind('\n', run.tool.out.size() - 2) + 1;
    return boost::json::parse(run.tool.out.substr(begin)).as_object();
}

boost::json::object mtu_event(const std::string& scenario, const std::string& host, int interface_mtu = 1500)
{
    return last_event(
        simulate(scenario, over(interface_mtu, every_group, {program("ping++"), "--mtu", "--json", host})));
}

/// Three links, of which the middle one is narrow.
std::string narrow(int mtu, const std::string& more)
{
    return "path: [a, b, host]\n"
           "nodes:\n"
           "  host: {address: [10.9.0.1, \"fd09::1\"]}\n"
           "links:\n"
           "  - {between: [a, b], mtu: " +
           std::to_string(mtu) + more + "}\n";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a router that tells its MTU is believed after two more packets, over both kinds of socket")
{
    const auto [host, mss] = GENERATE(table<std::string, std::string>({{"10.9.0.1", "1360"}, {"fd09::1", "1340"}}));
    const std::string sockets = GENERATE("0 2147483647", "1 0");
    const WrittenScenario scenario{narrow(1400, "")};
    const auto run = simulate(scenario.path(), mtu_of(host, 1500, sockets));
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(contains(run.tool.out, "\npath MTU to " + host + " (" + host + "): 1400 bytes\n"));
    CHECK(contains(run.tool.out, "too big for our own interface: MTU 1500"));
    CHECK(contains(run.tool.out, "  1500 bytes: too big, says " +
                                     std::string{host == "10.9.0.1" ? "10.255.1.1" : "fd00:255:1::1"} +
                                     ": MTU 1400\n"));
    CHECK(contains(run.tool.out, "(MSS) of up to " + mss + " bytes fit"));
    CHECK(run.count("answered") == 2);
    CHECK(run.count("refused") == 2);
}

TEST_CASE("a router that tells no MTU costs some packets more")
{
    const std::string host = GENERATE("10.9.0.1", "fd09::1");
    const auto mtu = GENERATE(1400, 1401, 1333);
    const WrittenScenario scenario{narrow(mtu, ", too-big: told-zero")};
    const auto result = mtu_event(scenario.path(), host);
    CHECK(result.at("mtu").as_int64() == mtu);
    CHECK(result.at("limit").as_string() == "router");
    CHECK(result.at("black_hole").as_bool() == false);
    CHECK(result.at("probes").as_int64() <= 20);
}

TEST_CASE("a black hole is found and called one, and other hosts' answers change nothing")
{
    const std::string host = GENERATE("10.9.0.1", "fd09::1");
    const WrittenScenario scenario{narrow(1380, ", too-big: black-hole") +
                                   "attackers:\n"
                                   "  - {kind: replayed, from: 10.66.0.0/16, identifier: right, rate: 500/s}\n"
                                   "  - {kind: forged, from: 10.66.0.0/16, identifier: right, rate: 500/s}\n"};
    const auto run = simulate(scenario.path(), mtu_of(host));
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(contains(run.tool.out, "\npath MTU to " + host + " (" + host + "): 1380 bytes\n"));
    CHECK(contains(run.tool.out, "a black hole"));
    CHECK(contains(run.tool.out, "  1381 bytes: no answer to 6 probes\n"));
}

TEST_CASE("a path through ever narrower links, a black hole at its end")
{
    const std::string host = GENERATE("10.9.0.1", "fd09::1");
    const WrittenScenario scenario{R"(
path: [a, b, c, d, host]
nodes:
  host: {address: [10.9.0.1, "fd09::1"]}
links:
  - {between: [a, b], mtu: 1492}
  - {between: [b, c], mtu: 1450}
  - {between: [c, d], mtu: 1420}
  - {between: [d, host], mtu: 1280, too-big: black-hole}
)"};
    const auto result = mtu_event(scenario.path(), host);
    CHECK(result.at("mtu").as_int64() == 1280);
    CHECK(result.at("limit").as_string() == "black_hole");
}

TEST_CASE("packets that are lost by chance change nothing")
{
    const std::string too_big = GENERATE("told", "told-zero", "black-hole");
    const WrittenScenario scenario{"seed: 8\nlink: {loss: 8%}\n" + narrow(1400, ", too-big: " + too_big)};
    const auto run =
        simulate(scenario.path(), over(1500, every_group, {program("ping++"), "--mtu", "--json", "10.9.0.1"}));
    CHECK(last_event(run).at("mtu").as_int64() == 1400);
    CHECK(run.count("dropped", "loss") + run.count("unheard", "loss") > 0);
}

TEST_CASE("a router that answers seldom is no black hole")
{
    const WrittenScenario scenario{R"(
path: [a, b, host]
nodes:
  a: {icmp: {rate: 1/s, burst: 1}}
  host: {address: 10.9.0.1}
links:
  - {between: [a, b], mtu: 1400}
)"};
    const auto result = mtu_event(scenario.path(), "10.9.0.1");
    CHECK(result.at("mtu").as_int64() == 1400);
    CHECK(result.at("limit").as_string() == "router");
    CHECK(result.at("told_by").as_string() == "10.255.1.1");
}

TEST_CASE("jumbo frames end where Ethernet begins")
{
    const WrittenScenario scenario{narrow(1500, ", too-big: black-hole")};
    const auto result = mtu_event(scenario.path(), "10.9.0.1", 9000);
    CHECK(result.at("mtu").as_int64() == 1500);
    CHECK(result.at("limit").as_string() == "black_hole");
}

TEST_CASE("an IPv6 path of less than 1280 octets is told as it is")
{
    const WrittenScenario scenario{narrow(1200, ", too-big: black-hole")};
    CHECK(mtu_event(scenario.path(), "fd09::1").at("mtu").as_int64() == 1200);
}

TEST_CASE("a host that says nothing, or that a router calls prohibited, has no path MTU")
{
    const WrittenScenario scenario{R"(
path: [[a, silent], [a, prohibited]]
nodes:
  silent: {address: 10.9.0.1, echo: silence}
  prohibited: {address: 10.9.0.2, echo: {error: admin-prohibited}}
)"};
    const auto silent =
        simulate(scenario.path(), over(1500, every_group, {program("ping++"), "--mtu", "-W", "0.2", "10.9.0.1"}));
    INFO(silent.tool.out << silent.tool.err);
    CHECK(silent.tool.exit_code == 1);
    CHECK(silent.tool.out.ends_with("path MTU to 10.9.0.1 (10.9.0.1): unknown, there is no answer\n"));
    const auto refused =
        simulate(scenario.path(), over(1500, every_group, {program("ping++"), "--mtu", "-W", "0.2", "10.9.0.2"}));
    INFO(refused.tool.out << refused.tool.err);
    CHECK(refused.tool.exit_code == 1);
    CHECK(contains(refused.tool.out, "unknown, there is no answer (Packet filtered, says 10.9.0.2)\n"));
}

TEST_CASE("what tracepath and ping find out agrees")
{
    const std::string host = GENERATE("10.9.0.1", "fd09::1");
    const WrittenScenario scenario{narrow(1400, "")};
    const auto theirs = simulate(scenario.path(), over(1500, every_group, {"tracepath", "-n", host}));
    INFO(theirs.tool.out << theirs.tool.err);
    const auto found = search(theirs.tool.out, R"(Resume: pmtu (\d+))");
    REQUIRE(!found.empty());
    CHECK(mtu_event(scenario.path(), host).at("mtu").as_int64() == std::stoi(found[1]));

    const int headers = host == "10.9.0.1" ? 28 : 48;
    const auto ping = [&](int mtu) {
        return simulate(scenario.path(), over(1500, every_group,
                                              {"ping", "-n", "-M", "do", "-c", "1", "-W", "0.5", "-s",
                                               std::to_string(mtu - headers), host}));
    };
    CHECK(ping(1400).tool.exit_code == 0);
    CHECK(ping(1401).tool.exit_code != 0);
}

TEST_CASE("interrupted, ping++ --mtu tells what it knows")
{
    const WrittenScenario scenario{narrow(1400, ", too-big: black-hole")};
    const auto run = simulate(scenario.path(), over(1500, every_group,
                                                    {"timeout", "--preserve-status", "-s", "INT", "2",  // of four
                                                     program("ping++"), "--mtu", "--json", "10.9.0.1"}));
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 130);
    CHECK(contains(run.tool.out, "\"event\":\"mtu\",\"schema\":1"));
    CHECK(contains(run.tool.out, "\"limit\":\"unknown\""));
}

}  // namespace path_mtu_tests
