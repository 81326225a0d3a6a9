// ping++ --watch: its table from numbers, and the program on a pseudo-terminal.

#include <apps/ping/watch_table.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/pseudo_terminal.hpp>

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
        for (const auto& row : rows) CHECK(table.row(row, 0).size() <= columns);
    }
    const WatchTable table{rows, {.size = {80, 24}}};
    CHECK(table.row(rows[0], 0)
              .starts_with("a-long-name.example 2001:db8::1     25%    1.500    1.000    2.000    3.000"));
    CHECK(table.row(rows[1], 0).starts_with("gone.example        unresolved        -        -"));
    const WatchTable coloured{rows, {.size = {80, 24}, .colour = true}};
    CHECK(coloured.row(rows[0], 0).starts_with("\x1b[31ma-long"));
    CHECK(coloured.row(rows[1], 0).starts_with("\x1b[33mgone"));
}

TEST_CASE("where there is little room, columns go before names and addresses become unreadable", "[apps][ping]")
{
    PingStatistics numbers{.sent = 4, .received = 4};
    numbers.rtt = {.min = 1ms, .mean = 2ms, .max = 3ms, .p95 = 3ms, .last = 1500us};
    const std::vector<WatchRow> rows{{"alpha.example", "10.20.30.40", true, numbers, nullptr}};
    const auto at = [&rows](std::size_t columns) { return WatchTable{rows, {.size = {columns, 24}}}.row(rows[0], 0); };
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
    CHECK(table.row(rows[0], 0).starts_with("aaaaaaaaaaaa..bbbbbbbbbb"));
}

TEST_CASE("addresses that are the names have no column of their own", "[apps][ping]")
{
    const std::vector<WatchRow> rows{{"10.20.30.40", "10.20.30.40", true, {}, nullptr}};
    const WatchTable table{rows, {.size = {60, 24}}};
    CHECK(table.head() == "host           loss     last     best     mean      p95  ");
    CHECK(table.row(rows[0], 0) == "10.20.30.40       -        -        -        -        -");
}

TEST_CASE("ping++ --watch paints a table, follows the terminal's size, and leaves it as it was", "[apps][ping]")
{
    if (!test::can_ping()) return;
    const int signal = GENERATE(SIGINT, SIGTERM);
    test::TerminalProcess process{{test::program("ping++"), "--watch", "-i", "0.1", "127.0.0.1", "gone.invalid"},
                                  {"NO_COLOR=1", "LC_ALL=C", "TERM=xterm"},
                                  100,
                                  24};
    REQUIRE(process.wait_for("last minute"));
    CHECK(process.out().starts_with("\x1b[?1049h\x1b[?25l"));
    REQUIRE(process.wait_for("127.0.0.1    127.0.0.1       0%"));
    process.resize(60, 4);
    REQUIRE(process.wait_for("1-1 of 2  "));
    process.signal(signal);
    CHECK(process.wait() == 2);  // a name without an address
    const auto& out = process.out();
    const auto restored = out.rfind("\x1b[?25h\x1b[?1049l");
    REQUIRE(restored != out.npos);
    CHECK(contains(out.substr(restored), "--- 2 hosts, 1 alive, 1 unresolved ---"));
    CHECK_FALSE(contains(out, "\x1b[31m"));
    CHECK_FALSE(contains(out, "\x1b[33m"));
}

TEST_CASE("ping++ --watch shows the hosts of a range, the unreachable ones first, and obeys keys", "[apps][ping]")
{
    if (!test::can_ping()) return;
    test::TerminalProcess process{
        {test::program("ping++"), "--watch", "-i", "0.2", "-W", "0.1", "127.0.0.1-3", "gone.invalid"},
        {"NO_COLOR=1", "LC_ALL=C", "TERM=xterm"},
        80,
        24};
    REQUIRE(process.wait_for("ping++: 4 hosts, "));
    REQUIRE(process.wait_for("127.0.0.3    127.0.0.3       0%"));
    const auto frame =
        process.out().substr(process.out().rfind("\x1b[H", process.out().rfind("127.0.0.3    127.0.0.3 ")));
    CHECK(frame.find("gone.invalid") < frame.find("127.0.0.1 "));
    process.type("s");
    REQUIRE(process.wait_for("127.0.0.1 "));
    process.type("p");
    REQUIRE(process.wait_for(", paused"));
    process.type("p");
    process.resize(80, 5);  // two rows
    REQUIRE(process.wait_for("1-2 of 4  "));
    process.type("j");
    REQUIRE(process.wait_for("2-3 of 4  "));
    process.type("\x1b[6~");
    REQUIRE(process.wait_for("3-4 of 4  "));
    process.type("\x1b[A");
    REQUIRE(process.wait_for("2-3 of 4  "));
    process.type("\x1b[H");
    REQUIRE(process.wait_for("1-2 of 4  "));
    process.type("r");
    REQUIRE(process.wait_for("4 hosts, 0 s"));
    REQUIRE(process.wait_for("4 hosts, 1 s"));
    process.type("q");
    CHECK(process.wait() == 2);  // a name without an address
    CHECK(contains(process.out(), "--- 4 hosts, 3 alive, 1 unresolved ---"));
}

TEST_CASE("ping++ --watch has colours, unless NO_COLOR is set", "[apps][ping]")
{
    if (!test::can_ping()) return;
    test::TerminalProcess process{{test::program("ping++"), "--watch", "-w", "0.7", "127.0.0.1", "gone.invalid"},
                                  {"NO_COLOR=", "LC_ALL=C", "TERM=xterm"},
                                  100,
                                  24};
    CHECK(process.wait_for("\x1b[33mgone.invalid"));
    process.wait();
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
