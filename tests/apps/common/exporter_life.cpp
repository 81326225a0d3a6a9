// What `ping++ --listen` and `trace++ --listen` share with the daemons: what they tell the service manager, signals, and a start
// without standard descriptors.

#include <tests/support/catch.hpp>
#include <tests/support/exporter.hpp>
#include <tests/support/service_manager.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <filesystem>
#include <string>
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

TEST_CASE("signals for logs and upgrades, of which an exporter has none, do nothing", "[apps][exporter]")
{
    for (const auto& name : exporters()) {
        INFO(name);
        Exporter exporter{{"127.0.0.1"}, name};
        for (const int signal : {SIGUSR1, SIGUSR2, SIGPIPE}) exporter.process().signal(signal);
        CHECK(answers(exporter));
        exporter.process().signal(SIGHUP);  // is handled behind them
        CHECK(exporter.process().wait_for(name + ": reloaded\n"));
        const auto end = exporter.stop();
        CHECK(end.exit_code == 0);
        CHECK(end.err.ends_with(name + ": reloaded\n"));
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
