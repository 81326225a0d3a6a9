// trace++ --watch in the lab, as a person sees it at 60, 80 and 200 columns.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/tmux.hpp>

#include <algorithm>
#include <string>

namespace trace_watch_tests {

using namespace libnet::test;

TEST_CASE("the path is on the screen, at 60, 80 and 200 columns", "[lab]")
{
    if (has_no_tmux()) return;
    const unsigned columns = GENERATE(60U, 80U, 200U);
    TmuxTerminal terminal{{program("trace++"), "--watch", "-4", "--interval", "1", "-w", "0.1,0,0", "web"},
                          columns,
                          24,
                          {"LC_ALL=C.UTF-8"}};
    REQUIRE(terminal.wait_for("round 5, reached 5, 0 changes"));
    const auto lines = terminal.lines();
    INFO(terminal.screen());
    CHECK(lines[0].starts_with("trace++ to web (10.0.6.2): round "));
    CHECK(lines[1].starts_with(" #  host      Loss%   Last    Avg   Wrst   Snt"));
    CHECK(lines[2].starts_with(" 1  r1         0.0%"));
    CHECK(lines[3].starts_with(" 2  ???      100.0%      -      -      -"));
    CHECK(lines[4].starts_with(" 3  r3         0.0%"));
    CHECK(lines[5].starts_with(" 4  web        0.0%"));
    CHECK(lines[6] == "c columns  p freeze  r reset  q quit");
    // Bars of the last rounds take the room that there is.
    CHECK((lines[2].find("▁") != std::string::npos || lines[2].find("█") != std::string::npos) == (columns > 60));
    CHECK((lines[3].find("×××") != std::string::npos) == (columns > 60));
    CHECK((lines[3].find("silent") != std::string::npos) == (columns == 200));
    terminal.press("c");
    terminal.press("c");
    REQUIRE(terminal.wait_for("silent: "));
    terminal.press("q");
    REQUIRE(terminal.wait_for("ended with 0"));
    CHECK(terminal.is_restored());
}

}  // namespace trace_watch_tests
