// What ping++ --listen exports, beside what really happened to its packets.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/simulated.hpp>

#include <cmath>
#include <cstdint>
#include <map>
#include <string>

namespace ping_exporter_tests {

using namespace libnet::test;

namespace {

constexpr auto troubled = R"(
seed: 7
path: [a, b, host]
link: {delay: 5ms}
nodes:
  host: {address: 10.9.0.1}
links:
  - {between: [b, host], loss: 15%, back: {loss: 0, duplicate: 10%, late: 20%, late-by: 300ms}}
)";

/// Runs an exporter in the network of `troubled`, and prints what it says at a path after so many seconds.
Simulated exported(const std::string& path, const std::string& seconds, const std::string& hosts)
{
    const WrittenScenario scenario{troubled};
    const std::string script = R"(
        "$0" --listen 9374 -i 0.02 -W 0.1 $3 2>/dev/null &
        until curl -s -o /dev/null http://127.0.0.1:9374/-/ready; do sleep 0.02; done
        sleep "$2"
        curl -s -g "http://127.0.0.1:9374$1"
        kill $!
        wait $!)";
    auto run = simulate(scenario.path(), {"sh", "-c", script, program("ping++"), path, seconds, hosts});
    CHECK(run.tool.exit_code == 0);
    return run;
}

}  // namespace

TEST_CASE("each number of a probe is what happened")
{
    const auto run = exported("/probe?target=10.9.0.1&count=100&timeout=4", "0", "");
    INFO(run.tool.out << run.tool.err);
    const Samples samples{run.tool.out};
    std::map<std::int64_t, double> answers;  // by sequence
    for (const auto& packet : run.packets)
        answers[packet.at("dport").as_int64()] += packet.at("did") == "answered" ? 1 : 0;
    double responses = 0, duplicates = 0;
    for (const auto& [sequence, count] : answers) {
        responses += count > 0 ? 1 : 0;
        duplicates += count > 1 ? count - 1 : 0;
    }
    CHECK(duplicates > 0);
    CHECK(responses < 100);
    CHECK(samples["libnet_ping_probe_requests"] == 100);
    CHECK(samples["libnet_ping_probe_responses"] == responses);
    CHECK(samples["libnet_ping_probe_lost"] == 100 - responses);
    CHECK(samples["libnet_ping_probe_late"] == 0);
    CHECK(samples["libnet_ping_probe_duplicates"] == duplicates);
    CHECK(samples["libnet_ping_probe_rtt_min_seconds"] >= 0.03);
    CHECK(samples["libnet_ping_probe_rtt_max_seconds"] >= 0.33);  // what netsim delayed is in it
}

TEST_CASE("late answers are no loss, and are told apart from those in time")
{
    const auto run = exported("/metrics", "4", "10.9.0.1");
    INFO(run.tool.out << run.tool.err);
    const Samples samples{run.tool.out};
    const std::string host = R"({ip="10.9.0.1",host="10.9.0.1",source="",tos="0"})";
    const auto requests = samples["smokeping_requests_total" + host];
    const auto responses = samples["smokeping_response_duration_seconds_count" + host];
    const auto late = samples["libnet_ping_late_total" + host], lost = samples["libnet_ping_lost_total" + host];
    CHECK(requests > 100);
    CHECK(late > 10);
    CHECK(requests - responses > 10);
    constexpr double unread = 3;  // events that the exporter hasn't taken yet, on a busy machine
    CHECK(std::abs(requests - responses - (lost - late)) <= unread);
    CHECK(samples["smokeping_response_duplicates_total" + host] > 0);
    auto bucket = host;
    bucket.insert(bucket.size() - 1, ",le=\"0.2048\"");
    CHECK(std::abs(samples["smokeping_response_duration_seconds_bucket" + bucket] - (responses - late)) <= unread);
}

}  // namespace ping_exporter_tests
