// ping++ --listen in a network with hosts that lose, refuse and drop everything, and with names that come and change.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/raw_client.hpp>

#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ping_exporter_tests {

using namespace libnet::test;

namespace {

std::string labels(const std::string& ip, const std::string& host)
{
    return "{ip=\"" + ip + "\",host=\"" + host + "\",source=\"\",tos=\"0\"}";
}

/// Gives a name an address, or another one.
void name_host(const std::string& address, const std::string& name)
{
    static const std::string without = [] {
        std::ifstream file{"/etc/hosts"};
        return std::string{std::istreambuf_iterator<char>{file}, {}};
    }();
    std::ofstream{"/etc/hosts"} << without << address << ' ' << name << '\n';
}

bool answers() { return run({"ping", "-c", "1", "-W", "2", "alpha"}).exit_code == 0; }

}  // namespace

TEST_CASE("requests minus responses is what was lost, at every scrape", "[lab]")
{
    REQUIRE(answers());
    const Exporter exporter{{"-4", "-i", "0.02", "-W", "0.3", "beta", "10.0.7.1", "10.0.9.1"}};
    const auto beta = labels("10.0.5.2", "beta"), refused = labels("10.0.7.1", "10.0.7.1"),
               swallowed = labels("10.0.9.1", "10.0.9.1");
    for (int scrape = 1; scrape <= 20; ++scrape) {
        const auto samples = exporter.wait_for("smokeping_requests_total" + beta, 8 * scrape);
        const auto unanswered = [&](const std::string& host) {
            return samples["smokeping_requests_total" + host] -
                   samples["smokeping_response_duration_seconds_count" + host];
        };
        // Beta drops every fourth request; one is known to be lost when later ones have been answered.
        const auto requests = samples["smokeping_requests_total" + beta];
        CHECK(unanswered(beta) <= std::ceil(requests / 4));
        CHECK(unanswered(beta) >= std::floor(requests / 4) - 5);
        CHECK(unanswered(swallowed) == samples["smokeping_requests_total" + swallowed]);
        CHECK(unanswered(refused) == samples["smokeping_requests_total" + refused]);
        CHECK(samples["libnet_ping_pending" + swallowed] > 0);
        CHECK(samples["libnet_ping_lost_total" + swallowed] <= unanswered(swallowed));
        if (scrape < 20) continue;
        // On a busy machine, events that are not taken yet are missing in the counters that are made of them.
        auto with_reason = refused;
        with_reason.insert(with_reason.size() - 1, ",reason=\"Destination Host Unreachable\"");
        for (const auto& [counter, host] : {std::pair{"libnet_ping_lost_total" + beta, beta},
                                            {"libnet_ping_lost_total" + swallowed, swallowed},
                                            {"libnet_ping_errors_total" + with_reason, refused}})
        {
            INFO(counter);
            CHECK(exporter.wait_for(counter, unanswered(host))[counter] >= unanswered(host));
        }
    }
}

TEST_CASE("a probe of a host that doesn't answer ends in the scraper's time", "[lab]")
{
    const Exporter exporter{{}};
    const auto [host, reason] = GENERATE(table<std::string, std::string>(
        {{"10.0.9.1", ""}, {"10.0.7.1", "Destination Host Unreachable"}, {"10.0.8.1", "Packet filtered"}}));
    const auto begun = std::chrono::steady_clock::now();
    const auto samples =
        exporter.get("/probe?count=2&target=" + host, {"--header", "X-Prometheus-Scrape-Timeout-Seconds: 1.5"});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    CHECK(samples["probe_success"] == 0);
    CHECK(samples["probe_ip_protocol"] == 4);
    CHECK(samples["probe_icmp_duration_seconds{phase=\"rtt\"}"] == 0);
    CHECK_FALSE(samples.has("probe_icmp_reply_hop_limit"));
    CHECK(samples["libnet_ping_probe_requests"] == 2);
    CHECK(took.count() < 4.5);  // five seconds, if the scraper said nothing
    if (reason.empty()) {
        CHECK(took.count() > 0.9);
        CHECK(samples["libnet_ping_probe_lost"] == 2);
    } else {
        CHECK(samples["libnet_ping_probe_lost"] == 0);
        CHECK(samples["libnet_ping_probe_errors{reason=\"" + reason + "\"}"] == 2);
    }
}

TEST_CASE("probes of clients that have left make room for others", "[lab]")
{
    const Exporter exporter{{"--max-probes", "4"}};
    {
        std::vector<std::unique_ptr<RawClient>> leaving;
        for (int i = 0; i < 4; ++i) {
            leaving.push_back(std::make_unique<RawClient>(exporter.endpoint()));
            leaving.back()->send("GET /probe?target=10.0.9.1&timeout=60 HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        exporter.wait_for("libnet_ping_probes_running", 4);
    }
    CHECK(exporter.get("/probe?target=alpha")["probe_success"] == 1);
}

TEST_CASE("a probe tells how many of its requests were answered", "[lab]")
{
    const Exporter exporter{{}};
    const auto samples = exporter.get("/probe?target=beta&module=icmp6&count=8&timeout=1");
    CHECK(samples["probe_success"] == 1);
    CHECK(samples["probe_ip_protocol"] == 6);
    CHECK(samples["probe_icmp_reply_hop_limit"] == 61);
    CHECK(samples["libnet_ping_probe_requests"] == 8);
    CHECK(samples["libnet_ping_probe_responses"] == 6);
    CHECK(samples["libnet_ping_probe_lost"] == 2);
}

TEST_CASE("a name that doesn't resolve is tried again, and one that changes is followed", "[lab]")
{
    Exporter exporter{{"-i", "0.02", "--refresh", "0.2", "moving.test"}};
    const std::string unresolved = "libnet_ping_unresolved{host=\"moving.test\"}";
    CHECK(exporter.wait_for("libnet_ping_failed_lookups_total{host=\"moving.test\"}", 2)[unresolved] == 1);

    name_host("10.0.4.2", "moving.test");
    const auto first = "smokeping_requests_total" + labels("10.0.4.2", "moving.test");
    const auto there = exporter.wait_for(first, 2);
    CHECK(there[first] >= 2);
    CHECK(there[unresolved] == 0);

    name_host("10.0.6.2", "moving.test");
    const auto second = "smokeping_requests_total" + labels("10.0.6.2", "moving.test");
    const auto moved = exporter.wait_for(second, 2);
    CHECK(moved[second] >= 2);
    CHECK_FALSE(moved.has(first));

    name_host("192.0.2.1", "other.test");  // the name is gone, the host is still watched
    const auto failed = moved["libnet_ping_failed_lookups_total{host=\"moving.test\"}"];
    const auto gone = exporter.wait_for("libnet_ping_failed_lookups_total{host=\"moving.test\"}", failed + 2);
    CHECK(gone[second] > moved[second]);
    CHECK(gone[unresolved] == 0);

    const auto done = exporter.stop();
    CHECK(done.exit_code == 0);
    CHECK(done.err.find("moving.test: has the address 10.0.4.2 now\n") != std::string::npos);
    CHECK(done.err.find("moving.test: has the address 10.0.6.2 now\n") != std::string::npos);
}

}  // namespace ping_exporter_tests
