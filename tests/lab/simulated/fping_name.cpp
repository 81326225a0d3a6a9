// ping++ under the name fping, where an attacker sends true replies once more, from addresses of hosts that aren't there.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

#include <string>

namespace fping_name_tests {

using namespace libnet::test;

TEST_CASE("as fping, a replayed answer makes no silent host alive")
{
    const WrittenScenario replays{
        "path: [[r1, dead], [r1, alive]]\n"
        "nodes:\n"
        "  dead: {prefix: 10.66.0.0/16, echo: silence}\n"
        "  alive: {address: 10.9.0.1}\n"
        "attackers:\n"
        "  - {kind: replayed, from: 10.66.0.0/28, rate: 2000/s}\n"};
    Arguments command{program("ping++"), "--as", "fping", "-i", "2", "-r", "2", "-t", "500", "10.9.0.1"};
    std::string dead;
    for (int host = 1; host <= 8; ++host) {
        command.push_back("10.66.0." + std::to_string(host));
        dead += command.back() + " is unreachable\n";
    }
    const auto run = simulate(replays.path(), command);
    INFO(run.tool.err);
    CHECK(run.tool.out == "10.9.0.1 is alive\n" + dead);
    CHECK(run.tool.exit_code == 1);
    CHECK(run.count("forged", "replayed") > 50);
}

}  // namespace fping_name_tests
