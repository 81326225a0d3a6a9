// What stands in front of handlers as it does in front of files: users, limits, deadlines, rates, and who is asking.

#include <libnet/access.hpp>
#include <libnet/websocket_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/handler_server.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/websocket_talk.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace http_handlers_guarded_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

const std::string alice = "Authorization: Basic YWxpY2U6c2VjcmV0\r\n";        // alice:secret
const std::string alice_wrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";  // alice:wrong

std::string get(std::string_view path, std::string_view fields = {})
{
    return std::string{"GET "}.append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(fields).append("\r\n");
}

/// Says who has logged in, and from where.
HttpReply who(HttpCall& call)
{
    return HttpReply::text(call.user + " " + call.client.address().to_string() + " " +
                           std::to_string(call.client.port()));
}

/// Says how large a body was, and counts its calls.
struct Counted {
    std::atomic<int> calls{0};
    auto handler()
    {
        return [this](HttpCall& call) {
            ++calls;
            return HttpReply::text(std::to_string(call.body().size()));
        };
    }
};

}  // namespace

TEST_CASE("a handler and a WebSocket know who has logged in, and no other user gets to them",
          "[service][handlers][access]")
{
    const TemporaryDirectory root, secrets;
    // bcrypt of "secret", with a cost that tests can afford
    const auto users = secrets.write("users", "alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
    StaticFileServerOptions options;
    options.access = std::make_shared<AccessControl>(AccessOptions{.users_file = users.string()});
    std::atomic<int> opened{0};
    HandlerServer server{root, options, [&opened](StaticFileServer& files) {
                             files.handle("GET", "/me", who);
                             files.websocket(
                                 "/live", [&opened](WebSocket& socket, HttpCall& call) -> asio::awaitable<void> {
                                     ++opened;
                                     co_await socket.async_write(asio::buffer(call.user), asio::use_awaitable);
                                 });
                         }};
    RawClient client{server.endpoint()};
    const auto refused = client.exchange(get("/me"));
    CHECK(refused.status == 401);
    CHECK(refused.field("WWW-Authenticate").starts_with("Basic realm="));
    CHECK(client.exchange(get("/me", alice_wrong)).status == 401);
    CHECK(client.exchange(get("/me", alice)).body.starts_with("alice 127.0.0.1 "));
    CHECK(client.exchange(get("/me")).status == 401);  // each request for itself
    CHECK(client.exchange(upgrade_request()).status == 401);
    CHECK(opened == 0);
    CHECK(client.exchange(upgrade_request(alice)).status == 101);
    CHECK(client.receive_rest().starts_with(client_frame(0x81, "alice", false)));
    const auto log = server.wait_for_log(6);
    REQUIRE(log.size() == 6);
    CHECK(log[2].user == "alice");
    CHECK(log[3].user.empty());
    CHECK(log[5].user == "alice");
}

TEST_CASE("a handler is told of the client whom a trusted proxy names", "[service][handlers]")
{
    const TemporaryDirectory root;
    const bool trusted = GENERATE(false, true);
    StaticFileServerOptions options;
    if (trusted) options.trusted_proxies = {AccessNetwork{asio::ip::address_v4::loopback(), 32}};
    HandlerServer server{root, options, [](StaticFileServer& files) { files.handle("GET", "/me", who); }};
    RawClient client{server.endpoint()};
    const auto own = " 127.0.0.1 " + std::to_string(client.socket().local_endpoint().port());
    CHECK(client.exchange(get("/me")).body == own);  // what a proxy asks for itself
    const auto named = client.exchange(get("/me", "X-Forwarded-For: 203.0.113.9, 192.0.2.7\r\n")).body;
    CHECK(named == (trusted ? " 192.0.2.7 0" : own));
    CHECK(client.exchange(get("/me")).body == own);  // on the same connection
    CHECK(client.exchange(get("/me", "X-Forwarded-For: unknown\r\n")).body == own);
    const auto log = server.wait_for_log(4);
    REQUIRE(log.size() == 4);
    CHECK(log[0].client == client.socket().local_endpoint());
    CHECK(log[1].client.address().to_string() == (trusted ? "192.0.2.7" : "127.0.0.1"));
}

TEST_CASE("requests of handlers count among those that a client may make", "[service][handlers][limits]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "a file");
    StaticFileServerOptions options;
    options.limits =
        std::make_shared<io::ClientLimiter>(engine::ClientLimits{.requests_per_second = 0.01, .request_burst = 3});
    Counted counted;
    HandlerServer server{root, options,
                         [&](StaticFileServer& files) { files.handle("GET", "/api", counted.handler()); }};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt")).status == 200);
    CHECK(client.exchange(get("/api")).status == 200);
    CHECK(client.exchange(get("/api")).status == 200);
    const auto refused = client.exchange(get("/api"));
    CHECK(refused.status == 429);
    CHECK(refused.field("Retry-After") != "-");
    CHECK(counted.calls == 2);
}

TEST_CASE("an open WebSocket is one of a client's connections", "[service][websocket][limits]")
{
    const TemporaryDirectory root;
    StaticFileServerOptions options;
    options.limits = std::make_shared<io::ClientLimiter>(engine::ClientLimits{.connections = 1});
    HandlerServer server{root, options, [](StaticFileServer& files) { files.websocket("/live", echo); }};
    {
        WebSocketClient client{server.endpoint()};
        client.connect("/live");
        CHECK(RawClient{server.endpoint()}.receive().status == 429);
        client.socket.close(boost::beast::websocket::close_code::normal);
    }
    for (int tries = 0;; ++tries) {  // until the server has seen the end
        RawClient next{server.endpoint()};
        next.try_send(upgrade_request());
        if (next.receive("HEAD").status == 101) break;
        REQUIRE(tries < 1000);
        std::this_thread::sleep_for(20ms);
    }
}

TEST_CASE("a handler isn't called for a request that never comes whole", "[service][handlers]")
{
    const TemporaryDirectory root;
    Counted counted;
    HandlerServer server{root, {.header_timeout = 300ms}, [&](StaticFileServer& files) {
                             files.handle("POST", "/api", counted.handler());
                         }};
    RawClient client{server.endpoint()};
    SECTION("its head")
    {
        client.send("POST /api HTTP/1.1\r\nHost:");
        CHECK(client.receive().status == 408);
    }
    SECTION("its body")
    {
        client.send("POST /api HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab");
        CHECK(client.receive().status == 408);
    }
    SECTION("its body, and then the client's half is closed")
    {
        client.send("POST /api HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab");
        client.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
        client.receive_rest();
    }
    SECTION("its chunks are nonsense")
    {
        client.send("POST /api HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcdeX");
        CHECK(client.receive().status == 400);
    }
    CHECK(server.wait_for_log(1).size() == 1);
    CHECK(counted.calls == 0);
}

TEST_CASE("a body that comes too slowly is given up, also where its handler reads it as it comes",
          "[service][handlers]")
{
    const TemporaryDirectory root;
    const bool streams = GENERATE(false, true);
    std::atomic<bool> read_all{false}, ended{false};
    const auto take = [&](HttpCall& call) -> asio::awaitable<HttpReply> {
        const std::shared_ptr<void> at_end{nullptr, [&ended](void*) { ended = true; }};
        if (streams) {
            for (auto piece = co_await call.read(); !piece.empty(); piece = co_await call.read()) continue;
        }
        read_all = true;
        co_return HttpReply::empty();
    };
    RouteOptions route;
    route.stream_body = streams;
    HandlerServer server{root, {.header_timeout = 1s, .min_receive_rate = 1'000'000}, [&](StaticFileServer& files) {
                             files.handle("POST", "/api", take, route);
                         }};
    RawClient client{server.endpoint()};
    client.send("POST /api HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n");
    for (int i = 0; i < 400 && server.logged().empty(); ++i) {
        client.try_send("xx");
        std::this_thread::sleep_for(50ms);
    }
    CHECK(server.wait_for_log(1).size() == 1);
    for (int i = 0; i < 1000 && streams && !ended; ++i) std::this_thread::sleep_for(20ms);
    CHECK(ended == streams);
    CHECK_FALSE(read_all);
}

TEST_CASE("between requests of handlers a client may be silent as long as between those of files",
          "[service][handlers]")
{
    const TemporaryDirectory root;
    HandlerServer server{
        root, {.idle_timeout = 300ms}, [](StaticFileServer& files) { files.handle("GET", "/me", who); }};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/me")).status == 200);
    CHECK(client.ended());
    CHECK(server.wait_for_log(1).size() == 1);
}

TEST_CASE("a client that takes a handler's stream too slowly is given up, and its handler told", "[service][handlers]")
{
    const TemporaryDirectory root;
    const std::uint64_t least_rate =
        GENERATE(std::uint64_t{0}, std::uint64_t{1'000'000'000});  // takes nothing, or too little
    std::atomic<bool> ended{false};
    const auto flood = [&ended](HttpCall&) {
        return HttpReply::stream({}, [&ended](HttpStream& out) -> asio::awaitable<void> {
            const std::shared_ptr<void> at_end{nullptr, [&ended](void*) { ended = true; }};
            const std::string piece(50'000, 'x');
            for (;;) co_await out.write(piece);
        });
    };
    HandlerServer server{root, {.write_timeout = 600ms, .min_send_rate = least_rate}, [&](StaticFileServer& files) {
                             files.handle("GET", "/flood", flood);
                         }};
    RawClient client{server.endpoint()};
    client.send(get("/flood"));
    std::string room(16 * 1024, '\0');
    boost::system::error_code stopped;
    for (int i = 0; i < 2000 && !ended && !stopped; ++i) {
        if (least_rate > 0) client.socket().read_some(asio::buffer(room), stopped);
        std::this_thread::sleep_for(least_rate > 0 ? 1ms : 10ms);
    }
    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    // On a busy machine the one that takes too little may seem to take nothing.
    const bool stuck = log[0].reason == "The client took nothing for too long.";
    CHECK((stuck || (least_rate > 0 && log[0].reason == "The client took what it was sent too slowly.")));
    for (int i = 0; i < 1000 && !ended; ++i) std::this_thread::sleep_for(20ms);
    CHECK(ended);
}

TEST_CASE("what handlers and WebSockets send and are sent is counted", "[service][handlers]")
{
    const TemporaryDirectory root;
    Counted counted;
    HandlerServer server{root, {}, [&](StaticFileServer& files) {
                             files.handle("POST", "/api", counted.handler());
                             files.websocket("/live", echo);
                         }};
    RawClient client{server.endpoint()};
    CHECK(client.exchange("POST /api HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'))
              .body == "1000");
    CHECK(client.exchange(upgrade_request()).status == 101);
    const auto said = text_of("hello") + client_frame(0x88, std::string_view{"\x03\xe8", 2});
    client.send(said);
    const auto heard = client.receive_rest();
    CHECK(heard.size() == 2 + 5 + 2 + 2);
    const auto log = server.wait_for_log(2);
    REQUIRE(log.size() == 2);
    CHECK(log[0].status == 200);
    CHECK(log[0].bytes_sent == 4);
    CHECK(log[0].bytes_received == 1000);
    CHECK(log[1].status == 101);
    CHECK(log[1].bytes_received == said.size());
    CHECK(log[1].bytes_sent >= heard.size());  // the answer's head is among them
}

}  // namespace http_handlers_guarded_tests
