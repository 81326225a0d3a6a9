// What netsim sends, captured from its device and decoded by tcpdump: nothing is malformed that isn't asked to be.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

namespace capture_tests {

using namespace libnet::test;

namespace {

/// All that tcpdump says of the packets on the device while a shell command runs.
std::string captured(const WrittenScenario& scenario, const std::string& command)
{
    const TemporaryDirectory directory;
    const auto file = (directory.path() / "packets").string();
    const auto run = simulate(
        scenario.path(), {"sh", "-c",
                          "tcpdump -i netsim0 -Z root -U -s 2048 --immediate-mode -w " + file +
                              " >/dev/null 2>&1 & pid=$!; until [ -s " + file + " ]; do sleep 0.05; done; sleep 0.3; " +
                              command + " >/dev/null 2>&1; sleep 1; kill $pid; wait $pid"});
    const auto decoded = libnet::test::run({"tcpdump", "-Z", "root", "-nn", "-vvv", "-r", file});
    INFO(run.tool.out << run.tool.err << decoded.err);
    REQUIRE(decoded.out.find("ICMP") != std::string::npos);
    return decoded.out;
}

bool complains(const std::string& decoded)
{
    for (const char* word : {"bad cksum", "bad icmp cksum", "incorrect", "invalid", "malformed", "[|icmp"})
        if (decoded.find(word) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("every kind of answer is well-formed")
{
    const WrittenScenario scenario{R"(
path: [a, b, c, host]
nodes:
  a: {icmp: {quote: 8}}
  b: {icmp: {extensions: {mpls: [{label: 16001, class: 0, ttl: 1}], interface: {role: incoming, index: 3, name: eth0, mtu: 1500}}}}
  c: {icmp: {quote: all}}
  host: {address: [10.9.0.1, "fd09::1"], tcp: {default: reset, 80: syn-ack}}
)"};
    const auto decoded = captured(scenario,
                                  "ping -c 2 -i 0.1 10.9.0.1; ping -6 -c 2 -i 0.1 fd09::1; "
                                  "traceroute -n -q 1 10.9.0.1; traceroute -6 -n -q 1 fd09::1; "
                                  "traceroute -n -T -p 80 -q 1 10.9.0.1; traceroute -n -T -p 81 -q 1 10.9.0.1");
    INFO(decoded);
    CHECK_FALSE(complains(decoded));
    for (const char* word :
         {"echo reply", "time exceeded in-transit", "port 33", "MPLS Stack Entry Object", "Flags [S.]", "Flags [R"})
        CHECK(decoded.find(word) != std::string::npos);
}

TEST_CASE("refusals, narrow links, names and other addresses are well-formed, too")
{
    const WrittenScenario scenario{R"(
path: [[r1, narrow], [r1, filtered], [r1, elsewhere], [r1, dns], [stack, far]]
nodes:
  narrow: {address: [10.9.0.1, "fd09::1"]}
  filtered: {address: [10.9.0.2, "fd09::2"], echo: {error: admin-prohibited}}
  elsewhere: {address: 10.9.0.3, echo: {answer: reply, from: 10.66.0.3}}
  dns: {address: 10.9.0.53, udp: {53: dns}}
  stack: {icmp: {extensions: {layout: legacy, mpls: [{label: 16001, ttl: 1}], object: {class: 99, data: "0102ff"}}}}
  far: {address: [10.9.0.4, "fd09::4"]}
links:
  - {between: [r1, narrow], mtu: 1300}
dns: {names: {a.example: {a: 10.9.0.1, txt: words}}}
)"};
    const auto decoded = captured(scenario,
                                  "ping -c 1 -W 1 -M do -s 1400 10.9.0.1; ping -6 -c 1 -W 1 -M do -s 1350 fd09::1; "
                                  "ping -c 1 -W 1 10.9.0.2; ping -6 -c 1 -W 1 fd09::2; ping -c 1 -W 1 10.9.0.3; "
                                  "getent ahosts a.example; ping -c 1 -t 1 10.9.0.4; ping -6 -c 1 -t 1 fd09::4");
    INFO(decoded);
    CHECK_FALSE(complains(decoded));
    for (const char* word : {"need to frag (mtu 1300)", "packet too big, mtu 1300", "admin prohibited", "prohibited",
                             "10.66.0.3 > 10.0.0.2", "A 10.9.0.1", "nknown Object (99)"})
        if (decoded.find(word) == std::string::npos) FAIL_CHECK("not seen: " << word);
}

TEST_CASE("an extension that shall be broken is broken")
{
    const WrittenScenario scenario{R"(
path: [a, host]
nodes:
  a: {icmp: {extensions: {mpls: [{label: 16001, class: 0, ttl: 1}], broken: checksum}}}
  host: {address: 10.9.0.1}
)"};
    const auto decoded = captured(scenario, "traceroute -n -q 1 10.9.0.1");
    INFO(decoded);
    CHECK(complains(decoded));
}

}  // namespace capture_tests
