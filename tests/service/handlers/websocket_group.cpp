// One message to many WebSockets: whole, in order, and never in the midst of another one.

#include <libnet/tls.hpp>
#include <libnet/websocket_group.hpp>
#include <libnet/wire/http/websocket_frame.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/certificates.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/websocket_talk.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace websocket_group_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

/// What a member does beside being one.
using Beside = std::function<asio::awaitable<void>(WebSocket&, HttpCall&)>;

/// Members at "/live"; what is posted to "/say" all of them get, and "/size" says how many there are, and how many messages
/// they missed.
class GroupServer {
public:
    explicit GroupServer(const TemporaryDirectory& root, WebSocketGroupOptions options = {}, Beside beside = echo,
                         WebSocketOptions route = {})
        : group{std::make_unique<WebSocketGroup>(options)},
          beside_{std::move(beside)},
          server{root, {}, [this, route](StaticFileServer& files) { mount(files, route); }}
    {}

    void say(std::string_view text, std::string_view path = "/say")
    {
        RawClient client{server.endpoint()};
        const auto length = std::to_string(text.size());
        client.send(std::string{"POST "}.append(path).append(" HTTP/1.1\r\nHost: test\r\nContent-Length: ") + length +
                    "\r\n\r\n" + std::string{text});
        CHECK(client.receive().status == 204);
    }
    std::string size()
    {
        return RawClient{server.endpoint()}.exchange("GET /size HTTP/1.1\r\nHost: test\r\n\r\n").body;
    }
    bool wait_until(std::string_view wanted)
    {
        for (int i = 0; i < 1000 && size() != wanted; ++i) std::this_thread::sleep_for(20ms);
        return size() == wanted;
    }

    std::unique_ptr<WebSocketGroup> group;

private:
    void mount(StaticFileServer& files, const WebSocketOptions& route)
    {
        RouteOptions large;
        large.max_body = 16 * 1024 * 1024;
        files.websocket(
            "/live",
            [this](WebSocket& socket, HttpCall& call) -> asio::awaitable<void> {
                const WebSocketMember member{*group, socket};
                auto going_on = beside_(socket, call);
                co_await std::move(going_on);
            },
            route);
        const auto say = [this](HttpCall& call) {
            group->send_text(call.body());
            return HttpReply::empty();
        };
        const auto say_octets = [this](HttpCall& call) {
            group->send_binary(call.body());
            return HttpReply::empty();
        };
        const auto end = [this](HttpCall&) {
            group.reset();
            return HttpReply::empty();
        };
        files.handle("POST", "/say", say, large);
        files.handle("POST", "/octets", say_octets, large);
        files.handle("POST", "/end", end);
        files.handle("GET", "/size", [this](HttpCall&) {
            return HttpReply::text(std::to_string(group->size()) + " " + std::to_string(group->missed()));
        });
    }

    Beside beside_;

public:
    HandlerServer server;
};

}  // namespace

