// Where proxy++ lets its clients go, as they meet it.

#include <tests/support/catch.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

namespace egress_tests {

using namespace libnet::test;

namespace {

constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

std::string get(const std::string& authority, const std::string& path = "/")
{
    return "GET http://" + authority + path + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
}

std::string tunnel(const std::string& authority)
{
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
}

Answer ask(const Proxy& proxy, const std::string& request) { return RawClient{proxy.endpoint()}.exchange(request); }

/// The origin gets a request through the proxy, and answers it.
bool is_reached(const Proxy& proxy, ScriptedOrigin& origin, const std::string& authority)
{
    RawClient client{proxy.endpoint()};
    client.send(get(authority));
    auto connection = origin.accept();
    connection.receive_head();
    connection.send(hello);
    return client.receive().body == "hello";
}

std::string port_of(const ScriptedOrigin& origin)
{
    const auto authority = origin.authority();
    return authority.substr(authority.find(':') + 1);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("by itself proxy++ reaches no address that isn't public, in whatever spelling", "[apps][proxy][egress]")
{
    ScriptedOrigin origin;
    const auto port = port_of(origin);
    const Proxy proxy{{"--connect-port", "all"}, Proxy::Reach::public_internet};
    const std::vector<std::pair<std::string_view, std::vector<std::string>>> refused{
        {"loopback_address",
         {"127.0.0.1",
          "127.1",
          "0x7f.1",
          "0x7f000001",
          "2130706433",
          "017700000001",
          "127.0.0.1.",
          "localhost",
          "LocalHost.",
          "a.localhost",
          "127.255.255.254",
          "0.0.0.0",
          "0",
          "[::]",
          "[::1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[64:ff9b::7f00:1]",
          "[2002:7f00:1::1]",
          "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
          "[fe80::5efe:127.0.0.1]",
          "[::127.0.0.1]"}},
        {"private_address",
         {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0xa.1", "012.1", "[fc00::1]", "[fd12::1]",
          "[64:ff9b::a00:1]", "[2002:a00:1::]"}},
        {"link_local_address", {"169.254.1.1", "[fe80::1]"}},
        {"metadata_address", {"169.254.169.254", "2852039166", "metadata.google.internal", "[fd00:ec2::254]"}},
        {"shared_address", {"100.64.0.1", "100.127.255.255"}},
        {"multicast_address", {"224.0.0.1", "[ff02::1]", "255.255.255.255"}},
        {"documentation_address", {"192.0.2.1", "198.51.100.1", "203.0.113.1", "[2001:db8::1]"}},
        {"benchmarking_address", {"198.18.0.1", "198.19.255.255"}},
        {"reserved_address", {"240.0.0.1", "255.255.255.254"}},
    };
    for (const auto& [verdict, hosts] : refused)
        for (const auto& host : hosts) {
            INFO(host << " should be a " << verdict);
            const auto authority = host + ":" + port;
            for (const auto& request : {get(authority), tunnel(authority)}) {
                const auto answer = ask(proxy, request);
                CHECK(answer.status == 403);
                CHECK(has(answer.body, "_address: "));
                INFO(answer.body);
                CHECK((has(answer.body, verdict) || host.starts_with("[")));
            }
        }
    CHECK_FALSE(origin.is_wanted());
    CHECK(has(ask(proxy, get("127.1:" + port)).body, "--allow-private"));
}

TEST_CASE("--allow-private reaches this machine by every spelling, and no metadata service", "[apps][proxy][egress]")
{
    ScriptedOrigin origin;
    const Proxy proxy;
    for (const std::string host : {"127.0.0.1", "127.1", "0x7f.1", "2130706433", "localhost", "[::ffff:127.0.0.1]"}) {
        INFO(host);
        CHECK(is_reached(proxy, origin, host + ":" + port_of(origin)));
    }
    CHECK(ask(proxy, get("169.254.169.254")).status == 403);
    CHECK(ask(proxy, get("metadata.google.internal")).status == 403);
}

TEST_CASE("a private service that is named is reached, and nothing else beside it", "[apps][proxy][egress]")
{
    ScriptedOrigin origin;
    const TemporaryDirectory files;
    const auto rules = files.write("rules", "private service.localhost 127.0.0.0/8\n").string();
    const Proxy proxy{{"--egress", rules}, Proxy::Reach::public_internet};
    const auto port = port_of(origin);
    CHECK(is_reached(proxy, origin, "service.localhost:" + port));
    CHECK(is_reached(proxy, origin, "SERVICE.localhost.:" + port));
    for (const std::string other : {"localhost", "127.0.0.1", "other.localhost", "service.localhost.test"}) {
        INFO(other);
        CHECK(ask(proxy, get(other + ":" + port)).status >= 400);
    }
    CHECK_FALSE(origin.is_wanted());
}

TEST_CASE("an idle connection is judged again for whoever wants it", "[apps][proxy][egress]")
{
    ScriptedOrigin origin;
    const TemporaryDirectory files;
    const auto rules = files.write("rules", "private service.localhost 127.0.0.0/8\n").string();
    Proxy proxy{{"--egress", rules}, Proxy::Reach::public_internet};
    const auto authority = "service.localhost:" + port_of(origin);
    RawClient client{proxy.endpoint()};
    client.send(get(authority));
    auto connection = origin.accept();
    connection.receive_head();
    connection.send(hello);
    CHECK(client.receive().status == 200);
    files.write("rules", "private service.localhost 10.0.0.0/8\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("reloaded"));
    CHECK(client.exchange(get(authority)).status == 403);
    CHECK(ask(proxy, get(authority)).status == 403);
}

TEST_CASE("rules decide by client, host, port, method and path, and a list that is read again counts",
          "[apps][proxy][egress]")
{
    ScriptedOrigin origin;
    const auto port = port_of(origin);
    const TemporaryDirectory files;
    files.write("blocked", ".bad.localhost\n");
    const auto rules = files
                           .write("rules",
                                  "deny to @blocked\n"
                                  "allow from 127.0.0.0/8 to .good.localhost " +
                                      port + " methods GET,CONNECT\n" +
                                      "allow to api.localhost methods GET paths /v1/*\n"
                                      "default deny\n"
                                      "private .localhost 127.0.0.0/8\n")
                           .string();
    Proxy proxy{{"--egress", rules}, Proxy::Reach::public_internet};
    CHECK(is_reached(proxy, origin, "a.good.localhost:" + port));
    CHECK(has(ask(proxy, get("x.bad.localhost:" + port)).body, "rule_denied"));
    CHECK(has(ask(proxy, get("a.good.localhost:1")).body, "default_denied"));
    CHECK(has(ask(proxy, get("api.localhost:" + port, "/v2/")).body, "default_denied"));
    CHECK(has(ask(proxy, get("api.localhost:" + port, "/v1/../v2/")).body, "default_denied"));
    CHECK(has(ask(proxy, tunnel("api.localhost:" + port)).body, "default_denied"));

    files.write("blocked", "a.good.localhost\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("reloaded"));
    CHECK(has(ask(proxy, get("a.good.localhost:" + port)).body, "rule_denied"));
    CHECK(is_reached(proxy, origin, "b.good.localhost:" + port));

    files.write("blocked", "# fine\n\nnot a host!\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("line 3"));
    CHECK(has(ask(proxy, get("a.good.localhost:" + port)).body, "rule_denied"));
}

TEST_CASE("servers that a rule names are told of the client first, each on a connection of that client's",
          "[apps][proxy][egress]")
{
    const TemporaryDirectory files;
    ScriptedOrigin origin, other;
    const auto port = origin.authority().substr(origin.authority().find(':') + 1);
    const auto rules = files.write("rules", "allow to 127.0.0.1/32 " + port + " send-proxy=v1\n").string();
    Proxy proxy{{"--egress", rules}};
    const auto preface_of = [&](RawClient& client) {
        const auto from = std::to_string(client.socket().local_endpoint().port());
        return "PROXY TCP4 127.0.0.1 127.0.0.1 " + from + " " + proxy.port() + "\r\n";
    };
    RawClient first{proxy.endpoint()}, second{proxy.endpoint()}, tunnels{proxy.endpoint()}, elsewhere{proxy.endpoint()};
    first.send(get(origin.authority()));
    auto connection = origin.accept();
    CHECK(connection.receive_head().starts_with(preface_of(first) + "GET / HTTP/1.1\r\n"));
    connection.send(hello);
    CHECK(first.receive().status == 200);
    first.send(get(origin.authority()));
    CHECK(connection.receive_head().starts_with("GET / "));  // the same client's next request
    connection.send(hello);
    CHECK(first.receive().status == 200);
    second.send(get(origin.authority()));
    auto another = origin.accept();
    CHECK(another.receive_head().starts_with(preface_of(second)));
    another.send(hello);
    CHECK(second.receive().status == 200);
    tunnels.send(tunnel(origin.authority()) + "early");
    auto end = origin.accept();
    CHECK(end.receive(preface_of(tunnels).size() + 5) == preface_of(tunnels) + "early");
    elsewhere.send(get(other.authority()));
    auto plain = other.accept();
    CHECK(plain.receive_head().starts_with("GET / "));
}

TEST_CASE("a policy that only reports lets everything through", "[apps][proxy][egress]")
{
    ScriptedOrigin origin;
    const TemporaryDirectory files;
    const auto rules = files.write("rules", "report-only\ndefault deny\n").string();
    const Proxy proxy{{"--egress", rules}, Proxy::Reach::public_internet};
    CHECK(is_reached(proxy, origin, origin.authority()));
}

TEST_CASE("--explain prints the path of a decision, and its exit code is the verdict", "[apps][proxy][egress]")
{
    const TemporaryDirectory files;
    const auto rules = files
                           .write("rules",
                                  "deny user bob to .example.org\n"
                                  "private registry.localhost 127.0.0.0/8\n")
                           .string();
    const auto explain = [&](const std::string& request, const std::string& client) {
        return run({program("proxy++"), "--egress", rules, "--explain", request, "--as", client});
    };
    const auto denied = explain("CONNECT www.example.org:443", "bob@10.1.2.3");
    CHECK(denied.exit_code == 1);
    CHECK(has(denied.out, "client 10.1.2.3, user bob\ntarget CONNECT www.example.org:443\n"));
    CHECK(has(denied.out, "rule in line 1, 'deny user bob to .example.org': fits, and decides"));
    CHECK(has(denied.out, "verdict: rule_denied"));

    const auto opened = explain("GET http://registry.localhost/v2/", "10.1.2.3");
    CHECK(opened.exit_code == 0);
    CHECK(has(opened.out, "127.0.0.1 is loopback, and open as a private service"));
    CHECK(explain("GET http://other.localhost/", "10.1.2.3").exit_code == 1);
    CHECK(explain("GET http://2130706433/", "::1").exit_code == 1);

    const auto bad = explain("http://h/", "10.1.2.3");
    CHECK(bad.exit_code == 2);
    CHECK(has(bad.err, "is no request"));
    CHECK(explain("GET http://h/", "alice@nowhere").exit_code == 2);
}

TEST_CASE("rules that aren't valid end proxy++ at its start, with the file and the line", "[apps][proxy][egress]")
{
    const TemporaryDirectory files;
    const auto rules = files.write("rules", "deny to a.test\nallow to @missing\n").string();
    const auto ended = run({program("proxy++"), "--port", "0", "--egress", rules});
    CHECK(ended.exit_code == 1);
    CHECK(has(ended.err, "rules '" + rules + "': line 2"));
    CHECK(has(ended.err, "missing"));
}

}  // namespace egress_tests
