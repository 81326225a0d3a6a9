// trace++ --mtu: the path's MTU and the hops where it becomes smaller, as the scenario has them.

#include <tests/support/catch.hpp>
#include <tests/support/simulated.hpp>

#include <sstream>
#include <string>
#include <tuple>
#include <vector>

namespace trace_mtu_tests {

using namespace libnet::test;

namespace {

/// A narrow link as the output tells it: the hop, the next one, the MTU, whether it is told.
using Link = std::tuple<std::int64_t, std::int64_t, std::int64_t, bool>;

struct Found {
    Simulated run;
    boost::json::object event{};  ///< the `mtu` event
    std::vector<Link> links{};
};

/// trace++ on an interface of 1500 octets.
Simulated trace_mtu(const Arguments& options, const std::string& host)
{
    Arguments command{"sh", "-c",   "ip link set netsim0 mtu 1500 && exec \"$0\" \"$@\"", program("trace++"),
                      "-n", "--mtu"};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back(host);
    return simulate(scenario("mtu_chain"), command);
}

Found mtu_in(const std::string& host, Arguments options = {})
{
    options.emplace_back("--json");
    Found found{trace_mtu(options, host)};
    std::istringstream lines{found.run.tool.out};
    for (std::string line; std::getline(lines, line);) {
        const auto object = boost::json::parse(line).as_object();
        if (object.at("event").as_string() == "mtu") found.event = object;
    }
    INFO(found.run.tool.out << found.run.tool.err);
    REQUIRE_FALSE(found.event.empty());
    for (const auto& link : found.event.at("links").as_array()) {
        const auto* mtu = link.at("mtu").if_int64();
        found.links.emplace_back(link.at("ttl").as_int64(), link.at("next_ttl").as_int64(), mtu ? *mtu : 0,
                                 link.at("told").as_bool());
    }
    return found;
}

}  // namespace

TEST_CASE("five links that are told are found at their hops, over both versions of IP")
{
    const std::string host = GENERATE("10.9.0.1", "fd09::1");
    const auto found = mtu_in(host);
    CHECK(found.run.tool.exit_code == 0);
    CHECK(found.event.at("mtu").as_int64() == 1400);
    CHECK(found.event.at("limit").as_string() == "router");
    CHECK(found.event.at("probes").as_int64() <= 12);
    CHECK(found.links == std::vector<Link>{{0, 1, 1500, true},
                                           {1, 2, 1492, true},
                                           {2, 3, 1480, true},
                                           {3, 4, 1450, true},
                                           {4, 5, 1420, true},
                                           {5, 6, 1400, true}});
}

TEST_CASE("a black hole in the middle is found at its hop")
{
    const std::string host = GENERATE("10.9.0.2", "fd09::2");
    const auto found = mtu_in(host);
    CHECK(found.event.at("mtu").as_int64() == 1400);
    CHECK(found.event.at("limit").as_string() == "black_hole");
    REQUIRE(found.links.size() == 4);
    CHECK(found.links[2] == Link{2, 3, 1480, true});
    CHECK(found.links[3] == Link{3, 4, 1400, false});
    CHECK(found.event.at("probes").as_int64() <= 12);
    WARN("a black hole in the middle: " << found.event.at("probes").as_int64() << " probes more");
}

TEST_CASE("a black hole at the end is found behind the links that are told")
{
    const auto found = mtu_in("10.9.0.3", {"-I"});
    CHECK(found.event.at("mtu").as_int64() == 1300);
    CHECK(found.event.at("limit").as_string() == "black_hole");
    REQUIRE(found.links.size() == 6);
    CHECK(found.links[5] == Link{5, 6, 1300, false});
    CHECK(found.event.at("probes").as_int64() <= 12);
    WARN("a black hole at the end: " << found.event.at("probes").as_int64() << " probes more");
}

TEST_CASE("a router that tells no MTU has one that is found out")
{
    const auto found = mtu_in("10.9.0.4");
    CHECK(found.event.at("mtu").as_int64() == 1400);
    CHECK(found.event.at("limit").as_string() == "router");
    CHECK(found.links == std::vector<Link>{{0, 1, 1500, true}, {2, 3, 1400, true}});
}

TEST_CASE("trace++ --mtu in words, for people")
{
    const auto run = trace_mtu({"-q", "1"}, "10.9.0.3");
    INFO(run.tool.out << run.tool.err);
    CHECK(run.tool.exit_code == 0);
    CHECK(run.tool.out.ends_with(
        "path MTU 1300 bytes\n"
        "  1500 by our own interface\n"
        "  1492 behind hop 1 (10.255.1.1), which says so\n"
        "  1480 behind hop 2 (10.255.2.1), which says so\n"
        "  1450 behind hop 3 (10.255.3.1), which says so\n"
        "  1420 behind hop 4 (10.255.4.1), which says so\n"
        "  1300 between hop 5 (10.255.11.1) and hop 6: larger packets are dropped, and no error says so\n"));
}

}  // namespace trace_mtu_tests
