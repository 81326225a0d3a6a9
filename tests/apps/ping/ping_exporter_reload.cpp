// An exporter whose list of hosts changes while it runs, and the signals that mean something to daemons.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

namespace ping_exporter_reload_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

const std::string labels_of_1 = R"({ip="127.0.0.1",host="127.0.0.1",source="",tos="0"})";

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// An exporter whose hosts are in a file, and one host of the command line.
struct ListedExporter {
    ListedExporter()
    {
        write("127.0.0.1\n127.0.0.2\n");
        exporter.emplace(Arguments{"-i", "0.05", "--targets", list(), "127.0.0.9"});
    }

    std::string list() const { return (directory.path() / "hosts").string(); }
    void write(const std::string& text) const { std::ofstream{list()} << text; }

    /// Whether the host is pinged, or isn't, within some seconds.
    bool wait_for(const std::string& host, bool there) const
    {
        const auto sample = "libnet_ping_unresolved{host=\"" + host + "\"}";
        for (int i = 0; i < 400; ++i) {
            const auto value = exporter->get("/metrics")[sample];
            if (there ? value == 0 : std::isnan(value)) return true;
            std::this_thread::sleep_for(50ms);
        }
        return false;
    }

    TemporaryDirectory directory;
    std::optional<Exporter> exporter;
};

}  // namespace

TEST_CASE("at SIGHUP an exporter reads its hosts again, and those that stay keep their numbers", "[apps][exporter]")
{
    if (!can_ping()) return;
    ListedExporter listed;
    auto& exporter = *listed.exporter;
    const auto answered = "smokeping_response_duration_seconds_count" + labels_of_1;
    const auto before = exporter.wait_for(answered, 5)[answered];
    REQUIRE(before >= 5);
    listed.write("127.0.0.1\n127.0.0.3\n");
    exporter.process().signal(SIGHUP);
    CHECK(listed.wait_for("127.0.0.3", true));
    CHECK(listed.wait_for("127.0.0.2", false));
    CHECK(listed.wait_for("127.0.0.9", true));
    const auto after = exporter.wait_for(answered, before + 3);
    CHECK(after[answered] >= before + 3);
    CHECK(after["libnet_ping_targets"] == 3);
    const auto ended = exporter.stop();
    CHECK(contains(ended.err, "ping++: reloaded\n"));
    CHECK(ended.exit_code == 0);
}

TEST_CASE("POST /-/reload does the same, and a list that can't be read changes nothing", "[apps][exporter]")
{
    if (!can_ping()) return;
    ListedExporter listed;
    auto& exporter = *listed.exporter;
    listed.write("127.0.0.4\n");
    const auto done = curl({"-X", "POST", exporter.url("/-/reload")});
    CHECK(done.out == "reloaded: 2 hosts\n");
    CHECK(listed.wait_for("127.0.0.4", true));
    CHECK(listed.wait_for("127.0.0.1", false));

    listed.write("10.0.0.0/33\n");
    const auto wrong = curl({"-X", "POST", "-w", "%{http_code}", exporter.url("/-/reload")});
    CHECK(contains(wrong.out, "nothing has changed"));
    CHECK(wrong.out.ends_with("500"));
    std::remove(listed.list().c_str());
    exporter.process().signal(SIGHUP);
    CHECK(exporter.process().wait_for("No such file or directory; nothing has changed"));
    CHECK(listed.wait_for("127.0.0.4", true));
    CHECK(curl({exporter.url("/-/reload")}).out.starts_with("Method Not Allowed"));
    CHECK(exporter.stop().exit_code == 0);
}

TEST_CASE("no signal that operators send ends an exporter by accident", "[apps][exporter]")
{
    if (!can_ping()) return;
    Exporter exporter{{"127.0.0.1"}};
    for (const int signal : {SIGUSR1, SIGHUP, SIGPIPE}) {  // SIGUSR2 upgrades (exporter_life)
        exporter.process().signal(signal);
        CHECK(exporter.get("/metrics")["libnet_ping_targets"] == 1);
    }
    CHECK(exporter.stop().exit_code == 0);
}

TEST_CASE("a scrape is the same with gzip, and its end is there", "[apps][exporter]")
{
    if (!can_ping()) return;
    const Exporter exporter{{"-i", "2", "127.1.0.0/23"}};
    exporter.wait_for("smokeping_requests_total{ip=\"127.1.0.9\",host=\"127.1.0.9\",source=\"\",tos=\"0\"}", 1);
    const auto plain = curl({"-H", "Accept: application/openmetrics-text", exporter.url("/metrics")});
    const auto packed =
        curl({"--compressed", "-v", "-H", "Accept: application/openmetrics-text", exporter.url("/metrics")});
    for (const auto& scrape : {plain, packed}) {
        CHECK(scrape.out.ends_with("# EOF\n"));
        const Samples samples{scrape.out};
        CHECK(samples["libnet_ping_targets"] == 510);
        CHECK(samples.has("smokeping_requests_total{ip=\"127.1.1.254\",host=\"127.1.1.254\",source=\"\",tos=\"0\"}"));
    }
    CHECK(contains(packed.err, "< Content-Encoding: gzip"));
}

}  // namespace ping_exporter_reload_tests
