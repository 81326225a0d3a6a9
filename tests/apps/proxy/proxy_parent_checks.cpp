// proxy++ --parent-check: parents that are down are found before a request meets them.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/process.hpp>
#include <tests/support/programs.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <string_view>

namespace proxy_parent_checks_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

/// The value of a metric, asked for at a Unix socket.
std::string metric(const std::string& admin, const std::string& name)
{
    const auto all = run({"curl", "--silent", "--unix-socket", admin, "http://localhost/metrics"}).out;
    const auto at = all.find("\n" + name + " ");
    if (at == all.npos) return "none";
    const auto begin = at + name.size() + 2;
    return all.substr(begin, all.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("a parent that goes down is found by checks, and comes back by them", "[apps][proxy][parents]")
{
    if (is_missing("curl", "curl")) return;
    const TemporaryDirectory root;
    root.write("a.txt", "hello");
    const Httpd httpd{root};
    const auto admin = (root.path() / "admin").string();
    std::optional<Proxy> first{std::in_place};
    const auto port = first->port();
    Proxy second{{"--access-log", "-"}};
    Proxy proxy{{"--parent", "first=http://127.0.0.1:" + port, "--parent", "second=socks5://127.0.0.1:" + second.port(),
                 "--parent-check", "100ms", "--parent-fall", "2", "--parent-rise", "1", "--parent-retry", "24h",
                 "--admin", "unix:" + admin, "--event-log", "-", "--access-log", "none"}};
    const auto url = httpd.url("/a.txt");
    CHECK(proxy.curl({url}).out == "hello");
    CHECK(metric(admin, "libnet_proxy_parents_down") == "0");

    CHECK(first->stop().exit_code == 0);
    first.reset();
    REQUIRE(proxy.wait_for("the parent proxy first is down: it can't be connected to"));
    CHECK(metric(admin, "libnet_proxy_parents_down") == "1");
    CHECK(proxy.curl({url}).out == "hello");

    first.emplace(Arguments{"--port", port});
    REQUIRE(proxy.wait_for("the parent proxy first is up again"));
    CHECK(proxy.curl({url}).out == "hello");
    const auto events = proxy.stop().out;
    const auto by_second = events.find("\"parent\":\"second\"");
    CHECK(events.find("\"parent\":\"first\"") < by_second);
    CHECK(events.rfind("\"parent\":\"first\"") > by_second);
    CHECK(by_second != events.npos);
    CHECK(events.rfind("\"parent\":\"second\"") == by_second);
}

TEST_CASE("a parent that is connected to and says nothing, or nothing that can be read, is down",
          "[apps][proxy][parents]")
{
    ScriptedOrigin silent, other;
    Proxy proxy{{"--parent", "silent=http://" + silent.authority(), "--parent", "other=socks5://" + other.authority(),
                 "--parent-check", "100ms", "--parent-fall", "1", "--connect-timeout", "1"}};
    auto greeted = other.accept();
    CHECK(greeted.receive(3) == std::string("\x05\x01\x00", 3));
    greeted.send("SSH-2.0-other\r\n");
    CHECK(proxy.wait_for("the parent proxy other is down: its answer can't be read, or it wants a log-in"));
    CHECK(greeted.ended());
    auto asked = silent.accept();
    CHECK(has(asked.receive_head(), "OPTIONS * HTTP/1.1\r\nHost: " + silent.authority() + "\r\n"));
    CHECK(proxy.wait_for("the parent proxy silent is down: it doesn't answer in time"));
    CHECK(proxy.stop().exit_code == 0);
}

}  // namespace proxy_parent_checks_tests
