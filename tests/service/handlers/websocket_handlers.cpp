// WebSockets beside the files of a StaticFileServer: Beast is the client, or octets that a test writes down.

#include <libnet/websocket_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/handler_server.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace websocket_handlers_tests {

using namespace libnet;
using test::HandlerServer, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

/// Sends back what comes, until the client closes.
asio::awaitable<void> echo(WebSocket& socket, HttpCall&)
{
    beast::flat_buffer message;
    for (;;) {
        co_await socket.async_read(message, asio::use_awaitable);
        socket.text(socket.got_text());
        co_await socket.async_write(message.data(), asio::use_awaitable);
        message.clear();
    }
}

/// A client of Beast's, which waits.
class Client {
public:
    explicit Client(const asio::ip::tcp::endpoint& server, bool compresses = false)
    {
        websocket::permessage_deflate deflate;
        deflate.client_enable = compresses;
        socket.set_option(deflate);
        socket.next_layer().connect(server);
    }
    void connect(const std::string& path, std::vector<std::pair<std::string, std::string>> fields = {})
    {
        socket.set_option(websocket::stream_base::decorator([fields](websocket::request_type& request) {
            for (const auto& [name, value] : fields) request.set(name, value);
        }));
        socket.handshake(answer, "test", path);
    }
    std::string exchange(std::string_view text)
    {
        socket.write(asio::buffer(text));
        return read();
    }
    std::string read()
    {
        beast::flat_buffer message;
        socket.read(message);
        return beast::buffers_to_string(message.data());
    }
    /// The code that the server closes with.
    unsigned closed()
    {
        beast::flat_buffer message;
        boost::system::error_code error;
        while (!error) socket.read(message, error);
        return error == websocket::error::closed ? socket.reason().code : 0U;
    }

    asio::io_context io;
    websocket::stream<asio::ip::tcp::socket> socket{io};
    websocket::response_type answer;
};

/// A request for a WebSocket, without a library.
std::string upgrade(std::string_view fields = {}, std::string_view version = "13",
                    std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==")
{
    return std::string{"GET /live HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"}
        .append("Sec-WebSocket-Version: ")
        .append(version)
        .append("\r\nSec-WebSocket-Key: ")
        .append(key)
        .append("\r\n")
        .append(fields)
        .append("\r\n");
}

/// A frame as it stands, with a mask of zeros where there is one.
std::string frame(unsigned char first, std::string_view payload, bool masked = true)
{
    std::string text{static_cast<char>(first), static_cast<char>(payload.size() | (masked ? 0x80 : 0))};
    if (masked) text.append(4, '\0');
    return text.append(payload);
}

const std::string text_of(std::string_view payload) { return frame(0x81, payload); }

/// What a server complained of, and what a test waits for.
struct Complaints {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> texts;

    void add(std::string_view text)
    {
        const std::lock_guard lock{mutex};
        texts.emplace_back(text);
        changed.notify_all();
    }
    std::vector<std::string> wait_for(std::size_t count)
    {
        std::unique_lock lock{mutex};
        changed.wait_for(lock, 20s, [&] { return texts.size() >= count; });
        return texts;
    }
};

HandlerServer echo_server(const TemporaryDirectory& root, WebSocketOptions options = {})
{
    return HandlerServer{root, {}, [options](StaticFileServer& files) { files.websocket("/live", echo, options); }};
}

}  // namespace

