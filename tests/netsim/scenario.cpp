#include <tests/lab/netsim/scenario.hpp>
#include <tests/support/catch.hpp>

namespace scenario_tests {

using namespace netsim;
using namespace std::chrono_literals;

namespace {

Scenario parse(const std::string& text) { return parse_scenario(text, "s.yaml"); }

const Node& node(const Scenario& scenario, const std::string& name, std::size_t epoch = 0)
{
    for (const auto& candidate : scenario.epochs.at(epoch).network.nodes)
        if (candidate.name == name) return candidate;
    throw std::out_of_range{name};
}

}  // namespace

TEST_CASE("a path alone is a network, with addresses that netsim chooses")
{
    const auto scenario = parse("path: [r1, r2, host]");
    const auto& network = scenario.epochs.front().network;
    REQUIRE(network.nodes.size() == 4);
    CHECK(network.nodes[client].name == "client");
    CHECK(network.links.size() == 3);
    CHECK(node(scenario, "r2").addresses.at(0).to_string() == "10.255.2.1");
    CHECK(node(scenario, "r2").addresses.at(1).to_string() == "fd00:255:2::1");
    CHECK(scenario.client.at(0).address.to_string() == "10.0.0.2");
    CHECK(scenario.client.at(1).prefix_length == 64);
}

TEST_CASE("defaults hold where a node or link says nothing else")
{
    const auto scenario = parse(R"(
path: [r1, r2]
node: {icmp: {quote: 28, rate: 10/s}}
link: {delay: 5ms, mtu: 1400}
nodes:
  r2: {icmp: {quote: all}}
links:
  - {between: [r1, r2], delay: 1.5s}
)");
    CHECK(node(scenario, "r1").icmp.quote.octets == 28U);
    CHECK(node(scenario, "r2").icmp.quote.octets == std::nullopt);
    CHECK(node(scenario, "r2").icmp.rate == 10);
    const auto& links = scenario.epochs.front().network.links;
    CHECK(links[0].there.delay == 5ms);
    CHECK(links[0].back.delay == 5ms);
    CHECK(links[1].there.delay == 1500ms);
    CHECK(links[1].mtu == 1400);
}

TEST_CASE("the way back differs where it is said to, from whichever end the link is written")
{
    const auto scenario = parse(R"(
path: [r1, r2]
links:
  - {between: [r2, r1], delay: 10ms, loss: 5%, back: {delay: 20ms}}
)");
    const Link& link = scenario.epochs.front().network.links[1];
    const bool r1_first = scenario.epochs.front().network.nodes[link.a].name == "r1";
    CHECK((r1_first ? link.back : link.there).delay == 10ms);
    CHECK((r1_first ? link.there : link.back).delay == 20ms);
    CHECK(link.there.loss == 0.05);
    CHECK(link.back.loss == 0.05);
}

TEST_CASE("everything that a node may be told")
{
    const auto scenario = parse(R"(
path: [r1, r2, r3]
nodes:
  r1:
    address: [10.1.0.1, "fd01::1"]
    prefix: [10.20.0.0/16, {prefix: 10.32.0.0/12, one-in: 16}]
    delay: 1ms
    jitter: 20us
    loss: 0.5
    duplicate: 1%
    reorder: 2%
    corrupt: 3%
    late: 4%
    late-by: 3s
    rewrites-source: true
    balance: {by: flow-label, over: {r2: 3}, icmp-checksum: true}
    icmp:
      silent: false
      from: loopback
      extensions:
        layout: legacy
        mpls: [{label: 16001, class: 5, ttl: 1}]
        interface: {role: outgoing, index: 3, address: 10.1.0.9, name: eth0, mtu: 1500}
        object: {class: 99, type: 1, data: "0102ff"}
        broken: truncated
      altered: {ttl: 3, tos: 32, ecn: 1, id: swapped, checksum: 0x1234, source-port: 4000, destination: 192.0.2.1}
    echo: {error: admin-prohibited, from: 10.66.0.1}
    udp: {default: silence, 53: dns}
    tcp: {default: reset, 80: syn-ack, 81: {error: 3/10}}
)");
    const Node& r1 = node(scenario, "r1");
    CHECK(r1.ranges.at(1).one_in == 16);
    CHECK(r1.impairment.late_by == 3s);
    CHECK(r1.balance.by == Balance::By::flow_label);
    CHECK(r1.balance.over.at(0).weight == 3);
    CHECK(r1.icmp.extensions.legacy);
    CHECK(r1.icmp.extensions.mpls.at(0).label == 16001);
    CHECK(r1.icmp.extensions.interfaces.at(0).name == "eth0");
    CHECK(r1.icmp.extensions.objects.at(0).payload.size() == 3);
    CHECK(r1.icmp.extensions.broken == Extensions::Broken::truncated);
    CHECK(r1.icmp.altered.checksum == 0x1234);
    CHECK(r1.echo.type == 3);
    CHECK(r1.echo.code == 13);
    CHECK(r1.echo.type6 == 1);
    CHECK(r1.echo.from4->to_string() == "10.66.0.1");
    CHECK(r1.udp.kind == Answer::Kind::silence);
    CHECK(r1.udp_ports.at(53).kind == Answer::Kind::dns);
    CHECK(r1.tcp_ports.at(81).code == 10);
}

TEST_CASE("changes are merged into what stood before, and nodes keep their places")
{
    const auto scenario = parse(R"(
path: [r1, host]
nodes:
  host: {address: 10.9.0.1}
changes:
  - {at: 2s, nodes: {r1: {down: true}}}
  - {at: 4s, nodes: {r1: {down: false, delay: 7ms}}}
  - {at: 5s, path: [r1, r5, host]}
)");
    REQUIRE(scenario.epochs.size() == 4);
    CHECK(scenario.epochs[1].from == 2s);
    CHECK(node(scenario, "r1", 1).down);
    CHECK_FALSE(node(scenario, "r1", 2).down);
    CHECK(node(scenario, "r1", 3).impairment.delay == 7ms);
    for (const auto& epoch : scenario.epochs) {
        REQUIRE(epoch.network.nodes.size() == 4);
        CHECK(epoch.network.nodes[3].name == "r5");
    }
    CHECK(scenario.epochs[2].network.links.size() == 2);
    CHECK(scenario.epochs[3].network.links.size() == 3);
}

TEST_CASE("attackers and names")
{
    const auto scenario = parse(R"(
path: [host]
nodes: {host: {address: 10.9.0.1}}
attackers:
  - {kind: replayed, from: 10.66.0.0/16, rate: 1000/s, start: 1s, stop: 3s}
  - {kind: forged, from: 10.67.0.0/16, identifier: wrong}
dns:
  delay: 50ms
  names:
    Host.Example: {a: [10.9.0.1, 10.9.0.2], aaaa: "fd09::1", txt: hello, ttl: 30}
    bad.example: {failure: servfail, delay: 1s}
)");
    REQUIRE(scenario.attackers.size() == 2);
    CHECK(scenario.attackers[0].stop == 3s);
    CHECK_FALSE(scenario.attackers[1].right_identifier);
    CHECK(scenario.dns.records.size() == 4);
    CHECK(scenario.dns.records[0].name == "host.example");
    CHECK(scenario.dns.names.at("bad.example").failure == DnsName::Failure::servfail);
}

}  // namespace scenario_tests
