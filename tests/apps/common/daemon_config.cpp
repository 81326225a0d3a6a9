// --check and --print-config, as administrators use them.

#include <tests/support/catch.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

namespace daemon_config_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the configuration is shown with where it comes from, and can be read again", "[apps][config]")
{
    const TemporaryDirectory directory;
    const auto file = directory
                          .write("conf",
                                 "# of a test\nport = 8123\nheader = * X-A: 1\nheader = * X-B: 2\n\n"
                                 "[host a.test]\nroot = /tmp\n")
                          .string();
    const auto shown = run({program("httpd++"), "--config", file, "--threads", "3", "--print-config", "public"},
                           {"HTTPD_IDLE_TIMEOUT=7"});
    CHECK(shown.exit_code == 0);
    CHECK(shown.err.empty());
    const auto line = [&](const std::string& setting, const std::string& place) {
        const auto at = shown.out.find(setting + " ");
        return at != std::string::npos && has(shown.out.substr(at, shown.out.find('\n', at) - at), "# " + place);
    };
    CHECK(has(shown.out, "# operand: public\n"));
    CHECK(line("port = 8123", file + ":2: port"));
    CHECK(line("header = * X-A: 1", file + ":3: header"));
    CHECK(line("header = * X-B: 2", file + ":4: header"));
    CHECK(line("threads = 3", "--threads"));
    CHECK(line("idle-timeout = 7", "HTTPD_IDLE_TIMEOUT"));
    CHECK(line("bind = ::", "default"));
    CHECK(line("write-timeout = 30", "default"));
    CHECK(has(shown.out, "\n[host a.test]  # " + file + ":6: [host a.test]\nroot = /tmp"));

    const auto again = directory.write("again", shown.out).string();
    CHECK(run({program("httpd++"), "--config", again, "--print-config"}).exit_code == 0);
    for (const char* other : {"proxy++", "ping++", "trace++"})
        CHECK(
            has(run({program(other), "--print-config", "localhost"}).out + run({program(other), "--print-config"}).out,
                ": what is in force"));
}