TEST_CASE("a WebSocket carries messages both ways, compressed where the client likes that", "[service][websocket]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "a file");
    const bool compresses = GENERATE(false, true);
    HandlerServer server{root, {}, [compresses](StaticFileServer& files) {
                             files.websocket("/live/{room}", echo, {.compress = compresses});
                         }};
    Client client{server.endpoint(), compresses};
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

TEST_CASE("what is no good request for a WebSocket is refused, and the connection goes on", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root, {.origins = {"https://friend.example"}});
    RawClient client{server.endpoint()};
    const auto plain = client.exchange("GET /live HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(plain.status == 426);
    CHECK(plain.field("Upgrade") == "websocket");
    const auto old = client.exchange(upgrade({}, "8"));
    CHECK(old.status == 426);
    CHECK(old.field("Sec-WebSocket-Version") == "13");
    CHECK(client.exchange(upgrade({}, "13", "short")).status == 400);
    CHECK(client.exchange(upgrade({}, "13", "dGhlIHNhbXBsZSBub25jZ\"==")).status == 400);
    CHECK(client.exchange(upgrade("Origin: https://evil.example\r\n")).status == 403);
    CHECK(client.exchange(upgrade("Origin: null\r\n")).status == 403);
    CHECK(client.exchange(upgrade("Origin: https://test.evil.example\r\n")).status == 403);
    CHECK(client.exchange(upgrade("Origin: https://test\r\nOrigin: https://evil.example\r\n")).status == 403);
    CHECK(client.exchange("POST /live HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n").status == 405);
    const auto* const origin =
        GENERATE("", "Origin: http://test\r\n", "Origin: https://TEST\r\n", "Origin: https://friend.example\r\n");
    CHECK(client.exchange(upgrade(origin)).status == 101);
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
    Client client{server.endpoint()};
    client.connect("/live", {{"Sec-WebSocket-Protocol", "v9.chat, v2.chat, v1.chat"}});
    CHECK(client.answer["Sec-WebSocket-Protocol"] == "v2.chat");
    CHECK(client.read() == "v2.chat");
    CHECK(client.closed() == websocket::close_code::normal);  // its handler has ended
    Client other{server.endpoint()};
    other.connect("/live", {{"Sec-WebSocket-Protocol", "v9.chat"}});
    CHECK(other.answer.count("Sec-WebSocket-Protocol") == 0);
    CHECK(other.read().empty());
}

TEST_CASE("frames that come with the request are not lost", "[service][websocket]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "a file");
    const auto server = echo_server(root);
    RawClient client{server.endpoint()};
    client.send("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n" + upgrade() + text_of("early") +
                frame(0x88, std::string_view{"\x03\xe8", 2}));
    CHECK(client.receive().body == "a file");
    CHECK(client.receive("HEAD").status == 101);
    CHECK(client.receive_rest() == frame(0x81, "early", false) + frame(0x88, std::string_view{"\x03\xe8", 2}, false));
}

TEST_CASE("frames of the wrong kind end the connection, and nothing else", "[service][websocket]")
{
    struct Wrong {
        const char* what;
        std::string octets;
    };
    const std::string long_ping =
        std::string{"\x89\xfe", 2} + std::string{"\x00\x7e\0\0\0\0", 6} + std::string(126, 'x');
    const std::vector<Wrong> wrong{
        {"without a mask", frame(0x81, "a", false)},
        {"a reserved bit", frame(0xa1, "a")},
        {"compressed, which was not agreed on", frame(0xc1, "a")},
        {"an unknown opcode", frame(0x83, "a")},
        {"an unknown control opcode", frame(0x8b, "a")},
        {"a ping in parts", frame(0x09, "a")},
        {"a ping that is too long", long_ping},
        {"a continuation of nothing", frame(0x80, "a")},
        {"a message within another one", frame(0x01, "a") + frame(0x81, "b")},
        {"text that is no UTF-8", text_of("\xc3\x28")},
        {"a close of one octet", frame(0x88, "a")},
        {"a close with a reserved code", frame(0x88, std::string_view{"\x03\xed", 2})},
        {"a length that is written too long", std::string{"\x81\xfe\x00\x01\0\0\0\0a", 9}},
        {"a length beyond everything", std::string{"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0a", 15}},
        {"a message that is too large", std::string{"\x81\xff\0\0\0\0\x7f\xff\xff\xff\0\0\0\0a", 15}},
    };
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    for (const auto& [what, octets] : wrong) {
        INFO(what);
        RawClient client{server.endpoint()};
        CHECK(client.exchange(upgrade()).status == 101);
        client.send(octets);
        client.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
        const auto rest = client.receive_rest();
        CHECK(rest.find("\x81") == rest.npos);  // no message comes back
    }
    Client next{server.endpoint()};
    next.connect("/live");
    CHECK(next.exchange("still there") == "still there");
}

namespace {

/// The code that a server closes with, of what it has sent; 0: it has sent no Close frame.
unsigned close_code(std::string_view sent)
{
    const auto at = sent.find("\x88");
    if (at == sent.npos || sent.size() < at + 4) return 0;
    return static_cast<unsigned char>(sent[at + 2]) * 256U + static_cast<unsigned char>(sent[at + 3]);
}

/// What the server says to these octets behind a handshake.
std::string said_to(const boost::asio::ip::tcp::endpoint& server, std::string_view octets)
{
    RawClient client{server};
    CHECK(client.exchange(upgrade()).status == 101);
    client.try_send(octets);
    client.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
    return client.receive_rest();
}

}  // namespace

// RFC 6455 section 5.2: opcodes 3 to 7 and 11 to 15 are reserved, as are the three bits behind FIN.
TEST_CASE("every reserved opcode and bit is a protocol error", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
        INFO("opcode " << opcode);
        CHECK(close_code(said_to(server.endpoint(), frame(static_cast<unsigned char>(0x80 | opcode), "a"))) == 1002);
    }
    for (const unsigned bits : {0x10U, 0x20U, 0x30U, 0x40U, 0x70U}) {
        INFO("bits " << bits);
        CHECK(close_code(said_to(server.endpoint(), frame(static_cast<unsigned char>(0x81 | bits), "a"))) == 1002);
    }
}

