// ping++ --watch: its table from numbers, and the program on a pseudo-terminal.

#include <apps/ping/watch_table.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/screen_line.hpp>
#include <tests/support/tmux.hpp>

#include <string>

namespace ping_watch_tests {

using namespace libnet;
using namespace libnet::apps;
using namespace std::chrono_literals;

namespace {

PingReply reply(std::chrono::nanoseconds rtt)
{
    PingReply event;
    event.rtt = rtt;
    return event;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("the last minute is drawn with a character for each second", "[apps][ping]")
{
    PingHistory history;
    CHECK(sparkline(history, 3, 5, ascii_bars) == "     ");
    history.note(0, reply(1ms));
    history.note(1, reply(8ms));
    history.note(1, reply(8ms));
    history.note(2, reply(4ms));
    history.note(3, PingLost{});
    history.note(3, reply(1ms));
    CHECK(sparkline(history, 3, 5, ascii_bars) == " .#=x");
    CHECK(sparkline(history, 4, 3, ascii_bars) == "#x ");
    CHECK(sparkline(history, 1, 3, unicode_bars) == " ▂█");
}

TEST_CASE("what is older than a minute is not drawn", "[apps][ping]")
{
    PingHistory history;
    history.note(0, reply(1ms));
    history.note(60, PingLost{});
    CHECK(sparkline(history, 60, 60, ascii_bars) == std::string(59, ' ') + "x");
    CHECK(history.at(0).replies == 0);
    CHECK(sparkline(history, 120, 60, ascii_bars) == std::string(60, ' '));
}

TEST_CASE("replies that take no time are drawn low", "[apps][ping]")
{
    PingHistory history;
    history.note(0, reply(0ms));
    CHECK(sparkline(history, 0, 1, ascii_bars) == "_");
}

TEST_CASE("the live table fits the terminal, however narrow it is", "[apps][ping]")
{
    PingHistory history;
    history.note(0, reply(1ms));
    PingStatistics numbers{.sent = 4, .received = 3, .lost = 1};
    numbers.rtt = {.min = 1ms, .mean = 2ms, .max = 3ms, .p95 = 3ms, .last = 1500us};
    const std::vector<WatchRow> rows{{"a-long-name.example", "2001:db8::1", true, numbers, &history},
                                     {"gone.example", "unresolved", false, {}, nullptr}};
    for (const std::size_t columns : {200U, 80U, 60U, 50U, 20U, 1U}) {
        const WatchTable table{rows, {.size = {columns, 24}}};
        CHECK(table.head().size() <= columns);
        for (const auto& row : rows) CHECK(test::text_of(table.row(row, 0)).size() <= columns);
    }
    const WatchTable table{rows, {.size = {80, 24}}};
    CHECK(test::text_of(table.row(rows[0], 0))
              .starts_with("a-long-name.example 2001:db8::1     25%    1.500    1.000    2.000    3.000"));
    CHECK(test::text_of(table.row(rows[1], 0)).starts_with("gone.example        unresolved        -        -"));
    CHECK(table.row(rows[0], 0)[0].style == TextStyle::red);
    CHECK(table.row(rows[1], 0)[0].style == TextStyle::yellow);
}

TEST_CASE("where there is little room, columns go before names and addresses become unreadable", "[apps][ping]")
{
    PingStatistics numbers{.sent = 4, .received = 4};
    numbers.rtt = {.min = 1ms, .mean = 2ms, .max = 3ms, .p95 = 3ms, .last = 1500us};
    const std::vector<WatchRow> rows{{"alpha.example", "10.20.30.40", true, numbers, nullptr}};
    const auto at = [&rows](std::size_t columns) {
        return test::text_of(WatchTable{rows, {.size = {columns, 24}}}.row(rows[0], 0));
    };
    CHECK(at(69) == "alpha.example 10.20.30.40      0%    1.500    1.000    2.000    3.000");
    CHECK(at(60) == "alpha.example 10.20.30.40      0%    1.500    1.000    2.000");
    CHECK(at(51) == "alpha.example 10.20.30.40      0%    1.500    2.000");
    CHECK(at(42) == "alpha.example      0%    1.500    2.000");
    CHECK(at(38) == "alpha.example      0%    1.500");
    CHECK(at(25) == "alpha.example      0%");
    CHECK(at(15) == "alp..le      0%");
}

TEST_CASE("a long name is cut in its middle, and leaves room for the last minute", "[apps][ping]")
{
    CHECK(column("abcdefghijklmno", 15) == "abcdefghijklmno");
    CHECK(column("abc", 5) == "abc  ");
    CHECK(column("abcdefghijklmno", 10) == "abcd..lmno");
    CHECK(column("abcdefghijklmno", 9) == "abcd..mno");
    CHECK(column("abcdefghijklmno", 4) == "abcd");

    PingHistory history;
    history.note(0, reply(1ms));
    const std::vector<WatchRow> rows{
        {std::string(40, 'a') + "." + std::string(20, 'b'), "10.0.0.1", true, {}, &history}};
    const WatchTable table{rows, {.size = {100, 24}}};
    CHECK(table.head().ends_with("last minute"));
    CHECK(test::text_of(table.row(rows[0], 0)).starts_with("aaaaaaaaaaaa..bbbbbbbbbb"));
}

TEST_CASE("addresses that are the names have no column of their own", "[apps][ping]")
{
    const std::vector<WatchRow> rows{{"10.20.30.40", "10.20.30.40", true, {}, nullptr}};
    const WatchTable table{rows, {.size = {60, 24}}};
    CHECK(table.head() == "host           loss     last     best     mean      p95  ");
    CHECK(test::text_of(table.row(rows[0], 0)) == "10.20.30.40       -        -        -        -        -");
}

TEST_CASE("ping++ --watch paints a table, follows the terminal's size, and leaves it as it was", "[apps][ping]")
{
    if (!test::can_ping() || test::has_no_tmux()) return;
    const int signal = GENERATE(SIGINT, SIGTERM);
    test::TmuxTerminal terminal{
        {test::program("ping++"), "--watch", "-i", "0.1", "127.0.0.1", "gone.invalid"}, 100, 24, {"LC_ALL=C"}};
    REQUIRE(terminal.wait_for("127.0.0.1    127.0.0.1       0%"));
    const auto lines = terminal.lines();
    CHECK(lines[0].starts_with("ping++: 2 hosts, "));
    CHECK(lines[1].ends_with("last minute"));
    CHECK(lines[4] == "s sort (loss)  p pause  r reset  q quit");
    terminal.resize(60, 4);
    REQUIRE(terminal.wait_for("1-1 of 2  "));
    CHECK_FALSE(contains(terminal.screen(), "last minute"));
    terminal.resize(100, 24);
    REQUIRE(terminal.wait_for("last minute"));
    terminal.signal(signal);
    REQUIRE(terminal.wait_for("ended with 2"));  // a name without an address
    CHECK(terminal.is_restored());
    CHECK(contains(terminal.screen(), "--- 2 hosts, 1 alive, 1 unresolved ---"));
}

TEST_CASE("ping++ --watch shows the hosts of a range, the unreachable ones first, and obeys keys", "[apps][ping]")
{
    if (!test::can_ping() || test::has_no_tmux()) return;
    test::TmuxTerminal terminal{
        {test::program("ping++"), "--watch", "-i", "0.2", "-W", "0.1", "127.0.0.1-3", "gone.invalid"}, 80, 24};
    REQUIRE(terminal.wait_for("127.0.0.3    127.0.0.3       0%"));
    const auto frame = terminal.screen();
    CHECK(frame.starts_with("ping++: 4 hosts, "));
    CHECK(frame.find("gone.invalid") < frame.find("127.0.0.1 "));
    terminal.press("s");
    REQUIRE(terminal.wait_for("s sort (last)"));
    terminal.press("p");
    REQUIRE(terminal.wait_for(", paused"));
    terminal.press("p");
    terminal.resize(80, 5);  // two rows
    REQUIRE(terminal.wait_for("1-2 of 4  "));
    terminal.press("j");
    REQUIRE(terminal.wait_for("2-3 of 4  "));
    terminal.press("NPage");
    REQUIRE(terminal.wait_for("3-4 of 4  "));
    terminal.press("Up");
    REQUIRE(terminal.wait_for("2-3 of 4  "));
    terminal.press("Home");
    REQUIRE(terminal.wait_for("1-2 of 4  "));
    terminal.press("End");
    REQUIRE(terminal.wait_for("3-4 of 4  "));
    terminal.press("r");
    REQUIRE(terminal.wait_for("4 hosts, 0 s"));
    REQUIRE(terminal.wait_for("4 hosts, 1 s"));
    terminal.resize(80, 24);
    terminal.press("q");
    REQUIRE(terminal.wait_for("ended with 2"));  // a name without an address
    CHECK(terminal.is_restored());
    CHECK(contains(terminal.screen(), "--- 4 hosts, 3 alive, 1 unresolved ---"));
}

TEST_CASE("ping++ --watch has colours, unless NO_COLOR is set", "[apps][ping]")
{
    if (!test::can_ping() || test::has_no_tmux()) return;
    const bool colours = GENERATE(true, false);
    test::TmuxTerminal terminal{{test::program("ping++"), "--watch", "127.0.0.1", "gone.invalid"},
                                100,
                                24,
                                {colours ? "NO_COLOR=" : "NO_COLOR=1"}};
    REQUIRE(terminal.wait_for("unresolved"));
    CHECK(contains(terminal.coloured(), "\x1b[33mgone.invalid") == colours);
    CHECK(contains(terminal.coloured(), "\x1b[") == colours);
}

TEST_CASE("names of wide characters keep the columns of ping++ --watch straight", "[apps][ping]")
{
    if (!test::can_ping() || test::has_no_tmux()) return;
    const bool utf8 = GENERATE(true, false);
    test::TmuxTerminal terminal{{test::program("ping++"), "--watch", "例え.invalid", "narrow.invalid", "127.0.0.1"},
                                100,
                                24,
                                {utf8 ? "LC_ALL=C.UTF-8" : "LC_ALL=C"}};
    REQUIRE(terminal.wait_for("narrow.invalid unresolved"));
    CHECK(contains(terminal.screen(), utf8 ? "例え.invalid   unresolved" : "??.invalid     unresolved"));
}

TEST_CASE("ping++ --watch without a terminal says so, and prints lines", "[apps][ping]")
{
    if (!test::can_ping()) return;
    const auto done = test::run({test::program("ping++"), "--watch", "-c1", "127.0.0.1"});
    CHECK(done.exit_code == 0);
    CHECK(done.err == "ping++: --watch: standard output is no terminal: this is what there is without it\n");
    CHECK(
        done.out.starts_with("PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n64 bytes from 127.0.0.1: icmp_seq=1"));
}

}  // namespace ping_watch_tests
