// iputils' ping, which knows nothing of netsim, sees what the scenario says.

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/simulated.hpp>

namespace ping_tests {

using namespace libnet::test;

namespace {

struct Summary {
    std::size_t sent = 0, received = 0, duplicates = 0, corrupted = 0, errors = 0;
    double min = -1, mean = -1;
};

std::size_t number(const std::string& text, const char* pattern)
{
    const auto found = search(text, pattern);
    return found.empty() ? 0 : std::stoul(found[1]);
}

Summary summary_of(const std::string& out)
{
    Summary summary{.sent = number(out, R"((\d+) packets transmitted)"),
                    .received = number(out, R"((\d+) received)"),
                    .duplicates = number(out, R"(\+(\d+) duplicates)"),
                    .corrupted = number(out, R"(\+(\d+) corrupted)"),
                    .errors = number(out, R"(\+(\d+) errors)")};
    const auto times = search(out, R"(rtt min/avg/max/mdev = ([\d.]+)/([\d.]+)/)");
    if (!times.empty()) {
        summary.min = std::stod(times[1]);
        summary.mean = std::stod(times[2]);
    }
    return summary;
}

constexpr auto long_way = R"(
path: [a, b, c, d, host]
link: {delay: 10ms}
nodes:
  host: {address: [10.9.0.1, "fd09::1"]}
)";

}  // namespace

TEST_CASE("a path of five links of 10 ms takes 100 ms there and back, in both families")
{
    const WrittenScenario scenario{long_way};
    const auto [family, host] = GENERATE(table<const char*, const char*>({{"-4", "10.9.0.1"}, {"-6", "fd09::1"}}));
    const auto run = simulate(scenario.path(), {"ping", family, "-n", "-c", "5", "-i", "0.05", host});
    INFO(run.tool.out << run.tool.err);
    const auto summary = summary_of(run.tool.out);
    CHECK(summary.sent == 5);
    CHECK(summary.received == 5);
    CHECK(summary.min >= 100);
    CHECK(summary.min < 120);  // which a sixth link would make it
    CHECK(run.count("answered") == 5);
}

TEST_CASE("ping's times are the log's, but for what its own machine takes")
{
    const WrittenScenario scenario{R"(
path: [a, host]
nodes:
  host: {address: 10.9.0.1, delay: 400us, jitter: 200us}
)"};
    const auto run = simulate(scenario.path(), {"ping", "-n", "-c", "20", "-i", "0.01", "10.9.0.1"}, {"--spin"});
    INFO(run.tool.out << run.tool.err);
    REQUIRE(run.packets.size() == 20);
    std::vector<double> apart;
    for (const auto& line : search_all(run.tool.out, R"(icmp_seq=(\d+) ttl=\d+ time=([\d.]+) ms)")) {
        const auto& packet = *std::find_if(run.packets.begin(), run.packets.end(), [&](const auto& p) {
            return p.at("dport").as_int64() == std::stoll(line[1]);
        });
        const double truth = static_cast<double>(packet.at("out_ns").as_int64() - packet.at("in_ns").as_int64()) / 1e6;
        apart.push_back(std::stod(line[2]) - truth);
    }
    REQUIRE(apart.size() == 20);
    std::sort(apart.begin(), apart.end());
    CHECK(apart.front() > -0.05);  // no packet is faster than the truth
    CHECK(apart.front() < 1);      // and the least disturbed one is near to it, however busy the machine is
}

TEST_CASE("what is lost on the way there or back is what ping misses")
{
    const WrittenScenario scenario{R"(
seed: 3
path: [a, host]
nodes:
  a: {loss: 20%}
  host: {address: 10.9.0.1}
)"};
    const auto run =
        simulate(scenario.path(), {"ping", "-n", "-q", "-c", "200", "-i", "0.002", "-W", "0.3", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    const auto summary = summary_of(run.tool.out);
    CHECK(summary.sent == 200);
    CHECK(summary.received == run.count("answered"));
    CHECK(summary.received == 200 - run.count("dropped", "loss") - run.count("unheard", "loss"));
    CHECK(summary.received > 90);
    CHECK(summary.received < 165);
}

TEST_CASE("duplicates and damaged replies are as many as the log says")
{
    const WrittenScenario scenario{R"(
seed: 5
path: [a, host]
nodes:
  host: {address: 10.9.0.1}
links:
  - {between: [a, host], back: {duplicate: 20%}}
)"};
    const auto run = simulate(scenario.path(), {"ping", "-n", "-q", "-c", "100", "-i", "0.002", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    const auto doubled = run.count_if([](const auto& packet) { return packet.contains("duplicate"); });
    CHECK(doubled > 5);
    CHECK(summary_of(run.tool.out).received == 100);
    CHECK(summary_of(run.tool.out).duplicates == doubled);
}

TEST_CASE("a host that a router calls prohibited is an error with that router's address")
{
    const WrittenScenario scenario{R"(
path: [a, b]
nodes:
  a: {address: 10.1.0.1}
  b: {address: 10.2.0.1, prefix: 10.9.0.0/24, echo: {error: admin-prohibited}}
)"};
    const auto run = simulate(scenario.path(), {"ping", "-n", "-c", "2", "-i", "0.05", "-W", "0.3", "10.9.0.7"});
    INFO(run.tool.out << run.tool.err);
    CHECK(summary_of(run.tool.out).errors == 2);
    CHECK(run.tool.out.find("Packet filtered") != std::string::npos);
}

TEST_CASE("a link that is too narrow says how wide it is, in both families")
{
    const WrittenScenario scenario{R"(
path: [a, b, host]
nodes:
  host: {address: [10.9.0.1, "fd09::1"]}
links:
  - {between: [b, host], mtu: 1400}
)"};
    const auto v4 =
        simulate(scenario.path(), {"ping", "-n", "-M", "do", "-s", "1450", "-c", "2", "-W", "0.3", "10.9.0.1"});
    INFO(v4.tool.out << v4.tool.err);
    CHECK((v4.tool.out + v4.tool.err).find("mtu = 1400") != std::string::npos);
    const auto v6 = simulate(scenario.path(), {"ping", "-6", "-n", "-s", "1440", "-c", "1", "-W", "0.3", "fd09::1"});
    INFO(v6.tool.out << v6.tool.err);
    CHECK(v6.tool.out.find("mtu=1400") != std::string::npos);
}

}  // namespace ping_tests
