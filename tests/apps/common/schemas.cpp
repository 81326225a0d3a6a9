// What programs print for programs is what the schemas under apps/schemas say, and nothing else.

#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>

#include <string>

namespace schemas_tests {

using namespace libnet::test;

namespace {

/// Reads a schema and a file of JSON Lines, and says which lines don't fit. 77: it has nothing to do that with.
constexpr auto validator = R"(
import json, sys
try:
    from jsonschema import Draft202012Validator as Validator
except ImportError:
    sys.exit(77)
with open(sys.argv[1]) as file:
    schema = json.load(file)
Validator.check_schema(schema)
validator, failed = Validator(schema), False
with open(sys.argv[2]) as file:
    for line in file:
        for error in validator.iter_errors(json.loads(line)):
            # Of many alternatives, what the one says that is about this event.
            nearest = max(error.context or [error], key=lambda e: len(e.absolute_path), default=error)
            print(line.strip(), nearest.message)
            failed = True
sys.exit(1 if failed else 0)
)";

class Validated {
public:
    explicit Validated(const std::string& name) : schema_{program("schemas/" + name + ".schema.json")} {}

    /// Each line fits the schema.
    void check(const std::string& lines) const
    {
        const auto finished = validate(lines);
        INFO(lines);
        CHECK(!lines.empty());
        CHECK(finished.out == "");
        CHECK(finished.err == "");
        CHECK(finished.exit_code == 0);
    }

    /// One line, and it doesn't.
    void check_refused(const std::string& line) const
    {
        INFO(line);
        CHECK(validate(line).exit_code == 1);
    }

    Finished validate(const std::string& lines) const
    {
        const auto file = directory_.write("lines", lines);
        return run({"python3", "-c", validator, schema_, file.string()});
    }

private:
    TemporaryDirectory directory_;
    std::string schema_;
};

bool can_validate()
{
    if (is_missing("python3", "python3")) return false;
    if (run({"python3", "-c", "import jsonschema; jsonschema.Draft202012Validator"}).exit_code == 0) return true;
    WARN("SKIPPED: there is no jsonschema for Python (Debian: python3-jsonschema)");
    return false;
}

std::string printed(const std::string& name, Arguments arguments)
{
    arguments.insert(arguments.begin(), program(name));
    return run(arguments).out;
}

std::string url_of(const Daemon& daemon) { return "http://127.0.0.1:" + std::to_string(daemon.endpoint().port()); }

/// Where a daemon's --admin listens: it says so.
std::string admin_of(Daemon& daemon)
{
    const std::string words = "for administrators on 127.0.0.1:";
    REQUIRE(daemon.process().wait_for(words));
    const auto at = daemon.process().err().find(words) + words.size();
    return "http://127.0.0.1:" + std::to_string(std::stoul(daemon.process().err().substr(at)));
}

std::string fetched(Arguments arguments)
{
    arguments.insert(arguments.begin(), {"curl", "--silent", "--max-time", "60", "--noproxy", ""});
    return run(arguments).out;
}

/// Whoever sends something that is no HTTP.
void send_nonsense(const Daemon& daemon)
{
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket{io};
    socket.connect(daemon.endpoint());
    boost::asio::write(socket, boost::asio::buffer("nonsense\r\n\r\n", 12));
    std::string answer;
    boost::system::error_code end;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), end);
    CHECK(answer.find(" 400 ") != answer.npos);
}

}  // namespace

TEST_CASE("ping++ --json fits its schema", "[apps][schemas]")
{
    if (!can_validate() || !can_ping()) return;
    const Validated schema{"ping"};
    schema.check(printed("ping++", {"--json", "-c", "2", "-i", "0.01", "127.0.0.1", "::1", "no.such.name.invalid"}));
    schema.check(printed("ping++", {"--json", "-D", "--latency-split", "-O", "-c", "2", "-i", "0.01", "127.0.0.1"}));
    schema.check(printed("ping++", {"--json", "-c", "1", "127.0.0.0/29"}));
    schema.check(printed("ping++", {"--json", "--mtu", "127.0.0.1"}));
    schema.check(printed("ping++", {"--json", "--probe", "lo", "-W", "0.1", "127.0.0.1"}));
    schema.check(printed("ping++", {"--json", "-c", "1", "no.such.name.invalid"}));
}

