// ping++ --watch: its table from numbers, and the program on a pseudo-terminal.

#include <apps/ping/watch_table.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/pseudo_terminal.hpp>

#include <string>

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

bool can_ping()
{
    static const auto once = test::run({test::program("ping++"), "-c", "1", "127.0.0.1"});
    if (once.exit_code == 0) return true;
    WARN("SKIPPED: " << once.err);
    return false;
}

}  // namespace

TEST_CASE("the last minute is drawn with a character for each second", "[apps][ping]")
{
    WatchHistory history;
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
    WatchHistory history;
    history.note(0, reply(1ms));
    history.note(60, PingLost{});
    CHECK(sparkline(history, 60, 60, ascii_bars) == std::string(59, ' ') + "x");
    CHECK(history.at(0).replies == 0);
    CHECK(sparkline(history, 120, 60, ascii_bars) == std::string(60, ' '));
}

TEST_CASE("replies that take no time are drawn low", "[apps][ping]")
{
    WatchHistory history;
    history.note(0, reply(0ms));
    CHECK(sparkline(history, 0, 1, ascii_bars) == "_");
}

TEST_CASE("the live table fits the terminal, however narrow it is", "[apps][ping]")
{
    WatchHistory history;
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

TEST_CASE("ping++ --watch paints a table, follows the terminal's size, and leaves it as it was", "[apps][ping]")
{
    if (!can_ping()) return;
    const int signal = GENERATE(SIGINT, SIGTERM);
    test::TerminalProcess process{{test::program("ping++"), "--watch", "-i", "0.1", "127.0.0.1", "gone.invalid"},
                                  {"NO_COLOR=1", "LC_ALL=C", "TERM=xterm"},
                                  100,
                                  24};
    REQUIRE(process.wait_for("last minute"));
    CHECK(process.out().starts_with("\x1b[?1049h\x1b[?25l"));
    REQUIRE(process.wait_for("127.0.0.1    127.0.0.1       0%"));
    process.resize(60, 3);
    REQUIRE(process.wait_for("... and 1 more"));
    process.signal(signal);
    CHECK(process.wait() == 2);  // a name without an address
    const auto& out = process.out();
    const auto restored = out.rfind("\x1b[?25h\x1b[?1049l");
    REQUIRE(restored != out.npos);
    CHECK(contains(out.substr(restored), "--- 2 hosts, 1 alive, 1 unresolved ---"));
    CHECK_FALSE(contains(out, "\x1b[31m"));
    CHECK_FALSE(contains(out, "\x1b[33m"));
}

TEST_CASE("ping++ --watch has colours, unless NO_COLOR is set", "[apps][ping]")
{
    if (!can_ping()) return;
    test::TerminalProcess process{{test::program("ping++"), "--watch", "-w", "0.7", "127.0.0.1", "gone.invalid"},
                                  {"NO_COLOR=", "LC_ALL=C", "TERM=xterm"},
                                  100,
                                  24};
    CHECK(process.wait_for("\x1b[33mgone.invalid"));
    process.wait();
}

TEST_CASE("ping++ --watch without a terminal says so, and prints lines", "[apps][ping]")
{
    if (!can_ping()) return;
    const auto done = test::run({test::program("ping++"), "--watch", "-c1", "127.0.0.1"});
    CHECK(done.exit_code == 0);
    CHECK(done.err == "ping++: --watch: standard output is no terminal: this is what there is without it\n");
    CHECK(
        done.out.starts_with("PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.\n64 bytes from 127.0.0.1: icmp_seq=1"));
}
