// --check and --print-config, as administrators use them.

#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

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
    CHECK(check("port = 0\naccess-log = /none/such/log\n", root) ==
          "1 httpd++: access log '/none/such/log': No such file or directory\n");
    CHECK(check("bind = 192.0.2.1\n", root).starts_with("1 httpd++: cannot listen on 192.0.2.1:8080"));
    CHECK(has(check("port = 0\n[host a.test]\nroot = /none/such\n", root), "/none/such"));

    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor used{io, {boost::asio::ip::address_v4::loopback(), 0}};
    const auto port = std::to_string(used.local_endpoint().port());
    const auto in_use = check("bind = 127.0.0.1\nport = " + port + "\n", root);
    CHECK(has(in_use, "which is as it should be while it serves\n"));
    CHECK(in_use.starts_with("0 "));
    CHECK(run({program("proxy++"), "--check", "--port", "0"}).err == "proxy++: the configuration is good\n");
}

}  // namespace daemon_config_tests
