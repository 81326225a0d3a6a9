// A Tracer's flows, matching and endings on simulated networks, with raw sockets and without privilege.

#include <tests/support/catch.hpp>
#include <tests/support/traced.hpp>

#include <algorithm>

namespace trace_flows_tests {

using namespace libnet::test;

TEST_CASE("what runs inside of the network", "[.trace]") { print_traces(); }

namespace {

Traced trace(const std::string& path, const std::string& options, const std::string& targets = "10.9.0.1")
{
    auto traced = trace_in(path, options, targets, "[.trace]");
    INFO(traced.run.tool.out << traced.run.tool.err);
    REQUIRE(traced.run.tool.exit_code == 0);
    REQUIRE(!traced.done.empty());
    return traced;
}

std::string any_access() { return GENERATE(" access=raw", " access=datagram"); }

/// The values of this field that the probes had, of a log's packets.
std::set<std::int64_t> logged(const Traced& traced, const char* field)
{
    std::set<std::int64_t> values;
    for (const auto& packet : traced.run.packets) values.insert(packet.at(field).as_int64());
    return values;
}

}  // namespace

TEST_CASE("twenty hops with three silent ones take few probes, whatever they are")
{
    const std::string access = GENERATE(" access=raw", " access=datagram");
    const std::string method = GENERATE("udp", "icmp", "tcp");
    const std::string target = GENERATE("10.9.0.1", "fd09::1");
    const auto traced = trace(scenario("twenty_hops"), "probes=3 method=" + method + access, target);
    INFO(traced.run.tool.out);
    for (int ttl = 1; ttl < 20; ++ttl) {
        const bool silent = ttl == 7 || ttl == 12 || ttl == 17;
        const auto router =
            target == "10.9.0.1" ? "10.255." + std::to_string(ttl) + ".1" : "fd00:255:" + std::to_string(ttl) + "::1";
        CHECK(traced.at(ttl) == (silent ? std::set<std::string>{} : std::set{router}));
    }
    CHECK(traced.at(20) == std::set{target});
    CHECK(traced.done.front().at("reason") == "reached");
    CHECK(traced.lost.size() == 9);
    CHECK(access.ends_with(traced.done.front().at("access")));
    // Of TCP the log has more: the kernel resets what answers a raw SYN, and repeats the SYNs of connections.
    const bool connects = method == "tcp" && access == " access=datagram";
    if (!connects) CHECK(std::stoul(traced.counters.at("sent")) <= 66);
    if (method != "tcp") CHECK(traced.probes() <= 66);
    WARN(method << access << ' ' << target << ": " << traced.counters.at("took_ms") << " ms, " << traced.probes()
                << " probes");
}

TEST_CASE("one flow takes one path through routers that share load")
{
    const std::string method =
        GENERATE("udp access=raw", "udp access=datagram", "icmp access=raw", "icmp access=datagram", "tcp access=raw");
    for (const std::string target : {"10.9.0.1", "fd09::1"}) {
        const auto one = trace(scenario("diamonds"), "probes=8 method=" + method, target);
        INFO(one.run.tool.out);
        for (int ttl = 1; ttl <= 5; ++ttl) CHECK(one.at(ttl).size() == 1);
        const auto classic = trace(scenario("diamonds"), "probes=10 classic=1 method=" + method, target);
        INFO(classic.run.tool.out);
        CHECK(classic.at(2).size() + classic.at(4).size() >= 3);
        const auto flows = trace(scenario("diamonds"), "probes=1 flows=16 method=" + method, target);
        INFO(flows.run.tool.out);
        CHECK(flows.at(2).size() == 2);
        CHECK(flows.at(4).size() == 2);
    }
}

TEST_CASE(
    "connections of one flow take one path through routers that share load, and those of several flows all of them")
{
    for (const std::string target : {"10.9.0.1", "fd09::1"}) {
        const auto one = trace(scenario("diamond_service"), "probes=8 method=tcp access=datagram", target);
        INFO(one.run.tool.out);
        for (int ttl = 1; ttl <= 4; ++ttl) CHECK(one.at(ttl).size() == 1);
        CHECK(one.lost.empty());
        const auto flows = trace(scenario("diamond_service"), "probes=1 flows=16 method=tcp access=datagram", target);
        INFO(flows.run.tool.out);
        CHECK(flows.at(2).size() == 2);
    }
}

TEST_CASE("over IPv6 all probes of a flow have one label, so that routers which share load by it show one path")
{
    const std::string method = GENERATE("udp", "udp53", "icmp", "tcp");
    const auto one = trace(scenario("flow_labels"), "probes=10 method=" + method + any_access(), "fd09::1");
    INFO(one.run.tool.out);
    for (int ttl = 1; ttl <= 5; ++ttl) CHECK(one.at(ttl).size() == 1);
}

TEST_CASE("over IPv6 several flows have a label each, so that routers which share load by it show all paths")
{
    const std::string method = GENERATE("udp", "udp53", "icmp", "tcp");
    const auto flows =
        trace(scenario("flow_label_service"), "probes=1 flows=16 method=" + method + any_access(), "fd09::1");
    INFO(flows.run.tool.out);
    CHECK(flows.at(2).size() == 2);
    CHECK(flows.lost.empty());
    // What the hops quote is what was sent.
    for (const auto& hop : flows.hops) CHECK_FALSE(hop.contains("flow_label"));
    const auto one =
        trace(scenario("flow_label_service"), "probes=8 flows=2 method=" + method + any_access(), "fd09::1");
    INFO(one.run.tool.out);
    for (const char* flow : {"1", "2"}) {
        std::set<std::string> second;
        for (const auto& hop : one.hops)
            if (hop.at("ttl") == "2" && hop.at("flow") == flow) second.insert(hop.at("from"));
        CHECK(second.size() == 1);
    }
}

TEST_CASE("routers that quote eight octets are found all the same")
{
    const std::string method = GENERATE("udp", "icmp", "tcp");
    for (const std::string target : {"10.9.0.1", "fd09::1"}) {
        const auto raw = trace(scenario("quotes_eight"), "probes=2 access=raw method=" + method, target);
        const auto datagram = trace(scenario("quotes_eight"), "probes=2 access=datagram method=" + method, target);
        INFO(raw.run.tool.out << datagram.run.tool.out);
        for (int ttl = 1; ttl <= 5; ++ttl) CHECK(raw.at(ttl) == datagram.at(ttl));
        CHECK(raw.at(2).size() == 1);
        CHECK(raw.at(3).empty());
        CHECK(raw.at(5) == std::set{target});
        CHECK(datagram.done.front().at("hops") == "5");
        CHECK(raw.counters.at("forged") == "0");
    }
}

TEST_CASE("a hop tells what it was told: labels, interfaces and objects of unknown classes")
{
    const std::string access = any_access();
    const std::string method = GENERATE("udp", "icmp");
    const std::string target = GENERATE("10.9.0.1", "fd09::1");
    const auto traced = trace(scenario("extensions"), "probes=1 method=" + method + access, target);
    INFO(traced.run.tool.out);
    CHECK(traced.first(1, "mpls") == "16001/5/0/1,24007/0/1/254,");
    CHECK(traced.first(2, "mpls") == "16002/0/1/1,");
    CHECK(traced.first(3, "interface") == "incoming,eth0,3,10.255.3.1,1500");
    CHECK(traced.first(4, "object") == "99.1:0102ff00");
    CHECK(traced.first(4, "mpls").empty());
    CHECK(!traced.first(1, "reply_ttl").empty());
}

TEST_CASE("what was rewritten on the way is seen in what comes back")
{
    const auto traced = trace(scenario("altered"), "probes=1 access=raw method=udp");
    INFO(traced.run.tool.out);
    CHECK(traced.first(1, "quoted_ttl") == "0");
    CHECK(traced.first(2, "quoted_ttl") == "1");
    CHECK(traced.first(2, "dscp") == "0>46");
    CHECK(traced.first(3, "ecn") == "0>3");
    CHECK(traced.first(7, "checksum").ends_with(">4660"));
    CHECK(traced.first(8, "source_port").ends_with(">4000"));
    CHECK(traced.first(8, "destination_port") == "33434>5000");
    CHECK(traced.first(10, "source").ends_with(">10.77.0.1"));
    CHECK(traced.first(4, "dscp").empty());
    CHECK(traced.done.front().at("reason") == "reached");
    CHECK(traced.done.front().at("hops") == "10");
}

TEST_CASE("of several flows, a rewritten port is told against that of the probe's flow")
{
    const std::string method = GENERATE("udp", "tcp");
    const auto traced = trace(scenario("altered"), "probes=2 flows=3 access=raw method=" + method);
    INFO(traced.run.tool.out);
    std::map<std::string, std::set<std::string>> told;
    for (const auto& hop : traced.hops)
        if (hop.at("ttl") == "8") told[hop.at("flow")].insert(hop.at("source_port"));
    std::set<std::string> all;
    for (const auto& [flow, ports] : told) {
        CHECK(ports.size() == 1);
        CHECK(ports.begin()->ends_with(">4000"));
        all.insert(ports.begin(), ports.end());
    }
    CHECK(all.size() == 3);
    for (const auto& port : all) CHECK(logged(traced, "sport").contains(std::stoi(port.substr(0, port.find('>')))));
    for (const auto& hop : traced.hops)
        if (hop.at("ttl") != "8") CHECK_FALSE(hop.contains("source_port"));
}

TEST_CASE(
    "a TCP probe whose quote has other ports is known by its sequence number, and what no probe can be is counted")
{
    const auto altered = trace(scenario("altered"), "probes=1 access=raw method=tcp");
    INFO(altered.run.tool.out);
    CHECK(altered.first(7, "checksum").ends_with(">4660"));
    CHECK(altered.first(8, "source_port").ends_with(">4000"));
    CHECK(altered.first(8, "destination_port") == "80>5000");
    CHECK(altered.done.front().at("hops") == "10");
    CHECK(altered.lost.empty());
    const auto broken = trace(scenario("broken"), "probes=2 access=raw method=tcp");
    INFO(broken.run.tool.out);
    CHECK(broken.at(6) == std::set<std::string>{"10.255.6.1"});
    CHECK(broken.at(5).empty());
    CHECK(broken.counters.at("unmatched") == "2");  // the fifth hop quotes nothing
}

TEST_CASE("the end of a path is what the message says")
{
    const std::string access = any_access();
    const auto traced = trace(scenario("answers"), "probes=1 max_gap=3 method=udp" + access,
                              "10.9.0.1 10.9.0.2 10.9.0.3 10.9.0.4 10.9.0.5 10.9.0.6");
    INFO(traced.run.tool.out);
    std::map<std::string, std::pair<std::string, std::string>> ends;
    for (const auto& done : traced.done) ends[done.at("address")] = {done.at("reason"), done.at("hops")};
    using End = std::pair<std::string, std::string>;
    CHECK(ends["10.9.0.1"] == End{"reached", "2"});
    CHECK(ends["10.9.0.2"] == End{"reached", "2"});
    CHECK(ends["10.9.0.4"] == End{"reached", "2"});  // it says "time exceeded" to everything
    CHECK(ends["10.9.0.5"] == End{"gap", "4"});
    CHECK(ends["10.9.0.6"] == End{"reached", "2"});
}

TEST_CASE("a probe whose destination was translated ends the path where it arrives")
{
    const std::string access = any_access();
    const auto traced = trace(scenario("translated_host"), "probes=1 method=udp" + access);
    INFO(traced.run.tool.out);
    CHECK(traced.done.front().at("reason") == "reached");
    CHECK(traced.done.front().at("hops") == "3");
    CHECK(traced.first(3, "destination") == "10.9.0.1>192.168.0.7");
}

TEST_CASE("all probes of a flow have the same ports, with and without privilege")
{
    const std::string method = GENERATE("udp", "tcp");
    const auto traced = trace(scenario("plain"), "probes=1 method=" + method + any_access());
    CHECK(logged(traced, "sport").size() == 1);
    CHECK(logged(traced, "dport") == std::set<std::int64_t>{method == "udp" ? 33434 : 80});
}

}  // namespace trace_flows_tests
