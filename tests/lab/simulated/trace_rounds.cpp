// trace++ --report over many rounds, and what it asks name servers, beside what really happened.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

namespace trace_rounds_tests {

using namespace libnet::test;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

/// The last event of a run with --json.
json::value report_of(const std::string& out)
{
    json::value last;
    std::istringstream lines{out};
    for (std::string line; std::getline(lines, line);) last = json::parse(line);
    return last;
}

}  // namespace

TEST_CASE("a router that complains once a second is rate-limited, and loses nothing")
{
    const auto run = simulate(scenario("slow_limit"),
                              {program("trace++"), "-n", "-w", "1", "--report", "40", "--interval", "0.1", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(contains(run.tool.out, "\nhop 2: rate-limited: answers "));
    CHECK_FALSE(contains(run.tool.out, "losing"));
    CHECK(contains(run.tool.out, "10.9.0.1: reached in 40 of 40 rounds, loses 0.0 %"));
}

TEST_CASE("a path that grows is noticed, and loses nothing")
{
    const auto run = simulate(scenario("grows"), {program("trace++"), "-n", "-w", "1", "--report", "70", "--interval",
                                                  "0.1", "--json", "10.9.0.1"});
    INFO(run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(contains(run.tool.out, R"("event":"change")"));
    const auto report = report_of(run.tool.out);
    CHECK(report.at("changes") == 1);
    REQUIRE(report.at("hops").as_array().size() == 5);
    for (const auto& hop : report.at("hops").as_array()) CHECK(hop.at("loss").to_number<double>() == 0);
}

TEST_CASE("a path that grows, shrinks and fails for a second has changed twice, and lost what the log says it lost")
{
    const auto run = simulate(scenario("changes"), {program("trace++"), "-n", "-w", "5,0,0", "--report", "90",
                                                    "--interval", "0.1", "--json", "10.9.0.1"});
    INFO(run.tool.err);
    CHECK(run.tool.exit_code == 0);
    const auto report = report_of(run.tool.out);
    INFO(report);
    REQUIRE(report.at("hops").as_array().size() == 3);
    // To be certain of a change takes some rounds before and after it, which a busy machine may not have made.
    const auto rounds_between = [&](std::int64_t first, std::int64_t last) {
        constexpr std::int64_t second = 1'000'000'000;
        return run.count_if([&](const json::object& packet) {
            const auto in = packet.at("in_ns").as_int64();
            return packet.at("ttl") == 1 && in >= first * second && in < last * second;
        });
    };
    const auto fewest = std::min({rounds_between(0, 2), rounds_between(2, 4), rounds_between(4, 6)});
    if (fewest >= 16) CHECK(report.at("changes") == 2);
    else WARN("too few rounds between two changes: " << fewest);
    std::int64_t lost = 0;
    for (const auto& hop : report.at("hops").as_array())
        lost += hop.at("sent").as_int64() - hop.at("received").as_int64();
    CHECK(lost <= static_cast<std::int64_t>(run.count("dropped", "down")));
    CHECK((lost > 0) == (run.count("dropped", "down") > 0));
}

TEST_CASE("loss of the path is told where it begins, and by an exit code")
{
    const auto run = simulate(scenario("losing"), {program("trace++"), "-n", "-w", "1", "--report", "60", "--interval",
                                                   "0.1", "--max-loss", "10", "10.9.0.1"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 4);
    CHECK(contains(run.tool.out, "\nhop 2: losing: from here on the path loses "));
    CHECK(contains(run.tool.err, "trace++: --max-loss: "));
}

TEST_CASE("autonomous systems are asked for once for each prefix, and shown behind the address")
{
    const auto run = simulate(scenario("origins"), {program("trace++"), "-n", "-A", "198.51.100.1"});
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(contains(run.tool.out, " 203.0.113.1 [AS64500]  "));
    CHECK(contains(run.tool.out, " 203.0.113.2 [AS64500]  "));
    CHECK(contains(run.tool.out, " 198.51.100.1 [AS64501/64502]  "));
    CHECK(contains(run.tool.out, " 10.255.1.1 [*]  "));  // a private address: no server is asked
    CHECK(run.count_if([](const json::object& packet) {
        return packet.at("to") == "10.0.53.1" && packet.at("did") == "answered";
    }) == 2);
}

TEST_CASE("without -A and with -n no name server is asked for anything, and a silent one delays no line")
{
    const auto asks = [](const Simulated& run) {
        return run.count_if([](const json::object& packet) { return packet.at("to") == "10.0.53.1"; });
    };
    using Clock = std::chrono::steady_clock;
    const auto begun = Clock::now();
    const auto numeric = simulate(scenario("dead_resolver"), {program("trace++"), "-n", "10.9.0.1"});
    const auto without_names = Clock::now() - begun;
    CHECK(numeric.tool.exit_code == 0);
    CHECK(asks(numeric) == 0);
    const auto begun_again = Clock::now();
    const auto named = simulate(scenario("dead_resolver"), {program("trace++"), "10.9.0.1"});
    const auto with_names = Clock::now() - begun_again;
    CHECK(named.tool.exit_code == 0);
    CHECK(asks(named) != 0);
    CHECK(with_names - without_names < std::chrono::milliseconds{1900});  // a name server has 2 s
}

}  // namespace trace_rounds_tests
