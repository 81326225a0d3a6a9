// ping++ under the name fping beside fping itself (tests/lab/network.sh): output, standard error and exit code, but for
// the times. Beta drops every fourth request, so that four requests in a run find the same one dropped.

#include <tests/support/catch.hpp>
#include <tests/support/masked.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/json.hpp>

#include <csignal>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace fping_name_tests {

using namespace libnet::test;

namespace {

const Arguments ours{program("ping++"), "--as", "fping"}, theirs{"fping"};

Finished as_fping(const Arguments& arguments, const std::string& input = {})
{
    return run(with(ours, arguments), {}, input);
}

std::string joined(const Arguments& arguments)
{
    std::string text;
    for (const auto& argument : arguments) text += argument + ' ';
    return text;
}

void check_same(const Arguments& arguments, const std::string& input = {})
{
    INFO("fping " << joined(arguments));
    CHECK(told_by(run(with(ours, arguments), {}, input)) == told_by(run(with(theirs, arguments), {}, input)));
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("as fping, hosts are alive or unreachable in fping's words", "[lab]")
{
    if (is_missing("fping", "fping")) return;
    check_same({"10.0.4.2", "10.0.6.2"});
    check_same({"-a", "alpha", "web", "10.0.9.1", "-r1", "-t500"});
    check_same({"-u", "alpha", "10.0.9.1", "10.0.9.2", "-r1", "-t500"});
    check_same({"-e", "-4", "alpha"});
    check_same({"-A", "-4", "alpha"});
    check_same({"-A", "-n", "10.0.4.2"});
    check_same({"-6", "alpha"});
    check_same({"-i", "200", "fd00:0:0:4::2", "10.0.4.2"});
    check_same({"-q", "-r0", "-t500", "10.0.4.2", "10.0.9.1"});
    check_same({"-s", "10.0.4.2", "10.0.9.1", "-r1", "-t500"});
    check_same({"-x", "1", "10.0.4.2", "10.0.9.1", "-r0", "-t500"});
    check_same({"-x", "2", "10.0.4.2", "10.0.9.1", "-r0", "-t500"});
    check_same({"-i", "0", "-b", "0", "10.0.4.2"});
    check_same({"-b", "2000", "-H", "5", "-O", "0x10", "-R", "-T", "3", "10.0.4.2"});
    check_same({"-H", "1", "-r0", "-t500", "10.0.1.1"});
}

TEST_CASE("as fping, each reply and each timeout of a count has fping's line", "[lab]")
{
    if (is_missing("fping", "fping")) return;
    check_same({"-c", "3", "-p", "600", "-t", "500", "10.0.4.2", "10.0.9.1"});
    check_same({"-c", "4", "-p", "50", "-4", "beta"});
    check_same({"-C", "4", "-q", "-p", "50", "-4", "beta", "alpha", "10.0.9.1"});
    check_same({"-C", "2", "-p", "50", "10.0.4.2"});
    check_same({"-c", "2", "-p", "50", "-D", "10.0.4.2"});
    check_same({"-c", "2", "-p", "600", "-t", "500", "-o", "10.0.4.2", "10.0.9.1"});
    check_same({"-q", "-c", "2", "-p", "50", "-s", "10.0.4.2"});
    check_same({"--count=2", "--period", "50", "--quiet", "10.0.4.2"});
    check_same({"-e", "-q", "-c", "3", "-p", "500", "-t", "500", "-O", "0", "10.0.4.2"});
}

TEST_CASE("as fping, what can't be sent and what routers say is told as fping tells it", "[lab]")
{
    if (is_missing("fping", "fping")) return;
    check_same({"-r", "1", "-t", "500", "10.0.7.1"});  // host unreachable
    check_same({"-r", "1", "-t", "500", "10.0.8.1"});  // prohibited
    check_same({"-c", "2", "-p", "100", "10.0.7.1"});
    check_same({"-C", "2", "-q", "-p", "100", "10.0.7.1", "10.0.4.2"});
    run({"ip", "route", "add", "blackhole", "10.77.1.0/24"});
    run({"ip", "route", "add", "unreachable", "10.77.2.0/24"});
    run({"ip", "route", "add", "prohibit", "10.77.3.0/24"});
    check_same({"-r", "1", "-t", "500", "10.77.1.1", "10.77.2.1", "10.77.3.1", "10.0.4.2"});
    check_same({"-c", "2", "-p", "50", "10.77.1.1", "10.0.4.2"});
    check_same({"-C", "2", "-q", "-p", "50", "10.77.1.1", "10.0.4.2"});
}

TEST_CASE("as fping, targets come from operands, files, standard input and ranges", "[lab]")
{
    if (is_missing("fping", "fping")) return;
    const TemporaryDirectory directory;
    const auto file = (directory.path() / "targets").string();
    std::ofstream{file} << "# hosts\n10.0.4.2 and more\n\n   web\n#10.0.9.1\n";
    check_same({"-4", "-f", file});
    check_same({"-4"}, "10.0.4.2\nweb # the other\n");
    check_same({"-4", "-f", "-", "-t", "500", "-r", "0"}, "alpha\n10.0.9.1\n");
    check_same({"-c1", "-t500", "-i0", "-p600"}, "10.0.4.2\n");
    check_same({"-g", "10.0.4.1", "10.0.4.2"});
    check_same({"-g", "10.0.4.0/30"});
    check_same({"-g", "10.0.4.2/32"});
    check_same({"-g", "10.0.9.0/31", "-r0", "-t500"});
    check_same({"-4", "alpha", "nowhere.example", "-t500"});
    check_same({"-4", "-q", "-c1", "alpha", "nowhere.example", "-t500"});
    check_same({"nowhere.example"});
    check_same({"-6", "10.0.4.2"});
    check_same({"-4"}, {"10.0.4.2\0web\nweb\0\n", 18});
    check_same({std::string(64, 'x') + ".example"});
    check_same({"-r0", "-t300", "10.0.4.2", "fe80::1%nope"});
    for (const auto& endless : {Arguments{"-f", "/dev/zero"}, {"-f", "/dev/full"}}) {
        const auto done = as_fping(endless);
        CHECK(done.err.ends_with(": target name too long\n"));
        CHECK(done.exit_code == 1);
    }
    CHECK(as_fping({}, std::string(256, 'a') + "\n10.0.4.2\n").exit_code == 1);
}

TEST_CASE("as fping, wrong usage is told in fping's words", "[lab]")
{
    if (is_missing("fping", "fping")) return;
    check_same({"-Z", "10.0.4.2"});
    check_same({"--nothing"});
    check_same({"-c"});
    check_same({"--count"});
    check_same({"--coun=2", "10.0.4.2"});
    check_same({"-I", "", "10.0.4.2"});
    const auto version = as_fping({"-c", "1", "-v", "-Z"});  // it acts before what is wrong behind it
    CHECK(version.out.find(": Version ") != std::string::npos);
    CHECK(version.exit_code == 0);
    check_same({"--alive=3"});
    check_same({"-a", "-u", "10.0.4.2"});
    check_same({"-c1", "-l", "10.0.4.2"});
    check_same({"-4", "-6", "alpha"});
    check_same({"-n", "-d", "alpha"});
    check_same({"-H", "300", "10.0.4.2"});
    check_same({"-b", "70000", "10.0.4.2"});
    check_same({"-B", "9", "10.0.4.2"});
    check_same({"-S", "alpha", "10.0.4.2"});
    check_same({"-S", "192.0.2.77", "10.0.4.2"});
    check_same({"-6", "-S", "fe80::99", "fd00:0:0:4::2"});
    check_same({"-S", "192.0.2.77", "nowhere.example"});
    check_same({"-I", "nope0", "-c1", "10.0.4.2"});
    check_same({"-f", "/nowhere"});
    check_same({"-g", "10.0.4.0/33"});
    check_same({"-g", "alpha", "beta"});
    check_same({"-g", "10.0.4.9", "10.0.4.1"});
    for (const Arguments& usage :
         {Arguments{"-c", "0", "alpha"}, {"-c", "x"}, {"-t", "x"}, {"-p", "-1"}, {"-g"}, {"-g", "10.0.4.1"}})
    {
        INFO(joined(usage));
        const auto done = as_fping(usage), expected = run(with(theirs, usage));
        CHECK(done.exit_code == expected.exit_code);
        CHECK(done.out.empty());
        CHECK(lines_of(done.err).at(0) == lines_of(expected.err).at(0));
    }
}

TEST_CASE("as fping, an interrupt ends a loop with its summary, and SIGQUIT shows one", "[lab]")
{
    for (const bool real : {false, true}) {
        if (real && is_missing("fping", "fping")) continue;
        Process process{with(real ? theirs : ours, {"-l", "-p", "50", "10.0.4.2"})};
        REQUIRE(process.wait_for("[1], 64 bytes"));
        process.signal(SIGQUIT);
        REQUIRE(process.wait_for("]\n10.0.4.2 : xmt/rcv/%loss = "));
        process.signal(SIGINT);
        const auto done = process.wait();
        CHECK(done.exit_code == 0);
        CHECK(
            std::regex_search(done.err, std::regex{"\n\n10.0.4.2 : xmt/rcv/%loss = [0-9]+/[0-9]+/0%, min/avg/max = "}));
    }
}

TEST_CASE("as fping, summaries come from time to time", "[lab]")
{
    const auto done = as_fping({"-c", "6", "-p", "100", "-Q", "0.25", "10.0.4.2"});
    INFO(done.err);
    CHECK(done.out.empty());
    const auto told = masked(done.err);
    CHECK(contains(told, "[T]\n10.0.4.2 : xmt/rcv/%loss = "));
    CHECK(told.ends_with("10.0.4.2 : xmt/rcv/%loss = 6/6/0%, min/avg/max = T/T/T\n"));
    const auto whole = as_fping({"-c", "6", "-p", "100", "-Q", "0.25,cumulative", "10.0.4.2"});
    CHECK(contains(whole.err, "xmt/rcv/%loss = 5/5/0%"));
}

TEST_CASE("as fping, JSON lines are objects of one key each", "[lab]")
{
    const auto done =
        as_fping({"-J", "-c", "2", "-p", "600", "-t", "500", "-s", "--print-ttl", "10.0.4.2", "10.0.9.1"});
    CHECK(done.exit_code == 1);
    CHECK(done.err.empty());
    std::vector<std::string> kinds;
    for (const auto& line : lines_of(done.out)) {
        const auto object = boost::json::parse(line).as_object();
        REQUIRE(object.size() == 1);
        kinds.emplace_back(object.begin()->key());
    }
    std::ranges::sort(kinds);
    CHECK(kinds == std::vector<std::string>{"resp", "resp", "stats", "summary", "summary", "timeout", "timeout"});
    CHECK(contains(done.out, "\"ttl\": 61}}"));
    const auto all = as_fping({"-J", "-q", "-C", "2", "-p", "50", "10.0.9.1"});
    CHECK(all.out == "{\"vSum\": {\"host\": \"10.0.9.1\", \"values\": [null, null]}}\n");
}

TEST_CASE("as fping, a run ends as soon as enough hosts are reachable", "[lab]")
{
    const auto done = as_fping({"-X", "1", "-r", "9", "10.0.4.2", "10.0.9.1"});
    CHECK(done.out == "Enough hosts reachable (required: 1, reachable: 1)\n");
    CHECK(done.exit_code == 0);
}

TEST_CASE("as fping, a range of IPv6 addresses is generated", "[lab]")
{
    const auto done = as_fping({"-r0", "-t200", "-g", "fd00:0:0:4::1", "fd00:0:0:4::2"});
    CHECK(done.out == "fd00:0:0:4::1 is alive\nfd00:0:0:4::2 is alive\n");
    CHECK(done.exit_code == 0);
}

}  // namespace fping_name_tests
