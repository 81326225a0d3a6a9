// Answers and bodies of handlers that are streams, and how handlers come to an end.

#include <libnet/http_handlers.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/handler_server.hpp>
#include <tests/support/raw_client.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

namespace http_handlers_streams_tests {

using namespace libnet;
using test::HandlerServer, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

std::string get(std::string_view path, std::string_view fields = {})
{
    return std::string{"GET "}.append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(fields).append("\r\n");
}

/// Something that happens in the server's thread, and that a test waits for.
class Event {
public:
    void happen()
    {
        const std::lock_guard lock{mutex_};
        happened_ = true;
        changed_.notify_all();
    }
    bool wait()
    {
        std::unique_lock lock{mutex_};
        return changed_.wait_for(lock, 20s, [this] { return happened_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool happened_ = false;
};

/// Tells of the end of a coroutine, however it comes.
struct AtEnd {
    Event& event;
    ~AtEnd() { event.happen(); }
};

/// Waits until it is cancelled.
asio::awaitable<HttpReply> wait_for_ever(Event& begun, Event& ended)
{
    const AtEnd at_end{ended};
    asio::steady_timer timer{co_await asio::this_coro::executor, 1h};
    begun.happen();
    co_await timer.async_wait(asio::use_awaitable);
    co_return HttpReply::text("too late");
}

}  // namespace

TEST_CASE("a stream leaves in chunks, as its handler writes it", "[service][handlers]")
{
    const TemporaryDirectory root;
    HandlerServer server{root, {}, [](StaticFileServer& files) {
                             files.handle("GET", "/stream", [](HttpCall&) {
                                 return HttpReply::stream({}, [](HttpStream& out) -> asio::awaitable<void> {
                                     asio::steady_timer timer{co_await asio::this_coro::executor};
                                     for (const auto* const piece : {"one ", "", "two ", "three"}) {
                                         co_await out.write(piece);
                                         timer.expires_after(1ms);
                                         co_await timer.async_wait(asio::use_awaitable);
                                     }
                                 });
                             });
                             files.handle("GET", "/empty", [](HttpCall&) -> asio::awaitable<HttpReply> {
                                 co_return HttpReply::stream({},
                                                             [](HttpStream&) -> asio::awaitable<void> { co_return; });
                             });
                         }};
    RawClient client{server.endpoint()};
    client.send(get("/stream") + get("/empty") + "HEAD /stream HTTP/1.1\r\nHost: test\r\n\r\n" +
                get("/stream", "Connection: close\r\n"));
    const auto all = client.receive_rest();
    const std::string chunks = "\r\n\r\n4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n";
    CHECK(all.find(chunks) != all.npos);
    CHECK(all.find("\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK") != all.npos);
    CHECK(all.ends_with(chunks));
    CHECK(server.wait_for_log(4).at(0).bytes_sent == 13);

    RawClient old{server.endpoint()};
    old.send("GET /stream HTTP/1.0\r\n\r\n");
    const auto plain = old.receive_rest();
    CHECK(plain.ends_with("\r\n\r\none two three"));
    CHECK(plain.find("chunked") == plain.npos);
}

TEST_CASE("a stream is held back by a client that doesn't take it", "[service][handlers]")
{
    constexpr std::size_t piece_size = 100 * 1000, pieces = 640;  // more than sockets hold
    const TemporaryDirectory root;
    std::atomic<std::size_t> written{0};
    HandlerServer server{root, {}, [&](StaticFileServer& files) {
                             files.handle("GET", "/large", [&](HttpCall&) {
                                 return HttpReply::stream({}, [&](HttpStream& out) -> asio::awaitable<void> {
                                     const std::string piece(piece_size, 'x');
                                     for (std::size_t i = 0; i < pieces; ++i) {
                                         co_await out.write(piece);
                                         ++written;
                                     }
                                 });
                             });
                         }};
    RawClient client{server.endpoint()};
    client.send(get("/large", "Connection: close\r\n"));
    std::size_t before = 0;
    for (int same = 0; same < 20; std::this_thread::sleep_for(10ms)) {  // until it goes on no more
        same = written == before && before > 0 ? same + 1 : 0;
        before = written;
    }
    CHECK(before < pieces);
    const auto all = client.receive_rest();
    CHECK(all.size() > piece_size * pieces);
    CHECK(all.ends_with("0\r\n\r\n"));
    CHECK(written == pieces);
}

TEST_CASE("a stream that fails is seen to be cut", "[service][handlers]")
{
    const TemporaryDirectory root;
    HandlerServer server{root, {}, [](StaticFileServer& files) {
                             files.handle("GET", "/stream", [](HttpCall&) {
                                 return HttpReply::stream({}, [](HttpStream& out) -> asio::awaitable<void> {
                                     co_await out.write("half");
                                     throw std::runtime_error{"no more"};
                                 });
                             });
                         }};
    RawClient client{server.endpoint()};
    client.send(get("/stream"));
    const auto all = client.receive_rest();
    CHECK(all.find("0\r\n\r\n") == all.npos);
    CHECK(server.wait_for_log(1).at(0).reason == "The program could not answer this.");
}

TEST_CASE("a handler is cancelled when its client has gone", "[service][handlers]")
{
    const TemporaryDirectory root;
    Event begun, ended;
    const bool streams = GENERATE(false, true);
    HandlerServer server{root, {}, [&](StaticFileServer& files) {
                             files.handle("GET", "/wait", [&](HttpCall&) { return wait_for_ever(begun, ended); });
                             files.handle("GET", "/stream", [&](HttpCall&) {
                                 return HttpReply::stream({}, [&](HttpStream& out) -> asio::awaitable<void> {
                                     co_await out.write("x");
                                     co_await wait_for_ever(begun, ended);
                                 });
                             });
                         }};
    {
        RawClient client{server.endpoint()};
        client.send(get(streams ? "/stream" : "/wait"));
        REQUIRE(begun.wait());
    }
    CHECK(ended.wait());
    CHECK(server.wait_for_log(1).at(0).reason == "The client closed the connection before it had the answer.");
    RawClient next{server.endpoint()};
    CHECK(next.exchange(get("/nothing")).status == 404);
}

TEST_CASE("a handler that takes too long is cancelled, and its client told so", "[service][handlers]")
{
    const TemporaryDirectory root;
    Event begun, ended;
    HandlerServer server{root, {}, [&](StaticFileServer& files) {
                             files.handle("GET", "/wait", [&](HttpCall&) { return wait_for_ever(begun, ended); },
                                          {.answer_timeout = 50ms});
                         }};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/wait")).status == 503);
    CHECK(ended.wait());
}

TEST_CASE("a handler is let finish by a drain, and cancelled at its end", "[service][handlers]")
{
    const TemporaryDirectory root;
    Event begun, ended;
    StaticFileServerOptions options;
    options.drain_timeout = 100ms;
    HandlerServer server{root, options, [&](StaticFileServer& files) {
                             files.handle("GET", "/wait", [&](HttpCall&) { return wait_for_ever(begun, ended); });
                         }};
    RawClient client{server.endpoint()};
    client.send(get("/wait"));
    REQUIRE(begun.wait());
    SECTION("with a drain") { server.stop(asio::cancellation_type::total); }
    SECTION("at once") { server.stop(asio::cancellation_type::terminal); }
    SECTION("the object is gone") { server.destroy(); }
    CHECK(ended.wait());
    CHECK(server.wait_until_ended());
    CHECK(client.receive_rest().empty());
}

TEST_CASE("a handler that heeds no cancellation outlives its connection", "[service][handlers]")
{
    const TemporaryDirectory root;
    Event begun, left, ended;
    HandlerServer server{root, {}, [&](StaticFileServer& files) {
                             files.handle("GET", "/deaf", [&](HttpCall& call) -> asio::awaitable<HttpReply> {
                                 const AtEnd at_end{ended};
                                 co_await asio::this_coro::throw_if_cancelled(false);
                                 const auto executor = co_await asio::this_coro::executor;
                                 begun.happen();
                                 while (!left.wait()) {
                                 }
                                 for (int i = 0; i < 5; ++i) co_await asio::post(executor, asio::use_awaitable);
                                 co_return HttpReply::text(std::string{call["Host"]});
                             });
                         }};
    {
        RawClient client{server.endpoint()};
        client.send(get("/deaf"));
        REQUIRE(begun.wait());
    }
    left.happen();
    CHECK(ended.wait());
    RawClient next{server.endpoint()};
    CHECK(next.exchange(get("/deaf")).body == "test");
}

TEST_CASE("a handler reads the body of a request as it comes", "[service][handlers]")
{
    const TemporaryDirectory root;
    const auto count = [](HttpCall& call) -> asio::awaitable<HttpReply> {
        std::size_t size = 0;
        for (;;) {
            const std::string piece = co_await call.read();
            if (piece.empty()) break;
            size += piece.size();
        }
        co_return HttpReply::text(std::to_string(size));
    };
    HandlerServer server{
        root, {}, [&](StaticFileServer& files) {
            const RouteOptions options{.max_body = 3'000'000, .stream_body = true};
            files.handle("POST", "/count", count, options);
            files.handle(
                "POST", "/no",
                [](HttpCall&) -> asio::awaitable<HttpReply> { co_return HttpReply::text("no", "text/plain", 403); },
                options);
        }};
    RawClient client{server.endpoint()};
    const auto post = [](std::string_view path, std::string_view fields) {
        return std::string{"POST "}.append(path).append(" HTTP/1.1\r\nHost: test\r\n").append(fields).append("\r\n");
    };
    client.send(post("/count", "Content-Length: 3000000\r\n"));
    client.send(std::string(3'000'000, 'x'));
    CHECK(client.receive().body == "3000000");
    CHECK(client.exchange(post("/count", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n").body ==
          "4");
    CHECK(client.exchange(post("/count", "")).body == "0");
    client.send(post("/count", "Content-Length: 2\r\nExpect: 100-continue\r\n"));
    CHECK(client.receive("HEAD").status == 100);
    client.send("ab");
    CHECK(client.receive().body == "2");

    SECTION("too large")
    {
        CHECK(client.exchange(post("/count", "Content-Length: 3000001\r\n")).status == 413);
        CHECK(client.ended());
    }
    SECTION("too large, in chunks")
    {
        client.send(post("/count", "Transfer-Encoding: chunked\r\n"));
        client.try_send("2dc6c1\r\n" + std::string(3'000'001, 'x') + "\r\n");
        CHECK(client.receive().status == 413);
    }
    SECTION("answered without it")
    {
        const auto answer = client.exchange(post("/no", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
        CHECK(answer.status == 403);
        CHECK(answer.field("Connection") == "close");
    }
    SECTION("cut")
    {
        client.send(post("/count", "Content-Length: 5\r\n") + "abc");
        client.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
        CHECK(client.ended());
    }
    RawClient next{server.endpoint()};
    CHECK(next.exchange(post("/count", "Content-Length: 1\r\n") + "x").body == "1");
}

TEST_CASE("server-sent events go out one by one, and go on where the client was", "[service][handlers]")
{
    const TemporaryDirectory root;
    HandlerServer server{root, {}, [](StaticFileServer& files) {
                             files.handle("GET", "/events", [](HttpCall& call) {
                                 return EventStream::reply(
                                     [last = EventStream::last_id(call)](EventStream& events) -> asio::awaitable<void> {
                                         co_await events.retry_after(500ms);
                                         co_await events.keep_alive();
                                         const auto text = "after " + last;
                                         co_await events.send({.data = text, .event = "tick", .id = "7"});
                                         co_await events.send({.data = "a\nb\r\nc\rd\n"});
                                         co_await events.send({.data = "x", .id = "7\ndata: forged"});
                                     });
                             });
                         }};
    RawClient client{server.endpoint()};
    client.send(get("/events", "Last-Event-ID: 6\r\nAccept-Encoding: gzip\r\n"));
    const auto all = client.receive_rest();
    CHECK(all.find("Content-Type: text/event-stream\r\n") != all.npos);
    CHECK(all.find("Cache-Control: no-store\r\n") != all.npos);
    CHECK(all.find("retry: 500\n\n") != all.npos);
    CHECK(all.find(":\n\n") != all.npos);
    CHECK(all.find("event: tick\nid: 7\ndata: after 6\n\n") != all.npos);
    CHECK(all.find("data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n") != all.npos);
    CHECK(all.find("forged") == all.npos);
    CHECK_FALSE(all.ends_with("0\r\n\r\n"));
}

}  // namespace http_handlers_streams_tests
