// What a TraceExporter is asked for at /probe, and what it tells, without a socket.

#include <libnet/impl/trace/trace_probe_report.hpp>
#include <libnet/impl/trace/trace_probe_request.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace trace_probe_tests {

using namespace libnet;
using namespace libnet::detail;
using namespace std::chrono_literals;

namespace {

const auto router = boost::asio::ip::make_address("192.0.2.1");
const auto other = boost::asio::ip::make_address("192.0.2.2");
const auto host = boost::asio::ip::make_address("198.51.100.9");

TraceProbeRequest request(std::string_view query, const TraceProbeRequest& usual = {})
{
    return read_trace_probe(query, {}, usual);
}

bool has_line(const std::string& text, const std::string& line)
{
    return text.find('\n' + line + '\n') != std::string::npos;
}

}  // namespace

TEST_CASE("a request for a path says how it is traced, and the exporter what it leaves out", "[service][exporter]")
{
    TraceProbeRequest usual;
    usual.family = io::AddressFamily::ipv6;
    usual.trace.method = TraceProbe::tcp;
    usual.trace.port = 443;
    usual.trace.probes = 2;
    const auto plain = request("target=a.test", usual);
    CHECK(plain.target == "a.test");
    CHECK(plain.family == io::AddressFamily::ipv6);
    CHECK(plain.trace.method == TraceProbe::tcp);
    CHECK(plain.trace.port == 443);
    CHECK(plain.trace.probes == 2);
    CHECK(plain.time == 5s);
    CHECK(plain.trace.timeout == 2500ms);  // silence has to be given up in time
    const auto other_one = request("target=[::1]&module=icmp4&probes=3&timeout=60", usual);
    CHECK(other_one.target == "::1");
    CHECK(other_one.family == io::AddressFamily::ipv4);
    CHECK(other_one.trace.method == TraceProbe::icmp);
    CHECK(other_one.trace.port == 0);
    CHECK(other_one.trace.probes == 3);
    CHECK(other_one.trace.timeout == 5s);
    CHECK(request("target=a&module=tcp", usual).trace.port == 443);
    CHECK(request("target=a&module=tcp", usual).family == io::AddressFamily::any);
    CHECK(request("target=a&module=udp6").family == io::AddressFamily::ipv6);
    CHECK(request("target=a&timeout=0.001").trace.timeout == 1ms);
}

TEST_CASE("a bad request for a path is refused in words", "[service][exporter]")
{
    CHECK_THROWS_WITH(request("target=a&module=icmp5"),
                      "module: 'icmp5' is unknown: there are udp, icmp and tcp, each with a 4 or a 6 behind it, too");
    CHECK_THROWS_WITH(request("target=a&module=4"),
                      "module: '4' is unknown: there are udp, icmp and tcp, each with a 4 or a 6 behind it, too");
    CHECK_THROWS_WITH(request("target=a&probes=11"), "probes: '11' is not a whole number from 1 to 10");
    CHECK_THROWS_WITH(request("target=a&count=1"),
                      "'count' is no parameter: there are target, module, probes and timeout");
    CHECK_THROWS_AS(request("module=icmp"), std::invalid_argument);
}

TEST_CASE("the answer to a request for a path has its hops", "[service][exporter]")
{
    TraceProbeReport report;
    report.lookup = 2ms;
    report.all = 1500ms;
    report.address = host;
    report.path.target = host;
    report.path.stop_reason = TraceStop::reached;
    const TraceHop first{.ttl = 1, .probe = 1, .from = router, .rtt = 4ms};
    const TraceHop second{.ttl = 1, .probe = 2, .from = router, .rtt = 3ms};
    const TraceHop third{.ttl = 1, .probe = 3, .from = other, .rtt = 5ms};
    const TraceHop last{.ttl = 2, .probe = 1, .from = host, .rtt = 7ms, .kind = TraceAnswer::reached};
    report.path.hops = {{1, {first, second, third}}, {2, {last, TraceLost{.ttl = 2, .probe = 2}}}};
    const auto text = TraceProbeMetrics{wire::MetricsFormat::prometheus_0_0_4, report}.write();
    INFO(text);
    CHECK(has_line(text, "probe_success 1"));
    CHECK(has_line(text, "probe_duration_seconds 1.5"));
    CHECK(has_line(text, "probe_ip_protocol 4"));
    CHECK(has_line(text, "libnet_trace_probe_unresolved 0"));
    CHECK(has_line(text, "libnet_trace_probe_distance_hops 2"));
    CHECK(has_line(text, R"(libnet_trace_probe_stop{reason="reached"} 1)"));
    CHECK(has_line(text, R"(libnet_trace_probe_hop_sent{ttl="1"} 3)"));
    CHECK(has_line(text, R"(libnet_trace_probe_hop_sent{ttl="2"} 2)"));
    CHECK(has_line(text, R"(libnet_trace_probe_hop_received{ttl="1",hop="192.0.2.1"} 2)"));
    CHECK(has_line(text, R"(libnet_trace_probe_hop_received{ttl="1",hop="192.0.2.2"} 1)"));
    CHECK(has_line(text, R"(libnet_trace_probe_hop_received{ttl="2",hop="198.51.100.9"} 1)"));
    CHECK(has_line(text, R"(libnet_trace_probe_hop_rtt_seconds{ttl="1",hop="192.0.2.1"} 0.003)"));
    CHECK(text.find("libnet_trace_probe_error") == std::string::npos);
}

TEST_CASE("a path that couldn't be traced says why", "[service][exporter]")
{
    TraceProbeReport report;
    const auto unresolved = TraceProbeMetrics{wire::MetricsFormat::open_metrics_1_0, report}.write();
    CHECK(has_line(unresolved, "libnet_trace_probe_unresolved 1"));
    CHECK(has_line(unresolved, "probe_success 0"));
    CHECK(unresolved.ends_with("# EOF\n"));
    CHECK(unresolved.find("libnet_trace_probe_stop") == std::string::npos);  // there was no trace
    report.address = host;
    report.path.stop_reason = TraceStop::send_failed;
    report.error = "Network is unreachable";
    const auto failed = TraceProbeMetrics{wire::MetricsFormat::open_metrics_1_0, report}.write();
    CHECK(has_line(failed, R"(libnet_trace_probe_stop{reason="send_failed"} 1)"));
    CHECK(has_line(failed, R"(libnet_trace_probe_error{reason="Network is unreachable"} 1)"));
    CHECK(has_line(failed, "libnet_trace_probe_distance_hops 0"));
}

}  // namespace trace_probe_tests
