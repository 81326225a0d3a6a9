// What proxy++ changes in the heads that it forwards.

#include <tests/support/catch.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/temporary_directory.hpp>

#include <csignal>
#include <string>
#include <string_view>

namespace proxy_headers_tests {

using namespace libnet::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

struct Seen {
    std::string request;
    Answer answer;
};

/// What the origin sees of a request with these fields, and the client of its answer.
Seen exchange(const Proxy& proxy, ScriptedOrigin& origin, const std::string& fields, const std::string& method = "GET")
{
    RawClient client{proxy.endpoint()};
    client.send(method + " " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
    auto connection = origin.accept();
    Seen seen;
    seen.request = connection.receive_head();
    connection.send("HTTP/1.1 200 OK\r\nServer: secret/1.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    seen.answer = client.receive(method);
    return seen;
}

}  // namespace

TEST_CASE("servers are told of the client's address what --forwarded says", "[apps][proxy][headers]")
{
    ScriptedOrigin origin;
    const std::string claim = "X-Forwarded-For: 203.0.113.1\r\n";
    CHECK(has(exchange(Proxy{}, origin, claim).request, "\r\nX-Forwarded-For: 203.0.113.1\r\n"));
    CHECK(has(exchange(Proxy{{"--forwarded", "add"}}, origin, claim).request,
              "\r\nX-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 127.0.0.1\r\n"));
    const auto hidden =
        exchange(Proxy{{"--forwarded", "obfuscate", "--forwarded-field", "forwarded"}}, origin, claim).request;
    CHECK(has(hidden, "\r\nForwarded: for=_"));
    CHECK_FALSE(has(hidden, "X-Forwarded-For"));
    CHECK_FALSE(has(hidden, "127.0.0.1\r\nForwarded"));
    CHECK_FALSE(has(exchange(Proxy{{"--forwarded", "remove"}}, origin, claim).request, "X-Forwarded-For"));
    CHECK_FALSE(has(exchange(Proxy{{"--anonymous"}}, origin, claim + "From: me\r\n").request, "From"));
}

TEST_CASE("fields are left out and set on both ways", "[apps][proxy][headers]")
{
    ScriptedOrigin origin;
    const Proxy proxy{{"--strip-request", "X-A", "--set-request", "X-Team: blue", "--strip-response", "server",
                       "--set-response", "X-Seen: by us"}};
    const auto seen = exchange(proxy, origin, "X-A: 1\r\nx-team: red\r\nX-B: 2\r\n");
    CHECK_FALSE(has(seen.request, "X-A"));
    CHECK_FALSE(has(seen.request, "red"));
    CHECK(has(seen.request, "\r\nX-B: 2\r\n"));
    CHECK(has(seen.request, "\r\nX-Team: blue\r\n"));
    CHECK(seen.answer.field("Server") == "-");
    CHECK(seen.answer.field("X-Seen") == "by us");

    for (const std::string option : {"--strip-request=Content-Length", "--set-response=Host: x", "--set-request=x"}) {
        INFO(option);
        CHECK(run({program("proxy++"), "--port", "0", option}).exit_code == 2);
    }
}

TEST_CASE("a server gets its credential in the place of the client's, and SIGHUP reads another one",
          "[apps][proxy][headers]")
{
    ScriptedOrigin origin;
    const TemporaryDirectory files;
    const auto file = files.write("secret", "ci:open\n").string();
    Proxy proxy{{"--credential", origin.authority() + "=" + file, "--access-log", "-"}};
    const std::string own = "Authorization: Bearer mine\r\n";
    const auto seen = exchange(proxy, origin, own).request;
    CHECK(has(seen, "\r\nAuthorization: Basic Y2k6b3Blbg==\r\n"));
    CHECK_FALSE(has(seen, "mine"));
    CHECK(has(exchange(proxy, origin, own, "TRACE").request, "mine"));

    files.write("secret", "Bearer fresh\n");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("reloaded"));
    CHECK(has(exchange(proxy, origin, "").request, "\r\nAuthorization: Bearer fresh\r\n"));
    files.write("secret", "");
    proxy.signal(SIGHUP);
    REQUIRE(proxy.wait_for("not reloaded: --credential: credential '" + file));
    CHECK(has(exchange(proxy, origin, "").request, "\r\nAuthorization: Bearer fresh\r\n"));

    ScriptedOrigin other;
    CHECK_FALSE(has(exchange(proxy, other, "").request, "Authorization"));
    CHECK_FALSE(has(proxy.stop().out, "fresh"));
    CHECK(run({program("proxy++"), "--port", "0", "--credential", "h=/nowhere"}).exit_code == 1);
}

}  // namespace proxy_headers_tests
