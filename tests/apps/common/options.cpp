#include <apps/common/options.hpp>
#include <tests/support/capture.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace options_tests {

using namespace std::chrono_literals;
using namespace libnet;

namespace {

/// What a user typed for a small program, and what came of it.
struct Typed {
    std::uint32_t count = 0;
    std::chrono::milliseconds interval{1000};
    std::optional<std::chrono::milliseconds> deadline;
    std::uint16_t port = 80;
    boost::asio::ip::address bind;
    std::string access_log = "-";
    bool quiet = false, numeric = false;
    int family = 0;
    std::vector<std::string> hosts, headers;

    std::optional<int> exit_code;
    std::string out, err;
};

Typed type(std::vector<const char*> arguments)
{
    Typed typed;
    apps::Options table{"demo++", "HOST...", "Shows how options are read."};
    table.group("Values")
        .value("count,c", "N", "how many", apps::integer<std::uint32_t>(1, 1000), typed.count)
        .value("interval,i", "SECONDS", "between two", apps::seconds(1ms, 1h), typed.interval)
        .value("deadline,w", "SECONDS", "for all", apps::seconds(0s, 1h), typed.deadline)
        .value("port", "PORT", "where", apps::port(), typed.port)
        .value("bind", "ADDR", "whence", apps::address(), typed.bind)
        .value("access-log", "FILE", "log", apps::text("file name"), typed.access_log)
        .list("header", "TEXT", "a field", apps::text("header"), typed.headers);
    table.group("Switches")
        .flag("quiet,q", "less", typed.quiet)
        .flag("numeric,n", "no names", typed.numeric)
        .flag("ipv4,4", "IPv4 only", typed.family, 4)
        .flag("ipv6,6", "IPv6 only", typed.family, 6);
    table.operands("HOST", typed.hosts, 1, 2).example("demo++ -c 3 localhost");

    arguments.insert(arguments.begin(), "/usr/bin/demo++");
    const test::Capture out{STDOUT_FILENO}, err{STDERR_FILENO};
    typed.exit_code = table.read(static_cast<int>(arguments.size()), arguments.data());
    typed.out = out.text();
    typed.err = err.text();
    return typed;
}

/// The complaint about these arguments, without "demo++: " and the line feed.
std::string complaint(std::vector<const char*> arguments)
{
    const auto typed = type(std::move(arguments));
    CHECK(typed.exit_code == 2);
    CHECK(typed.out.empty());
    REQUIRE(typed.err.starts_with("demo++: "));
    REQUIRE(typed.err.find('\n') == typed.err.size() - 1);
    return typed.err.substr(8, typed.err.size() - 9);
}

/// A variable that is set for a while.
class Variable {
public:
    Variable(const char* name, const char* value) : name_{name} { ::setenv(name, value, 1); }
    ~Variable() { ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

}  // namespace

TEST_CASE("an option that is not given keeps its default", "[apps][options]")
{
    const auto typed = type({"localhost"});
    CHECK(!typed.exit_code);
    CHECK(typed.interval == 1s);
    CHECK(!typed.deadline);
    CHECK(typed.hosts == std::vector<std::string>{"localhost"});
}

TEST_CASE("values stand beside their option, behind it or after an equals sign", "[apps][options]")
{
    CHECK(type({"-c3", "x"}).count == 3);
    CHECK(type({"-c", "3", "x"}).count == 3);
    CHECK(type({"--count", "3", "x"}).count == 3);
    CHECK(type({"x", "--count=3"}).count == 3);
    CHECK(type({"--access-log", "-", "x"}).access_log == "-");
}

TEST_CASE("switches can be grouped, the last of them with a value", "[apps][options]")
{
    const auto typed = type({"-qnc5", "x"});
    CHECK(typed.quiet);
    CHECK(typed.numeric);
    CHECK(typed.count == 5);
}

TEST_CASE("the values of a list add up", "[apps][options]")
{
    CHECK(type({"--header", "a: b", "--header=c: d", "h"}).headers == std::vector<std::string>{"a: b", "c: d"});
    const test::TemporaryDirectory directory;
    const auto file = directory.write("conf", "header = first\nheader = second\n").string();
    CHECK(type({"--header", "third", "--config", file.c_str(), "h"}).headers ==
          std::vector<std::string>{"first", "second", "third"});
    CHECK(type({"--header", "", "h"}).exit_code == 2);
}

TEST_CASE("of an option given twice, and of two that set one thing, the last one counts", "[apps][options]")
{
    CHECK(type({"-c3", "-c5", "x"}).count == 5);
    CHECK(type({"-4", "-6", "x"}).family == 6);
    CHECK(type({"-6", "-4", "x"}).family == 4);
}

TEST_CASE("after two dashes everything is an operand", "[apps][options]")
{
    CHECK(type({"--", "-c", "--=3"}).hosts == std::vector<std::string>{"-c", "--=3"});
    CHECK(type({"-"}).hosts == std::vector<std::string>{"-"});
}

TEST_CASE("durations are read to the millisecond and may have a fraction", "[apps][options]")
{
    CHECK(type({"-i", "0.2", "x"}).interval == 200ms);
    CHECK(type({"-i.001", "x"}).interval == 1ms);
    CHECK(type({"-i", "1e-3", "x"}).interval == 1ms);
    CHECK(type({"-i", "3600", "x"}).interval == 1h);
    CHECK(type({"-w", "0", "x"}).deadline == 0ms);
    CHECK(type({"-w", "1.5", "x"}).deadline == 1500ms);
}

TEST_CASE("what is no number of seconds in the range is refused with the range", "[apps][options]")
{
    for (const char* bad : {"", "x", "0.0x", "1 ", " 1", "nan", "inf", "-1", "-0.0", "+1", "0", "0.0009", "3600.1",
                            "1e400", "1e-400", "0x1p3", "1,5", "5s"})
    {
        INFO("'" << bad << "'");
        CHECK(complaint({"-i", bad, "x"}) ==
              "-i: '" + std::string{bad} + "' is not a number of seconds: give a number from 0.001 to 3600");
    }
}

TEST_CASE("what is no whole number in the range is refused with the range", "[apps][options]")
{
    for (const char* bad : {"", "x", "3x", "-3", "0", "1001", "4294967297", "99999999999999999999999", "1.0", "0x10"}) {
        INFO("'" << bad << "'");
        CHECK(complaint({"--count", bad, "x"}) ==
              "--count: '" + std::string{bad} + "' is not a whole number from 1 to 1000");
    }
}

TEST_CASE("a port is a number from 1 to 65535", "[apps][options]")
{
    CHECK(type({"--port", "65535", "x"}).port == 65535);
    for (const char* bad : {"0", "65536", "-1", "http", "tcp://10.0.0.1:80"})
        CHECK(complaint({"--port", bad, "x"}) ==
              "--port: '" + std::string{bad} + "' is not a port: give a number from 1 to 65535");
}

TEST_CASE("an address is an IPv4 or IPv6 address, an IPv6 one also in brackets", "[apps][options]")
{
    CHECK(type({"--bind", "127.0.0.1", "x"}).bind.to_string() == "127.0.0.1");
    CHECK(type({"--bind", "::1", "x"}).bind.to_string() == "::1");
    CHECK(type({"--bind", "[::1]", "x"}).bind.to_string() == "::1");
    CHECK(type({"--bind", "::ffff:127.0.0.1", "x"}).bind.to_string() == "127.0.0.1");
    CHECK(type({"--bind", "fe80::1%lo", "x"}).bind.to_string() == "fe80::1%lo");
    CHECK(type({"--bind", "[fe80::1%lo]", "x"}).bind.to_string() == "fe80::1%lo");
    CHECK(complaint({"--bind", "fe80::1%nope", "x"}) == "--bind: 'fe80::1%nope': there is no interface nope");
    CHECK(complaint({"--bind", "[fe80::1%nope]", "x"}) == "--bind: '[fe80::1%nope]': there is no interface nope");
    CHECK(complaint({"--bind", "::%lo", "x"}) == "--bind: '::%lo': only link-local addresses have a zone");
    for (const char* bad : {"", "localhost", "127.1", "1.2.3.4.5", "[127.0.0.1]", "[]", "[::1", "::1]", ":::"})
        CHECK(complaint({"--bind", bad, "x"}) ==
              "--bind: '" + std::string{bad} + "' is not an IP address: give one like 127.0.0.1 or ::1");
}

TEST_CASE("an empty text is no file name", "[apps][options]")
{
    CHECK(complaint({"--access-log", "", "x"}) == "--access-log: '' is not a file name: give one");
}

TEST_CASE("a list has commas, and nothing in it is empty", "[apps][options]")
{
    const auto read = apps::texts("file name");
    CHECK(read("a") == std::vector<std::string>{"a"});
    CHECK(read("a,b c,d") == std::vector<std::string>{"a", "b c", "d"});
    for (const auto* faulty : {"", ",", "a,", ",a", "a,,b"})
        CHECK_THROWS_WITH(read(faulty), "'' is not a file name: give one");
}

TEST_CASE("one of some words is read, and no other", "[apps][options]")
{
    const auto read = apps::choice<int>({{"one", 1}, {"two", 2}});
    CHECK(read("one") == 1);
    CHECK(read("two") == 2);
    CHECK_THROWS_WITH(read("three"), "'three' is none of one, two");
    CHECK_THROWS_WITH(read(""), "'' is none of one, two");
}

TEST_CASE("an unknown option is named", "[apps][options]")
{
    const std::string hint = ": try 'demo++ --help'";
    CHECK(complaint({"--foo"}) == "unknown option '--foo'" + hint);
    CHECK(complaint({"-z", "x"}) == "unknown option '-z'" + hint);
    CHECK(complaint({"-q3", "x"}) == "unknown option '-q3'" + hint);
    CHECK(complaint({"--=3", "x"}) == "unknown option '--=3'" + hint);
    CHECK(complaint({"--f\x1B[31m\n", "x"}) == "unknown option '--f\\x1B[31m\\x0A'" + hint);
}

TEST_CASE("a long name is not guessed from its beginning", "[apps][options]")
{
    CHECK(complaint({"--quie", "x"}) == "unknown option '--quie': try 'demo++ --help'");
}

TEST_CASE("a missing value and one too many are said so", "[apps][options]")
{
    const std::string hint = ": try 'demo++ --help'";
    CHECK(complaint({"x", "-c"}) == "--count: a value is missing" + hint);
    CHECK(complaint({"x", "--count"}) == "--count: a value is missing" + hint);
    CHECK(complaint({"--count=", "x"}) == "--count: a value is missing" + hint);
    CHECK(complaint({"-c", "-4", "x"}) == "--count: a value is missing" + hint);
    CHECK(complaint({"--quiet=1", "x"}) == "--quiet: it takes no value" + hint);
}

TEST_CASE("too few, too many and empty operands are refused", "[apps][options]")
{
    CHECK(complaint({"a", ""}) == "HOST: '' is empty: try 'demo++ --help'");
    CHECK(complaint({}) == "no HOST given: try 'demo++ --help'");
    CHECK(complaint({"a", "b", "c"}) == "unexpected operand 'c': try 'demo++ --help'");
}

TEST_CASE("a flag outdoes the environment, which outdoes the file", "[apps][options]")
{
    const test::TemporaryDirectory directory;
    const auto file =
        directory.write("demo.conf", "# comment\ncount = 11\nquiet = yes\ninterval=0.25 # s\r\n").string();
    const auto typed = type({"--config", file.c_str(), "x"});
    CHECK(typed.count == 11);
    CHECK(typed.quiet);
    CHECK(typed.interval == 250ms);

    const Variable count{"DEMO_COUNT", "12"}, access_log{"DEMO_ACCESS_LOG", "none"},
        config{"DEMO_CONFIG", file.c_str()};
    CHECK(type({"x"}).count == 12);
    CHECK(type({"x"}).access_log == "none");
    CHECK(type({"x"}).interval == 250ms);
    CHECK(type({"-c13", "x"}).count == 13);
}

TEST_CASE("of two options that set one thing, the higher source wins", "[apps][options]")
{
    const Variable six{"DEMO_IPV6", "yes"};
    CHECK(type({"x"}).family == 6);
    CHECK(type({"-4", "x"}).family == 4);
}

TEST_CASE("a value that is overridden is not looked at", "[apps][options]")
{
    const Variable count{"DEMO_COUNT", "many"};
    CHECK(type({"-c3", "x"}).count == 3);
    CHECK(complaint({"x"}) == "DEMO_COUNT: 'many' is not a whole number from 1 to 1000");
}

TEST_CASE("an empty variable counts as unset, and a switch may be turned off", "[apps][options]")
{
    const Variable empty{"DEMO_COUNT", ""}, off{"DEMO_QUIET", "off"}, on{"DEMO_NUMERIC", "1"};
    CHECK(type({"x"}).count == 0);
    CHECK(!type({"x"}).quiet);
    CHECK(type({"x"}).numeric);
    CHECK(type({"-q", "x"}).quiet);
    const Variable neither{"DEMO_QUIET", "maybe"};
    CHECK(complaint({"x"}) == "DEMO_QUIET: 'maybe' is neither yes nor no");
}

TEST_CASE("help and version are not for the environment: others use such variables, too", "[apps][options]")
{
    const Variable help{"DEMO_HELP", "1"}, version{"DEMO_VERSION", "2.4"};
    CHECK(!type({"x"}).exit_code);
}

TEST_CASE("every fault of a configuration file is named with the file", "[apps][options]")
{
    const test::TemporaryDirectory directory;
    const auto complaint_about = [&](const char* content) {
        const auto file = directory.write("f", content).string();
        auto said = complaint({"--config", file.c_str(), "x"});
        REQUIRE(said.starts_with(file + ":"));
        return said.substr(file.size() + 1);
    };
    CHECK(complaint_about("foo = 3\n") == "1: unknown option 'foo'");
    CHECK(complaint_about("foo\n") == "1: 'foo' is no line like 'name = value'");
    CHECK(complaint_about("count = x\n") == "1: count: 'x' is not a whole number from 1 to 1000");
    CHECK(complaint_about("count =\n") == "1: count: '' is not a whole number from 1 to 1000");
    CHECK(complaint_about("[section]\ncount = 3\n") == "2: unknown option 'section.count'");
    CHECK(complaint_about("config = other\n") == "1: unknown option 'config'");
}

TEST_CASE("all mistakes are told at once, up to a hundred", "[apps][options]")
{
    const test::TemporaryDirectory directory;
    const auto file = directory.write("f", "foo = 3\nbar\ncount = x\n").string();
    const Variable port{"DEMO_PORT", "0"};
    const auto typed = type({"--config", file.c_str(), "--nope", "--interval", "0", "a", "b", "c"});
    CHECK(typed.exit_code == 2);
    CHECK(typed.err == "demo++: unknown option '--nope': try 'demo++ --help'\ndemo++: " + file +
                           ":1: unknown option 'foo'\ndemo++: " + file +
                           ":2: 'bar' is no line like 'name = value'\ndemo++: " + file +
                           ":3: count: 'x' is not a whole number from 1 to 1000\n"
                           "demo++: DEMO_PORT: '0' is not a port: give a number from 1 to 65535\n"
                           "demo++: --interval: '0' is not a number of seconds: give a number from 0.001 to 3600\n");
    apps::Faults many;
    for (int i = 0; i < 1000; ++i) many.add("garbage", apps::exit_usage);
    CHECK(many.count() == 1000);
    CHECK(many.words().size() == 101);
    CHECK(many.words().back() == "and 900 more faults");
}

TEST_CASE("a section of the file is about one thing", "[apps][options]")
{
    struct Host {
        std::string name, root = "/srv";
        int family = 0;
        std::vector<std::string> headers;
    };
    std::vector<Host> hosts;
    std::uint32_t count = 0;
    int family = 0;
    const auto read = [&](const std::string& content) {
        hosts.clear();
        count = 0;
        family = 0;
        const test::TemporaryDirectory directory;
        const auto file = directory.write("f", content).string();
        apps::Options table{"demo++", "", "Reads sections."};
        table.value("count", "N", "how many", apps::integer<std::uint32_t>(1, 1000), count)
            .flag("ipv4", "IPv4 only", family, 4)
            .sections("host", "Sections there are.", [&](const apps::Section& section) {
                Host host;
                host.name = section.argument;
                apps::Options options{"", "", ""};
                options.value("root", "ROOT", "", apps::text("name"), host.root)
                    .flag("ipv4", "", host.family, 4)
                    .list("header", "TEXT", "", apps::text("header"), host.headers);
                host.family = family;
                options.set(section);
                hosts.push_back(host);
            });
        const std::vector<const char*> arguments{"demo++", "--config", file.c_str()};
        const test::Capture err{STDERR_FILENO};
        const auto exit_code = table.read(static_cast<int>(arguments.size()), arguments.data());
        auto said = err.text();
        REQUIRE(exit_code.value_or(0) == (said.empty() ? 0 : 2));
        return said.empty() ? said : said.substr(said.find("/f:") + 3);
    };

    CHECK(read("count = 3\nipv4 = yes\n"
               "[host www.example.org]\nroot = /www  # here\nheader = a\nheader = b\n"
               "[ host  b.test,*.c.test ]\nipv4 = no\n"
               "[host www.example.org]\nheader = c\n")
              .empty());
    CHECK(count == 3);
    REQUIRE(hosts.size() == 2);
    CHECK(hosts[0].name == "www.example.org");
    CHECK(hosts[0].root == "/www");
    CHECK(hosts[0].family == 4);
    CHECK(hosts[0].headers == std::vector<std::string>{"a", "b", "c"});
    CHECK(hosts[1].name == "b.test,*.c.test");
    CHECK(hosts[1].root == "/srv");
    CHECK(hosts[1].family == 0);
    CHECK(hosts[1].headers.empty());

    CHECK(read("[host empty]\n[host last]\nroot = /last\n[ host more. ]").empty());
    REQUIRE(hosts.size() == 3);
    CHECK(hosts[0].name == "empty");
    CHECK(hosts[0].root == "/srv");
    CHECK(hosts[1].root == "/last");

    CHECK(read("[]\nroot = /\n") == "1: '[]' names no section\n");
    CHECK(read("[guest]\n") == "1: [guest]: there are no such sections\n");
    CHECK(read("[host a.b]\ncount = 3\n") == "2: [host a.b] count: there is no such option in a section\n");
    CHECK(read("[host a.b]\nroot =\n") == "2: [host a.b] root: '' is not a name: give one\n");
    CHECK(read("[host a.b]\nipv4 = x\n") == "2: [host a.b] ipv4: 'x' is neither yes nor no\n");
    CHECK(read("[guest a.b]\nroot = /\n") == "1: [guest a.b]: there are no such sections\n");
    CHECK(read("[host a.b]\nroot\n") == "2: 'root' is no line like 'name = value'\n");
    CHECK(read("root = /\n") == "1: unknown option 'root'\n");
}

TEST_CASE("a configuration file that can't be read stops the program", "[apps][options]")
{
    CHECK(complaint({"--config", "/none/such", "x"}) ==
          "--config: cannot read '/none/such': No such file or directory");
    CHECK(complaint({"--config", "/", "x"}) == "--config: cannot read '/': Is a directory");
    CHECK(complaint({"--config", "/dev/zero", "x"}) == "--config: cannot read '/dev/zero': it is larger than 16 MiB");
    const Variable config{"DEMO_CONFIG", "/none/such"};
    CHECK(complaint({"x"}) == "DEMO_CONFIG: cannot read '/none/such': No such file or directory");
}

TEST_CASE("help goes to standard output, whatever else is missing", "[apps][options]")
{
    const auto typed = type({"--help", "-c", "many"});
    CHECK(typed.exit_code == 0);
    CHECK(typed.err.empty());
    CHECK(typed.out ==
          "Usage: demo++ [OPTION]... HOST...\n"
          "Shows how options are read.\n"
          "Values:\n"
          "  -c, --count N           how many\n"
          "  -i, --interval SECONDS  between two\n"
          "  -w, --deadline SECONDS  for all\n"
          "      --port PORT         where\n"
          "      --bind ADDR         whence\n"
          "      --access-log FILE   log\n"
          "      --header TEXT       a field\n"
          "Switches:\n"
          "  -q, --quiet             less\n"
          "  -n, --numeric           no names\n"
          "  -4, --ipv4              IPv4 only\n"
          "  -6, --ipv6              IPv6 only\n"
          "Common:\n"
          "      --config FILE       lines 'name = value', or set DEMO_NAME=value\n"
          "  -h, --help              show this help\n"
          "  -V, --version           show version and features\n"
          "Example: demo++ -c 3 localhost\n");
}

TEST_CASE("the version names the program, the library and what it was built with", "[apps][options]")
{
    const auto typed = type({"--version"});
    CHECK(typed.exit_code == 0);
    CHECK(typed.out.starts_with("demo++ (libnet " LIBNETXX_VERSION ") Boost 1."));
    CHECK(typed.out.find("c-ares 1.") != std::string::npos);
}

}  // namespace options_tests
