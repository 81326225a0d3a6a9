// trace++ --listen as Prometheus meets it.

#include <libnet/config.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/silent_port.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

namespace trace_listen_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

/// Whether the path to this host is watched, or isn't, within some seconds.
bool wait_for(const Exporter& exporter, const std::string& host, bool there)
{
    const auto sample = "libnet_trace_unresolved{target=\"" + host + "\"}";
    for (int i = 0; i < 400; ++i) {
        const auto value = exporter.get("/metrics")[sample];
        if (there ? value == 0 : std::isnan(value)) return true;
        std::this_thread::sleep_for(50ms);
    }
    return false;
}

}  // namespace

TEST_CASE("an exporter of paths tells of each hop and target", "[apps][exporter]")
{
    Exporter exporter{{"-4", "--interval", "0.1", "127.0.0.1", "localhost", "nowhere.invalid"}, "trace++"};
    const std::string hop = R"({target="127.0.0.1",ttl="1",hop="127.0.0.1"})";
    const auto samples = exporter.wait_for("libnet_trace_hop_received_total" + hop, 3);
    CHECK(samples["libnet_trace_hop_received_total" + hop] >= 3);
    CHECK(samples["libnet_trace_hop_sent_total" + hop] == samples["libnet_trace_hop_received_total" + hop]);
    CHECK(samples["libnet_trace_hop_path_loss_ratio" + hop] == 0);
    CHECK(samples[R"(libnet_trace_hop_rtt_seconds{target="127.0.0.1",ttl="1",hop="127.0.0.1",quantile="0.95"})"] > 0);
    CHECK(samples[R"(libnet_trace_hop_verdict{target="127.0.0.1",ttl="1",hop="127.0.0.1",verdict="reached"})"] == 1);
    CHECK(samples[R"(libnet_trace_distance_hops{target="127.0.0.1"})"] == 1);
    CHECK(samples[R"(libnet_trace_path_changes_total{target="127.0.0.1"})"] == 0);
    CHECK(samples[R"(libnet_trace_unresolved{target="nowhere.invalid"})"] == 1);
    CHECK(samples[R"(libnet_trace_unresolved{target="localhost"})"] == 0);
    CHECK(samples.has("libnet_trace_forged_total"));
    CHECK(samples.has("libnet_trace_unmatched_total"));
    CHECK(samples.has("libnet_trace_anonymous_total"));
    CHECK(samples["libnet_trace_build_info{version=\"" LIBNETXX_VERSION "\"}"] == 1);
    const auto localhost = exporter.wait_for(R"(libnet_trace_rounds_total{target="localhost"})", 1);
    CHECK(localhost[R"(libnet_trace_reached_rounds_total{target="localhost"})"] >= 1);
    CHECK(curl({exporter.url("/-/healthy")}).out == "healthy\n");

    const auto taken = run({program("trace++"), "--listen", exporter.port(), "127.0.0.1"});
    CHECK(taken.exit_code == 2);
    CHECK(taken.err.find("choose another --listen") != std::string::npos);
    const auto done = exporter.stop();
    CHECK(done.exit_code == 0);
    CHECK(done.out.empty());
}

TEST_CASE("an exporter of paths reads its hosts again, and those that stay keep their numbers", "[apps][exporter]")
{
    const TemporaryDirectory directory;
    const auto list = (directory.path() / "hosts").string();
    std::ofstream{list} << "127.0.0.1\n127.0.0.2\n";
    Exporter exporter{{"--interval", "0.1", "--targets", list, "127.0.0.9"}, "trace++"};
    const std::string rounds = R"(libnet_trace_rounds_total{target="127.0.0.1"})";
    const auto before = exporter.wait_for(rounds, 5)[rounds];
    REQUIRE(before >= 5);
    std::ofstream{list} << "127.0.0.1\n127.0.0.4-5\n";
    exporter.process().signal(SIGHUP);
    CHECK(wait_for(exporter, "127.0.0.5", true));
    CHECK(wait_for(exporter, "127.0.0.2", false));
    CHECK(wait_for(exporter, "127.0.0.9", true));
    CHECK(exporter.get("/metrics")[rounds] >= before);

    std::ofstream{list} << "127.0.0.1\n";
    CHECK(curl({"-X", "POST", exporter.url("/-/reload")}).out == "reloaded: 2 hosts\n");
    std::ofstream{list} << "10.0.0.0/33\n";
    const auto wrong = curl({"-X", "POST", "-w", "%{http_code}", exporter.url("/-/reload")});
    CHECK(wrong.out.find("nothing has changed") != std::string::npos);
    CHECK(wrong.out.ends_with("500"));
    CHECK(wait_for(exporter, "127.0.0.4", false));
    CHECK(wait_for(exporter, "127.0.0.1", true));
    CHECK(exporter.stop().exit_code == 0);
}

