// trace++ where standard streams are closed or full, and where it has more to do than time.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>

#include <chrono>
#include <csignal>
#include <string>

namespace trace_trouble_tests {

using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

/// Runs trace++ with words of a shell behind them, such as ">&-".
Finished trace(const std::string& words) { return run({"sh", "-c", "\"$0\" " + words, program("trace++")}); }

}  // namespace

TEST_CASE("trace++ whose standard output is full or closed says so, whatever it has to print", "[apps][trace]")
{
    const std::string asked = GENERATE("-O help", "--help", "--version", "-n 127.0.0.1", "-n --json 127.0.0.1",
                                       "-n --csv 127.0.0.1", "-n --report 1 127.0.0.1", "-n 127.0.0.0/30");
    const auto full = trace(asked + " >/dev/full");
    INFO(asked << full.err);
    CHECK(full.exit_code == 2);
    CHECK(full.err == "trace++: standard output: No space left on device\n");
    const auto closed = trace(asked + " >&-");
    INFO(closed.err);
    CHECK(closed.exit_code == 2);
    CHECK(closed.err == "trace++: standard output: Bad file descriptor\n");
}

TEST_CASE("trace++ needs neither standard input nor standard error", "[apps][trace]")
{
    const auto result = trace("-n 127.0.0.1 <&- 2>&-");
    CHECK(result.exit_code == 0);
    CHECK(result.out.find(" 1  127.0.0.1  ") != std::string::npos);
    CHECK(trace("--as mtr-packet <&-").exit_code == 0);  // there are no requests
}

TEST_CASE("trace++ ends when it is told to, however many probes it may send", "[apps][trace]")
{
    Process process{{program("trace++"), "-I", "--rate", "1000000", "127.0.0.0/8"}};
    REQUIRE(process.wait_for(" ms\n"));
    process.signal(SIGTERM);
    const auto ended = process.wait(100s);
    CHECK(ended.exit_code == 143);
    CHECK(ended.out.find(" of 16777214 paths, ") != std::string::npos);
}

}  // namespace trace_trouble_tests