TEST_CASE("trace++ --json fits its schema", "[apps][schemas]")
{
    if (!can_validate()) return;
    const Validated schema{"trace"};
    schema.check(printed("trace++", {"--json", "127.0.0.1"}));
    schema.check(printed("trace++", {"--json", "-A", "--flows", "2", "127.0.0.1"}));
    schema.check(printed("trace++", {"--json", "--report", "2", "127.0.0.1"}));
    schema.check(printed("trace++", {"--json", "--mtu", "127.0.0.1"}));
    schema.check(printed("trace++", {"--json", "127.0.0.0/30"}));
    schema.check(printed("trace++", {"--json", "no.such.name.invalid"}));
}

TEST_CASE("what httpd++ logs, complains of and says of itself fits its schemas", "[apps][schemas]")
{
    if (!can_validate() || is_missing("curl", "curl")) return;
    const TemporaryDirectory root, logs;
    root.write("a", "text");
    const auto log = (logs.path() / "log").string();
    const auto settings = logs.write("conf", "log-format = json\n").string();
    Daemon httpd{"httpd++",
                 {root.path().string(), "--admin", "127.0.0.1:0", "--access-log", log, "--diagnostics", "json",
                  "--config", settings}};
    const auto admin = admin_of(httpd);
    CHECK(fetched({url_of(httpd) + "/a"}) == "text");
    fetched({"--user-agent", "\xC3\xA4\"x\\", url_of(httpd) + "/none?\xC3\xA4"});
    send_nonsense(httpd);
    Validated{"status"}.check(fetched({admin + "/status"}));

    logs.write("conf", "log-format = {\n");  // it complains, and goes on
    httpd.reload();
    REQUIRE(httpd.process().wait_for("\"level\":\"error\""));
    const auto finished = httpd.stop();
    CHECK(finished.exit_code == 0);
    Validated{"diagnostics"}.check(finished.err.substr(finished.err.find("{\"v\":1")));
    Validated{"access-log"}.check(read_file(log));
}

TEST_CASE("what proxy++ logs fits its schemas", "[apps][schemas]")
{
    if (!can_validate() || is_missing("curl", "curl")) return;
    const TemporaryDirectory root, logs;
    root.write("a", "text");
    const auto log = (logs.path() / "log").string(), events = (logs.path() / "events").string();
    Daemon httpd{"httpd++", {root.path().string()}};
    Daemon proxy{"proxy++",
                 {"--allow-private", "--connect-port", "all", "--event-log", events, "--access-log", log,
                  "--log-format", "json", "--admin", "127.0.0.1:0"}};
    const auto admin = admin_of(proxy);
    const auto file = url_of(httpd) + "/a", through = url_of(proxy);
    CHECK(fetched({"--proxy", through, file, file}) == "texttext");
    CHECK(fetched({"--proxy", through, "--proxytunnel", file}) == "text");
    fetched({"--proxy", through, "http://no.such.name.invalid/"});
    send_nonsense(proxy);
    Validated{"status"}.check(fetched({admin + "/status"}));
    CHECK(proxy.stop().exit_code == 0);
    const auto told = read_file(events);
    CHECK(told.find("\"event\":\"tunnel\"") != told.npos);
    Validated{"proxy-event"}.check(told);
    Validated{"access-log"}.check(read_file(log));
}

TEST_CASE("the schemas refuse what isn't theirs", "[apps][schemas]")
{
    if (!can_validate()) return;
    const Validated ping{"ping"};
    const std::string lost = R"({"event":"lost","target":"a","to":"192.0.2.1","seq":2)";
    ping.check(lost + "}\n");
    ping.check_refused(lost + R"(,"more":1})");                               // a member that isn't documented
    ping.check_refused(R"({"event":"lost","target":"a","to":"192.0.2.1"})");  // one is missing
    ping.check_refused(R"({"event":"lost","target":"a","to":"192.0.2.1","seq":"2"})");
    ping.check_refused(R"({"event":"unheard","target":"a"})");
    Validated{"trace"}.check_refused(R"({"event":"hop","target":"a","ttl":1,"probe":1})");
    Validated{"status"}.check_refused("{}");
    Validated{"diagnostics"}.check_refused(R"({"v":2,"time":"","level":"info","program":"","message":""})");
}

}  // namespace schemas_tests
