// What a PingExporter decides, without a socket.

#include <libnet/engine/ping/exporter_hosts.hpp>
#include <libnet/engine/ping/response_histogram.hpp>
#include <libnet/impl/ping/exporter_target.hpp>
#include <libnet/impl/ping/exporter_targets.hpp>
#include <libnet/impl/ping/probe_report.hpp>
#include <libnet/impl/ping/probe_request.hpp>
#include <tests/support/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace ping_exporter_parts_tests {

using namespace libnet;
using namespace libnet::detail;
using namespace std::chrono_literals;

namespace {

/// What a reader says of a bad value, or "" when it takes it.
std::string complaint_of(const std::function<void()>& read)
{
    try {
        read();
        return {};
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

ProbeRequest request(std::string_view query, std::string_view scrape_timeout = {})
{
    wire::HttpFields fields;
    if (!scrape_timeout.empty()) fields.add("x-prometheus-scrape-timeout-seconds", scrape_timeout);
    return read_probe_request(query, fields);
}

std::string refusal(std::string_view query, std::string_view scrape_timeout = {})
{
    return complaint_of([&] { request(query, scrape_timeout); });
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// How many of a histogram's values are in this bucket alone.
std::uint64_t in_bucket(std::chrono::nanoseconds value, std::size_t bucket)
{
    engine::ResponseHistogram histogram;
    histogram.add(value);
    return histogram.metric().buckets[bucket];
}

}  // namespace

TEST_CASE("an exporter's ranges become hosts, and each is there once", "[service][exporter]")
{
    using Hosts = std::vector<std::string>;
    CHECK(engine::exporter_hosts(
              {"b.test", "a-b.test", "192.0.2.0/30", "192.0.2.2", "b.test", "2001:db8::1-2001:db8::2"}) ==
          Hosts{"b.test", "a-b.test", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"});
    CHECK(engine::exporter_hosts({}).empty());
    CHECK(engine::exporter_hosts({"10.0.0.0/16"}).size() == 65'534);
    CHECK(contains(complaint_of([] { engine::exporter_hosts({"10.0.0.0/8"}); }), "16777214 hosts are too many"));
    CHECK(contains(complaint_of([] {
                       engine::exporter_hosts({"10.0.0.0/16", "10.1.0.1-9"});
                   }),
                   "more than 65536 hosts"));
    CHECK(contains(complaint_of([] { engine::exporter_hosts({"10.0.0.0/33"}); }),
                   "10.0.0.0/33: expected a prefix length"));
}

TEST_CASE("an exporter's hosts are visited some at a time, while others come and go", "[service][exporter]")
{
    ExporterTargets targets;
    for (std::size_t host = 0; host < 5; ++host) targets.add(KeptName{host}, "h" + std::to_string(host));
    std::string visited;
    const auto visit = [&](const ExporterTarget& target) { visited += target.name() + ' '; };
    const auto second = targets.visit_some(0, 2, visit);
    REQUIRE(second.has_value());
    targets.keep_only({"h0", "h1", "h3", "h4"}, [](KeptName, const ExporterTarget&) {});  // h2 was next
    targets.add(KeptName{5}, "h5");
    const auto third = targets.visit_some(*second, 2, visit);
    REQUIRE(third.has_value());
    CHECK(targets.visit_some(*third, 2, visit) == std::nullopt);
    CHECK(visited == "h0 h1 h3 h4 h5 ");
    CHECK(ExporterTargets{}.visit_some(0, 2, visit) == std::nullopt);
}

TEST_CASE("response times fall into smokeping_prober's buckets, bounds included", "[service][exporter]")
{
    CHECK(in_bucket(0ns, 0) == 1);
    CHECK(in_bucket(-1ns, 0) == 1);
    CHECK(in_bucket(50us, 0) == 1);
    CHECK(in_bucket(50us + 1ns, 1) == 1);
    CHECK(in_bucket(100us, 1) == 1);
    CHECK(in_bucket(100us + 1ns, 2) == 1);
    CHECK(in_bucket(26'214'400us, 19) == 1);
    CHECK(in_bucket(26'214'400us + 1ns, 20) == 1);
    CHECK(in_bucket(std::chrono::hours{24}, 20) == 1);

    engine::ResponseHistogram histogram;
    histogram.add(1ms);
    histogram.add(500us);
    CHECK(histogram.metric().sum == 0.0015);
    CHECK(histogram.metric().bounds[0] == 5e-05);
    CHECK(histogram.metric().bounds[19] == 26.2144);
}

TEST_CASE("a request for a probe is read as blackbox_exporter reads it", "[service][exporter]")
{
    const auto plain = request("target=a.test");
    CHECK(plain.target == "a.test");
    CHECK(plain.family == io::AddressFamily::any);
    CHECK(plain.count == 1);
    CHECK(plain.time == 5s);

    const auto full = request("module=icmp6&target=2001%3Adb8%3A%3A1&count=10&timeout=2.5");
    CHECK(full.target == "2001:db8::1");
    CHECK(full.family == io::AddressFamily::ipv6);
    CHECK(full.count == 10);
    CHECK(full.time == 2500ms);
    CHECK(request("target=[::1]").target == "::1");
    CHECK(request("target=%5Bfe80::1%25lo%5D").target == "fe80::1%lo");
    CHECK(request("target=[a]").target == "[a]");
    CHECK(request("target=a&module=icmp4").family == io::AddressFamily::ipv4);
    CHECK(request("target=a&module=icmp").family == io::AddressFamily::any);
    CHECK(read_probe_request("target=a", {}, io::AddressFamily::ipv4).family == io::AddressFamily::ipv4);
}

TEST_CASE("a probe ends half a second before the scraper gives up", "[service][exporter]")
{
    CHECK(request("target=a", "10").time == 9500ms);
    CHECK(request("target=a", "3.25").time == 2750ms);
    CHECK(request("target=a", "0.8").time == 400ms);  // too short for that: half of it
    CHECK(request("target=a", "1").time == 500ms);
    CHECK(request("target=a", "600").time == 2min);
    CHECK(request("target=a&timeout=2", "10").time == 2s);
    CHECK(request("target=a&timeout=20", "10").time == 9500ms);
}

TEST_CASE("a bad request for a probe is refused in words", "[service][exporter]")
{
    CHECK(contains(refusal(""), "target is missing"));
    CHECK(contains(refusal("target="), "target is missing"));
    CHECK(contains(refusal("module=icmp"), "target is missing"));
    CHECK(refusal("target=a&module=http_2xx") == "module: 'http_2xx' is unknown: there are icmp, icmp4 and icmp6");
    CHECK(contains(refusal("target=a&count=0"), "count: '0' is not a whole number from 1 to 100"));
    CHECK(contains(refusal("target=a&count=101"), "count: '101' is not"));
    CHECK(contains(refusal("target=a&count=x"), "count: 'x' is not"));
    CHECK(contains(refusal("target=a&timeout=0"), "timeout: '0' is not a number of seconds"));
    CHECK(contains(refusal("target=a&timeout=121"), "timeout: '121' is not"));
    CHECK(contains(refusal("target=a&timeout=nan"), "timeout: 'nan' is not"));
    CHECK(
        contains(refusal("target=a&cuont=1"), "'cuont' is no parameter: there are target, module, count and timeout"));
    CHECK(refusal("target=a&target=b") == "a parameter is there twice");
    CHECK(refusal("target=%zz") == "a percent sign without two hexadecimal digits");
    for (const auto* bad : {"x", "-1", "0", "inf", "1e99"}) {
        INFO(bad);
        CHECK(contains(refusal("target=a", bad), "X-Prometheus-Scrape-Timeout-Seconds: '"));
    }
}

TEST_CASE("several requests of a probe leave half of its time for the last answer", "[service][exporter]")
{
    CHECK(probe_interval(1s, 10s, 1) == 1s);
    CHECK(probe_interval(1s, 10s, 5) == 1s);
    CHECK(probe_interval(1s, 10s, 10) == 500ms);
    CHECK(probe_interval(200ms, 10s, 10) == 200ms);
    CHECK(probe_interval(1s, 0s, 100) == 0s);
}

TEST_CASE("a probe's report has blackbox_exporter's families, and ours", "[service][exporter]")
{
    ProbeReport report;
    report.lookup = 1ms;
    report.setup = 20us;
    report.all = 15ms;
    report.address = boost::asio::ip::make_address("192.0.2.1");
    report.numbers.sent = 4;
    report.numbers.received = 2;
    report.numbers.late = 1;
    report.numbers.lost = 1;
    report.numbers.duplicates = 5;
    report.numbers.rtt.min = 10ms;
    report.numbers.rtt.mean = 11ms;
    report.numbers.rtt.max = 12ms;
    report.ttl = 61;
    report.errors["Time to live exceeded"] = 1;
    const auto text = write_probe_report(wire::MetricsFormat::prometheus_0_0_4, report);
    for (const auto* line : {
             "probe_dns_lookup_time_seconds 0.001",
             "probe_duration_seconds 0.015",
             "probe_icmp_duration_seconds{phase=\"resolve\"} 0.001",
             "probe_icmp_duration_seconds{phase=\"setup\"} 2e-05",
             "probe_icmp_duration_seconds{phase=\"rtt\"} 0.011",
             "probe_icmp_reply_hop_limit 61",
             "probe_ip_addr_hash 1969986452",
             "probe_ip_protocol 4",
             "probe_success 1",
             "libnet_ping_probe_unresolved 0",
             "libnet_ping_probe_requests 4",
             "libnet_ping_probe_responses 2",
             "libnet_ping_probe_late 1",
             "libnet_ping_probe_lost 1",
             "libnet_ping_probe_duplicates 5",
             "libnet_ping_probe_rtt_min_seconds 0.01",
             "libnet_ping_probe_rtt_max_seconds 0.012",
             "libnet_ping_probe_errors{reason=\"Time to live exceeded\"} 1",
         })
    {
        INFO(line);
        CHECK(contains(text, '\n' + std::string{line} + '\n'));
    }
}

TEST_CASE("the report on a target without an address is all zeros, and has no hop limit", "[service][exporter]")
{
    ProbeReport report;
    report.lookup = report.all = 3ms;
    const auto text = write_probe_report(wire::MetricsFormat::open_metrics_1_0, report);
    CHECK(contains(text, "\nprobe_success 0\n"));
    CHECK(contains(text, "\nprobe_ip_protocol 0\n"));
    CHECK(contains(text, "\nprobe_ip_addr_hash 0\n"));
    CHECK(contains(text, "\nprobe_dns_lookup_time_seconds 0.003\n"));
    CHECK(contains(text, "\nprobe_icmp_duration_seconds{phase=\"resolve\"} 0.0\n"));
    CHECK(contains(text, "\nlibnet_ping_probe_unresolved 1\n"));
    CHECK_FALSE(contains(text, "hop_limit"));
    CHECK(text.ends_with("# EOF\n"));
}

TEST_CASE("a probe counts once in the last day, however often more is told of it", "[service][exporter]")
{
    ExporterTarget target{"host", ExporterTarget::Remembers::day};
    const auto hour = [&target] { return target.day()->summary(ExporterTarget::second_now(), 60); };
    const auto address = boost::asio::ip::make_address("192.0.2.1");
    const PingTarget handle{1, 1};
    for (std::uint64_t i = 0; i < 3; ++i) target.on_event(PingLost{handle, i, address});
    CHECK(hour().ended == 3);
    CHECK(target.day()->state() == engine::DayHistory::State::down);

    PingError error;
    error.target = handle;
    error.from = address;
    error.type = 3;
    target.on_event(error);  // of probe 0, which is lost already
    CHECK(hour().ended == 3);
    CHECK(hour().lost == 3);
    error.sequence = 3;
    target.on_event(error);  // the first that is heard of probe 3
    CHECK(hour().ended == 4);
    CHECK(hour().lost == 4);

    PingLate late;
    late.target = handle;
    late.sequence = 1;
    late.rtt = 2500us;
    target.on_event(late);
    CHECK(hour().ended == 4);
    CHECK(hour().lost == 3);
    CHECK(hour().p50 == 2500);
    CHECK(target.day()->state() == engine::DayHistory::State::up);
    target.on_event(late);  // nothing is taken back twice
    CHECK(hour().lost == 3);
    late.sequence = 2;
    late.target.generation = 2;  // that of another address
    target.on_event(late);
    CHECK(hour().lost == 3);
}

TEST_CASE("of the probes that were lost the last ones are remembered", "[service][exporter]")
{
    RecentLosses losses;
    for (std::uint64_t i = 0; i < 1000; ++i) losses.add({}, i, 7);
    CHECK_FALSE(losses.take({}, 1000 - RecentLosses::most - 1));
    CHECK(losses.take({}, 1000 - RecentLosses::most) == 7);
    CHECK(losses.take({}, 999) == 7);
    CHECK_FALSE(losses.take({}, 999));
}

}  // namespace ping_exporter_parts_tests
