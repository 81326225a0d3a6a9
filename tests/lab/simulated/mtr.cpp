// mtr, which knows nothing of netsim, sees the hops, the losses and the labels that the scenario says.

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/simulated.hpp>

#include <sstream>

namespace mtr_tests {

using namespace libnet::test;

namespace {

struct Hop {
    std::string address;
    double loss = -1;
    double best = -1;
};

/// The lines of `mtr --report -n`:   3.|-- 10.1.0.1   0.0%  10  0.1  0.1  0.1  0.2  0.0
std::vector<Hop> hops_of(const std::string& out)
{
    static const std::string line = R"((\d+)\.\|-- (\S+)\s+([\d.]+)%?\s+\d+\s+([\d.]+)\s+([\d.]+)\s+([\d.]+))";
    std::vector<Hop> hops;
    for (const auto& found : search_all(out, line))
        hops.push_back({found[2], std::stod(found[3]), std::stod(found[6])});
    return hops;
}

}  // namespace

TEST_CASE("mtr's report has the hops with their times, and the silent one as ???")
{
    const auto [family, host] = GENERATE(table<const char*, const char*>({{"-4", "10.9.0.1"}, {"-6", "fd09::1"}}));
    const WrittenScenario scenario{R"(
path: [a, b, c, host]
link: {delay: 5ms}
nodes:
  a: {address: [10.1.0.1, "fd01::1"]}
  b: {icmp: {silent: true}}
  c: {address: [10.3.0.1, "fd03::1"]}
  host: {address: [10.9.0.1, "fd09::1"]}
)"};
    const auto run =
        simulate(scenario.path(), {"mtr", family, "-n", "--report", "-c", "3", "-i", "0.2", "-G", "0.5", host});
    INFO(run.tool.out << run.tool.err);
    const auto hops = hops_of(run.tool.out);
    REQUIRE(hops.size() == 4);
    CHECK(hops[1].address == "???");
    CHECK(hops[3].address == host);
    CHECK(hops[3].loss == 0);
    CHECK(hops[3].best >= 40);
    CHECK(hops[3].best < 44);
}

TEST_CASE("mtr counts as lost what the log says was lost")
{
    const WrittenScenario scenario{R"(
seed: 11
path: [a, host]
nodes:
  a: {address: 10.1.0.1}
  host: {address: 10.9.0.1}
links:
  - {between: [a, host], loss: 30%}
)"};
    const auto run =
        simulate(scenario.path(), {"mtr", "-n", "--report", "-c", "20", "-i", "0.05", "-G", "0.5", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    const auto hops = hops_of(run.tool.out);
    REQUIRE(hops.size() >= 2);
    CHECK(hops[0].loss == 0);
    CHECK(hops[1].loss > 10);
    CHECK(hops[1].loss < 90);
}

// Its report leaves labels out where a hop has one address only, so its packet sender is asked itself.
TEST_CASE("mtr-packet decodes a label stack, in either layout")
{
    const std::string layout = GENERATE("compliant", "legacy");
    const WrittenScenario scenario{R"(
path: [a, b, host]
nodes:
  b: {icmp: {extensions: {layout: )" +
                                   layout + R"(, mpls: [{label: 16001, class: 3, ttl: 9}]}}}
  host: {address: 10.9.0.1}
)"};
    const auto run = simulate(scenario.path(), {"sh", "-c", R"(said=$(mktemp)
            {
                echo '1 send-probe ip-4 10.9.0.1 ttl 2 timeout 9'
                for _ in $(seq 150); do ! grep -q '^1 ' "$said" || break; sleep 0.1; done
            } | mtr-packet >"$said"
            cat "$said"; rm "$said")"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.out.find("1 ttl-expired ip-4 10.255.2.1") != std::string::npos);
    CHECK(run.tool.out.find("mpls 16001,3,1,9") != std::string::npos);
}

}  // namespace mtr_tests
