// Where `ping++ --listen` and `trace++ --listen` listen, how long they drain, and what they reach in a sandbox.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace exporter_places_tests {

using namespace libnet::test;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> exporters{"ping++", "trace++"};

/// The ports of the places that it has said, in their order.
std::vector<std::string> ports_of(const Process& exporter)
{
    constexpr std::string_view words = " on 127.0.0.1:";
    std::vector<std::string> ports;
    const auto& err = exporter.err();
    for (auto at = err.find(words); at != err.npos; at = err.find(words, at + 1)) {
        const auto begin = at + words.size();
        ports.push_back(err.substr(begin, err.find('\n', begin) - begin));
    }
    return ports;
}

/// Whether the metrics at this place tell of a target; waits for it a minute.
bool tells_of(const Arguments& place, const std::string& target)
{
    for (int i = 0; i < 1200; ++i) {
        if (curl(place).out.find('"' + target + '"') != std::string::npos) return true;
        ::usleep(50'000);
    }
    return false;
}

}  // namespace

TEST_CASE("an exporter with several places is one exporter", "[apps][exporter]")
{
    for (const auto& name : exporters) {
        INFO(name);
        const TemporaryDirectory folder;
        const auto targets = folder.write("targets", "127.0.0.1\n").string();
        const auto path = (folder.path() / "socket").string();
        Process exporter{{program(name), "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--listen",
                          "unix:" + path, "--targets", targets}};
        REQUIRE(exporter.wait_for(name + ": exporting on unix:" + path + "\n"));
        const auto ports = ports_of(exporter);
        REQUIRE(ports.size() == 2);
        CHECK(ports[0] != ports[1]);
        const std::vector<Arguments> places{{"http://127.0.0.1:" + ports[0] + "/metrics"},
                                            {"http://127.0.0.1:" + ports[1] + "/metrics"},
                                            {"--unix-socket", path, "http://x/metrics"}};
        for (int turn = 0; turn < 3; ++turn)
            for (const auto& place : places) CHECK(tells_of(place, "127.0.0.1"));
        folder.write("targets", "127.0.0.1\n127.0.0.9\n");
        CHECK(curl({"--request", "POST", "http://127.0.0.1:" + ports[1] + "/-/reload"}).exit_code == 0);
        for (const auto& place : places)
            CHECK(tells_of(place, "127.0.0.9"));  // what was told at one of them is so at all
        exporter.signal(SIGTERM);
        CHECK(exporter.wait().exit_code == 0);
        for (const auto& port : ports) CHECK(curl({"http://127.0.0.1:" + port}).exit_code != 0);
        CHECK_FALSE(fs::exists(path));
    }
}

TEST_CASE("an upgraded exporter goes on at all of its places", "[apps][exporter]")
{
    for (const auto& name : exporters) {
        INFO(name);
        Process exporter{{program(name), "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "127.0.0.1"}};
        REQUIRE(exporter.wait_for("\n", std::chrono::seconds{60}, 2));
        const auto ports = ports_of(exporter);
        exporter.signal(SIGUSR2);
        REQUIRE(exporter.wait_for(" serves; this one ends with its last connection\n"));
        const auto successor = std::stoi(exporter.err().substr(exporter.err().find("upgrading: process ") + 19));
        for (const auto& port : ports) CHECK(curl({"http://127.0.0.1:" + port + "/-/healthy"}).out == "healthy\n");
        CHECK(::kill(successor, SIGTERM) == 0);
        CHECK(exporter.wait().exit_code == 0);  // both have ended
    }
}

TEST_CASE("an exporter takes all sockets of its service manager", "[apps][exporter]")
{
    for (const auto& name : exporters) {
        INFO(name);
        boost::asio::io_context io;
        const boost::asio::ip::tcp::endpoint any{boost::asio::ip::address_v4::loopback(), 0};
        boost::asio::ip::tcp::acceptor one{io, any}, other{io, any};
        const auto first = ::dup(one.native_handle()), second = ::dup(other.native_handle());
        Process exporter{{"bash", "-c",
                          "exec 8<&" + std::to_string(first) + " 9<&" + std::to_string(second) +
                              "; exec 3<&8 4<&9; LISTEN_PID=$$ LISTEN_FDS=2 exec " + program(name) +
                              " --listen 9 127.0.0.1"}};
        for (const auto* const listener : {&one, &other}) {
            const auto port = std::to_string(listener->local_endpoint().port());
            REQUIRE(exporter.wait_for(name + ": exporting on 127.0.0.1:" + port + "\n"));
            CHECK(curl({"http://127.0.0.1:" + port + "/-/healthy"}).out == "healthy\n");
        }
        exporter.signal(SIGTERM);
        CHECK(exporter.wait().exit_code == 0);
        for (const int descriptor : {first, second}) ::close(descriptor);
    }
}

TEST_CASE("an exporter drains for as long as it is told", "[apps][exporter]")
{
    // A probe that takes half a minute.
    const std::string probe = "/probe?target=127.0.0.1&count=100&timeout=60";
    for (const std::string drain : {"0", "300ms"}) {
        INFO(drain);
        Exporter exporter{{"--drain", drain}};
        Process client{{"curl", "--silent", "--noproxy", "*", exporter.url(probe)}};
        const auto samples = exporter.wait_for("libnet_ping_probes_running", 1);
        REQUIRE(samples["libnet_ping_probes_running"] == 1);
        const auto begun = std::chrono::steady_clock::now();
        CHECK(exporter.stop().exit_code == 0);
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{5});  // by default it would be ten
        CHECK(client.wait().exit_code != 0);
    }
    Exporter patient{{"--drain", "1m", "-i", "0.01"}};
    Process client{{"curl", "--silent", "--noproxy", "*", patient.url("/probe?target=127.0.0.1&count=100")}};
    REQUIRE(patient.wait_for("libnet_ping_probes_running", 1)["libnet_ping_probes_running"] == 1);
    CHECK(patient.stop().exit_code == 0);
    CHECK(client.wait().out.find("probe_success 1\n") != std::string::npos);
    const auto alone = run({program("ping++"), "--drain", "1s", "127.0.0.1"});
    CHECK(alone.exit_code == 2);
    CHECK(alone.err == "ping++: --drain: it is for --listen: give that, too\n");
}

TEST_CASE("in a sandbox an exporter probes, reads its hosts again, and reaches no other file", "[apps][exporter]")
{
    if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) <= 0) {
        WARN("SKIPPED: the kernel has no Landlock");
        return;
    }
    for (const auto& name : exporters) {
        INFO(name);
        const TemporaryDirectory folder, elsewhere;
        const auto targets = folder.write("targets", "127.0.0.1\n").string();
        Exporter exporter{{"--sandbox", "--targets", targets}, name};
        CHECK(tells_of({exporter.url("/metrics")}, "127.0.0.1"));
        CHECK(exporter.get("/probe?target=localhost")["probe_success"] == 1);  // a name is looked up, a host is reached
        folder.write("targets", "127.0.0.1\n127.0.0.9\n");
        exporter.process().signal(SIGHUP);
        CHECK(exporter.process().wait_for(name + ": reloaded\n"));
        CHECK(tells_of({exporter.url("/metrics")}, "127.0.0.9"));
        fs::remove(targets);
        fs::create_symlink(elsewhere.write("secret", "127.0.0.99\n"), targets);
        exporter.process().signal(SIGHUP);
        CHECK(exporter.process().wait_for("not reloaded: "));
        CHECK(exporter.process().wait_for("Permission denied"));
        CHECK(exporter.stop().exit_code == 0);
    }
}

}  // namespace exporter_places_tests
