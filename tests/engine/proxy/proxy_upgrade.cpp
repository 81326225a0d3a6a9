#include <libnet/engine/proxy/proxy_head.hpp>
#include <libnet/engine/proxy/proxy_upgrade.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/parsed_heads.hpp>

#include <string>

namespace proxy_upgrade_tests {

using namespace libnet;
using namespace libnet::engine;

namespace {

std::string asked(const std::string& fields, const std::string& line = "GET http://h/ws HTTP/1.1")
{
    const test::ParsedRequest parsed{line + "\r\nHost: h\r\n" + fields + "\r\n"};
    return requested_upgrade(parsed.request);
}

std::string taken_up(std::string_view requested, const std::string& fields)
{
    const test::ParsedResponse parsed{"HTTP/1.1 101 Switching Protocols\r\n" + fields + "\r\n"};
    return accepted_upgrade(requested, parsed.response);
}

}  // namespace

TEST_CASE("an upgrade is passed on where Connection names it, and nothing else could be meant", "[engine][proxy]")
{
    CHECK(asked("Connection: Upgrade\r\nUpgrade: websocket\r\n") == "websocket");
    CHECK(asked("Connection: keep-alive, upgrade\r\nUpgrade: a/1, b\r\nUpgrade: c\r\n") == "a/1, b, c");
    CHECK(asked("Upgrade: websocket\r\n").empty());
    CHECK(asked("Connection: Upgrade\r\n").empty());
    CHECK(asked("Connection: Upgrade\r\nUpgrade: websocket\r\n", "GET http://h/ws HTTP/1.0").empty());
    CHECK(asked("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n").empty());
}

TEST_CASE("HTTP/2 without TLS is not passed on", "[engine][proxy]")
{
    CHECK(asked("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n").empty());
    CHECK(asked("Connection: Upgrade\r\nUpgrade: H2C, websocket\r\n") == "websocket");
}

TEST_CASE("a server may take up what was asked for, and nothing else", "[engine][proxy]")
{
    CHECK(taken_up("websocket", "Connection: Upgrade\r\nUpgrade: WebSocket\r\n") == "WebSocket");
    CHECK(taken_up("a, b", "Connection: Upgrade\r\nUpgrade: b\r\n") == "b");
    CHECK(taken_up("a, b", "Connection: Upgrade\r\nUpgrade: b, a\r\n") == "b, a");
    CHECK(taken_up("websocket", "Connection: Upgrade\r\nUpgrade: other\r\n").empty());
    CHECK(taken_up("websocket", "Connection: Upgrade\r\n").empty());
    CHECK(taken_up("", "Connection: Upgrade\r\nUpgrade: websocket\r\n").empty());
}

TEST_CASE("the heads of an upgrade say so, with Connection", "[engine][proxy]")
{
    const test::ParsedRequest parsed{
        "GET http://h/ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"};
    std::string out;
    append_forwarded_request(out, parsed.request, "us", "websocket");
    CHECK(out == "GET /ws HTTP/1.1\r\nHost: h\r\nVia: 1.1 us\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
}

}  // namespace proxy_upgrade_tests
