// Handlers and WebSockets on the port of a HttpEndpoint.

#include <libnet/endpoint_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace endpoint_handlers_tests {

using namespace libnet;
using test::RawClient;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

asio::awaitable<void> echo(WebSocket& socket, HttpCall&)
{
    beast::flat_buffer message;
    for (;; message.clear()) {
        co_await socket.async_read(message, asio::use_awaitable);
        co_await socket.async_write(message.data(), asio::use_awaitable);
    }
}

/// Until the WebSocket has ended, or for ever.
asio::awaitable<void> wait(WebSocket& socket)
{
    asio::steady_timer timer{socket.get_executor(), asio::steady_timer::time_point::max()};
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> two_at_once(WebSocket& socket, HttpCall& call)
{
    using asio::experimental::awaitable_operators::operator&&;
    auto both = echo(socket, call) && wait(socket);
    co_await std::move(both);
}

asio::awaitable<HttpEndpointAnswer> own(const HttpEndpointRequest&)
{
    HttpEndpointAnswer answer;
    answer.body = "the endpoint's own\n";
    answer.policy = "default-src 'none'";
    co_return answer;
}

/// An endpoint with handlers, in a thread.
struct Served {
    Served()
    {
        EndpointHandlers handlers{endpoint};
        endpoint.on("/own", &own);
        endpoint.on("/both", &own);
        handlers.handle("GET", "/both", [](HttpCall&) { return HttpReply::text("a handler's"); }, {});
        handlers.handle("GET", "/hosts/{name}",
                        [](HttpCall& call) { return HttpReply::text(std::string{call.parameter("name")}); }, {});
        handlers.handle("GET", "/file", [](HttpCall&) { return HttpReply::file("/etc/passwd"); }, {});
        handlers.websocket("/live", &echo, {});
        handlers.websocket("/two", &two_at_once, {});
        asio::co_spawn(io, endpoint.run(), asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
        thread = std::thread{[this] { io.run(); }};
    }
    ~Served()
    {
        asio::post(io, [this] { stop.emit(asio::cancellation_type::terminal); });
        thread.join();
    }
    void drain()
    {
        asio::post(io, [this] { stop.emit(asio::cancellation_type::total); });
    }
    asio::ip::tcp::endpoint where() const { return endpoint.local_endpoint(); }

    asio::io_context io{1};
    std::atomic<int> complaints = 0;
    HttpEndpoint endpoint{io.get_executor(),
                          {.diagnostics = [this](DiagnosticLevel, std::string_view) { ++complaints; }}};
    asio::cancellation_signal stop;
    std::thread thread;
};

std::string get(std::string_view path)
{
    return std::string{"GET "}.append(path).append(" HTTP/1.1\r\nHost: test\r\n\r\n");
}

}  // namespace

TEST_CASE("handlers on an endpoint come first, and the others are its own", "[service][handlers]")
{
    const Served served;
    RawClient client{served.where()};
    const auto answer = client.exchange(get("/own"));
    CHECK(answer.body == "the endpoint's own\n");
    CHECK(answer.field("Content-Security-Policy") == "default-src 'none'");
    CHECK(client.exchange(get("/both")).body == "a handler's");
    CHECK(client.exchange(get("/hosts/a%20b")).body == "a b");
    CHECK(client.exchange(get("/none")).status == 404);
    CHECK(client.exchange("POST /both HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n").status == 405);
    CHECK(client.exchange(get("/live")).status == 426);
}

TEST_CASE("a second EndpointHandlers adds to the first one's", "[service][handlers]")
{
    asio::io_context io{1};
    HttpEndpoint endpoint{io.get_executor(), HttpEndpointOptions{}};
    EndpointHandlers first{endpoint};
    first.handle("GET", "/one", [](HttpCall&) { return HttpReply::text("1"); }, {});
    EndpointHandlers second{endpoint};
    second.handle("GET", "/two", [](HttpCall&) { return HttpReply::text("2"); }, {});
    CHECK_THROWS_AS(second.handle("GET", "/one", [](HttpCall&) { return HttpReply::text("3"); }, {}),
                    std::invalid_argument);
    CHECK_THROWS_AS(endpoint.mount(endpoint.mounted()), std::logic_error);
    asio::co_spawn(io, endpoint.run(), asio::detached);
    std::thread thread{[&io] { io.run(); }};
    {
        RawClient client{endpoint.local_endpoint()};
        CHECK(client.exchange(get("/one")).body == "1");
        CHECK(client.exchange(get("/two")).body == "2");
    }
    io.stop();
    thread.join();
}

TEST_CASE("a handler on an endpoint can't answer with a file", "[service][handlers]")
{
    const Served served;
    RawClient client{served.where()};
    const auto answer = client.exchange(get("/file"));
    CHECK(answer.status == 500);
    CHECK(answer.body.find("root:") == std::string::npos);
    CHECK(RawClient{served.where()}.exchange(get("/own")).status == 200);
}

TEST_CASE("a WebSocket on an endpoint carries messages, and is closed with 1001 by a drain", "[service][websocket]")
{
    Served served;
    asio::io_context io;
    websocket::stream<asio::ip::tcp::socket> client{io};
    client.next_layer().connect(served.where());
    client.handshake("test", "/live");
    client.write(asio::buffer(std::string_view{"hello"}));
    beast::flat_buffer heard;
    client.read(heard);
    CHECK(beast::buffers_to_string(heard.data()) == "hello");
    served.drain();
    boost::system::error_code error;
    while (!error) client.read(heard, error);
    CHECK(error == websocket::error::closed);
    CHECK(client.reason().code == websocket::close_code::going_away);
}

TEST_CASE("a client that leaves a handler of several coroutines is no fault of the handler's", "[service][websocket]")
{
    Served served;
    for (const bool closes : {true, false}) {
        asio::io_context io;
        websocket::stream<asio::ip::tcp::socket> client{io};
        client.next_layer().connect(served.where());
        client.handshake("test", "/two");
        client.write(asio::buffer(std::string_view{"hello"}));
        beast::flat_buffer heard;
        client.read(heard);
        if (closes) client.close(websocket::close_code::normal);
        else client.next_layer().close();
    }
    RawClient wrong{served.where()};
    wrong.send(
        "GET /two HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    CHECK(wrong.receive().status == 101);
    wrong.send(std::string_view{"\x81\x01x", 3});  // without a mask
    wrong.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
    CHECK(wrong.receive_rest().starts_with("\x88\x02\x03\xea"));
    CHECK(RawClient{served.where()}.exchange(get("/own")).status == 200);
    CHECK(served.complaints == 0);
}

}  // namespace endpoint_handlers_tests
