// How WebSockets end, and what holds them back.

#include <libnet/websocket_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/websocket_talk.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace websocket_endings_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

TEST_CASE("a handler that fails closes its WebSocket with 1011, and is complained of", "[service][websocket]")
{
    const TemporaryDirectory root;
    Complaints complaints;
    StaticFileServerOptions options;
    options.diagnostics = [&](DiagnosticLevel, std::string_view text) { complaints.add(text); };
    HandlerServer server{root, options, [](StaticFileServer& files) {
                             files.websocket("/fails", [](WebSocket&, HttpCall&) -> asio::awaitable<void> {
                                 throw std::runtime_error{"no more words"};
                                 co_return;
                             });
                             files.websocket("/throws", [](WebSocket&, HttpCall&) -> asio::awaitable<void> {
                                 throw 7;
                                 co_return;
                             });
                             files.websocket("/at-once", [](WebSocket&, HttpCall&) -> asio::awaitable<void> {
                                 throw std::logic_error{"not even a coroutine"};
                             });
                         }};
    std::size_t failed = 0;
    for (const auto* const path : {"/fails", "/throws", "/at-once"}) {
        {
            WebSocketClient client{server.endpoint()};
            client.connect(path);
            CHECK(client.closed() == websocket::close_code::internal_error);
        }
        complaints.wait_for(++failed);
    }
    const auto told = complaints.wait_for(3);
    REQUIRE(told.size() == 3);
    CHECK(told[0] == "a handler failed: GET /fails: no more words");
    CHECK(told[1] == "a handler failed: GET /throws: an exception of an unknown type");
    CHECK(told[2] == "a handler failed: GET /at-once: not even a coroutine");
    for (const auto& record : server.wait_for_log(3)) CHECK(record.reason == "The program could not answer this.");
}

TEST_CASE("a drain closes WebSockets with 1001, and an end at once ends them", "[service][websocket]")
{
    const TemporaryDirectory root;
    auto server = echo_server(root);
    WebSocketClient client{server.endpoint()};
    client.connect("/live");
    CHECK(client.exchange("hello") == "hello");
    SECTION("with a drain")
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
    CHECK(client.exchange(upgrade_request()).status == 101);
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
    WebSocketClient client{server.endpoint()};
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
    client.send(upgrade_request());
    const auto given_up = ended.get_future();
    for (int i = 0; i < 200 && given_up.wait_for(50ms) != std::future_status::ready; ++i)
        client.try_send(text_of("still here"));
    REQUIRE(given_up.wait_for(0s) == std::future_status::ready);
    CHECK(RawClient{server.endpoint()}.exchange("GET /healthy HTTP/1.1\r\nHost: test\r\n\r\n").body == "yes");
    CHECK(complaints.wait_for(0).empty());
}

}  // namespace websocket_endings_tests
