// trace++ sees the path that the scenario says.

#include <tests/support/catch.hpp>
#include <tests/support/pattern.hpp>
#include <tests/support/simulated.hpp>

namespace trace_tests {

using namespace libnet::test;

namespace {

struct Hop {
    std::string address;  ///< of the first answer; "*"
    double milliseconds = 0;
};

std::vector<Hop> hops_of(const std::string& out)
{
    std::vector<Hop> hops;
    for (const auto& line : search_all(out, R"(\n *\d+  (\S+)(?:  ([\d.]+) ms)?)"))
        hops.push_back({line[1], line[2].empty() ? 0 : std::stod(line[2])});
    return hops;
}

}  // namespace

TEST_CASE("trace++ has every hop of a long path and its time, and the silent ones as stars")
{
    const std::string method = GENERATE("", "-U", "-I");
    const auto [host, prefix, suffix] = GENERATE(
        table<std::string, std::string, std::string>({{"10.9.0.1", "10.255.", ".1"}, {"fd09::1", "fd00:255:", "::1"}}));
    Arguments command{program("trace++"), "-n", "-w", "1", host};
    if (!method.empty()) command.insert(command.begin() + 1, method);
    const auto run = simulate(scenario("long_path"), command);
    INFO(run.tool.out << run.tool.err);
    const auto hops = hops_of(run.tool.out);
    REQUIRE(hops.size() == 20);
    for (std::size_t ttl = 1; ttl < 20; ++ttl) {
        const bool silent = ttl == 4 || ttl == 9 || ttl == 15;
        CHECK(hops[ttl - 1].address == (silent ? "*" : prefix + std::to_string(ttl) + suffix));
        if (!silent) CHECK(hops[ttl - 1].milliseconds >= 5.0 * static_cast<double>(ttl));
    }
    CHECK(hops[19].address == host);
    CHECK(hops[19].milliseconds >= 100);
    CHECK(hops[19].milliseconds < 1000);
}

TEST_CASE("a router that complains seldom costs stars, and no other answer")
{
    for (int i = 0; i < 10; ++i) {
        const auto run =
            simulate(scenario("rate_limited"), {program("trace++"), "-n", "-w", "0.3", "-q", "10", "10.9.0.1"});
        INFO(run.tool.out << run.tool.err);
        const auto stars = static_cast<std::size_t>(std::count(run.tool.out.begin(), run.tool.out.end(), '*'));
        CHECK(stars == run.count("dropped", "rate limit"));
        CHECK(run.tool.exit_code == 0);
        CHECK(run.tool.err.empty());
    }
}

}  // namespace trace_tests