TEST_CASE("a message to a group reaches each member, and no other WebSocket", "[service][websocket]")
{
    const TemporaryDirectory root;
    const bool compresses = GENERATE(false, true);  // the message isn't compressed, those of the handler are
    GroupServer group{root, {}, echo, {.compress = compresses}};
    group.say("before anyone has come");
    std::deque<WebSocketClient> clients;
    for (int i = 0; i < 5; ++i) clients.emplace_back(group.server.endpoint(), compresses).connect("/live");
    REQUIRE(group.wait_until("5 0"));
    const std::string large(300'000, 'x');
    group.say("hello");
    group.say(large);
    group.say("", "/octets");
    for (auto& client : clients) {
        CHECK(client.read() == "hello");
        CHECK(client.socket.got_text());
        CHECK(client.read() == large);
        CHECK(client.read().empty());
        CHECK(client.socket.got_binary());
        client.socket.text(true);
        CHECK(client.exchange(std::string(1000, 'y')) == std::string(1000, 'y'));
    }
    group.say("again");
    CHECK(clients.front().read() == "again");
    clients.pop_front();
    REQUIRE(group.wait_until("4 0"));
    group.say("and again");
    for (auto& client : clients) {
        CHECK(client.read() == "again");
        CHECK(client.read() == "and again");
    }
}

TEST_CASE("a message to a group waits for the end of one that is written in pieces", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto in_pieces = [](WebSocket& socket, HttpCall&) -> asio::awaitable<void> {
        beast::flat_buffer said;
        for (int i = 0;; ++i) {
            co_await socket.async_read(said, asio::use_awaitable);
            const auto text = beast::buffers_to_string(said.data());
            said.clear();
            co_await socket.async_write_some(text == "end", asio::buffer(text), asio::use_awaitable);
        }
    };
    GroupServer group{root, {}, in_pieces};
    RawClient client{group.server.endpoint()};
    REQUIRE(client.exchange(upgrade_request()).status == 101);
    REQUIRE(group.wait_until("1 0"));
    client.send(text_of("begin"));
    std::string heard(7, '\0');
    asio::read(client.socket(), asio::buffer(heard));
    CHECK(heard == client_frame(0x01, "begin", false));
    group.say("all");
    client.send(client_frame(0x89, "?"));  // a Pong may stand between the pieces
    client.send(text_of("end"));
    const std::string_view normal{"\x03\xe8", 2};
    client.send(client_frame(0x88, normal));
    CHECK(client.receive_rest() == client_frame(0x8a, "?", false) + client_frame(0x80, "end", false) +
                                       client_frame(0x81, "all", false) + client_frame(0x88, normal, false));
}

TEST_CASE("messages of a handler and to its group don't mix, however slowly the client takes them",
          "[service][websocket]")
{
    const TemporaryDirectory root;
    constexpr std::size_t own = 40, size = 200'000;
    const auto flood = [](WebSocket& socket, HttpCall& call) -> asio::awaitable<void> {
        const std::string text(size, 'o');
        for (std::size_t i = 0; i < own; ++i) co_await socket.async_write(asio::buffer(text), asio::use_awaitable);
        auto echoing = echo(socket, call);
        co_await std::move(echoing);
    };
    GroupServer group{root, {.max_waiting = 64 * 1024 * 1024}, flood};
    WebSocketClient client{group.server.endpoint()};
    client.connect("/live");
    REQUIRE(group.wait_until("1 0"));
    for (int i = 0; i < 40; ++i) group.say(std::string(100'000, static_cast<char>('A' + i)));
    std::size_t from_handler = 0;
    char next = 'A';
    for (int i = 0; i < 80; ++i) {
        const auto text = client.read();
        REQUIRE_FALSE(text.empty());
        if (text[0] == 'o') {
            CHECK(text == std::string(size, 'o'));
            ++from_handler;
        } else {
            CHECK(text == std::string(100'000, next++));
        }
    }
    CHECK(from_handler == own);
    CHECK(client.exchange("still there") == "still there");
    CHECK(group.size() == "1 0");
}

TEST_CASE("a member that takes nothing misses messages or ends, and the others get theirs", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto slow_member = GENERATE(SlowMember::ends, SlowMember::misses_messages);
    GroupServer group{root, {.max_waiting = 100'000, .slow_member = slow_member}};
    WebSocketClient slow{group.server.endpoint()}, good{group.server.endpoint()};
    slow.connect("/live");
    good.connect("/live");
    REQUIRE(group.wait_until("2 0"));
    int said = 0;
    while (said < 500 && group.size() == "2 0") {  // until the kernel's buffers are full, and the group's
        const auto text = std::to_string(said++) + std::string(90'000, ' ');
        group.say(text);
        CHECK(good.read() == text);
    }
    if (slow_member == SlowMember::ends) {
        REQUIRE(group.wait_until("1 1"));
        int heard = 0;
        beast::flat_buffer message;
        boost::system::error_code error;
        for (; !error; message.clear()) {
            slow.socket.read(message, error);
            if (!error) CHECK(std::stoi(beast::buffers_to_string(message.data())) == heard++);
        }
        CHECK(heard < said);
    } else {
        CHECK(group.size() == "2 1");
        for (int i = 0; i + 1 < said; ++i) CHECK(std::stoi(slow.read()) == i);
        group.say("at last");
        CHECK(slow.read() == "at last");
        CHECK(slow.exchange("still there") == "still there");
        CHECK(good.read() == "at last");
    }
    CHECK(good.exchange("still there") == "still there");
}

TEST_CASE("messages to a group are whole over TLS, too, where the client takes them late", "[service][websocket][tls]")
{
    const TemporaryDirectory root;
    const Certificates certificates;
    certificates.make("default", "DNS:default.test");
    StaticFileServerOptions options;
    options.tls = std::make_shared<TlsContext>(TlsOptions{
        .certificates = {{.chain_file = certificates.chain("default"), .key_file = certificates.key("default")}}});
    constexpr int count = 100;
    constexpr std::size_t size = 200'000;
    WebSocketGroup group{{.max_waiting = 64 * 1024 * 1024}};
    const auto tell = [&group](WebSocket& socket, HttpCall&) -> asio::awaitable<void> {
        const WebSocketMember member{group, socket};
        beast::flat_buffer said;
        for (;; said.clear()) {
            co_await socket.async_read(said, asio::use_awaitable);
            for (int i = 0; i < count; ++i) group.send_binary(std::string(size, static_cast<char>('!' + i % 90)));
        }
    };
    HandlerServer server{root, options, [&tell](StaticFileServer& files) { files.websocket("/live", tell); }};
    asio::io_context io;
    asio::ssl::context context{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> client{io, context};
    client.next_layer().connect(server.endpoint());
    client.handshake(asio::ssl::stream_base::client);
    // A Ping, too: its Pong stands between two messages.
    asio::write(client, asio::buffer(upgrade_request() + text_of("go") + client_frame(0x89, "?")));
    std::string heard;
    asio::read_until(client, asio::dynamic_buffer(heard), "\r\n\r\n");
    heard.erase(0, heard.find("\r\n\r\n") + 4);
    bool ponged = false;
    const auto has = [&](std::size_t octets) {
        if (heard.size() < octets)
            asio::read(client, asio::dynamic_buffer(heard), asio::transfer_exactly(octets - heard.size()));
    };
    const auto pong = client_frame(0x8a, "?", false);
    for (int i = 0; i < count; ++i) {
        has(pong.size());
        if (!ponged && heard.starts_with(pong)) {
            ponged = true;
            heard.erase(0, pong.size());
        }
        const auto frame =
            wire::websocket_frame(wire::WebSocketOpcode::binary, std::string(size, static_cast<char>('!' + i % 90)));
        has(frame.size());
        CHECK(heard.starts_with(frame));
        heard.erase(0, frame.size());
    }
    CHECK(group.missed() == 0);
}

TEST_CASE("a group may end before its members", "[service][websocket]")
{
    const TemporaryDirectory root;
    GroupServer group{root};
    WebSocketClient client{group.server.endpoint()};
    client.connect("/live");
    REQUIRE(group.wait_until("1 0"));
    group.say("", "/end");
    CHECK(client.exchange("still there") == "still there");
    client.socket.close(beast::websocket::close_code::normal);
}

TEST_CASE("behind a Close frame nothing is sent to a member", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto closes = [](WebSocket& socket, HttpCall&) -> asio::awaitable<void> {
        co_await socket.async_close(beast::websocket::close_code::normal, asio::use_awaitable);
    };
    GroupServer group{root, {}, closes, {.close_timeout = 20s}};
    RawClient client{group.server.endpoint()};
    client.send(upgrade_request());
    const auto close = client_frame(0x88, std::string_view{"\x03\xe8", 2}, false);
    std::string heard;  // the Close frame may come with the head
    asio::read_until(client.socket(), asio::dynamic_buffer(heard), "\r\n\r\n");
    heard.erase(0, heard.find("\r\n\r\n") + 4);
    if (heard.size() < close.size())
        asio::read(client.socket(), asio::dynamic_buffer(heard), asio::transfer_exactly(close.size() - heard.size()));
    CHECK(heard == close);
    CHECK(group.size() == "1 0");  // its handler waits for the client's Close frame
    group.say("too late");
    client.send(client_frame(0x88, std::string_view{"\x03\xe8", 2}));
    CHECK(client.receive_rest().empty());
}

}  // namespace websocket_group_tests
