// ping++ --mtu and --probe as black boxes on loopback; tests/lab has the networks.

#include <apps/ping/question_options.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>

#include <boost/json/parse.hpp>

#include <sstream>
#include <string>
#include <vector>

namespace ping_questions_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace libnet::test;
using libnet::apps::BadValue;

namespace {

Finished ping(const Arguments& arguments)
{
    Arguments command{program("ping++")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command);
}

/// Reads JSON Lines; a line that is no JSON object throws.
std::vector<boost::json::object> events_of(const std::string& text)
{
    std::vector<boost::json::object> events;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) events.push_back(boost::json::parse(line).as_object());
    return events;
}

}  // namespace

TEST_CASE("an interface is read as an address, an index or a name", "[apps][ping]")
{
    const auto read = apps::probed_interface();
    CHECK((read("eth0").id == InterfaceId{"eth0"}));
    CHECK((read("7").id == InterfaceId{7U}));
    CHECK((read("4294967296").id == InterfaceId{"4294967296"}));  // no index, but it may be a name
    CHECK((read("192.0.2.1").id == InterfaceId{asio::ip::make_address("192.0.2.1")}));
    CHECK((read("2001:db8::1").id == InterfaceId{asio::ip::make_address("2001:db8::1")}));
    CHECK(read("eth0").place == InterfacePlace::node);
    CHECK((read("neighbour:192.0.2.1").id == InterfaceId{asio::ip::make_address("192.0.2.1")}));
    CHECK(read("neighbour:192.0.2.1").place == InterfacePlace::neighbour);
    CHECK_THROWS_AS(read(""), BadValue);
    CHECK_THROWS_AS(read(std::string(256, 'x')), BadValue);
    CHECK_THROWS_AS(read(std::string{"eth\0x", 5}), BadValue);
    CHECK_THROWS_AS(read("neighbour:eth0"), BadValue);
}

TEST_CASE("only one of --mtu and --probe can be had, with a host, and not as a table", "[apps][ping]")
{
    const auto both = ping({"--mtu", "--probe", "lo", "127.0.0.1"});
    CHECK(both.exit_code == 2);
    CHECK(both.err == "ping++: --mtu and --probe: give one of them\n");
    for (const std::string shape : {"--csv", "--watch"}) {
        const auto table = ping({"--mtu", shape, "127.0.0.1"});
        CHECK(table.exit_code == 2);
        CHECK(table.err == "ping++: --mtu and --probe: they have no table and no CSV\n");
    }
    CHECK(ping({"--mtu"}).exit_code == 2);
    CHECK(ping({"--probe", "lo"}).exit_code == 2);
    CHECK(ping({"--probe", "", "127.0.0.1"}).exit_code == 2);
    const auto help = ping({"--help-all"});
    CHECK(help.out.find("--mtu") != std::string::npos);
    CHECK(help.out.find("--probe IFACE") != std::string::npos);
}

TEST_CASE("ping++ --mtu tells steps and a result", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto done = ping({"--mtu", "127.0.0.1"});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 0);
    CHECK(done.err.empty());
    CHECK(done.out.find("    68 bytes: answered, time=") != std::string::npos);
    CHECK(done.out.find("\npath MTU to 127.0.0.1 (127.0.0.1): ") != std::string::npos);
    CHECK(done.out.find("TCP segments (MSS) of up to ") != std::string::npos);
    const auto quiet = ping({"--mtu", "-q", "127.0.0.1"});
    CHECK(quiet.out.starts_with("path MTU to 127.0.0.1 (127.0.0.1): "));
    CHECK(quiet.out.find('\n') + 1 == quiet.out.size());
}

TEST_CASE("ping++ --mtu --json ends with a line for each host, also for one that isn't there", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto done = ping({"--mtu", "--json", "::1", "no.such.name.invalid"});
    INFO(done.out << done.err);
    CHECK(done.exit_code == 2);
    CHECK(done.err.empty());
    const auto events = events_of(done.out);
    REQUIRE(events.size() >= 4);
    CHECK(events.front().at("event").as_string() == "step");
    CHECK(events.front().at("size").as_int64() == 68);
    CHECK(events.front().at("outcome").as_string() == "answered");
    const auto& found = events[events.size() - 2];
    CHECK(found.at("event").as_string() == "mtu");
    CHECK(found.at("schema").as_int64() == 1);
    CHECK(found.at("mtu").as_int64() >= 1280);
    CHECK(found.at("tcp_mss").as_int64() == found.at("mtu").as_int64() - 60);
    CHECK(found.at("limit").as_string() == "interface");
    const auto& missing = events.back();
    CHECK(missing.size() == found.size());
    CHECK(missing.at("mtu").is_null());
    CHECK(missing.at("error").as_string().find("no.such.name.invalid") != std::string::npos);
}

TEST_CASE("a host without an address is an error of ping++ --mtu and --probe, ranges too", "[apps][ping]")
{
    const std::string host = GENERATE("no.such.name.invalid", "127.0.0.0/24");
    for (const auto& question : {Arguments{"--mtu"}, Arguments{"--probe", "lo"}}) {
        auto command = question;
        command.push_back(host);
        const auto done = ping(command);
        INFO(done.out << done.err);
        CHECK(done.exit_code == 2);
        CHECK(done.out.empty());
        CHECK(done.err.starts_with("ping++: " + host + ": "));
    }
}

TEST_CASE("ping++ --probe --json is one line in every case", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto done = ping({"--probe", "lo", "--json", "-W", "0.1", "127.0.0.1"});
    INFO(done.out << done.err);
    CHECK(done.err.empty());
    const auto events = events_of(done.out);
    REQUIRE(events.size() == 1);
    CHECK(events[0].at("event").as_string() == "probe");
    CHECK(events[0].at("interface").as_string() == "lo");
    const bool answered = events[0].at("outcome").as_string() == "answered";  // as the system is set
    CHECK(done.exit_code == (answered ? 0 : 1));
    CHECK(events[0].at("active").is_null() == !answered);
}

}  // namespace ping_questions_tests
