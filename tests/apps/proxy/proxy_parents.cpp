// proxy++ that goes on by other proxies: by proxy++ itself, and by parents that fail in all the ways that they can.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>
#include <tests/support/process.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace proxy_parents_tests {

using namespace libnet::test;
using namespace std::string_view_literals;

namespace {

constexpr auto hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"sv;
constexpr auto granted = "HTTP/1.1 200 Connection established\r\n\r\n"sv;

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

std::string get(const std::string& authority)
{
    return "GET http://" + authority + "/ HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
}

std::string tunnel(const std::string& authority)
{
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
}

/// A place where nothing listens.
std::string dead_place()
{
    ScriptedOrigin closed;
    return closed.authority();
}

struct Site {
    Site() { root.write("a.txt", "hello"); }
    TemporaryDirectory root;
};

/// A proxy++ with a user, alice, whose password is "secret", and a file with that.
struct GuardedParent {
    GuardedParent()
    {
        const auto users = (files.path() / "users").string();
        REQUIRE(run({"htpasswd", "-cbB", "-C", "4", users, "alice", "secret"}).exit_code == 0);
        proxy.emplace(Arguments{"--users", users});
    }
    std::string url(const std::string& scheme) const { return scheme + "://127.0.0.1:" + proxy->port(); }
    TemporaryDirectory files;
    std::string login = files.write("login", "alice:secret\n").string();
    std::optional<Proxy> proxy;
};

}  // namespace

TEST_CASE("curl's requests and tunnels go by a parent of HTTP or SOCKS5 that wants a log-in", "[apps][proxy][parents]")
{
    const Site site;
    const Httpd httpd{site.root};
    GuardedParent parent;
    const auto url = "http://localhost:" + httpd.port() + "/a.txt";
    for (const std::string scheme : {"http", "socks5"}) {
        INFO(scheme);
        Proxy proxy{{"--parent", "corp=" + parent.url(scheme), "--parent-login", "corp=" + parent.login, "--event-log",
                     "-", "--access-log", "none"}};
        const auto plain = proxy.curl({"--ipv4", url, url});
        CHECK(plain.out == "hellohello");
        CHECK(proxy.curl({"--proxytunnel", url}).out == "hello");
        const auto events = proxy.stop().out;
        CHECK(has(events, "\"parent\":\"corp\",\"upstream\":\"127.0.0.1\",\"reused\":false"));
        CHECK(has(events,
                  "\"parent\":\"corp\",\"upstream\":\"127.0.0.1\",\"reused\":true"));  // the second request of curl's
        CHECK_FALSE(has(events, "secret"));
    }
    const auto log = parent.proxy->stop().out;
    CHECK(has(log, " - alice ["));
    CHECK(has(log, "\"GET " + url + " HTTP/1.1\" 200"));
    CHECK(has(log, "\"CONNECT localhost:" + httpd.port() + " HTTP/1.1\" 200"));
}

TEST_CASE("a parent that wants another log-in is a failure of ours, and no challenge to the client",
          "[apps][proxy][parents]")
{
    const Site site;
    const Httpd httpd{site.root};
    const GuardedParent parent;
    const auto wrong = parent.files.write("wrong", "alice:wrong").string();
    const auto authority = "127.0.0.1:" + httpd.port();
    for (const std::string scheme : {"http", "socks5"}) {
        INFO(scheme);
        const Proxy proxy{{"--parent", "corp=" + parent.url(scheme), "--parent-login", "corp=" + wrong}};
        for (const auto& request : {get(authority), tunnel(authority)}) {
            RawClient client{proxy.endpoint()};
            const auto answer = client.exchange(request);
            CHECK(answer.status == 502);
            CHECK(answer.field("Proxy-Authenticate") == "-");
            CHECK(has(answer.field("Proxy-Status"), "error=proxy_configuration_error"));
            CHECK(has(answer.field("Proxy-Status"), "next-hop=\"corp\""));
            CHECK(has(answer.body, "The parent proxy corp doesn"));
        }
    }
}

