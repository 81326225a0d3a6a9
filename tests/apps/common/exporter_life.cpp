// What `ping++ --listen` and `trace++ --listen` share with the daemons: what they tell the service manager, signals, and a start
// without standard descriptors.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/service_manager.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

namespace exporter_life_tests {

using namespace libnet::test;

namespace {

/// The exporters that can send here.
std::vector<std::string> exporters()
{
    std::vector<std::string> names;
    for (const std::string name : {"ping++", "trace++"}) {
        const auto once = run({program(name), "-4", name == "ping++" ? "-c1" : "-q1", "127.0.0.1"});
        if (once.exit_code == 0) names.push_back(name);
        else WARN("SKIPPED: " << once.err);
    }
    return names;
}

/// The sum of the samples whose names begin so, when there is something in it, or after a minute.
double sum_of(const Exporter& exporter, const std::string& name)
{
    for (int i = 0;; ++i) {
        double sum = 0;
        const auto samples = exporter.get("/metrics");
        for (const auto& [sample, value] : samples.all())
            if (sample.starts_with(name)) sum += value;
        if (sum > 0 || i == 1200) return sum;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
}

bool answers(const Exporter& exporter) { return curl({exporter.url("/-/healthy")}).out == "healthy\n"; }

}  // namespace

TEST_CASE("an exporter tells its service manager when it serves, reloads and stops", "[apps][exporter]")
{
    for (const auto& name : exporters())
        for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) {
            INFO(name << ", signal " << signal);
            const TemporaryDirectory folder;
            ServiceManager manager{folder};
            Exporter exporter{{"127.0.0.1"}, name, {manager.variable()}};
            CHECK(manager.hears("READY=1"));
            CHECK(answers(exporter));
            exporter.process().signal(SIGHUP);
            CHECK(manager.hears("RELOADING=1\nMONOTONIC_USEC="));
            CHECK(manager.hears("READY=1"));
            CHECK(exporter.process().wait_for(name + ": reloaded\n"));
            exporter.process().signal(signal);
            CHECK(manager.hears("STOPPING=1"));
            CHECK(exporter.process().wait().exit_code == 0);
        }
}

TEST_CASE("signals for logs, of which an exporter has none, do nothing", "[apps][exporter]")
{
    for (const auto& name : exporters()) {
        INFO(name);
        Exporter exporter{{"127.0.0.1"}, name};
        for (const int signal : {SIGUSR1, SIGPIPE, SIGXFSZ}) exporter.process().signal(signal);
        CHECK(answers(exporter));
        exporter.process().signal(SIGHUP);  // is handled behind them
        CHECK(exporter.process().wait_for(name + ": reloaded\n"));
        const auto end = exporter.stop();
        CHECK(end.exit_code == 0);
        CHECK(
            end.err.ends_with(name + ": reloaded\n" + name +
                              ": stopping once the requests under way are answered; a second signal stops at once\n"));
    }
}

TEST_CASE("an upgraded exporter goes on at its port", "[apps][exporter]")
{
    for (const auto& name : exporters()) {
        INFO(name);
        const TemporaryDirectory folder;
        ServiceManager manager{folder};
        Exporter exporter{{"127.0.0.1"}, name, {manager.variable()}};
        CHECK(manager.hears("READY=1"));
        exporter.process().signal(SIGUSR2);
        CHECK(exporter.process().wait_for(" serves; this one ends with its last connection\n"));
        const auto& err = exporter.process().err();
        const auto named = err.find("upgrading: process ");
        REQUIRE(named != err.npos);
        const auto successor = std::stoi(err.substr(named + std::string_view{"upgrading: process "}.size()));
        CHECK(manager.hears("MAINPID=" + std::to_string(successor)));
        CHECK(answers(exporter));
        CHECK(::kill(successor, SIGTERM) == 0);
        CHECK(manager.hears("STOPPING=1"));
        CHECK(exporter.process().wait().exit_code == 0);  // both have ended, who have one standard error
    }
}

TEST_CASE("an exporter listens at a Unix socket, too", "[apps][exporter]")
{
    for (const auto& name : exporters()) {
        INFO(name);
        const TemporaryDirectory folder;
        const auto path = (folder.path() / "socket").string();
        Process exporter{{program(name), "--listen", "unix:" + path + ",mode=600", "127.0.0.1"}};
        REQUIRE(exporter.wait_for(name + ": exporting on unix:" + path + "\n"));
        CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
        CHECK(curl({"--unix-socket", path, "http://x/-/healthy"}).out == "healthy\n");
        CHECK(curl({"--unix-socket", path, "http://x/metrics"}).out.starts_with("# "));
        exporter.signal(SIGTERM);
        CHECK(exporter.wait().exit_code == 0);
        CHECK_FALSE(std::filesystem::exists(path));
    }
}

TEST_CASE("an exporter is checked without serving", "[apps][exporter]")
{
    for (const auto& name : exporters()) {
        INFO(name);
        const auto check = [&](std::vector<std::string> more) {
            more.insert(more.begin(), {program(name), "--check", "--listen", "0"});
            more.emplace_back("127.0.0.1");
            return run(more);
        };
        const auto good = check({});
        CHECK(good.exit_code == 0);
        CHECK(good.err == name + ": the configuration is good\n");
        const auto bad = check({"--user", "no-such-user", "--group", "no-such-group"});
        CHECK(bad.exit_code == 1);
        CHECK(bad.err.find("there is no user 'no-such-user'") != std::string::npos);
        CHECK(bad.err.find("there is no group 'no-such-group'") != std::string::npos);
        const Exporter serving{{"127.0.0.1"}, name};
        const auto in_use = run({program(name), "--check", "--listen", serving.port(), "127.0.0.1"});
        CHECK(in_use.exit_code == 0);
        CHECK(in_use.err.find("which is as it should be while it serves") != std::string::npos);
        const auto alone = run({program(name), "--check", "127.0.0.1"});
        CHECK(alone.exit_code == 2);
        CHECK(alone.err == name + ": --check: it is for --listen: give that, too\n");
    }
}

TEST_CASE("an exporter becomes another user, who may send probes and nothing else", "[apps][exporter]")
{
    if (::geteuid() != 0) {
        WARN("SKIPPED: only root becomes another user");
        return;
    }
    const auto own = read_file("/proc/self/status");
    const auto rights = std::stoull(own.substr(own.find("\nCapPrm:") + 9), nullptr, 16);
    constexpr unsigned net_raw = 13;  // CAP_NET_RAW
    const std::string raw = (rights >> net_raw & 1) != 0 ? "0000000000002000" : "0000000000000000";
    for (const auto& name : exporters()) {
        INFO(name);
        Exporter exporter{{"--user", "65534", "127.0.0.1"}, name};
        const auto status = read_file("/proc/" + std::to_string(exporter.process().pid()) + "/status");
        CHECK(status.find("\nUid:\t65534\t65534\t65534\t65534\n") != std::string::npos);
        CHECK(status.find("\nGid:\t65534\t65534\t65534\t65534\n") != std::string::npos);
        CHECK(status.find("\nCapPrm:\t" + raw + "\n") != std::string::npos);
        CHECK(status.find("\nCapEff:\t" + raw + "\n") != std::string::npos);
        CHECK(status.find("\nNoNewPrivs:\t1\n") != std::string::npos);
        const std::string answered = name == "ping++" ? R"(smokeping_response_duration_seconds_count)"
                                                      : R"(libnet_trace_reached_rounds_total{target="127.0.0.1"})";
        CHECK(sum_of(exporter, answered) >= 1);
        exporter.process().signal(SIGUSR2);  // who comes next has the same rights
        CHECK(exporter.process().wait_for(" serves; this one ends with its last connection\n"));
        const auto& err = exporter.process().err();
        const auto successor = std::stoi(err.substr(err.find("upgrading: process ") + 19));
        const auto next = read_file("/proc/" + std::to_string(successor) + "/status");
        CHECK(next.find("\nUid:\t65534\t65534\t65534\t65534\n") != std::string::npos);
        CHECK(next.find("\nCapEff:\t" + raw + "\n") != std::string::npos);
        CHECK(answers(exporter));
        CHECK(::kill(successor, SIGTERM) == 0);
        CHECK(exporter.process().wait().exit_code == 0);  // both have ended
    }
}

TEST_CASE("an exporter that was started without standard descriptors has /dev/null there", "[apps][exporter]")
{
    const auto process = static_cast<unsigned>(::getpid());
    const auto address = "127." + std::to_string(64 + process / 65536 % 64) + "." +
                         std::to_string(process / 256 % 256) + "." +
                         std::to_string(process % 256);  // no other test's, so that the port is free
    for (const auto& name : exporters()) {
        INFO(name);
        const TemporaryDirectory folder;
        ServiceManager manager{folder};
        Process exporter{
            {"bash", "-c", "exec " + program(name) + " --listen " + address + ":9427 127.0.0.1 <&- >&- 2>&-"},
            {manager.variable()}};
        REQUIRE(manager.hears("READY=1"));
        const std::filesystem::path descriptors{"/proc/" + std::to_string(exporter.pid()) + "/fd"};
        for (const char* const number : {"0", "1", "2"})
            CHECK(std::filesystem::read_symlink(descriptors / number) == "/dev/null");
        exporter.signal(SIGHUP);  // it says something
        CHECK(manager.hears("RELOADING=1"));
        const auto metrics = curl({"http://" + address + ":9427/metrics"}).out;
        CHECK(metrics.starts_with("# "));
        CHECK(metrics.find("reloaded") == std::string::npos);
        exporter.signal(SIGTERM);
        CHECK(exporter.wait().exit_code == 0);
    }
}

}  // namespace exporter_life_tests
