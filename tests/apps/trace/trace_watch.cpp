// trace++ --watch on a terminal that tmux renders.

#include <apps/common/screen.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/tmux.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <regex>
#include <string>

namespace trace_watch_tests {

using namespace libnet;
using test::TmuxTerminal;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

test::Arguments watch(const test::Arguments& more = {})
{
    test::Arguments arguments{test::program("trace++"), "--watch", "-n", "--interval", "0.1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.emplace_back("127.0.0.1");
    return arguments;
}

}  // namespace

TEST_CASE("trace++ --watch shows the path, obeys keys, and leaves the terminal as it was", "[apps][trace]")
{
    if (test::has_no_tmux()) return;
    TmuxTerminal terminal{watch(), 80, 24, {"LC_ALL=C"}};
    REQUIRE(terminal.wait_for("reached 2"));  // or 20 to 29: it goes on
    auto lines = terminal.lines();
    CHECK(lines[0].starts_with("trace++ to 127.0.0.1 (127.0.0.1): round "));
    CHECK(lines[1].starts_with(" #  host       Loss%   Last    Avg   Wrst   Snt   Best  StDev  last rounds"));
    CHECK(std::regex_match(
        lines[2], std::regex{R"( 1  127\.0\.0\.1   0\.0%( +\d+\.\d){3} +\d+( +\d+\.\d){2}  [-_.:=+*#x]{2,})"}));
    CHECK(lines[3] == "c columns  p freeze  r reset  q quit");
    terminal.press("c");
    REQUIRE(terminal.wait_for("Jttr"));
    terminal.press("c");
    REQUIRE(terminal.wait_for("verdict"));
    CHECK(terminal.wait_for("reached"));
    terminal.press("p");
    REQUIRE(terminal.wait_for(", frozen"));
    terminal.press("r");
    REQUIRE(terminal.wait_until_gone(", frozen"));
    CHECK(terminal.wait_for("round 3"));
    terminal.press("q");
    REQUIRE(terminal.wait_for("ended with 0"));
    CHECK(terminal.is_restored());
    CHECK(contains(terminal.screen(), "127.0.0.1: reached in "));
}

TEST_CASE("the screen of trace++ --watch follows the terminal's size", "[apps][trace]")
{
    if (test::has_no_tmux()) return;
    TmuxTerminal terminal{watch(), 200, 24};
    REQUIRE(terminal.wait_for("StDev  last rounds"));
    for (const unsigned columns : {60U, 80U, 200U}) {
        terminal.resize(columns, 24);
        const bool narrow = columns == 60;
        const bool shown = narrow ? terminal.wait_until_gone("last rounds") : terminal.wait_for("last rounds");
        REQUIRE(shown);
        const auto lines = terminal.lines();
        INFO(terminal.screen());
        CHECK(contains(lines[1], narrow ? "Wrst   Snt" : "StDev"));
        CHECK(contains(lines[3], "q quit"));
    }
    terminal.resize(8, 3);  // nothing is left out of what fits
    REQUIRE(terminal.wait_until_gone("Loss%   Last"));
    REQUIRE(terminal.wait_for("trace++"));
    CHECK(terminal.lines()[0] == "trace++");
    terminal.resize(80, 24);
    REQUIRE(terminal.wait_for("c columns"));
}

TEST_CASE("however trace++ --watch ends, the terminal is as it was", "[apps][trace]")
{
    if (test::has_no_tmux()) return;
    struct End {
        int signal;
        const char* said;
    };
    const auto end = GENERATE(End{SIGINT, "ended with 0"}, End{SIGTERM, "ended with 0"}, End{SIGHUP, "ended with 129"},
                              End{SIGQUIT, "ended with 131"});
    TmuxTerminal terminal{watch(), 80, 24};
    REQUIRE(terminal.wait_for("reached 2"));
    terminal.signal(end.signal);
    REQUIRE(terminal.wait_for(end.said));
    CHECK(terminal.is_restored());
}

TEST_CASE("Ctrl-C ends trace++ --watch, and Ctrl-Z gives the shell its screen for a while", "[apps][trace]")
{
    if (test::has_no_tmux()) return;
    TmuxTerminal terminal{watch(), 80, 24};
    REQUIRE(terminal.wait_for("reached 2"));
    terminal.signal(SIGTSTP);
    REQUIRE(terminal.wait_until_gone("reached"));
    CHECK(terminal.screen().starts_with("before\n"));
    terminal.signal(SIGCONT);
    REQUIRE(terminal.wait_for("reached"));
    terminal.press("C-c");
    REQUIRE(terminal.wait_for("ended with 0"));
    CHECK(terminal.is_restored());
}

TEST_CASE("what goes wrong while trace++ --watch has the screen is read on the shell's", "[apps][trace]")
{
    if (test::has_no_tmux()) return;
    TmuxTerminal terminal{watch({"--expect", "/nonexistent"}), 80, 24};
    REQUIRE(terminal.wait_for("ended with 2"));
    CHECK(terminal.is_restored());
    CHECK(contains(terminal.screen(), "trace++: --expect: /nonexistent: No such file or directory"));
}

TEST_CASE("a program that has a screen and can't go on", "[.][screen_terminate]")
{
    if (std::getenv("LIBNET_TERMINATES") == nullptr) return;  // it is for the next one
    const apps::Screen screen;
    std::terminate();
}

TEST_CASE("an exception that nothing catches finds the terminal restored", "[apps][trace]")
{
    if (test::has_no_tmux()) return;
    TmuxTerminal terminal{{std::filesystem::read_symlink("/proc/self/exe").string(), "[screen_terminate]"},
                          80,
                          24,
                          {"LIBNET_TERMINATES=1"}};
    REQUIRE(terminal.wait_for("ended with 134"));
    CHECK(terminal.is_restored());
}

TEST_CASE("a terminal that can't be drawn on is told in words, and the report printed", "[apps][trace]")
{
    if (test::has_no_tmux()) return;
    struct Case {
        test::Arguments environment;
        const char* said;
    };
    const auto one =
        GENERATE(Case{{"TERM=dumb"}, "a terminal of TERM=dumb can't move its cursor"},
                 Case{{"-u", "TERM"}, "TERM isn't set, so what the terminal can do is unknown"},
                 Case{{"TERM="}, "TERM isn't set"},
                 Case{{"TERM=no-such-thing"}, "there is no terminfo entry for TERM=no-such-thing"},
                 Case{{"TERM=unknown"}, "there is no terminfo entry for TERM=unknown"},
                 Case{{"TERM=../../../etc/passwd"}, "there is no terminfo entry for TERM=../../../etc/passwd"});
    TmuxTerminal terminal{watch({"--report", "2"}), 200, 24, one.environment};
    REQUIRE(terminal.wait_for("ended with 0"));
    const auto screen = terminal.screen();
    CHECK(contains(screen, "trace++: --watch: " + std::string{one.said}));
    CHECK(contains(screen, ": a report of 2 rounds\n"));
    CHECK(contains(screen, "127.0.0.1: reached in 2 of 2 rounds"));
    CHECK(terminal.is_restored());
}

}  // namespace trace_watch_tests