TEST_CASE("an exporter of paths traces a host that it is asked about", "[apps][exporter]")
{
    Exporter exporter{{"-4", "--interval", "3600", "127.0.0.9"}, "trace++"};
    const auto here = exporter.get("/probe?target=127.0.0.1&probes=2&timeout=60");
    CHECK(here["probe_success"] == 1);
    CHECK(here["probe_ip_protocol"] == 4);
    CHECK(here["libnet_trace_probe_distance_hops"] == 1);
    CHECK(here[R"(libnet_trace_probe_hop_sent{ttl="1"})"] == 2);
    CHECK(here[R"(libnet_trace_probe_hop_received{ttl="1",hop="127.0.0.1"})"] >= 1);
    CHECK(here[R"(libnet_trace_probe_hop_rtt_seconds{ttl="1",hop="127.0.0.1"})"] > 0);
    for (const std::string module : {"tcp4", "udp4"})
        CHECK(exporter.get("/probe?timeout=60&target=localhost&module=" + module)["probe_success"] == 1);
    const auto nowhere = exporter.get("/probe?target=nowhere.invalid&timeout=60");
    CHECK(nowhere["probe_success"] == 0);
    CHECK(nowhere["libnet_trace_probe_unresolved"] == 1);
    const auto broadcast = exporter.get("/probe?target=127.255.255.255&timeout=60");
    CHECK(broadcast["probe_success"] == 0);
    CHECK(broadcast[R"(libnet_trace_probe_error{reason="Permission denied"})"] == 1);
    CHECK(exporter.get("/probe?target=127.0.0.1&timeout=0.001").has("probe_success"));  // whatever can be found by then
    const auto wrong = curl({"-w", "%{http_code}", exporter.url("/probe?target=127.0.0.1&module=smoke")});
    CHECK(wrong.out.starts_with("Bad Request: module: 'smoke' is unknown"));
    CHECK(wrong.out.ends_with("400"));
    CHECK(exporter.stop().exit_code == 0);
}

TEST_CASE("a path whose client has left doesn't keep the next client out", "[apps][exporter]")
{
    const SilentPort silent;
    Exporter exporter{{"-4", "-U", "-p", silent.text(), "--interval", "3600", "--max-probes", "1", "127.0.0.9"},
                      "trace++"};
    const auto url = exporter.url("/probe?timeout=60&target=127.0.0.1");  // takes five seconds
    CHECK(curl({"--max-time", "1", url}).exit_code == 28);
    CHECK(exporter.get("/probe?timeout=60&target=127.0.0.1&module=tcp4")["probe_success"] == 1);
    CHECK(exporter.stop().exit_code == 0);
}

TEST_CASE("a path that can't be traced yet is refused, and the scraper told to come again", "[apps][exporter]")
{
    const SilentPort silent;
    Exporter exporter{{"-4", "-U", "-p", silent.text(), "--interval", "3600", "--max-probes", "1", "127.0.0.9"},
                      "trace++"};
    const auto url = exporter.url("/probe?timeout=60&target=127.0.0.1");  // takes five seconds
    Process first{{"curl", "--silent", "--verbose", "--noproxy", "*", "--max-time", "60", url}};
    REQUIRE(first.wait_for("> GET /probe"));  // was sent
    const auto second = curl({"-w", "%{http_code}", exporter.url("/probe?timeout=60&target=127.0.0.1&module=tcp4")});
    CHECK(second.out == "Service Unavailable: too many probes are under way; try again\n503");
    const Samples answer{first.wait().out};  // isn't disturbed
    CHECK(answer["probe_success"] == 0);
    CHECK(answer["libnet_trace_probe_unresolved"] == 0);
    CHECK(exporter.get("/probe?timeout=60&target=127.0.0.1&module=tcp4")["probe_success"] == 1);
    CHECK(exporter.stop().exit_code == 0);
}

TEST_CASE("an exporter says which address lacks its interface", "[apps][exporter]")
{
    Exporter exporter{{"--interval", "0.1", "127.0.0.1", "fe80::1"}, "trace++"};
    const auto asked = curl({exporter.url("/probe?target=fe80::2&timeout=60")}).out;
    CHECK(asked.find("\nprobe_success 0\n") != asked.npos);
    CHECK(asked.find("libnet_trace_probe_error{reason=\"fe80::2: which interface? A link-local address needs its zone: "
                     "fe80::2%") != asked.npos);
    CHECK(exporter.process().wait_for(
        "trace++: fe80::1: which interface? A link-local address needs its zone: fe80::1%"));
    const auto samples = exporter.wait_for(R"(libnet_trace_rounds_total{target="127.0.0.1"})", 2);
    CHECK(samples[R"(libnet_trace_unresolved{target="fe80::1"})"] == 1);
    CHECK(exporter.stop().exit_code == 0);
}

TEST_CASE("SIGQUIT ends an exporter, and other signals that daemons know don't", "[apps][exporter]")
{
    Exporter exporter{{"127.0.0.1"}, "trace++"};
    for (const int signal : {SIGUSR1, SIGHUP, SIGPIPE}) {  // SIGUSR2 upgrades (exporter_life)
        exporter.process().signal(signal);
        CHECK(exporter.get("/metrics").has(R"(libnet_trace_unresolved{target="127.0.0.1"})"));
    }
    exporter.process().signal(SIGQUIT);
    CHECK(exporter.process().wait().exit_code == 0);
}

}  // namespace trace_listen_tests