TEST_CASE("a configuration is checked without serving", "[apps][config]")
{
    const TemporaryDirectory directory;
    directory.write("root/a", "");
    const auto root = (directory.path() / "root").string();
    const auto check = [&](const std::string& lines, const std::string& served) {
        const auto file = directory.write("conf", lines).string();
        const auto finished = run({program("httpd++"), "--config", file, "--check", served});
        return std::to_string(finished.exit_code) + " " + finished.err;
    };
    CHECK(check("port = 0\n", root) == "0 httpd++: the configuration is good\n");
    CHECK(has(check("port = 0\n\nlistign = 1\n", root), "/conf:3: unknown option 'listign'\n"));
    CHECK(has(check("port = x\n", root), "/conf:1: port: 'x' is not a port"));
    CHECK(check("port = 0\n", "/none/such").starts_with("1 httpd++: "));
    CHECK(has(check("port = 0\nusers = /none/such\n", root), "/none/such"));
    CHECK(has(check("port = 0\naccess-log = /none/such/log\n", root),
              "/conf:2: access-log: access log '/none/such/log': No such file or directory\n"));
    CHECK(has(check("bind = 192.0.2.1\n", root), "/conf:1: bind: cannot listen on 192.0.2.1:8080: "));
    CHECK(has(check("port = 0\n[host a.test]\nroot = /none/such\n", root), "/none/such"));

    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor used{io, {boost::asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(used.local_endpoint().port());
    const auto in_use = check("bind = 127.0.0.1\nport = " + port + "\n", root);
    CHECK(has(in_use, "which is as it should be while it serves\n"));
    CHECK(in_use.starts_with("0 "));
    CHECK(run({program("proxy++"), "--check", "--port", "0"}).err == "proxy++: the configuration is good\n");
}

TEST_CASE("--check says all that is wrong at once, with file and line", "[apps][config]")
{
    const TemporaryDirectory directory;
    const auto root = (directory.path() / "root").string();
    directory.write("root/a", "");
    const auto file = directory
                          .write("conf",
                                 "threads = 0\nlistign = 1\ngarbage\nidle-timeout = 5x\n"
                                 "listen = nowhere\nlisten = 192.0.2.1:80\nlisten = 127.0.0.1:0,tls\n"
                                 "error-page = 404=/absolute\nerror-page = 7=a\nredirect = /a\n"
                                 "users = /none/users\naccess-file = /none/rules\nmime-types = /none/types\n"
                                 "user = no-such-user\ngroup = no-such-group\naccess-log = /none/log\n"
                                 "host = b.test=/none/b\n[host a.test]\nlistign = 2\nerror-page = 8=b\n"
                                 "[host c.test]\nroot = /none/c\n[other]\n[]\n")
                          .string();
    const auto finished =
        run({program("httpd++"), "--config", file, "--check", "--clean-url", "--tls-min", "1.4", root});
    CHECK(finished.exit_code == 2);
    INFO(finished.err);
    const auto told = [&](const std::string& place, const std::string& why) {
        INFO(place);
        const auto at = finished.err.find("httpd++: " + place);
        return at != std::string::npos && has(finished.err.substr(at, finished.err.find('\n', at) - at), why);
    };
    const auto in_file = [&](const std::string& place, const std::string& why) {
        return told(file + ":" + place, why);
    };
    CHECK(in_file("1: threads: ", "'0' is not a whole number"));
    CHECK(in_file("2: ", "unknown option 'listign'"));
    CHECK(in_file("3: ", "'garbage' is no line like"));
    CHECK(in_file("4: idle-timeout: ", "is not a time from 1ms to 24h"));
    CHECK(in_file("5: listen: ", "'nowhere' is no place"));
    CHECK(in_file("6: listen: ", "cannot listen on 192.0.2.1:80"));
    CHECK(in_file("7: listen: ", "there is no certificate"));
    CHECK(in_file("8: error-page: ", "give a file's name below the root"));
    CHECK(in_file("9: error-page: ", "give one from 400 to 599"));
    CHECK(in_file("10: redirect: ", "is no redirect"));
    CHECK(in_file("11: users: ", "No such file"));
    CHECK(in_file("12: access-file: ", "No such file"));
    CHECK(in_file("13: mime-types: ", "No such file"));
    CHECK(in_file("14: user: ", "there is no user"));
    CHECK(in_file("15: group: ", "there is no group"));
    CHECK(in_file("16: access-log: ", "No such file"));
    CHECK(in_file("17: host: ", "root '/none/b': No such file"));
    CHECK(in_file("19: [host a.test] listign: ", "there is no such option in a section"));
    CHECK(in_file("20: [host a.test] error-page: ", "give one from 400 to 599"));
    CHECK(in_file("21: [host c.test]: ", "root '/none/c': No such file"));
    CHECK(in_file("23: [other]: ", "there are no such sections"));
    CHECK(in_file("24: ", "'[]' names no section"));
    CHECK(told("unknown option '--clean-url'", "try 'httpd++ --help'"));
    CHECK(told("--tls-min: ", "'1.4' is none of"));
    CHECK(std::count(finished.err.begin(), finished.err.end(), '\n') == 24);
}

TEST_CASE("--check of proxy++ reads each of its files", "[apps][config]")
{
    const auto finished = run({program("proxy++"), "--check",          "--port",         "0",
                               "--egress",         "/none/rules",      "--credential",   "a.test=/none/a",
                               "--credential",     "b.test=/none/b",   "--parent",       "corp=http://p.test",
                               "--parent-login",   "corp=/none/login", "--parent-login", "x=/none/x",
                               "--tls-cert",       "/none/cert",       "--users",        "/none/users",
                               "--event-log",      "/none/log"});
    CHECK(finished.exit_code == 1);
    const std::string missing = ": No such file or directory\nproxy++: ";
    CHECK(finished.err == "proxy++: --parent-login: '/none/login'" + missing +
                              "--parent-login: there is no parent 'x'\nproxy++: --egress: rules '/none/rules'" +
                              missing + "--tls-cert: certificate '/none/cert'" + missing +
                              "--credential: credential '/none/a'" + missing + "--credential: credential '/none/b'" +
                              missing + "--users: users '/none/users'" + missing +
                              "--event-log: event log '/none/log': No such file or directory\n");
}

TEST_CASE("what is wrong with TLS is said of the option that it is about", "[apps][config]")
{
    const TemporaryDirectory directory;
    const Certificates certificates;
    certificates.make("good", "DNS:good.test");
    const auto good = "tls-cert = " + certificates.chain("good") + "\ntls-key = " + certificates.key("good") + "\n";
    const auto check = [&](const std::string& lines) {
        const auto file = directory.write("conf", lines).string();
        const auto finished = run({program("proxy++"), "--port", "0", "--config", file, "--check"});
        auto text = finished.err;
        for (auto at = text.find(file); at != std::string::npos; at = text.find(file))
            text.replace(at, file.size(), "conf");
        return std::to_string(finished.exit_code) + " " + text;
    };
    CHECK(check(good) == "0 proxy++: the configuration is good\n");
    CHECK(check("tls-cert = /none/a,/none/b\n") ==
          "1 proxy++: conf:1: tls-cert: certificate '/none/a': No such file or directory\n"
          "proxy++: conf:1: tls-cert: certificate '/none/b': No such file or directory\n");
    CHECK(check(good + "tls-client-ca = /none/ca\ntls-ciphers = NONE-SUCH\n")
              .starts_with("1 proxy++: conf:3: tls-client-ca: "));
    CHECK(has(check(good + "tls-client-ca = /none/ca\ntls-ciphers = NONE-SUCH\n"), "\nproxy++: conf:4: tls-ciphers: "));
    CHECK(check("tls-key = /a,/b\n" + good.substr(0, good.find('\n') + 1)) ==
          "1 proxy++: conf:1: tls-key: give one key for each certificate, or none\n");
}

TEST_CASE("a user or group that doesn't exist is found by --check", "[apps][config]")
{
    for (const std::string name : {"httpd++", "proxy++"}) {
        const auto check = [&](const std::string& option, const std::string& value) {
            return run({program(name), "--port", "0", "--check", option, value});
        };
        const auto user = check("--user", "no-such-user");
        CHECK(user.exit_code == 1);
        CHECK(user.err == name + ": --user: there is no user 'no-such-user'\n");
        const auto group = check("--group", "no-such-group");
        CHECK(group.exit_code == 1);
        CHECK(group.err == name + ": --group: there is no group 'no-such-group'\n");
    }
}

TEST_CASE("--check makes no files", "[apps][config]")
{
    const TemporaryDirectory root, logs;
    const auto log = (logs.path() / "log").string();
    const auto httpd = run({program("httpd++"), "--port", "0", "--access-log", log, "--check", root.path().string()});
    CHECK(httpd.err == "httpd++: the configuration is good\n");
    const auto proxy = run({program("proxy++"), "--port", "0", "--access-log", log, "--event-log", log, "--check"});
    CHECK(proxy.err == "proxy++: the configuration is good\n");
    CHECK(std::filesystem::is_empty(logs.path()));

    const auto no_folder = run({program("proxy++"), "--port", "0", "--event-log", "/none/such/log", "--check"});
    CHECK(no_folder.exit_code == 1);
    CHECK(no_folder.err == "proxy++: --event-log: event log '/none/such/log': No such file or directory\n");
    CHECK(run({program("proxy++"), "--port", "0", "--event-log", "/none/such/log"}).err ==
          "proxy++: event log '/none/such/log': No such file or directory\n");
    const auto is_folder = run({program("proxy++"), "--port", "0", "--access-log", logs.path().string(), "--check"});
    CHECK(has(is_folder.err, "': Is a directory\n"));
}

TEST_CASE("times have units", "[apps][config]")
{
    const auto shown =
        run({program("httpd++"), "--drain", "30s", "--idle-timeout", "1m", "--write-timeout", "0.5", "--print-config"});
    CHECK(shown.exit_code == 0);
    CHECK(has(shown.out, "drain = 30s "));
    CHECK(has(shown.out, "idle-timeout = 1m "));
    CHECK(has(shown.out, "write-timeout = 0.5 "));
    CHECK(run({program("proxy++"), "--drain", "500ms", "--print-config"}).exit_code == 0);
    const auto complaint = [](const std::string& value) {
        const auto finished = run({program("httpd++"), "--idle-timeout", value, "--print-config"});
        CHECK(finished.exit_code == 2);
        return finished.err;
    };
    for (const std::string value : {"0s", "2d", "1y", "m", "ms", "", "-1", "1e400s", "5 m"})
        CHECK(complaint(value) == "httpd++: --idle-timeout: '" + value +
                                      "' is not a time from 1ms to 24h: give one such as 30, 500ms, 30s, 5m or 1h\n");
}

}  // namespace daemon_config_tests
