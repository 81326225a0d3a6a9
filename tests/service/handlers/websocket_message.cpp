// Messages of WebSockets in a buffer that takes no memory while none comes.

#include <libnet/websocket_message.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/websocket_talk.hpp>

#include <boost/asio/deferred.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace websocket_message_tests {

using namespace libnet;
using namespace libnet::test;
namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;

namespace {

void add(WebSocketMessage& message, std::string_view text, std::size_t room = 0)
{
    const auto place = message.prepare(std::max(room, text.size()));
    std::copy(text.begin(), text.end(), static_cast<char*>(place.data()));
    message.commit(text.size());
}

/// As `echo`, with this buffer, and reads without a coroutine of their own.
asio::awaitable<void> echo_message(WebSocket& socket, HttpCall&)
{
    WebSocketMessage said;
    for (;; said.clear()) {
        co_await socket.async_read(said, asio::deferred);
        socket.text(socket.got_text());
        const auto text = asio::buffer(said.text());
        co_await socket.async_write(text, asio::deferred);
    }
}

}  // namespace

TEST_CASE("a message takes what it offers in place, and memory beyond", "[service][websocket]")
{
    STATIC_REQUIRE(asio::is_dynamic_buffer<WebSocketMessage>::value);
    WebSocketMessage message;
    CHECK(message.max_size() == 64);
    CHECK(message.capacity() == 64);
    CHECK(message.text().empty());
    add(message, "hello", 64);
    CHECK(message.text() == "hello");
    CHECK(message.max_size() > 1'000'000);
    add(message, std::string(59, 'x'));
    CHECK(message.capacity() == 64);
    CHECK(message.text() == "hello" + std::string(59, 'x'));
    add(message, "y", 1536);
    CHECK(message.capacity() >= 65);
    add(message, std::string(100'000, 'z'));
    CHECK(message.text() == "hello" + std::string(59, 'x') + "y" + std::string(100'000, 'z'));
    CHECK(message.size() == 100'065);
    CHECK(message.data().size() == 100'065);
    message.consume(64);
    CHECK(message.text() == "y" + std::string(100'000, 'z'));
    message.consume(1'000'000);
    CHECK(message.text().empty());
    add(message, "again");
    CHECK(message.text() == "again");
    message.clear();
    CHECK(message.capacity() == 64);
    add(message, "0123456789");
    message.consume(4);
    CHECK(message.text() == "456789");
    CHECK_THROWS_AS(message.prepare(std::size_t{1} << 30U), std::length_error);
    CHECK(message.text() == "456789");
}

TEST_CASE("messages of all sizes come whole in such a buffer", "[service][websocket]")
{
    const TemporaryDirectory root;
    const bool compresses = GENERATE(false, true);
    HandlerServer server{root, {}, [compresses](StaticFileServer& files) {
                             files.websocket("/live", echo_message, {.compress = compresses});
                         }};
    WebSocketClient client{server.endpoint(), compresses};
    client.connect("/live");
    for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 128U, 1536U, 1600U, 70'000U, 300'000U}) {
        const std::string text(size, 'x');
        CHECK(client.exchange(text) == text);
        CHECK(client.socket.got_text());
    }
    client.socket.binary(true);
    CHECK(client.exchange("\x01\x02") == "\x01\x02");
    CHECK(client.socket.got_binary());
    client.socket.close(websocket::close_code::normal);
    CHECK(server.wait_for_log(1).at(0).reason.empty());
}

TEST_CASE("messages in fragments and in octets come whole in such a buffer", "[service][websocket]")
{
    const TemporaryDirectory root;
    HandlerServer server{root, {}, [](StaticFileServer& files) { files.websocket("/live", echo_message); }};
    RawClient client{server.endpoint()};
    REQUIRE(client.exchange(upgrade_request()).status == 101);
    const std::string part(50, 'p');
    std::string all = client_frame(0x01, "");  // an empty fragment first, a Ping between two others
    all += client_frame(0x00, part) + client_frame(0x89, "?") + client_frame(0x00, part) + client_frame(0x80, "end");
    for (const char octet : all) client.send({&octet, 1});
    client.send(client_frame(0x88, std::string_view{"\x03\xe8", 2}));
    CHECK(client.receive_rest() == client_frame(0x8a, "?", false) + client_frame(0x81, part + part + "end", false) +
                                       client_frame(0x88, std::string_view{"\x03\xe8", 2}, false));
}

TEST_CASE("a message beyond the bound ends a WebSocket, whatever the buffer takes", "[service][websocket]")
{
    const TemporaryDirectory root;
    HandlerServer server{
        root, {}, [](StaticFileServer& files) { files.websocket("/live", echo_message, {.max_message = 1000}); }};
    WebSocketClient client{server.endpoint()};
    client.connect("/live");
    CHECK(client.exchange(std::string(1000, 'x')).size() == 1000);
    client.socket.write(asio::buffer(std::string(1001, 'x')));
    CHECK(client.closed() == websocket::close_code::too_big);
}

TEST_CASE("the call of a WebSocket has no body, and nothing of its opening handshake", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto tell = [](WebSocket& socket, HttpCall& call) -> asio::awaitable<void> {
        std::string names = co_await call.read();
        for (const auto& field : call) names.append(field.name_string().data(), field.name_string().size()).append(" ");
        co_await socket.async_write(asio::buffer(names), asio::use_awaitable);
    };
    HandlerServer server{root, {}, [&tell](StaticFileServer& files) { files.websocket("/live", tell); }};
    WebSocketClient client{server.endpoint(), true};
    client.connect("/live", {{"Cookie", "a=b"}});
    CHECK(client.read() == "Host Cookie ");
}

}  // namespace websocket_message_tests
