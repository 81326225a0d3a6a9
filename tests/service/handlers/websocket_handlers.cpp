// WebSockets beside the files of a StaticFileServer: from the request to messages, and who may have one.

#include <libnet/websocket_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/websocket_talk.hpp>

#include <string>
#include <string_view>
#include <thread>

namespace websocket_handlers_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

TEST_CASE("a WebSocket carries messages both ways, compressed where the client likes that", "[service][websocket]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "a file");
    const bool compresses = GENERATE(false, true);
    HandlerServer server{root, {}, [compresses](StaticFileServer& files) {
                             files.websocket("/live/{room}", echo, {.compress = compresses});
                         }};
    WebSocketClient client{server.endpoint(), compresses};
    client.connect("/live/1");
    CHECK(client.answer.result_int() == 101);
    CHECK((client.answer.count("Sec-WebSocket-Extensions") > 0) == compresses);
    CHECK(client.exchange("hello") == "hello");
    CHECK(client.exchange("") == "");
    const std::string large(500'000, 'x');
    CHECK(client.exchange(large) == large);
    if (!compresses) {  // Beast's client takes some for broken, as the option says
        client.socket.binary(true);
        client.socket.auto_fragment(true);
        std::string octets;
        for (int i = 0; i < 300'000; ++i) octets += static_cast<char>(i * 7919 >> 3);
        CHECK(client.exchange(octets) == octets);
        CHECK(client.socket.got_binary());
    }
    client.socket.close(websocket::close_code::normal);
    const auto log = server.wait_for_log(1);
    CHECK(log.at(0).status == 101);
    CHECK(log.at(0).reason.empty());
    CHECK(log.at(0).bytes_received > 0);
    RawClient next{server.endpoint()};
    CHECK(next.exchange("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n").body == "a file");
}

TEST_CASE("a request that isn't valid for a WebSocket is refused, and the connection goes on", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root, {.origins = {"https://friend.example"}});
    RawClient client{server.endpoint()};
    const auto plain = client.exchange("GET /live HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(plain.status == 426);
    CHECK(plain.field("Upgrade") == "websocket");
    const auto old = client.exchange(upgrade_request({}, "8"));
    CHECK(old.status == 426);
    CHECK(old.field("Sec-WebSocket-Version") == "13");
    CHECK(client.exchange(upgrade_request({}, "13", "short")).status == 400);
    CHECK(client.exchange(upgrade_request({}, "13", "dGhlIHNhbXBsZSBub25jZ\"==")).status == 400);
    CHECK(client.exchange(upgrade_request("Origin: https://evil.example\r\n")).status == 403);
    CHECK(client.exchange(upgrade_request("Origin: null\r\n")).status == 403);
    CHECK(client.exchange(upgrade_request("Origin: https://test.evil.example\r\n")).status == 403);
    CHECK(client.exchange(upgrade_request("Origin: https://test\r\nOrigin: https://evil.example\r\n")).status == 403);
    CHECK(client.exchange("POST /live HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n").status == 405);
    const auto* const origin =
        GENERATE("", "Origin: http://test\r\n", "Origin: https://TEST\r\n", "Origin: https://friend.example\r\n");
    CHECK(client.exchange(upgrade_request(origin)).status == 101);
}

TEST_CASE("a subprotocol is the first that the client offers and the route has", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto name = [](WebSocket& socket, HttpCall& call) -> asio::awaitable<void> {
        const std::string chosen{call["Sec-WebSocket-Protocol"].data(), call["Sec-WebSocket-Protocol"].size()};
        co_await socket.async_write(asio::buffer(chosen), asio::use_awaitable);
    };
    HandlerServer server{root, {}, [&](StaticFileServer& files) {
                             files.websocket("/live", name, {.protocols = {"v1.chat", "v2.chat"}});
                         }};
    WebSocketClient client{server.endpoint()};
    client.connect("/live", {{"Sec-WebSocket-Protocol", "v9.chat, v2.chat, v1.chat"}});
    CHECK(client.answer["Sec-WebSocket-Protocol"] == "v2.chat");
    CHECK(client.read() == "v2.chat");
    CHECK(client.closed() == websocket::close_code::normal);  // its handler has ended
    WebSocketClient other{server.endpoint()};
    other.connect("/live", {{"Sec-WebSocket-Protocol", "v9.chat"}});
    CHECK(other.answer.count("Sec-WebSocket-Protocol") == 0);
    CHECK(other.read().empty());
}

TEST_CASE("a message beyond the bound ends a WebSocket with 1009", "[service][websocket]")
{
    const TemporaryDirectory root;
    const bool compresses = GENERATE(false, true);  // small on the way
    const auto server = echo_server(root, {.max_message = 1000, .compress = compresses});
    WebSocketClient client{server.endpoint(), compresses};
    client.connect("/live");
    CHECK(client.exchange(std::string(1000, 'x')).size() == 1000);
    client.socket.write(asio::buffer(std::string(1001, 'x')));
    CHECK(client.closed() == websocket::close_code::too_big);
}

TEST_CASE("no more WebSockets of a route are open than it may have", "[service][websocket]")
{
    const TemporaryDirectory root;
    HandlerServer server = echo_server(root, {.max_open = 2});
    WebSocketClient one{server.endpoint()};
    one.connect("/live");
    {
        WebSocketClient two{server.endpoint()};
        two.connect("/live");
        const auto refused = RawClient{server.endpoint()}.exchange(upgrade_request());
        CHECK(refused.status == 503);
        CHECK(refused.field("Retry-After") == "10");
        CHECK(two.exchange("hello") == "hello");
        two.socket.close(websocket::close_code::normal);
    }
    auto answer = RawClient{server.endpoint()}.exchange(upgrade_request());
    for (int i = 0; i < 1000 && answer.status == 503; ++i) {  // until the server has seen that the other one has gone
        std::this_thread::sleep_for(20ms);
        answer = RawClient{server.endpoint()}.exchange(upgrade_request());
    }
    CHECK(answer.status == 101);
    CHECK(one.exchange("hello") == "hello");
}

TEST_CASE("a route may take hosts that it knows, whatever the origin is", "[service][websocket]")
{
    const TemporaryDirectory root;
    WebSocketOptions options;
    options.allows_host = [](std::string_view host) { return host == "test"; };
    HandlerServer server = echo_server(root, options);
    WebSocketClient client{server.endpoint()};
    client.connect("/live", {{"Origin", "http://test"}});
    CHECK(client.exchange("hello") == "hello");
    auto foreign = upgrade_request("Origin: http://evil.example\r\n");
    foreign.replace(foreign.find("Host: test"), 10, "Host: evil.example");
    CHECK(RawClient{server.endpoint()}.exchange(foreign).status == 403);
}

}  // namespace websocket_handlers_tests
