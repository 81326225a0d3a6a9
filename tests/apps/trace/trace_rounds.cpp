// trace++ --report on loopback, and what --watch shows as text.

#include <apps/trace/watch_view.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/screen_line.hpp>

#include <boost/json.hpp>

#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace trace_rounds_tests {

using namespace libnet;
using namespace libnet::apps;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

test::Finished trace(test::Arguments arguments)
{
    arguments.insert(arguments.begin(), test::program("trace++"));
    return test::run(arguments);
}

PathRow row(std::uint8_t ttl, std::string host)
{
    PathRow made;
    made.ttl = ttl;
    made.host = std::move(host);
    made.numbers.sent = 10;
    made.numbers.received = 9;
    made.numbers.loss_bounds = {0.02, 0.4};
    made.numbers.last = made.numbers.best = made.numbers.mean = made.numbers.worst = 1500us;
    return made;
}

}  // namespace

TEST_CASE("trace++ --report prints mtr's table, and what it means", "[apps][trace]")
{
    const auto result = trace({"-n", "--report", "3", "--interval", "0.1", "127.0.0.1"});
    INFO(result.out << result.err);
    CHECK(result.exit_code == 0);
    CHECK(std::regex_match(result.out, std::regex{
                                           R"(Start: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}
HOST: \S+ +Loss%   Snt   Last   Avg  Best  Wrst StDev
  1\.\|-- 127\.0\.0\.1 {18}0\.0%     3( +\d+\.\d){5}
127\.0\.0\.1: reached in 3 of 3 rounds, loses 0\.0 % \(0\.0 % to 56\.2 %\)
)"}));
}

TEST_CASE("trace++ --report --json prints rounds and a report", "[apps][trace]")
{
    const auto result = trace({"-n", "--report", "2", "--interval", "0.1", "--json", "127.0.0.1"});
    CHECK(result.exit_code == 0);
    std::vector<json::value> events;
    std::istringstream lines{result.out};
    for (std::string line; std::getline(lines, line);) events.push_back(json::parse(line));
    REQUIRE(events.size() == 3);
    CHECK(events[0].at("event") == "round");
    CHECK(events[1].at("round") == 2);
    const auto& report = events[2];
    CHECK(report.at("event") == "report");
    CHECK(report.at("schema") == 2);
    CHECK(report.at("rounds") == 2);
    for (const auto* refused : {"forged", "unmatched", "anonymous"}) CHECK(report.at(refused).is_number());
    CHECK(report.at("reached") == true);
    const auto& hop = report.at("hops").at(0);
    CHECK(hop.at("sent") == 2);
    CHECK(hop.at("received") == 2);
    CHECK(hop.at("verdict") == "reached");
    CHECK(hop.at("routers").at(0).at("from") == "127.0.0.1");
}

TEST_CASE("trace++ --report --csv prints a line for each hop", "[apps][trace]")
{
    const auto result = trace({"-n", "--report", "1", "--csv", "127.0.0.1"});
    CHECK(result.exit_code == 0);
    CHECK(contains(result.out, "\n127.0.0.1,127.0.0.1,1,127.0.0.1,,,0.0,0.0,79.3,1,"));
    CHECK(result.out.ends_with(",reached\n"));
}

TEST_CASE("trace++ --watch without a terminal says so, and reports", "[apps][trace]")
{
    const auto result = trace({"-n", "--watch", "--report", "1", "127.0.0.1"});
    CHECK(result.exit_code == 0);
    CHECK(result.err == "trace++: --watch: standard output is no terminal: a report of 1 round\n");
    CHECK(contains(result.out, "reached in 1 of 1 rounds"));
    CHECK(trace({"--watch", "--json", "127.0.0.1"}).exit_code != 2);  // is a report then
}

TEST_CASE("rounds say what stands in their way", "[apps][trace]")
{
    const auto unknown = trace({"--report", "2", "no.such.host.invalid"});
    CHECK(unknown.exit_code == 2);
    CHECK(unknown.out.empty());
    CHECK(unknown.err.starts_with("trace++: no.such.host.invalid: "));
    const auto refused = trace({"-n", "--report", "1", "127.255.255.255"});  // a broadcast address
    CHECK(refused.exit_code == 2);
    CHECK(contains(refused.err, "Permission denied"));
}

TEST_CASE("the view of a path fits the terminal, however narrow it is", "[apps][trace]")
{
    std::vector<PathRow> rows{row(1, "a-router-with-a-long-name.example.net"), row(2, "10.0.2.1")};
    rows[0].others = {"another-router-with-a-long-name.example.net"};
    rows[1].verdict.kind = HopKind::rate_limited;
    rows[1].verdict.evidence = "answers 9 of 10 probes, later hops lose 0.0 % (0.0 % to 27.8 %)";
    RoundHistories histories;
    for (int i = 0; i < 200; ++i) histories[1].note(i % 7 == 0 ? std::nullopt : std::optional{1ms * (i % 9)});
    for (const auto columns : {PathColumns::times, PathColumns::spread, PathColumns::verdicts})
        for (const std::size_t width : {200U, 80U, 60U, 40U, 20U, 1U}) {
            const PathTable table{rows, {.size = {width, 24}, .columns = columns}};
            INFO(width);
            CHECK(table.head().size() <= width);
            for (const auto& each : rows)
                for (const auto& line : table.lines(each, histories)) CHECK(test::text_of(line).size() <= width);
        }
    const PathTable wide{rows, {.size = {200, 24}}};
    CHECK(wide.head().ends_with("last rounds"));
    CHECK(test::text_of(wide.lines(rows[1], histories)[0]).ends_with("rate-limited"));
    CHECK(wide.lines(rows[1], histories)[0][0].style == TextStyle::dim);
    CHECK(wide.lines(rows[0], histories)[0][0].style == TextStyle::plain);
    const PathTable verdicts{rows, {.size = {120, 24}, .columns = PathColumns::verdicts}};
    CHECK(contains(test::text_of(verdicts.lines(rows[1], histories)[0]), "rate-limited: answers 9 of 10 probes"));
}

TEST_CASE("the last rounds are drawn with a character each", "[apps][trace]")
{
    RoundHistory history;
    CHECK(history.line(5, ascii_bars).empty());
    history.note(1ms);
    history.note(8ms);
    history.note(std::nullopt);
    history.note(4ms);
    CHECK(history.line(10, ascii_bars) == ".#x=");
    CHECK(history.line(2, ascii_bars) == "x#");
}

}  // namespace trace_rounds_tests
