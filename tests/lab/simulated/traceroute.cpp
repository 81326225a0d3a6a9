// traceroute, which knows nothing of netsim, sees the path that the scenario says.

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/simulated.hpp>

#include <sstream>

namespace traceroute_tests {

using namespace libnet::test;

namespace {

/// The hops of `traceroute -n -q 1`: an address or "*" each.
std::vector<std::string> hops_of(const std::string& out)
{
    std::vector<std::string> hops;
    std::istringstream lines{out};
    std::string line;
    std::getline(lines, line);  // "traceroute to ..."
    while (std::getline(lines, line)) {
        std::istringstream words{line};
        std::string number, who;
        words >> number >> who;
        hops.push_back(who);
    }
    return hops;
}

/// 20 hops, 100 ms there and back, and three of them say nothing.
std::string twenty_hops(const std::string& host)
{
    std::string path = "path: [";
    for (int i = 1; i < 20; ++i) path += "r" + std::to_string(i) + ", ";
    return path + "host]\nlink: {delay: 2.5ms}\nnodes:\n" +
           "  r4: {icmp: {silent: true}}\n  r9: {icmp: {silent: true}}\n  r15: {icmp: {silent: true}}\n" +
           "  host: {address: [" + host + "]}\n";
}

}  // namespace

TEST_CASE("twenty hops of which three are silent, by UDP, ICMP and TCP")
{
    const WrittenScenario scenario{twenty_hops("10.9.0.1")};
    const std::string method = GENERATE("-U", "-I", "-T");
    const auto run = simulate(scenario.path(), {"traceroute", "-n", "-q", "1", "-w", "0.6", method, "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    const auto hops = hops_of(run.tool.out);
    REQUIRE(hops.size() == 20);
    for (std::size_t i = 0; i < 19; ++i) {
        const bool silent = i == 3 || i == 8 || i == 14;
        CHECK(hops[i] == (silent ? "*" : "10.255." + std::to_string(i + 1) + ".1"));
    }
    CHECK(hops[19] == "10.9.0.1");
    const auto last = search(run.tool.out, R"(20  10\.9\.0\.1  ([\d.]+) ms)");
    REQUIRE(!last.empty());
    CHECK(std::stod(last[1]) >= 100);
    CHECK(std::stod(last[1]) < 1'000);  // the machine may have something else to do
    CHECK(run.count("dropped", "silent") >= 3);
}

TEST_CASE("the same over IPv6")
{
    const WrittenScenario scenario{twenty_hops("\"fd09::1\"")};
    const auto run = simulate(scenario.path(), {"traceroute", "-6", "-n", "-q", "1", "-w", "0.6", "fd09::1"});
    INFO(run.tool.out << run.tool.err);
    const auto hops = hops_of(run.tool.out);
    REQUIRE(hops.size() == 20);
    CHECK(hops[0] == "fd00:255:1::1");
    CHECK(hops[3] == "*");
    CHECK(hops[18] == "fd00:255:19::1");
    CHECK(hops[19] == "fd09::1");
}

TEST_CASE("an MPLS label stack is shown as the hop tells it, in either layout")
{
    const std::string layout = GENERATE("compliant", "legacy");
    const WrittenScenario scenario{R"(
path: [a, b, host]
nodes:
  b: {icmp: {extensions: {layout: )" +
                                   layout +
                                   R"(, mpls: [{label: 16001, class: 5, ttl: 1}, {label: 24007, class: 0, ttl: 254}]}}}
  host: {address: 10.9.0.1}
)"};
    const auto run = simulate(scenario.path(), {"traceroute", "-n", "-e", "-q", "1", "-w", "0.5", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.out.find("<MPLS:L=16001,E=5,S=0,T=1/L=24007,E=0,S=1,T=254>") != std::string::npos);
}

TEST_CASE("a hop with a rate limit answers as often as its bucket has tokens")
{
    const WrittenScenario scenario{R"(
path: [a, b, host]
nodes:
  b: {icmp: {rate: 1/s, burst: 3}}
  host: {address: 10.9.0.1}
)"};
    const auto run =
        simulate(scenario.path(), {"traceroute", "-n", "-I", "-q", "10", "-N", "30", "-w", "0.5", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    const auto line = search(run.tool.out, R"(\n 2  (.*))");
    REQUIRE(!line.empty());
    const std::string second = line[1];
    const auto stars = static_cast<std::size_t>(std::count(second.begin(), second.end(), '*'));
    CHECK(stars >= 6);
    CHECK(stars == run.count("dropped", "rate limit"));
}

TEST_CASE("per-flow balancing shows the branches that probes of changing ports have taken")
{
    const WrittenScenario scenario{R"(
path: [[a, b, d, host], [a, c, d, host]]
nodes:
  a: {balance: {by: five-tuple, over: [b, c]}}
  b: {address: 10.2.0.1}
  c: {address: 10.3.0.1}
  host: {address: 10.9.0.1}
)"};
    const auto run = simulate(scenario.path(), {"traceroute", "-n", "-q", "10", "-w", "0.5", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    const auto passed = [&](const char* node) {
        return run.count_if([&](const auto& packet) {
            return packet.at("ttl").as_int64() == 2 && packet.at("node").as_string() == node;
        });
    };
    CHECK(passed("b") + passed("c") == 10);
    CHECK((run.tool.out.find("10.2.0.1") != std::string::npos) == (passed("b") > 0));
    CHECK((run.tool.out.find("10.3.0.1") != std::string::npos) == (passed("c") > 0));
}

}  // namespace traceroute_tests
