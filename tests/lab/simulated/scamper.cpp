// scamper, the measuring tool of researchers, which knows nothing of netsim, sees the path that the scenario says.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

#include <boost/json/serialize.hpp>

namespace scamper_tests {

using namespace libnet::test;

namespace {

/// The traces of `scamper -O json`.
boost::json::object trace_of(const std::string& out)
{
    std::istringstream lines{out};
    for (std::string line; std::getline(lines, line);) {
        auto object = boost::json::parse(line).as_object();
        if (object.at("type").as_string() == "trace") return object;
    }
    return {};
}

}  // namespace

TEST_CASE("scamper's trace has every hop of both families, and the silent one missing")
{
    const WrittenScenario scenario{R"(
path: [a, b, c, host]
link: {delay: 5ms}
nodes:
  b: {icmp: {silent: true}}
  host: {address: [10.9.0.1, "fd09::1"]}
)"};
    const std::string host = GENERATE("10.9.0.1", "fd09::1");
    const std::string method = GENERATE("udp-paris", "icmp-paris");
    const auto run =
        simulate(scenario.path(), {"scamper", "-O", "json", "-c", "trace -q 2 -w 1 -P " + method, "-i", host});
    INFO(run.tool.out << run.tool.err);
    const auto trace = trace_of(run.tool.out);
    REQUIRE(trace.contains("hops"));
    CHECK(trace.at("stop_reason").as_string() == "COMPLETED");
    std::vector<std::int64_t> ttls;
    for (const auto& hop : trace.at("hops").as_array()) ttls.push_back(hop.at("probe_ttl").as_int64());
    CHECK(ttls == std::vector<std::int64_t>{1, 3, 4});
    const auto& last = trace.at("hops").as_array().back().as_object();
    CHECK(last.at("addr").as_string() == host);
    CHECK(last.at("rtt").to_number<double>() >= 40);
}

TEST_CASE("scamper decodes the label stack of a hop")
{
    const WrittenScenario scenario{R"(
path: [a, b, host]
nodes:
  b: {icmp: {extensions: {mpls: [{label: 16001, class: 3, ttl: 1}]}}}
  host: {address: 10.9.0.1}
)"};
    const auto run =
        simulate(scenario.path(), {"scamper", "-O", "json", "-c", "trace -q 2 -w 1 -P udp-paris", "-i", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    const auto trace = trace_of(run.tool.out);
    REQUIRE(trace.contains("hops"));
    CHECK(boost::json::serialize(trace).find("16001") != std::string::npos);
}

TEST_CASE("scamper's load balancer enumeration finds a diamond")
{
    const WrittenScenario scenario{R"(
path: [[a, b, d, host], [a, c, d, host]]
nodes:
  a: {balance: {by: five-tuple, over: [b, c]}}
  b: {address: 10.2.0.1}
  c: {address: 10.3.0.1}
  host: {address: 10.9.0.1}
)"};
    const auto run =
        simulate(scenario.path(), {"scamper", "-O", "json", "-c", "tracelb -P udp-dport -w 1", "-i", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.out.find("10.2.0.1") != std::string::npos);
    CHECK(run.tool.out.find("10.3.0.1") != std::string::npos);
}

}  // namespace scamper_tests