TEST_CASE("a parent's log-in is read again at SIGHUP", "[apps][proxy][parents]")
{
    const Site site;
    const Httpd httpd{site.root};
    const GuardedParent parent;
    const auto login = parent.files.write("changing", "alice:wrong\n").string();
    const auto url = "http://127.0.0.1:" + httpd.port() + "/a.txt";
    Proxy proxy{{"--parent", "corp=" + parent.url("http"), "--parent-login", "corp=" + login, "--parent-retry", "0"}};
    CHECK(has(proxy.curl({"--write-out", "%{http_code}", url}).out, "502"));
    parent.files.write("changing", "alice:secret\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("proxy++: reloaded\n"));
    CHECK(proxy.curl({url}).out == "hello");
    CHECK(proxy.curl({"--proxytunnel", url}).out == "hello");
    parent.files.write("changing", "a line\nand another\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("changing"));
    CHECK(proxy.curl({url}).out == "hello");  // the one that was good stays
}

TEST_CASE("a parent gets the whole URL, our log-in and our name, and none of the client's", "[apps][proxy][parents]")
{
    const TemporaryDirectory files;
    const auto login = files.write("login", "Bearer abc").string();
    ScriptedOrigin parent;
    Proxy proxy{{"--parent", "corp=http://" + parent.authority(), "--parent-login", "corp=" + login},
                Proxy::Reach::public_internet};
    RawClient client{proxy.endpoint()};
    client.send(
        "GET http://Server.TEST./a?b=c HTTP/1.1\r\nHost: other.test\r\n"
        "Proxy-Authorization: Basic Y2xpZW50OnNlY3JldA==\r\nAuthorization: Basic b3duOnNlY3JldA==\r\n\r\n");
    auto connection = parent.accept();
    const auto head = connection.receive_head();
    CHECK(head.starts_with("GET http://server.test/a?b=c HTTP/1.1\r\nHost: server.test\r\n"));
    CHECK(has(head, "\r\nProxy-Authorization: Bearer abc\r\n"));
    CHECK(has(head, "\r\nAuthorization: Basic b3duOnNlY3JldA==\r\n"));
    CHECK_FALSE(has(head, "Y2xpZW50"));
    CHECK(has(head, "\r\nVia: 1.1 libnet-"));
    connection.send(hello);
    CHECK(client.receive().body == "hello");

    // A request that comes back to us is a loop.
    const auto back = RawClient{proxy.endpoint()}.exchange(head);
    CHECK(back.status == 502);
    CHECK(has(back.field("Proxy-Status"), "proxy_loop_detected"));
}

TEST_CASE("nothing of the client's reaches a parent before it has agreed to the tunnel", "[apps][proxy][parents]")
{
    ScriptedOrigin parent;
    Proxy proxy{{"--parent", "corp=http://" + parent.authority()}, Proxy::Reach::public_internet};
    RawClient client{proxy.endpoint()};
    client.send(tunnel("server.test:443") + "early");
    auto connection = parent.accept();
    const auto head = connection.receive_head();
    CHECK(head.starts_with("CONNECT server.test:443 HTTP/1.1\r\nHost: server.test:443\r\nVia: 1.1 libnet-"));
    CHECK_FALSE(has(head, "early"));
    connection.send(std::string{granted} + "server first");
    CHECK(client.receive("CONNECT").status == 200);
    CHECK(connection.receive(5) == "early");
    connection.finish();
    connection.close();
    CHECK(client.receive_rest() == "server first");
}

TEST_CASE("a parent is told whose connection it is by the PROXY protocol", "[apps][proxy][parents]")
{
    const Site site;
    const Httpd httpd{site.root};
    const auto url = "http://localhost:" + httpd.port() + "/a.txt";
    Proxy parent{{"--proxy-protocol", "127.0.0.0/8"}};
    for (const std::string version : {"v1", "v2"}) {
        for (const std::string scheme : {"http://127.0.0.1:", "socks5://127.0.0.1:"}) {
            INFO(version << ' ' << scheme);
            const Proxy proxy{{"--parent", "corp=" + scheme + parent.port(), "--send-proxy", version}};
            CHECK(proxy.curl({"--ipv4", url, url}).out == "hellohello");
            CHECK(proxy.curl({"--proxytunnel", url}).out == "hello");
        }
    }
}

TEST_CASE("a connection that a parent takes for one client's serves no other client", "[apps][proxy][parents]")
{
    ScriptedOrigin parent;
    const Proxy proxy{{"--parent", "corp=http://" + parent.authority(), "--send-proxy", "v1"},
                      Proxy::Reach::public_internet};
    RawClient first{proxy.endpoint()}, second{proxy.endpoint()};
    const auto preface_of = [&proxy](RawClient& client) {
        return "PROXY TCP4 127.0.0.1 127.0.0.1 " + std::to_string(client.socket().local_endpoint().port()) + ' ' +
               proxy.port() + "\r\n";
    };
    first.send(get("a.test"));
    auto of_first = parent.accept();
    CHECK(of_first.receive_until("\r\n") == preface_of(first));
    of_first.receive_head();
    of_first.send(hello);
    CHECK(first.receive().body == "hello");
    second.send(get("a.test"));
    auto of_second = parent.accept();
    CHECK(of_second.receive_until("\r\n") == preface_of(second));
    of_second.receive_head();
    of_second.send(hello);
    CHECK(second.receive().body == "hello");
    first.send(get("b.test"));
    CHECK(of_first.receive_head().starts_with("GET http://b.test/ HTTP/1.1\r\n"));
    of_first.send(hello);
    CHECK(first.receive().body == "hello");
}

TEST_CASE("where a parent fails the next one is asked, and the one that failed is left out", "[apps][proxy][parents]")
{
    ScriptedOrigin second;
    Proxy proxy{{"--parent", "first=http://" + dead_place(), "--parent", "second=http://" + second.authority(),
                 "--parent-retry", "3600", "--event-log", "-", "--access-log", "none"},
                Proxy::Reach::public_internet};
    for (int i = 0; i < 2; ++i) {
        RawClient client{proxy.endpoint()};
        client.send(get("server.test"));
        auto connection = second.accept();
        connection.receive_head();
        connection.send(std::string{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"});
        CHECK(client.receive().body == "hello");
    }
    CHECK(has(proxy.stop().out, "\"parent\":\"second\""));
}

TEST_CASE("a parent that doesn't do as a parent should is passed over for a tunnel", "[apps][proxy][parents]")
{
    constexpr std::string_view faults[]{"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-OpenSSH\r\n",
                                        "HTTP/1.1 101 Other\r\n\r\n", ""};
    for (const auto fault : faults) {
        INFO(fault);
        ScriptedOrigin first, second;
        Proxy proxy{
            {"--parent", "first=http://" + first.authority(), "--parent", "second=socks5://" + second.authority()},
            Proxy::Reach::public_internet};
        RawClient client{proxy.endpoint()};
        client.send(tunnel("server.test:443"));
        auto faulty = first.accept();
        faulty.receive_head();
        faulty.send(fault);
        faulty.close();
        auto connection = second.accept();
        CHECK(connection.receive(3) == "\5\1\0"sv);
        connection.send("\5\0"sv);
        CHECK(connection.receive(18) == "\5\1\0\3\xbserver.test\1\xbb"sv);
        connection.send("\5\0\0\1\0\0\0\0\0\0"sv);
        CHECK(client.receive("CONNECT").status == 200);
    }
}

TEST_CASE("what a parent says of the server is final", "[apps][proxy][parents]")
{
    ScriptedOrigin parent, other;
    Proxy proxy{{"--parent", "corp=http://" + parent.authority(), "--parent", "other=http://" + other.authority(),
                 "--parent", "direct"},
                Proxy::Reach::public_internet};
    const std::pair<std::string_view, unsigned> answers[]{{"403 No", 403}, {"502 Bad", 502}, {"504 Late", 504}};
    for (const auto& [status, expected] : answers) {
        RawClient client{proxy.endpoint()};
        client.send(tunnel("server.test:443"));
        auto connection = parent.accept();
        connection.receive_head();
        connection.send("HTTP/1.1 " + std::string{status} + "\r\nContent-Length: 6\r\n\r\n<evil>");
        const auto answer = client.receive("CONNECT");
        CHECK(answer.status == expected);
        CHECK_FALSE(has(answer.body, "evil"));
        CHECK(has(answer.field("Proxy-Status"), "next-hop=\"corp\""));
    }
    // A request that a parent has got isn't given to another one.
    RawClient client{proxy.endpoint()};
    client.send(get("server.test"));
    auto connection = parent.accept();
    connection.receive_head();
    connection.close();
    const auto lost = client.receive();
    CHECK(lost.status == 502);
    CHECK(has(lost.body, "The parent proxy corp closed the connection"));
    CHECK_FALSE(other.is_wanted());
}

TEST_CASE("a parent that is silent once it was asked costs a timeout", "[apps][proxy][parents]")
{
    ScriptedOrigin parent;
    Proxy proxy{{"--parent", "corp=http://" + parent.authority(), "--response-timeout", "1"},
                Proxy::Reach::public_internet};
    RawClient client{proxy.endpoint()};
    client.send(tunnel("server.test:443"));
    auto connection = parent.accept();
    connection.receive_head();
    const auto answer = client.receive("CONNECT");
    CHECK(answer.status == 504);
    CHECK(has(answer.body, "The parent proxy corp took too long to answer."));
    CHECK(connection.ended());
}

TEST_CASE("rules say who goes by which parent, and connections of one never serve another", "[apps][proxy][parents]")
{
    const TemporaryDirectory files;
    ScriptedOrigin a, b;
    const auto rules =
        files.write("rules", "allow to .a.test proxy=a\nallow to .b.test proxy=b,a\ndefault proxy=direct\n");
    Proxy proxy{
        {"--egress", rules.string(), "--parent", "a=http://" + a.authority(), "--parent", "b=http://" + b.authority()},
        Proxy::Reach::public_internet};
    RawClient client{proxy.endpoint()};
    client.send(get("www.a.test"));
    auto at_a = a.accept();
    CHECK(has(at_a.receive_head(), "GET http://www.a.test/ HTTP/1.1"));
    at_a.send(hello);
    CHECK(client.receive().body == "hello");
    client.send(get("www.b.test"));
    auto at_b = b.accept();
    CHECK(has(at_b.receive_head(), "GET http://www.b.test/ HTTP/1.1"));
    at_b.send(hello);
    CHECK(client.receive().body == "hello");
    client.send(get("other.a.test"));  // the idle connection to the parent serves all its servers
    CHECK(has(at_a.receive_head(), "GET http://other.a.test/ HTTP/1.1"));
    at_a.send(hello);
    CHECK(client.receive().body == "hello");
    // Directly: this proxy reaches no private address, and says so.
    CHECK(client.exchange(get("127.0.0.1")).status == 403);
    CHECK(client.exchange(get("name.invalid")).status == 502);
    CHECK_FALSE(a.is_wanted());
}

TEST_CASE("what goes by a parent is judged by its name, and addresses as always", "[apps][proxy][parents]")
{
    const TemporaryDirectory files;
    const auto rules =
        files.write("rules", "deny to 10.0.0.0/8 .bad.test\nallow to .ok.test 127.0.0.0/8\ndefault deny\n");
    ScriptedOrigin parent;
    Proxy proxy{{"--egress", rules.string(), "--parent", "corp=http://" + parent.authority()},
                Proxy::Reach::public_internet};
    const auto verdict = [&proxy](const std::string& authority) {
        const auto answer = RawClient{proxy.endpoint()}.exchange(get(authority));
        return std::to_string(answer.status) + ' ' + answer.body;
    };
    CHECK(has(verdict("www.bad.test"), "rule_denied"));
    CHECK(has(verdict("10.1.2.3"), "rule_denied"));
    CHECK(has(verdict("else.test"), "default_denied"));
    CHECK(has(verdict("127.1"), "loopback_address"));
    CHECK_FALSE(parent.is_wanted());
    const Proxy unruled{{"--parent", "corp=http://" + parent.authority()}, Proxy::Reach::public_internet};
    CHECK(RawClient{unruled.endpoint()}.exchange(get("a.localhost")).status == 403);
    CHECK_FALSE(parent.is_wanted());
}

TEST_CASE("--explain names the parent, and rules without one end proxy++ at its start", "[apps][proxy][parents]")
{
    const TemporaryDirectory files;
    const auto rules = files.write("rules", "allow to .corp.test proxy=corp\ndefault deny\n").string();
    const auto explain = [&rules](const std::string& request) {
        return run({program("proxy++"), "--egress", rules, "--parent", "corp=http://proxy.invalid", "--parent",
                    "direct", "--explain", request});
    };
    const auto by_parent = explain("CONNECT www.corp.test:443");
    CHECK(by_parent.exit_code == 0);
    CHECK(has(by_parent.out, "route: the parent corp\n"));
    CHECK(has(by_parent.out, "by the parent corp, which looks the name up:\n"));
    CHECK(explain("CONNECT www.other.test:443").exit_code == 1);

    const auto missing = run({program("proxy++"), "--port", "0", "--egress", rules});
    CHECK(missing.exit_code == 1);
    CHECK(has(missing.err, "line 1: there is no parent proxy 'corp'"));
    const auto twice =
        run({program("proxy++"), "--port", "0", "--parent", "http://a.test", "--parent", "http://a.test:1"});
    CHECK(twice.exit_code == 1);
    CHECK(has(twice.err, "two are called 'a.test'"));
    const auto stray = run({program("proxy++"), "--port", "0", "--parent-login", "corp=" + rules});
    CHECK(stray.exit_code == 1);
    CHECK(has(stray.err, "there is no parent 'corp'"));
    CHECK(run({program("proxy++"), "--parent", "corp=https://a.test"}).exit_code == 2);
}

}  // namespace proxy_parents_tests