// RFC 6455 section 7.4: which codes may be sent, and that the reason is UTF-8.
TEST_CASE("a Close frame is answered with its code, or with 1002 where it is none", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    const auto close_of = [](unsigned code, std::string_view reason = {}) {
        const char octets[] = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
        return frame(0x88, std::string{octets, 2}.append(reason));
    };
    for (const unsigned code : {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 3000U, 4999U}) {
        INFO(code);
        CHECK(close_code(said_to(server.endpoint(), close_of(code))) == code);
    }
    for (const unsigned code : {0U, 1U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2999U}) {
        INFO(code);
        const auto answered = close_code(said_to(server.endpoint(), close_of(code)));
        CHECK(answered == 1002);
    }
    CHECK(close_code(said_to(server.endpoint(), close_of(1000, "\xc3\x28"))) != 1000);
}

// RFC 6455 section 5.4: a message may come in any number of pieces, with control frames between them.
TEST_CASE("fragments make one message, and those without an end are bounded", "[service][websocket]")
{
    const TemporaryDirectory root;
    const auto server = echo_server(root);
    const auto whole = frame(0x01, "a") + frame(0x89, "?") + frame(0x00, "") + frame(0x80, "b") + frame(0x88, "");
    const auto said = said_to(server.endpoint(), whole);
    CHECK(said.find(frame(0x8a, "?", false)) == 0);
    CHECK(said.find(frame(0x81, "ab", false)) != said.npos);

    // Pieces without end are too large a message in the end. Empty ones are no message at all: nothing grows by them.
    std::string endless = frame(0x02, "a");
    for (int i = 0; i < 12'000; ++i) endless += frame(0x00, std::string(100, 'a'));
    CHECK(close_code(said_to(server.endpoint(), endless)) == 1009);
    std::string empty = frame(0x01, "");
    for (int i = 0; i < 20'000; ++i) empty += frame(0x00, "");
    CHECK(said_to(server.endpoint(), empty + frame(0x80, "end")).find(frame(0x81, "end", false)) == 0);
}

TEST_CASE("a message beyond the bound ends a WebSocket with 1009", "[service][websocket]")
{
    const TemporaryDirectory root;
    const bool compresses = GENERATE(false, true);  // small on the way
    const auto server = echo_server(root, {.max_message = 1000, .compress = compresses});
    Client client{server.endpoint(), compresses};
    client.connect("/live");
    CHECK(client.exchange(std::string(1000, 'x')).size() == 1000);
    client.socket.write(asio::buffer(std::string(1001, 'x')));
    CHECK(client.closed() == websocket::close_code::too_big);
}

TEST_CASE("a handler that fails closes its WebSocket with 1011, and is complained of", "[service][websocket]")
{
    const TemporaryDirectory root;
    Complaints complaints;
    StaticFileServerOptions options;
    options.diagnostics = [&](DiagnosticLevel, std::string_view text) { complaints.add(text); };
    HandlerServer server{root, options, [](StaticFileServer& files) {
                             files.websocket("/live", [](WebSocket&, HttpCall&) -> asio::awaitable<void> {
                                 throw std::runtime_error{"no more words"};
                                 co_return;
                             });
                         }};
    Client client{server.endpoint()};
    client.connect("/live");
    CHECK(client.closed() == websocket::close_code::internal_error);
    const auto told = complaints.wait_for(1);
    REQUIRE(told.size() == 1);
    CHECK(told[0] == "a handler failed: GET /live: no more words");
    CHECK(server.wait_for_log(1).at(0).reason == "The program could not answer this.");
}

TEST_CASE("a drain closes WebSockets with 1001, and an end at once ends them", "[service][websocket]")
{
    const TemporaryDirectory root;
    auto server = echo_server(root);
    Client client{server.endpoint()};
    client.connect("/live");
    CHECK(client.exchange("hello") == "hello");
    SECTION("politely")
    {
        server.stop(asio::cancellation_type::total);
        CHECK(client.closed() == websocket::close_code::going_away);
    }
    SECTION("at once")
    {
        server.stop(asio::cancellation_type::terminal);
        CHECK(client.closed() == 0);
    }
    SECTION("the object is gone")
    {
        server.destroy();
        CHECK(client.closed() == 0);
    }
    CHECK(server.wait_until_ended());
    CHECK(server.logged().at(0).status == 101);
}

TEST_CASE("a client that is gone or says nothing has its handler end", "[service][websocket]")
{
    const TemporaryDirectory root;
    Complaints ends;
    const auto waiting = [&](WebSocket& socket, HttpCall& call) -> asio::awaitable<void> {
        std::string how;
        try {
            co_await echo(socket, call);
        } catch (const boost::system::system_error& error) {
            how = error.code().message();
        }
        ends.add(how);
    };
    HandlerServer server{root, {}, [&](StaticFileServer& files) {
                             files.websocket("/live", waiting, {.idle_timeout = 200ms, .close_timeout = 200ms});
                         }};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(upgrade()).status == 101);
    SECTION("it closes its connection") { client.socket().close(); }
    SECTION("it answers no ping")
    {
        const auto rest = client.receive_rest();  // to the end
        CHECK(rest.starts_with("\x89"));
    }
    CHECK(ends.wait_for(1).size() == 1);
    CHECK(server.wait_for_log(1).size() == 1);
}

TEST_CASE("a WebSocket holds a handler back whose client reads nothing", "[service][websocket]")
{
    const TemporaryDirectory root;
    std::atomic<std::size_t> written{0};
    constexpr std::size_t pieces = 1000;
    const auto flood = [&](WebSocket& socket, HttpCall&) -> asio::awaitable<void> {
        const std::string piece(100'000, 'x');
        for (; written < pieces; ++written) co_await socket.async_write(asio::buffer(piece), asio::use_awaitable);
    };
    HandlerServer server{root, {}, [&](StaticFileServer& files) { files.websocket("/live", flood); }};
    Client client{server.endpoint()};
    client.connect("/live");
    std::size_t before = 0;
    for (int same = 0; same < 20; std::this_thread::sleep_for(10ms)) {  // until it goes on no more
        same = written == before && before > 0 ? same + 1 : 0;
        before = written;
    }
    CHECK(before < pieces);
    std::size_t size = 0;
    for (std::size_t i = 0; i < pieces; ++i) size += client.read().size();
    CHECK(size == pieces * 100'000);
    CHECK(client.closed() == websocket::close_code::normal);
}

TEST_CASE("a client that takes nothing is given up, whatever it sends", "[service][websocket]")
{
    const TemporaryDirectory root;
    Complaints complaints;
    std::promise<boost::system::error_code> ended;
    const auto flood = [&ended](WebSocket& socket, HttpCall&) -> asio::awaitable<void> {
        const std::string large(1024 * 1024, 'x');
        for (;;) {
            const auto [error, size] =
                co_await socket.async_write(asio::buffer(large), asio::as_tuple(asio::use_awaitable));
            if (!error) continue;
            ended.set_value(error);
            co_return;
        }
    };
    StaticFileServerOptions options;
    options.write_timeout = 500ms;
    options.diagnostics = [&complaints](DiagnosticLevel, std::string_view text) { complaints.add(text); };
    HandlerServer server{root, options, [&flood](StaticFileServer& files) {
                             files.websocket("/live", flood);
                             files.handle("GET", "/healthy", [](HttpCall&) { return HttpReply::text("yes"); });
                         }};
    RawClient client{server.endpoint()};
    client.send(upgrade());
    const auto given_up = ended.get_future();
    for (int i = 0; i < 200 && given_up.wait_for(50ms) != std::future_status::ready; ++i)
        client.try_send(text_of("still here"));
    REQUIRE(given_up.wait_for(0s) == std::future_status::ready);
    CHECK(RawClient{server.endpoint()}.exchange("GET /healthy HTTP/1.1\r\nHost: test\r\n\r\n").body == "yes");
    CHECK(complaints.wait_for(0).empty());
}

TEST_CASE("no more WebSockets of a route are open than it may have", "[service][websocket]")
{
    const TemporaryDirectory root;
    HandlerServer server = echo_server(root, {.max_open = 2});
    Client one{server.endpoint()};
    one.connect("/live");
    {
        Client two{server.endpoint()};
        two.connect("/live");
        const auto refused = RawClient{server.endpoint()}.exchange(upgrade());
        CHECK(refused.status == 503);
        CHECK(refused.field("Retry-After") == "10");
        CHECK(two.exchange("hello") == "hello");
        two.socket.close(websocket::close_code::normal);
    }
    auto answer = RawClient{server.endpoint()}.exchange(upgrade());
    for (int i = 0; i < 1000 && answer.status == 503; ++i) {  // until the server has seen that the other one has gone
        std::this_thread::sleep_for(20ms);
        answer = RawClient{server.endpoint()}.exchange(upgrade());
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
    Client client{server.endpoint()};
    client.connect("/live", {{"Origin", "http://test"}});
    CHECK(client.exchange("hello") == "hello");
    auto foreign = upgrade("Origin: http://evil.example\r\n");
    foreign.replace(foreign.find("Host: test"), 10, "Host: evil.example");
    CHECK(RawClient{server.endpoint()}.exchange(foreign).status == 403);
}

}  // namespace websocket_handlers_tests
