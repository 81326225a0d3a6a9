// netsim at the prompt: what it says, and its exit codes.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

namespace command_tests {

using namespace libnet::test;

namespace {

std::string netsim() { return std::getenv("NETSIM"); }

}  // namespace

TEST_CASE("the command's exit code is netsim's")
{
    CHECK(run({netsim(), scenario("plain"), "true"}).exit_code == 0);
    CHECK(run({netsim(), scenario("plain"), "sh", "-c", "exit 7"}).exit_code == 7);
    CHECK(run({netsim(), scenario("plain"), "sh", "-c", "kill -9 $$"}).exit_code == 137);
    CHECK(run({netsim(), scenario("plain"), "/no/such/program"}).exit_code == 127);
}

TEST_CASE("mistakes are told with file and line, and end with 2")
{
    const WrittenScenario wrong{"path: [a]\nnodes:\n  a: {dealy: 5ms}\n"};
    const auto told = run({netsim(), wrong.path(), "true"});
    CHECK(told.exit_code == 2);
    CHECK(told.err.find(wrong.path() + ":3: found 'dealy': expected one of: ") != std::string::npos);
    CHECK(run({netsim()}).exit_code == 2);
    CHECK(run({netsim(), "--colour", scenario("plain")}).exit_code == 2);
    CHECK(run({netsim(), "/no/such/file", "true"}).exit_code == 2);
    CHECK(run({netsim(), "--log", "/no/such/directory/log", scenario("plain"), "true"}).exit_code == 2);
    CHECK(run({netsim(), "--help"}).exit_code == 0);
}

TEST_CASE("without a device there is one line that says so, and the exit code of a skipped test")
{
    // In a namespace of its own, but with no right to make anything in it.
    const auto told = run({"setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs", netsim(),
                           "--here", scenario("plain"), "true"});
    INFO(told.out << told.err);
    CHECK(told.exit_code == 77);
    CHECK(std::count(told.err.begin(), told.err.end(), '\n') == 1);
    CHECK(told.err.find("needed") != std::string::npos);
}

TEST_CASE("by hand it says how to point a tool at it, and plays until it is told to stop")
{
    Process hand{{netsim(), "--log", "-", scenario("long_path")}};
    REQUIRE(hand.wait_for("host                 fd09::1"));
    const auto line = hand.out().substr(hand.out().find("nsenter"));
    const auto command = line.substr(0, line.find("traceroute"));
    const auto ping = run({"sh", "-c", command + "ping -n -c 1 10.9.0.1"});
    INFO(ping.out << ping.err);
    CHECK(ping.exit_code == 0);
    hand.signal(SIGTERM);
    const auto finished = hand.wait();
    CHECK(finished.exit_code == 0);
    CHECK(finished.out.find("\"event\":\"counters\"") != std::string::npos);
    CHECK(finished.out.find("\"answered: echo\":1") != std::string::npos);
}

TEST_CASE("told to stop, it takes its command along")
{
    Process playing{{netsim(), scenario("plain"), "sh", "-c", "echo ready; exec sleep 60"}};
    REQUIRE(playing.wait_for("ready"));
    playing.signal(SIGTERM);
    CHECK(playing.wait().exit_code == 128 + SIGTERM);
}

TEST_CASE("names are answered by the scenario's server")
{
    const auto known = simulate(scenario("dns"), {"getent", "ahosts", "www.example"});
    CHECK(known.tool.out.find("10.9.0.1") != std::string::npos);
    CHECK(known.tool.out.find("fd09::1") != std::string::npos);
    CHECK(known.count("answered", "dns") >= 1);
    CHECK(simulate(scenario("dns"), {"getent", "hosts", "gone.example"}).tool.exit_code != 0);
    const auto reverse = simulate(scenario("dns"), {"getent", "hosts", "10.9.0.1"});
    CHECK(reverse.tool.out.find("host.example") != std::string::npos);
}

TEST_CASE("an attacker's packets arrive, and are in the log as what they are")
{
    const auto run = simulate(scenario("attacker"), {"ping", "-n", "-c", "5", "-i", "0.1", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(run.count("forged", "right identifier") > 300);
    CHECK(run.count("forged", "wrong identifier") > 100);
    CHECK(run.count("forged", "replayed") > 50);
}

}  // namespace command_tests
