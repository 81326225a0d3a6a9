#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/silent_port.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <csignal>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace trace_tests {

using namespace libnet::test;
namespace json = boost::json;

namespace {

Finished trace(Arguments arguments)
{
    arguments.insert(arguments.begin(), program("trace++"));
    return run(arguments);
}

/// Every line as the JSON that it must be.
std::vector<json::object> events_of(const std::string& output)
{
    std::vector<json::object> events;
    std::istringstream lines{output};
    for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line).as_object());
    return events;
}

}  // namespace

TEST_CASE("trace++ prints what traceroute prints", "[apps][trace]")
{
    const auto v4 = trace({"-n", "127.0.0.1"});
    CHECK(v4.exit_code == 0);
    CHECK(v4.err.empty());
    CHECK(
        std::regex_match(v4.out, std::regex{R"(trace\+\+ to 127\.0\.0\.1 \(127\.0\.0\.1\), 30 hops max, 60 byte packets
 1  127\.0\.0\.1(  \d+\.\d{3} ms){3}
)"}));

    const auto v6 = trace({"-n", "-m", "5", "-q", "1", "::1"});
    CHECK(v6.exit_code == 0);
    CHECK(std::regex_match(v6.out, std::regex{R"(trace\+\+ to ::1 \(::1\), 5 hops max, 80 byte packets
 1  ::1  \d+\.\d{3} ms
)"}));
}

TEST_CASE("trace++ names the hops, and takes names", "[apps][trace]")
{
    const auto result = trace({"-4", "localhost"});
    INFO(result.out);
    CHECK(result.exit_code == 0);
    CHECK(result.out.find("trace++ to localhost (127.0.0.1), ") == 0);
    CHECK(result.out.find(" 1  localhost (127.0.0.1)  ") != std::string::npos);
}

TEST_CASE("trace++ shows lost probes as stars, and says that it didn't get there", "[apps][trace]")
{
    const SilentPort silent;
    const auto result = trace({"-n", "-U", "-p", silent.text(), "-m", "2", "-w", "0.05", "127.0.0.1"});
    CHECK(result.exit_code == 1);
    CHECK(result.err.empty());
    CHECK(result.out == "trace++ to 127.0.0.1 (127.0.0.1), 2 hops max, 60 byte packets\n 1  * * *\n 2  * * *\n");
}

TEST_CASE("trace++ --json prints hops and a path", "[apps][trace]")
{
    const auto result = trace({"--json", "-q", "2", "127.0.0.1"});
    INFO(result.out);
    CHECK(result.exit_code == 0);
    const auto events = events_of(result.out);
    REQUIRE(events.size() == 3);
    for (std::size_t number = 0; number < 2; ++number) {
        const auto& hop = events[number];
        CHECK(hop.at("event") == "hop");
        CHECK(hop.at("target") == "127.0.0.1");
        CHECK(hop.at("ttl") == 1);
        CHECK(hop.at("probe") == number + 1);
        CHECK(hop.at("from") == "127.0.0.1");
        CHECK(hop.at("name") == "localhost");
        CHECK(hop.at("rtt_ms").to_number<double>() > 0);
        CHECK(hop.at("annotation").is_null());
    }
    const auto& path = events[2];
    CHECK(path.at("event") == "path");
    CHECK(path.at("schema") == 2);
    CHECK(path.at("method") == "udp");
    CHECK(path.at("reached") == true);
    CHECK(path.at("stop_reason") == "reached");
    for (const auto* refused : {"forged", "unmatched", "anonymous"}) CHECK(path.at(refused).is_number());
    CHECK(path.at("error").is_null());
    REQUIRE(path.at("hops").as_array().size() == 1);
    CHECK(path.at("hops").at(0).at("ttl") == 1);
    CHECK(path.at("hops").at(0).at("probes").as_array().size() == 2);
}

TEST_CASE("trace++ --json prints lost probes", "[apps][trace]")
{
    const SilentPort silent;
    const auto result =
        trace({"--json", "-n", "-U", "-p", silent.text(), "-m", "1", "-q", "1", "-w", "0.05", "127.0.0.1"});
    INFO(result.out);
    CHECK(result.exit_code == 1);
    const auto events = events_of(result.out);
    REQUIRE(events.size() == 2);
    CHECK(events[0] ==
          json::object{{"event", "hop"}, {"target", "127.0.0.1"}, {"ttl", 1}, {"probe", 1}, {"lost", true}});
    CHECK(events[1].at("stop_reason") == "max_ttl");
    CHECK(events[1].at("hops").at(0).at("probes").at(0) == json::object{{"lost", true}});
}

TEST_CASE("trace++ prints what it has when it is interrupted", "[apps][trace]")
{
    const SilentPort silent;
    const Arguments arguments{program("trace++"), "-n", "-U", "-p", silent.text(), "-w", "1", "-m", "255", "127.0.0.1"};

    SECTION("in text")
    {
        Process process{arguments};
        REQUIRE(process.wait_for(" 1  * * *\n"));
        process.signal(SIGINT);
        const auto result = process.wait();
        CHECK(result.exit_code == 130);
        CHECK(result.err.empty());
        CHECK(result.out.back() == '\n');
    }
    SECTION("as JSON")
    {
        auto with_json = arguments;
        with_json.push_back("--json");
        Process process{with_json};
        REQUIRE(process.wait_for("\"lost\""));
        process.signal(SIGTERM);
        const auto result = process.wait();
        CHECK(result.exit_code == 143);
        const auto events = events_of(result.out);
        CHECK(events.back().at("event") == "path");
        CHECK(events.back().at("stop_reason") == "interrupted");
        CHECK(events.back().at("error").is_null());
        CHECK_FALSE(events.back().at("hops").as_array().empty());
    }
}

TEST_CASE("trace++ says that a name doesn't exist", "[apps][trace]")
{
    const auto text = trace({"no.such.host.invalid"});
    CHECK(text.exit_code == 2);
    CHECK(text.out.empty());
    CHECK(text.err.find("trace++: no.such.host.invalid: ") == 0);

    const auto lines = trace({"--json", "no.such.host.invalid"});
    CHECK(lines.exit_code == 2);
    const auto events = events_of(lines.out);
    REQUIRE(events.size() == 1);
    CHECK(events[0].at("event") == "path");
    CHECK(events[0].at("target") == "no.such.host.invalid");
    CHECK(events[0].at("address").is_null());
    CHECK(events[0].at("reached") == false);
    CHECK(events[0].at("stop_reason") == "error");
    CHECK(events[0].at("error").is_string());
    CHECK(events[0].at("hops").as_array().empty());
}

TEST_CASE("trace++ takes hosts in every form, and says what is missing of one", "[apps][trace]")
{
    const auto mapped = run({program("trace++"), "-n", "::ffff:127.0.0.1"});
    CHECK(mapped.out.starts_with("trace++ to ::ffff:127.0.0.1 (127.0.0.1), 30 hops max"));
    CHECK(mapped.exit_code == 0);
    CHECK(run({program("trace++"), "-n", "127.1"}).out.starts_with("trace++ to 127.1 (127.0.0.1), "));
    const auto zoneless = run({program("trace++"), "fe80::1"});
    CHECK(zoneless.exit_code == 2);
    CHECK(zoneless.out.empty());
    CHECK(zoneless.err.starts_with("trace++: fe80::1: which interface? A link-local address needs its zone: fe80::1%"));
    const auto nowhere = run({program("trace++"), "fe80::1%no-such0"});
    CHECK(nowhere.exit_code == 2);
    CHECK(nowhere.err == "trace++: fe80::1%no-such0: there is no interface no-such0\n");
    const auto global = run({program("trace++"), "::1%lo"});
    CHECK(global.exit_code == 2);
    CHECK(global.err == "trace++: ::1%lo: only link-local addresses have a zone\n");
    const auto json = run({program("trace++"), "--json", "fe80::1"});
    CHECK(json.out.starts_with("{\"event\":\"path\""));
}

TEST_CASE("trace++ says that it can't send", "[apps][trace]")
{
    const auto text = trace({"-n", "127.255.255.255"});  // a broadcast address
    CHECK(text.exit_code == 2);
    CHECK(text.err ==
          "trace++: 127.255.255.255: Permission denied: it is a broadcast address, or a route of this host "
          "prohibits it\n");

    const auto lines = trace({"--json", "-n", "127.255.255.255"});
    CHECK(lines.exit_code == 2);
    const auto events = events_of(lines.out);
    REQUIRE(events.size() == 1);
    CHECK(events[0].at("stop_reason") == "send_failed");
    CHECK(events[0].at("error") == "Permission denied");
    CHECK(events[0].at("address") == "127.255.255.255");
}

TEST_CASE("trace++ refuses what it can't take", "[apps][trace]")
{
    struct Case {
        Arguments arguments;
        std::string complaint;
    };
    const std::vector<Case> cases{
        {{}, "HOST"},
        {{"a", "b"}, "b"},
        {{"--no-such-option", "127.0.0.1"}, "--no-such-option"},
        {{"-q", "0", "127.0.0.1"}, "-q"},
        {{"-q", "11", "127.0.0.1"}, "'11'"},
        {{"-m", "256", "127.0.0.1"}, "'256'"},
        {{"-f", "x", "127.0.0.1"}, "'x'"},
        {{"-f", "9", "-m", "8", "127.0.0.1"}, "--first"},
        {{"-p", "65536", "127.0.0.1"}, "'65536'"},
        {{"-N", "0", "127.0.0.1"}, "-N"},
        {{"-w", "", "127.0.0.1"}, "-w"},
        {{"-w", "0", "127.0.0.1"}, "-w"},
        {{"-w", "1,2,3,4", "127.0.0.1"}, "MAX,HERE,NEAR"},
        {{"-w", "1,-2", "127.0.0.1"}, "MAX,HERE,NEAR"},
        {{"-w", "1,nan", "127.0.0.1"}, "MAX,HERE,NEAR"},
    };
    for (const auto& [arguments, complaint] : cases) {
        const auto result = trace(arguments);
        INFO(result.err << " for " << complaint);
        CHECK(result.exit_code == 2);
        CHECK(result.out.empty());
        CHECK(result.err.find("trace++: ") == 0);
        CHECK(result.err.find(complaint) != std::string::npos);
    }
}

TEST_CASE("trace++ takes the waits of traceroute", "[apps][trace]")
{
    const auto waits = GENERATE("5", "0.5,3", "5.0,3,10", "1,0,0");
    CHECK(trace({"-n", "-w", waits, "127.0.0.1"}).exit_code == 0);
}

TEST_CASE("trace++ explains itself within a screen", "[apps][trace]")
{
    const auto help = trace({"--help"});
    CHECK(help.exit_code == 0);
    CHECK(help.out.find("Example: trace++ ") != std::string::npos);
    CHECK(std::count(help.out.begin(), help.out.end(), '\n') <= 24);
    const auto version = trace({"--version"});
    CHECK(version.exit_code == 0);
    CHECK(version.out.find("trace++ ") == 0);
}

}  // namespace trace_tests
