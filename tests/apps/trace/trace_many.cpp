// trace++ with many destinations: lists, ranges, and what is wrong with them.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/pseudo_terminal.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace trace_many_tests {

using namespace libnet;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

test::Finished trace(test::Arguments arguments)
{
    arguments.insert(arguments.begin(), test::program("trace++"));
    return test::run(arguments);
}

std::vector<json::value> events_of(const std::string& out)
{
    std::vector<json::value> events;
    std::istringstream lines{out};
    for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
    return events;
}

}  // namespace

TEST_CASE("trace++ traces a range of addresses, each once and in random order", "[apps][trace]")
{
    const auto result = trace({"--json", "127.0.1.0/26"});
    INFO(result.err);
    CHECK(result.exit_code == 0);
    const auto events = events_of(result.out);
    REQUIRE(events.size() == 63);
    std::vector<std::string> order;
    for (std::size_t i = 0; i < 62; ++i) {
        CHECK(events[i].at("event") == "path");
        CHECK(events[i].at("reached") == true);
        CHECK(events[i].at("hops").as_array().size() == 1);
        CHECK(events[i].at("target") == events[i].at("address"));
        order.emplace_back(events[i].at("address").as_string());
    }
    CHECK(std::set<std::string>(order.begin(), order.end()).size() == 62);
    CHECK_FALSE(std::ranges::is_sorted(order));
    const auto& summary = events.back();
    CHECK(summary.at("event") == "summary");
    CHECK(summary.at("targets") == 62);
    CHECK(summary.at("reached") == 62);
    CHECK(summary.at("sent") == 62);
    CHECK(summary.at("interrupted") == false);
}

TEST_CASE("trace++ --targets takes names, addresses and ranges, and tells what is none", "[apps][trace]")
{
    const test::TemporaryDirectory directory;
    const auto list =
        directory.write("hosts", "localhost  # here\n\n127.0.0.5\n127.0.1.0/30\nno.such.invalid\nwhat?\n");
    const auto result = trace({"-4", "--json", "--targets", list.string()});
    CHECK(result.exit_code == 2);
    CHECK(contains(result.err, "hosts:6: 'what?' is no host: give a name, an address or a range\n"));
    CHECK(contains(result.err, "trace++: no.such.invalid: no such host\n"));
    std::set<std::string> reached;
    std::size_t errors = 0;
    for (const auto& event : events_of(result.out)) {
        if (event.at("event") == "path" && event.at("reached") == true) reached.emplace(event.at("target").as_string());
        if (event.at("event") == "error") ++errors;
        if (event.at("event") == "path" && event.at("stop_reason") == "error") CHECK(event.at("address").is_null());
    }
    CHECK(reached == std::set<std::string>{"localhost", "127.0.0.5", "127.0.1.1", "127.0.1.2"});
    CHECK(errors == 1);
    const auto summary = events_of(result.out).back();
    CHECK(summary.at("failed") == 2);
    CHECK(summary.at("targets") == 4);
}

TEST_CASE("trace++ with many destinations prints text and CSV, too", "[apps][trace]")
{
    const auto text = trace({"127.0.0.1-2"});
    CHECK(text.exit_code == 0);
    for (const char* part : {"trace++ to 127.0.0.1 (127.0.0.1), 30 hops max, 60 byte packets\n 1  127.0.0.1  ",
                             "trace++ to 127.0.0.2 (127.0.0.2)", "\n2 of 2 paths, 2 reached, 2 probes in "})
        CHECK(contains(text.out, part));
    const auto csv = trace({"-q", "2", "--csv", "127.0.0.1-2"});
    CHECK(std::ranges::count(csv.out, '\n') == 5);
    CHECK(csv.out.starts_with("target,address,ttl,flow,probe,from,name,as,rtt_ms,annotation\n127.0.0."));
}

TEST_CASE("trace++ refuses what many destinations can't have", "[apps][trace]")
{
    const test::TemporaryDirectory directory;
    const auto empty = directory.write("empty", "# nothing\n").string();
    const std::vector<std::pair<test::Arguments, std::string>> refused{
        {{"--report", "2", "127.0.0.0/30"}, "--watch, --report, --listen: of many HOSTs one pass is made"},
        {{"--max-loss", "1", "127.0.0.0/30"}, "--expect, --max-loss: these are about one HOST"},
        {{"--targets", empty}, "--targets: there is no host in it"},
        {{"--targets", "/no/such/file"}, "--targets: /no/such/file: No such file or directory"},
        {{"127.0.0.0/33"}, "127.0.0.0/33: expected a prefix length from 0 to 32"},
        {{"127.0.0.9-3"}, "127.0.0.9-3"},
        {{"--rate", "0", "127.0.0.0/30"}, "'0' is no rate: give probes a second"},
        {{}, "no HOST given: try 'trace++ --help'"},
    };
    for (const auto& [arguments, why] : refused) {
        const auto result = trace(arguments);
        CHECK(result.exit_code == 2);
        CHECK(contains(result.err, why));
        CHECK(result.out.empty());
    }
}

TEST_CASE("trace++ goes through millions of addresses in constant memory, and ends in order when interrupted",
          "[apps][trace]")
{
    test::Process process{{test::program("trace++"), "--json", "--rate", "200", "127.0.0.0/8"}};
    REQUIRE(process.wait_for("{\"event\":\"path\""));
    process.signal(SIGINT);
    const auto result = process.wait();
    CHECK(result.exit_code == 130);
    const auto events = events_of(result.out);
    REQUIRE(events.size() >= 2);
    CHECK(events.back().at("event") == "summary");
    CHECK(events.back().at("interrupted") == true);
    CHECK(events.back().at("targets") == 16'777'214);
}

TEST_CASE("trace++ tells on a terminal how far it is", "[apps][trace]")
{
    test::TerminalProcess terminal{{test::program("trace++"), "--rate", "20", "127.0.0.0/28"}, {}, 100, 24};
    CHECK(terminal.wait_for(" of 14 paths, "));
    CHECK(terminal.wait() == 0);
    CHECK(contains(terminal.out(), "14 of 14 paths, 14 reached, 14 probes in "));
}

}  // namespace trace_many_tests
