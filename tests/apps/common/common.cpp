// What the four programs have in common, seen from outside: help, version, and how they say that something is wrong.

#include <apps/common/option_sources.hpp>
#include <libnet/config.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace common_tests {

using namespace libnet;
using test::Arguments, test::Finished;

namespace {

struct Program {
    std::string name;
    Arguments operands;         ///< what it needs to start
    Arguments too_many;         ///< one operand more than it takes; empty: there is no such number
    std::string number_option;  ///< one that wants a number, and has a value in this range
    std::string range;
};

const std::vector<Program> programs{
    {"ping++", {"127.0.0.1"}, {}, "--count", "a whole number from 1 to 18446744073709551615"},
    {"trace++", {"127.0.0.1"}, {"127.0.0.1", "60", "::1"}, "--max-hops", "a whole number from 1 to 255"},
    {"httpd++", {}, {"/tmp", "/var"}, "--threads", "a whole number from 1 to 256"},
    {"proxy++", {}, {"127.0.0.1"}, "--threads", "a whole number from 1 to 256"},
};

Finished run(const Program& program, const Arguments& options, const Arguments& environment = {})
{
    Arguments arguments{test::program(program.name)};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return test::run(arguments, environment);
}

/// The same with the operands that it needs.
Finished run_with_operands(const Program& program, Arguments options, const Arguments& environment = {})
{
    options.insert(options.end(), program.operands.begin(), program.operands.end());
    return run(program, options, environment);
}

/// It printed nothing but "program: message", and ended with this code.
void check_complaint(const Program& program, const Finished& finished, int exit_code, const std::string& message)
{
    INFO(program.name);
    CHECK(finished.exit_code == exit_code);
    CHECK(finished.out.empty());
    CHECK(finished.err == program.name + ": " + message + "\n");
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::istringstream stream{text};
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string try_help(const Program& program) { return ": try '" + program.name + " --help'"; }

}  // namespace

TEST_CASE("each program's help fits a screen of 80 by 24 and gives an example", "[apps][common]")
{
    for (const auto& program : programs) {
        INFO(program.name);
        const auto help = run(program, {"--help"});
        CHECK(help.exit_code == 0);
        CHECK(help.err.empty());
        CHECK(help.out.starts_with("Usage: " + program.name + " [OPTION]..."));
        CHECK(help.out.find("\nExample: " + program.name + " ") != help.out.npos);
        const auto lines = lines_of(help.out);
        CHECK(lines.size() <= 24);
        for (const auto& line : lines) {
            INFO(line);
            CHECK(line.size() <= 80);
        }
        CHECK(run(program, {"-h"}).out == help.out);
    }
}

TEST_CASE("each program says its version and what it was built with", "[apps][common]")
{
    for (const auto& program : programs) {
        INFO(program.name);
        const auto version = run(program, {"--version"});
        CHECK(version.exit_code == 0);
        CHECK(version.err.empty());
        CHECK(version.out.starts_with(program.name + " (libnet " LIBNETXX_VERSION ") Boost 1."));
        CHECK(lines_of(version.out).size() == 1);
    }
}

TEST_CASE("help on a full disk is an error", "[apps][common]")
{
    for (const auto& program : programs) {
        const auto full = test::run({"sh", "-c", "exec \"$0\" --help > /dev/full", test::program(program.name)});
        check_complaint(program, full, 2, "standard output: No space left on device");
    }
}

TEST_CASE("an unknown option is named, and nothing is done", "[apps][common]")
{
    for (const auto& program : programs) {
        const auto hint = try_help(program);
        check_complaint(program, run_with_operands(program, {"--foo"}), 2, "unknown option '--foo'" + hint);
        check_complaint(program, run_with_operands(program, {"--foo=bar"}), 2, "unknown option '--foo=bar'" + hint);
        check_complaint(program, run_with_operands(program, {"-Z"}), 2, "unknown option '-Z'" + hint);
        check_complaint(program, run_with_operands(program, {"--hel"}), 2, "unknown option '--hel'" + hint);
    }
}

TEST_CASE("a bad number is shown with the range, wherever it comes from", "[apps][common]")
{
    const test::TemporaryDirectory directory;
    for (const auto& program : programs) {
        const auto name = program.number_option.substr(2);
        const auto variable = apps::variable_name(program.name, name);
        const auto file = directory.write("conf", name + " = 5x\n").string();
        for (const std::string bad : {"", "x", "5x", "-1", "0", "1e3", "99999999999999999999999"})
            check_complaint(program, run_with_operands(program, {program.number_option, bad}), 2,
                            program.number_option + ": '" + bad + "' is not " + program.range);
        const auto why = ": '5x' is not " + program.range;
        check_complaint(program, run_with_operands(program, {}, {variable + "=5x"}), 2, variable + why);
        check_complaint(program, run_with_operands(program, {"--config", file}), 2, file + ":1: " + name + why);
    }
}

TEST_CASE("a missing value is said so", "[apps][common]")
{
    for (const auto& program : programs) {
        Arguments arguments = program.operands;
        arguments.push_back(program.number_option);
        check_complaint(program, run(program, arguments), 2,
                        program.number_option + ": a value is missing" + try_help(program));
    }
}

TEST_CASE("too many operands and none are refused", "[apps][common]")
{
    for (const auto& program : programs) {
        if (!program.too_many.empty())
            check_complaint(program, run(program, program.too_many), 2,
                            "unexpected operand '" + program.too_many.back() + "'" + try_help(program));
        if (!program.operands.empty())
            check_complaint(program, run(program, {}), 2, "no HOST given" + try_help(program));
    }
}

TEST_CASE("a configuration file that isn't there stops the program", "[apps][common]")
{
    for (const auto& program : programs)
        check_complaint(program, run_with_operands(program, {"--config", "/none/such"}), 2,
                        "--config: cannot read '/none/such': No such file or directory");
}

TEST_CASE("a name without an address ends ping++ and trace++ with 2", "[apps][common]")
{
    for (const auto& program : {programs[0], programs[1]}) {
        const auto finished = run(program, {"name.invalid"});
        if (finished.err.find("net.ipv4.ping_group_range") != std::string::npos) {
            WARN("SKIPPED: " << finished.err);  // who may not ping is told so first
            continue;
        }
        check_complaint(program, finished, 2, "name.invalid: no such host");
        check_complaint(program, run(program, {"a..b"}), 2, "a..b: not a host name");
    }
}

TEST_CASE("a port in use ends httpd++ and proxy++ with 1 and a hint", "[apps][common]")
{
    using boost::asio::ip::tcp;
    boost::asio::io_context io;
    const tcp::acceptor other{io, {boost::asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(other.local_endpoint().port());
    for (const auto& program : {programs[2], programs[3]})
        for (const std::string threads : {"1", "2"})
            check_complaint(program, run(program, {"--bind", "127.0.0.1", "--port", port, "--threads", threads}), 1,
                            "cannot listen on 127.0.0.1:" + port +
                                ": Address already in use: choose another --port, or end the program that has it");
}

TEST_CASE("an address of another machine and one that is none end httpd++ and proxy++", "[apps][common]")
{
    for (const auto& program : {programs[2], programs[3]}) {
        check_complaint(program, run(program, {"--bind", "192.0.2.1", "--port", "0"}), 1,
                        "cannot listen on 192.0.2.1:0: Cannot assign requested address: this machine has no such "
                        "--bind address");
        check_complaint(program, run(program, {"--bind", "localhost"}), 2,
                        "--bind: 'localhost' is not an IP address: give one like 127.0.0.1 or ::1");
        check_complaint(program, run(program, {"--port", "65536"}), 2,
                        "--port: '65536' is not a port: give a number from 0 to 65535");
    }
}

TEST_CASE("an access log that can't be opened ends httpd++ and proxy++ with 1", "[apps][common]")
{
    for (const auto& program : {programs[2], programs[3]})
        check_complaint(program, run(program, {"--port", "0", "--access-log", "/none/such/log"}), 1,
                        "access log '/none/such/log': No such file or directory");
}

TEST_CASE("a name in an error message commands no terminal", "[apps][common]")
{
    const std::string wild = "\x1B[31m";
    check_complaint(programs[2], run(programs[2], {wild}), 1, "\\x1B[31m: No such file or directory");
    check_complaint(programs[2], run(programs[2], {"--user", wild, "/tmp"}), 1, "there is no user '\\x1B[31m'");
    check_complaint(programs[3], run(programs[3], {"--access-log", "/nowhere/" + wild}), 1,
                    "access log '/nowhere/\\x1B[31m': No such file or directory");
}

TEST_CASE("httpd++ and proxy++ say where they listen, and end with 0 when they are told to", "[apps][common]")
{
    for (const auto& program : {programs[2], programs[3]})
        for (const int signal : {SIGTERM, SIGINT}) {
            INFO(program.name << ", signal " << signal);
            test::Process daemon{{test::program(program.name), "--bind", "127.0.0.1"},
                                 {apps::variable_name(program.name, "port") + "=0"}};
            REQUIRE(daemon.wait_for(" on 127.0.0.1:"));
            daemon.signal(signal);
            const auto ended = daemon.wait();
            CHECK(ended.exit_code == 0);
            CHECK(ended.out.empty());
            CHECK(lines_of(ended.err).size() == 2);
        }
}

}  // namespace common_tests
