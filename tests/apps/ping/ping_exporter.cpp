// ping++ --listen as Prometheus and its administrator meet it.

#include <libnet/config.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace ping_exporter_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

const std::string one = R"({ip="127.0.0.1",host="127.0.0.1",source="",tos="0"})";
const std::string open_metrics = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5";

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// The body and, behind it, the status.
std::string with_status(const std::string& url, Arguments options = {})
{
    options.insert(options.end(), {"--write-out", "%{http_code}", url});
    return curl(options).out;
}

/// Takes about nine seconds, whatever the machine: ten requests, one a second.
const std::string slow_probe = "/probe?target=127.0.0.1&count=10&timeout=20";

}  // namespace

TEST_CASE("an exporter watches the hosts it is given, in smokeping_prober's names", "[apps][exporter]")
{
    if (!can_ping()) return;
    Exporter exporter{{"-i", "0.02", "-Q", "0x10", "127.0.0.1", "localhost", "-4", "127.0.0.1", "nowhere.invalid"}};
    const std::string labels = R"({ip="127.0.0.1",host="127.0.0.1",source="",tos="16")",
                      name = R"({ip="127.0.0.1",host="localhost",source="",tos="16"})";
    const auto samples = exporter.wait_for("smokeping_requests_total" + labels + "}", 5);
    const auto requests = samples["smokeping_requests_total" + labels + "}"];
    CHECK(requests >= 5);
    CHECK(samples["smokeping_response_duration_seconds_count" + labels + "}"] == requests);
    CHECK(samples["smokeping_response_duration_seconds_bucket" + labels + ",le=\"+Inf\"}"] == requests);
    CHECK(samples["smokeping_response_duration_seconds_bucket" + labels + ",le=\"26.2144\"}"] == requests);
    CHECK(samples.has("smokeping_response_duration_seconds_bucket" + labels + ",le=\"5e-05\"}"));
    CHECK(samples["smokeping_response_duration_seconds_sum" + labels + "}"] > 0);
    CHECK(samples["smokeping_response_ttl" + labels + "}"] == 64);
    CHECK(samples["smokeping_response_duplicates_total" + labels + "}"] == 0);
    CHECK(samples["smokeping_send_errors_total" + labels + "}"] == 0);
    CHECK(samples["libnet_ping_lost_total" + labels + "}"] == 0);
    CHECK(samples["libnet_ping_late_total" + labels + "}"] == 0);
    CHECK(samples["smokeping_requests_total" + name] > 0);

    CHECK(samples["libnet_ping_targets"] == 3);
    CHECK(samples["libnet_ping_unresolved{host=\"nowhere.invalid\"}"] == 1);
    CHECK(samples["libnet_ping_failed_lookups_total{host=\"nowhere.invalid\"}"] >= 1);
    CHECK(samples["libnet_ping_unresolved{host=\"localhost\"}"] == 0);
    for (const std::string own : {"rx_dropped", "unmatched", "checksum_errors"}) {
        INFO(own);
        CHECK(samples.has("libnet_ping_" + own + "_total"));
    }
    CHECK(samples["libnet_ping_sched_lag_seconds{quantile=\"1\"}"] > 0);
    CHECK(samples["libnet_ping_build_info{version=\"" LIBNETXX_VERSION "\"}"] == 1);
    CHECK(samples["process_cpu_seconds_total"] > 0);
    CHECK(samples["process_open_fds"] > 3);

    const auto done = exporter.stop();
    CHECK(done.exit_code == 0);
    CHECK(done.out.empty());
    CHECK(has(done.err, "ping++: nowhere.invalid: no such host\n"));
}

