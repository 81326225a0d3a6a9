// Several ways to one host.

#include <tests/support/catch.hpp>
#include <tests/support/netsim.hpp>

#include <map>

namespace balance_tests {

using namespace netsim;
using namespace netsim::test;

namespace {

std::string diamond(const std::string& balance)
{
    return "path: [[a, b, d, host], [a, c, d, host]]\nnodes:\n  a: {balance: {" + balance +
           "}}\n  b: {address: [10.2.0.1, \"fd02::1\"]}\n  c: {address: [10.3.0.1, \"fd03::1\"]}\n"
           "  host: {address: [10.9.0.1, \"fd09::1\"]}\n";
}

/// Where a packet with two hops to live ends.
std::string branch(Play& play, Probe probe)
{
    probe.ttl = 2;
    return play.fate(probe).substr(std::string{"refused ttl "}.size());
}

template <typename Change>
std::map<std::string, int> spread(Play& play, Change&& change)
{
    std::map<std::string, int> counts;
    for (int i = 0; i < 1000; ++i) {
        Probe probe{.protocol = protocol::udp, .first = 40'000, .second = 33'434};
        change(probe, i);
        ++counts[branch(play, probe)];
    }
    return counts;
}

const auto change_port = [](Probe& probe, int i) { probe.second = static_cast<std::uint16_t>(33'434 + i); };
const auto change_nothing = [](Probe&, int) {};
const auto change_label = [](Probe& probe, int i) {
    probe.to = "fd09::1";
    probe.flow_label = static_cast<std::uint32_t>(i);
};

}  // namespace

TEST_CASE("by five-tuple: a flow stays together, flows spread evenly")
{
    Play play{diamond("by: five-tuple, over: [b, c]")};
    CHECK(spread(play, change_nothing).size() == 1);
    auto flows = spread(play, change_port);
    CHECK(flows["b"] > 400);
    CHECK(flows["c"] > 400);
    CHECK(spread(play, change_label).size() == 1);
    CHECK(play.fate({}) == "answered echo host");
}

TEST_CASE("by flow label: the label chooses, ports don't")
{
    Play play{diamond("by: flow-label, over: [b, c]")};
    CHECK(spread(play, change_port).size() == 1);
    CHECK(spread(play, change_label).size() == 2);
}

TEST_CASE("by addresses: nothing but the destination chooses")
{
    Play play{diamond("by: addresses, over: [b, c]")};
    CHECK(spread(play, change_port).size() == 1);
    CHECK(spread(play, change_label).size() == 1);
}

TEST_CASE("packet by packet: both, whatever the flow, by weight")
{
    Play even{diamond("by: packet, over: [b, c]")};
    auto halves = spread(even, change_nothing);
    CHECK(halves["b"] > 480);
    CHECK(halves["b"] < 520);
    Play weighted{diamond("by: packet, over: {b: 1, c: 3}")};
    auto quarters = spread(weighted, change_nothing);
    CHECK(quarters["b"] > 230);
    CHECK(quarters["b"] < 270);
}

TEST_CASE("weights hold for flows, too")
{
    Play play{diamond("by: five-tuple, over: {b: 1, c: 9}")};
    auto flows = spread(play, change_port);
    CHECK(flows["b"] > 60);
    CHECK(flows["b"] < 140);
}

TEST_CASE("the ICMP checksum is part of the flow where the scenario says so")
{
    const auto change_sequence = [](Probe& probe, int i) {
        probe.protocol = protocol::icmp;
        probe.second = static_cast<std::uint16_t>(i);
    };
    Play without{diamond("by: five-tuple, over: [b, c]")};
    CHECK(spread(without, change_sequence).size() == 1);
    Play with{diamond("by: five-tuple, over: [b, c], icmp-checksum: true")};
    CHECK(spread(with, change_sequence).size() == 2);
}

TEST_CASE("branches of unequal length lead to the same host, and none comes back")
{
    Play play{R"(
path: [[a, b, host], [a, x, y, z, host]]
nodes:
  a: {balance: {by: packet, over: [b, x]}}
  host: {address: 10.9.0.1}
)"};
    std::map<std::string, int> at_hop_3;
    for (int i = 0; i < 100; ++i) ++at_hop_3[play.fate({.ttl = 3})];
    CHECK(at_hop_3["answered echo host"] == 50);
    CHECK(at_hop_3["refused ttl y"] == 50);
    for (int i = 0; i < 100; ++i) CHECK(play.fate({}) == "answered echo host");
}

TEST_CASE("a branch that doesn't lead to the destination isn't taken")
{
    Play play{R"(
path: [[a, b, host], [a, c, other]]
nodes:
  a: {balance: {by: packet, over: [b, c]}}
  host: {address: 10.9.0.1}
)"};
    for (int i = 0; i < 20; ++i) CHECK(play.fate({}) == "answered echo host");
}

}  // namespace balance_tests
