// Connections that become something else than HTTP: WebSockets.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <string>

namespace forward_proxy_upgrade_tests {

using namespace libnet;
using namespace libnet::test;

namespace {

constexpr std::string_view upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n";
constexpr std::string_view switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\n";

}  // namespace

TEST_CASE("a connection becomes a tunnel when the origin has switched protocols", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/ws", upgrade));
    auto origin = net.origin.accept();
    const auto head = origin.receive_head();
    CHECK(head.find("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n") != head.npos);
    CHECK(head.find("\r\nSec-WebSocket-Key: k\r\n") != head.npos);
    origin.send(std::string{switching} + "hello");
    const auto answer = client.receive("HEAD");
    CHECK(answer.status == 101);
    CHECK(answer.field("Upgrade") == "websocket");
    CHECK(answer.field("Connection") == "Upgrade");
    CHECK(answer.field("Sec-WebSocket-Accept") == "a");
    client.send("question");
    CHECK(origin.receive(8) == "question");
    origin.send(" answer");
    origin.finish();
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    CHECK(client.receive_rest() == "hello answer");

    const auto record = net.proxy.wait_for_log(1).at(0);
    CHECK(record.method == "GET");
    CHECK(record.target == net.origin.url("/ws"));
    CHECK(record.status == 101);
    CHECK(record.bytes_sent == 12);
    CHECK(record.bytes_received == 8);
    CHECK(record.reason.empty());
}

TEST_CASE("what a client sends before the origin has agreed is not lost, and not sent before", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/ws", upgrade) + "early");
    auto origin = net.origin.accept();
    CHECK(origin.receive_head().ends_with("\r\n\r\n"));
    origin.send(switching);
    CHECK(origin.receive(5) == "early");
}

TEST_CASE("an origin that doesn't switch answers as always, and the connection goes on", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/ws", upgrade));
    auto origin = net.origin.accept();
    origin.receive_head();
    origin.send(ok);
    CHECK(client.receive().body == "ok");
    client.send(net.request("GET", "/2"));
    CHECK(origin.receive_head().starts_with("GET /2 "));
    origin.send(ok);
    CHECK(client.receive().body == "ok");
}

TEST_CASE("an origin that switches to what wasn't asked for is a bad gateway", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    SECTION("nothing was") { client.send(net.request("GET")); }
    SECTION("Connection didn't say so") { client.send(net.request("GET", "/", "Upgrade: websocket\r\n")); }
    SECTION("something else was") { client.send(net.request("GET", "/", "Connection: Upgrade\r\nUpgrade: other\r\n")); }
    auto origin = net.origin.accept();
    origin.receive_head();
    origin.send(switching);
    CHECK(client.receive().status == 502);
    CHECK(origin.ended());
}

}  // namespace forward_proxy_upgrade_tests