TEST_CASE("an exporter without hosts answers for its own", "[apps][exporter]")
{
    if (!can_ping()) return;
    Exporter exporter{{}};
    CHECK(exporter.get("/metrics")["libnet_ping_targets"] == 0);
    CHECK(has(with_status(exporter.url("/")), "<a href=\"/metrics\">"));
    CHECK(with_status(exporter.url("/-/healthy")) == "healthy\n200");
    CHECK(with_status(exporter.url("/-/ready")) == "ready\n200");
    CHECK(has(with_status(exporter.url("/nothing")), "404"));
    CHECK(has(with_status(exporter.url("/metrics"), {"--data", "x"}), "405"));
    CHECK(has(curl({"--head", exporter.url("/metrics")}).out, "text/plain; version=0.0.4; charset=utf-8\r\n"));
    CHECK(has(curl({"--include", "--header", open_metrics, exporter.url("/metrics")}).out,
              "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
}

TEST_CASE("an exporter probes whom it is asked about, in blackbox_exporter's names", "[apps][exporter]")
{
    if (!can_ping()) return;
    const Exporter exporter{{}};
    const auto plain = exporter.get("/probe?target=127.0.0.1");
    CHECK(plain["probe_success"] == 1);
    CHECK(plain["probe_ip_protocol"] == 4);
    CHECK(plain["probe_icmp_reply_hop_limit"] == 64);
    CHECK(plain["probe_icmp_duration_seconds{phase=\"rtt\"}"] > 0);
    CHECK(plain["probe_duration_seconds"] >= plain["probe_icmp_duration_seconds{phase=\"rtt\"}"]);
    CHECK(plain["libnet_ping_probe_requests"] == 1);
    CHECK(exporter.get("/probe?target=localhost&module=icmp4")["probe_ip_protocol"] == 4);
    CHECK(exporter.get("/probe?target=%3A%3A1&module=icmp6")["probe_ip_protocol"] == 6);

    const auto several = exporter.get("/probe?target=127.0.0.1&count=5&timeout=0.5");
    CHECK(several["probe_success"] == 1);
    CHECK(several["libnet_ping_probe_requests"] == 5);
    CHECK(several["libnet_ping_probe_responses"] == 5);
    CHECK(several["libnet_ping_probe_rtt_min_seconds"] <= several["libnet_ping_probe_rtt_max_seconds"]);

    for (const std::string target :
         {"nowhere.invalid", "not%20a%20name", "10.0.0.0/8", "127.0.0.1&module=icmp6", "%00"}) {
        INFO(target);
        const auto unresolved = exporter.get("/probe?target=" + target);
        CHECK(unresolved["probe_success"] == 0);
        CHECK(unresolved["probe_ip_protocol"] == 0);
        CHECK(unresolved["libnet_ping_probe_unresolved"] == 1);
    }
    const auto own = exporter.get("/metrics");
    CHECK(own["libnet_ping_probes_total{outcome=\"success\"}"] == 4);
    CHECK(own["libnet_ping_probes_total{outcome=\"failure\"}"] == 5);
    CHECK(own["libnet_ping_probes_running"] == 0);
}

TEST_CASE("a probe has the series that blackbox_exporter has", "[apps][exporter]")
{
    if (!can_ping()) return;
    const TemporaryDirectory directory;
    const auto config = directory.write("blackbox.yml", "modules: {icmp: {prober: icmp, timeout: 5s}}\n").string();
    Process theirs{{"prometheus-blackbox-exporter", "--config.file=" + config, "--web.listen-address=127.0.0.1:0"}};
    const std::string announcement = "address=127.0.0.1:";
    if (!theirs.wait_for(announcement) || !theirs.wait_for("TLS is disabled")) {
        WARN("SKIPPED: there is no blackbox_exporter (Debian: prometheus-blackbox-exporter): " << theirs.err());
        return;
    }
    const auto at = theirs.err().find(announcement) + announcement.size();
    const auto port = theirs.err().substr(at, theirs.err().find_first_not_of("0123456789", at) - at);
    const Exporter ours{{}};
    for (const std::string target : {"127.0.0.1", "::1", "nowhere.invalid"}) {
        INFO(target);
        const auto path = "/probe?module=icmp&target=" + target;
        const Samples wanted{curl({"http://127.0.0.1:" + port + path}).out};
        const auto got = ours.get(path);
        CHECK(wanted.all().size() >= 8);
        for (const auto& [name, value] : wanted.all()) {
            INFO(name);
            CHECK(got.has(name));
            if (name.find("_seconds") == name.npos) CHECK(got[name] == value);
        }
    }
}

TEST_CASE("an exporter's command line bounds the family of its probes", "[apps][exporter]")
{
    if (!can_ping()) return;
    const Exporter exporter{{"-4"}};
    CHECK(exporter.get("/probe?target=localhost")["probe_ip_protocol"] == 4);
}

TEST_CASE("a bad request for a probe is a 400 with words", "[apps][exporter]")
{
    if (!can_ping()) return;
    const Exporter exporter{{}};
    CHECK(with_status(exporter.url("/probe")) == "Bad Request: target is missing: /probe?target=NAME\n400");
    CHECK(has(with_status(exporter.url("/probe?target=a&module=dns")), "400"));
    CHECK(has(
        with_status(exporter.url("/probe?target=127.0.0.1"), {"--header", "X-Prometheus-Scrape-Timeout-Seconds: x"}),
        "X-Prometheus-Scrape-Timeout-Seconds: 'x' is not a number of seconds"));
    const auto own = exporter.get("/metrics");
    CHECK(own["libnet_ping_probes_total{outcome=\"failure\"}"] == 0);
}

TEST_CASE("more probes than an exporter may run are refused, and nothing else is", "[apps][exporter]")
{
    if (!can_ping()) return;
    Exporter exporter{{"--max-probes", "2", "127.0.0.1"}};
    RawClient first{exporter.endpoint()}, second{exporter.endpoint()}, third{exporter.endpoint()};
    const auto request = "GET " + slow_probe + " HTTP/1.1\r\nHost: test\r\n\r\n";
    first.send(request);
    second.send(request);
    CHECK(exporter.wait_for("libnet_ping_probes_running", 2)["libnet_ping_probes_running"] == 2);
    const auto refused = third.exchange(request);
    CHECK(refused.status == 503);
    CHECK(has(refused.body, "too many probes are under way"));
    CHECK(exporter.get("/metrics")["libnet_ping_probes_total{outcome=\"refused\"}"] == 1);

    SECTION("the first signal lets them finish")
    {
        exporter.process().signal(SIGTERM);
        CHECK(Samples{first.receive().body}["probe_success"] == 1);
        CHECK(Samples{second.receive().body}["libnet_ping_probe_responses"] == 10);
        CHECK(exporter.process().wait().exit_code == 0);
    }
    SECTION("a second signal doesn't")
    {
        exporter.process().signal(SIGINT);
        CHECK(third.ended());  // it drains
        exporter.process().signal(SIGINT);
        CHECK(exporter.process().wait(5s).exit_code == 0);
        CHECK(first.receive_rest().empty());
    }
}

TEST_CASE("hostile clients don't keep an exporter from answering others", "[apps][exporter]")
{
    if (!can_ping()) return;
    Exporter exporter{{"127.0.0.1"}};
    for (const std::string text :
         {"\x16\x03\x01", "GET /metrics HTTP/1.1\r\n", "GET /probe?target=127.0.0.1 HTTP/1.1\r\nHost: a\r\n\r\n",
          "GET /probe?target=127.0.0.1&count=100&timeout=100 HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\n\r\n"})
    {
        RawClient leaves{exporter.endpoint()};
        leaves.try_send(text);
    }
    RawClient stays{exporter.endpoint()};
    stays.try_send(std::string(100'000, 'x'));
    CHECK(exporter.get("/probe?target=127.0.0.1")["probe_success"] == 1);
    RawClient idle{exporter.endpoint()};
    exporter.process().signal(SIGTERM);
    CHECK(idle.ended());  // it drains, for one of those who left has asked for a hundred requests
    exporter.process().signal(SIGTERM);
    CHECK(exporter.process().wait(5s).exit_code == 0);
}

TEST_CASE("other implementations read what an exporter writes", "[apps][exporter]")
{
    if (!can_ping()) return;
    Exporter exporter{{"-i", "0.02", "127.0.0.1", "::1", "nowhere.invalid", "\xFF\"\\"}};
    exporter.wait_for("smokeping_requests_total" + one, 2);
    for (const std::string path : {"/metrics", "/probe?target=127.0.0.1", "/probe?target=nowhere.invalid"}) {
        INFO(path);
        const auto older = curl({exporter.url(path)}).out;
        const auto newer = curl({"--header", open_metrics, exporter.url(path)}).out;

        const auto promtool = run({"promtool", "check", "metrics"}, {}, older);
        if (promtool.exit_code == 127) WARN("SKIPPED: there is no promtool (Debian: prometheus)");
        else CHECK(promtool.out + promtool.err == "");

        const std::string script =
            "from prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n"
            "import sys\n"
            "print(len(list(read(sys.stdin.read()))))\n";
        if (run({"/usr/bin/python3", "-c", "import prometheus_client.openmetrics.parser"}).exit_code != 0) {
            WARN("SKIPPED: there is no OpenMetrics parser (Debian: python3-prometheus-client)");
            continue;
        }
        const auto parsed = run({"/usr/bin/python3", "-c", script}, {}, newer);
        INFO(parsed.err);
        CHECK(parsed.exit_code == 0);
        CHECK(std::stoi("0" + parsed.out) >= 15);
    }
}

TEST_CASE("an exporter that can't start says why", "[apps][exporter]")
{
    if (!can_ping()) return;
    const Exporter first{{}};
    const auto taken = run({program("ping++"), "--listen", first.port()});
    CHECK(taken.exit_code == 2);
    CHECK(taken.out.empty());
    CHECK(taken.err == "ping++: cannot listen on 127.0.0.1:" + first.port() +
                           ": Address already in use: choose another --listen, or end the program that has it\n");
    for (const auto& arguments : std::initializer_list<Arguments>{{"--listen", "nowhere:1"},
                                                                  {"--listen", "0", "-c", "3", "127.0.0.1"},
                                                                  {"--listen", "0", "-w", "3", "127.0.0.1"},
                                                                  {"--listen", "0", "10.0.0.0/8"},
                                                                  {"--listen", "0", "--max-probes", "0"},
                                                                  {"--listen", "0", "--refresh", "0"}})
    {
        auto all = arguments;
        all.insert(all.begin(), program("ping++"));
        const auto refused = run(all);
        INFO(arguments.back());
        CHECK(refused.exit_code == 2);
        CHECK(refused.out.empty());
        CHECK(refused.err.starts_with("ping++: "));
    }
}

}  // namespace ping_exporter_tests
