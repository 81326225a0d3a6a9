// Handlers of a program's own beside the files of a StaticFileServer: requests, bodies and answers.

#include <libnet/access.hpp>
#include <libnet/http_handlers.hpp>
#include <libnet/testing/test_connection.hpp>
#include <tests/support/catch_and_asio.hpp>
#include <tests/support/handler_server.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace http_handlers_tests {

using namespace libnet;
using test::HandlerServer, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

std::string request(std::string_view line, std::string_view fields = {}, std::string_view body = {})
{
    std::string text{line};
    text.append(" HTTP/1.1\r\nHost: test\r\n").append(fields).append("\r\n").append(body);
    return text;
}

std::string post(std::string_view path, std::string_view body)
{
    return request("POST " + std::string{path}, "Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

/// What a server complained of.
struct Complaints {
    std::mutex mutex;
    std::vector<std::string> texts;

    DiagnosticsHandler handler()
    {
        return [this](DiagnosticLevel, std::string_view text) {
            const std::lock_guard lock{mutex};
            texts.emplace_back(text);
        };
    }
    std::vector<std::string> all()
    {
        const std::lock_guard lock{mutex};
        return texts;
    }
};

HttpReply echo(HttpCall& call) { return HttpReply::text(call.body()); }

asio::awaitable<HttpReply> echo_later(HttpCall& call)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, 1ms};
    co_await timer.async_wait(asio::use_awaitable);
    co_return HttpReply::text(call.body());
}

}  // namespace

TEST_CASE("a handler answers beside the files, with what the path and the query say", "[service][handlers]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "a file");
    HandlerServer server{root, {}, [](StaticFileServer& files) {
                             files.handle("GET", "/api/hosts/{name}", [](HttpCall& call) {
                                 const auto query = call.query();
                                 const auto* const unit = query.find("unit");
                                 return HttpReply::json(std::string{call.parameter("name")} + "|" +
                                                        (unit ? *unit : "-") + "|" + std::string{call["X-More"]});
                             });
                             files.handle("GET", "/tree/{rest...}", [](HttpCall& call) -> asio::awaitable<HttpReply> {
                                 co_return HttpReply::text(std::string{call.parameter("rest")});
                             });
                         }};
    RawClient client{server.endpoint()};
    const auto answer = client.exchange(request("GET /api/hosts/a%20b?unit=m%73", "X-More: yes\r\n"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "a b|ms|yes");
    CHECK(answer.field("Content-Type") == "application/json");
    CHECK(answer.field("Content-Length") == "10");
    CHECK(answer.field("X-Content-Type-Options") == "nosniff");
    CHECK(client.exchange(request("GET /a.txt")).body == "a file");
    CHECK(client.exchange(request("GET /a.txt")).body == "a file");  // which is known now
    CHECK(client.exchange(request("GET /tree/x/./y/../z")).body == "x/z");
    CHECK(client.exchange(request("GET /tree/")).status == 404);
    CHECK(client.exchange(request("GET /api/hosts/a/b")).status == 404);
    CHECK(client.exchange(request("GET /api/hosts/a%2Fb")).status == 404);
    CHECK(client.exchange(request("GET /api/hosts/a?x=1&x=2")).status == 400);

    const auto head = client.exchange(request("HEAD /api/hosts/a"));
    CHECK(head.status == 200);
    CHECK(head.field("Content-Length") == "4");
    const auto options = client.exchange(request("OPTIONS /api/hosts/a"));
    CHECK(options.status == 204);
    CHECK(options.field("Allow") == "GET, HEAD, OPTIONS");
    const auto refused = client.exchange(request("DELETE /api/hosts/a"));
    CHECK(refused.status == 405);
    CHECK(refused.field("Allow") == "GET, HEAD, OPTIONS");

    const auto log = server.wait_for_log(11);
    REQUIRE(log.size() == 11);
    CHECK(log[0].target == "/api/hosts/a%20b?unit=m%73");
    CHECK(log[0].bytes_sent == 10);
    CHECK(log[8].method == "HEAD");
    CHECK(log[8].bytes_sent == 0);
}

TEST_CASE("pipelined requests of handlers and files are answered in order", "[service][handlers]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "a file");
    HandlerServer server{root, {}, [](StaticFileServer& files) {
                             files.handle("POST", "/now", echo);
                             files.handle("POST", "/later", echo_later);
                         }};
    RawClient client{server.endpoint()};
    client.send(post("/later", "1") + request("GET /a.txt") + post("/now", "2") + post("/later", "3") +
                post("/now", "") + request("GET /a.txt"));
    std::string bodies;
    for (int i = 0; i < 6; ++i) bodies += client.receive().body + ';';
    CHECK(bodies == "1;a file;2;3;;a file;");
}

TEST_CASE("a body for a handler is taken whole, and only up to its limit", "[service][handlers]")
{
    const TemporaryDirectory root;
    const bool later = GENERATE(false, true);
    HandlerServer server{root, {}, [later](StaticFileServer& files) {
                             if (later) files.handle("POST", "/echo", echo_later, {.max_body = 10});
                             else files.handle("POST", "/echo", echo, {.max_body = 10});
                         }};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(post("/echo", "0123456789")).body == "0123456789");
    CHECK(client.exchange(request("POST /echo", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
              .body == "abcde");

    SECTION("byte by byte")
    {
        for (const char c : post("/echo", "abc")) client.send({&c, 1});
        CHECK(client.receive().body == "abc");
    }
    SECTION("asked for first")
    {
        client.send(request("POST /echo", "Content-Length: 3\r\nExpect: 100-continue\r\n"));
        CHECK(client.receive("HEAD").status == 100);
        client.send("abc");
        CHECK(client.receive().body == "abc");
    }
    SECTION("too large, and said so")
    {
        const auto answer = client.exchange(request("POST /echo", "Content-Length: 11\r\nExpect: 100-continue\r\n"));
        CHECK(answer.status == 413);
        CHECK(answer.field("Connection") == "close");
        CHECK(client.ended());
    }
    SECTION("too large, in chunks")
    {
        const auto answer =
            client.exchange(request("POST /echo", "Transfer-Encoding: chunked\r\n", "6\r\nabcdef\r\n6\r\nabcdef\r\n"));
        CHECK(answer.status == 413);
        CHECK(answer.field("Connection") == "close");
    }
    SECTION("cut")
    {
        client.send(request("POST /echo", "Content-Length: 5\r\n", "ab"));
        client.socket().shutdown(asio::ip::tcp::socket::shutdown_send);
        CHECK(client.ended());
        CHECK(server.wait_for_log(3).at(2).status == 0);
    }
    RawClient next{server.endpoint()};
    CHECK(next.exchange(post("/echo", "x")).body == "x");
}

// The whole request is there before the server looks: what is counted is how often others could have had their turn meanwhile.
TEST_CASE("a body of many small chunks leaves others their turns", "[service][handlers]")
{
    const TemporaryDirectory root;
    asio::io_context io;
    int turns = 0, at_call = 0;
    StaticFileServer files{io.get_executor(),
                           {.root = root.path().string(), .address = asio::ip::address_v4::loopback(), .port = 0}};
    files.handle("POST", "/size", [&](HttpCall& call) {
        at_call = turns;
        return HttpReply::text(std::to_string(call.body().size()));
    });
    asio::co_spawn(io, files.run(), asio::detached);
    constexpr int chunks = 200'000;
    std::string body;
    for (int i = 0; i < chunks; ++i) body += "1\r\nx\r\n";
    testing::TestConnection client{io};
    client.send(request("POST /size", "Transfer-Encoding: chunked\r\nConnection: close\r\n", body + "0\r\n\r\n"));
    files.serve(client.take_server_end());
    const std::function<void()> turn = [&] {
        if (++turns < 100'000 && at_call == 0) asio::post(io, turn);
    };
    asio::post(io, turn);
    CHECK(client.receive_all().ends_with("\r\n\r\n200000"));
    CHECK(at_call >= 4);
}

TEST_CASE("a handler may return Beast's response, whose framing is the server's", "[service][handlers]")
{
    const TemporaryDirectory root;
    HandlerServer server{root, {}, [](StaticFileServer& files) {
                             files.handle(
                                 "GET", "/a",
                                 [](const http::request<http::string_body>& asked)
                                     -> asio::awaitable<http::response<http::string_body>> {
                                     http::response<http::string_body> answer{http::status::created, asked.version()};
                                     answer.set(http::field::location, "/b");
                                     answer.set(http::field::content_length, "1000");
                                     answer.set(http::field::transfer_encoding, "chunked");
                                     answer.set(http::field::server, "another");
                                     answer.body() = "made";
                                     co_return answer;
                                 });
                             files.handle("GET", "/last", [](HttpCall&) {
                                 auto reply = HttpReply::text("bye");
                                 reply.message().set(http::field::connection, "close");
                                 return reply;
                             });
                             files.handle("GET", "/none", [](HttpCall&) { return HttpReply::empty(); });
                         }};
    RawClient client{server.endpoint()};
    const auto answer = client.exchange(request("GET /a"));
    CHECK(answer.status == 201);
    CHECK(answer.body == "made");
    CHECK(answer.field("Location") == "/b");
    CHECK(answer.field("Transfer-Encoding") == "-");
    CHECK(answer.field("Server").starts_with("libnet/"));
    const auto none = client.exchange(request("GET /none"));
    CHECK(none.status == 204);
    CHECK(none.field("Content-Length") == "-");
    CHECK(client.exchange(request("GET /last")).field("Connection") == "close");
    CHECK(client.ended());
}

TEST_CASE("an answer with a validator meets the conditions of requests, and is compressed where that is asked for",
          "[service][handlers]")
{
    const TemporaryDirectory root;
    HandlerServer server{root, {}, [](StaticFileServer& files) {
                             files.handle("GET", "/a", [](HttpCall&) {
                                 auto reply = HttpReply::text(std::string(1000, 'a')).compressed();
                                 reply.message().set(http::field::etag, "\"v1\"");
                                 return reply;
                             });
                         }};
    RawClient client{server.endpoint()};
    const auto whole = client.exchange(request("GET /a"));
    CHECK(whole.status == 200);
    CHECK(whole.field("ETag") == "\"v1\"");
    CHECK(whole.field("Vary") == "Accept-Encoding");
    CHECK(whole.body.size() == 1000);
    const auto same = client.exchange(request("GET /a", "If-None-Match: W/\"v1\"\r\n"));
    CHECK(same.status == 304);
    CHECK(same.field("ETag") == "\"v1\"");
    CHECK(same.field("Content-Length") == "-");
    CHECK(client.exchange(request("GET /a", "If-None-Match: \"v0\"\r\n")).status == 200);
    CHECK(client.exchange(request("GET /a", "If-Match: \"v0\"\r\n")).status == 412);
    const auto small = client.exchange(request("GET /a", "Accept-Encoding: gzip\r\n"));
#if defined(LIBNETXX_COMPRESSION)
    CHECK(small.field("Content-Encoding") == "gzip");
    CHECK(small.field("ETag") == "W/\"v1\"");
    CHECK(small.body.size() < 100);
    CHECK(small.body.starts_with("\x1f\x8b"));
#endif
    CHECK(client.exchange(request("GET /a", "Accept-Encoding: gzip\r\nIf-None-Match: W/\"v1\"\r\n")).status == 304);
}

TEST_CASE("what a handler throws is a 500 and a complaint, or the failure that it means", "[service][handlers]")
{
    const TemporaryDirectory root;
    Complaints complaints;
    StaticFileServerOptions options;
    options.diagnostics = complaints.handler();
    HandlerServer server{
        root, options, [](StaticFileServer& files) {
            files.handle("GET", "/now", [](HttpCall&) -> HttpReply { throw std::runtime_error{"secret words"}; });
            files.handle("GET", "/later", [](HttpCall&) -> asio::awaitable<HttpReply> {
                asio::steady_timer timer{co_await asio::this_coro::executor, 1ms};
                co_await timer.async_wait(asio::use_awaitable);
                throw 7;
            });
            files.handle("GET", "/meant", [](HttpCall&) -> HttpReply { throw HttpFailure{404, "No <such> host."}; });
            files.handle("GET", "/split", [](HttpCall&) {
                auto reply = HttpReply::text("x");
                reply.message().set("X-A", "b\r\nSet-Cookie: stolen=1");
                return reply;
            });
            files.handle("GET", "/named", [](HttpCall&) {
                auto reply = HttpReply::text("x");
                reply.message().set("X A", "b");
                return reply;
            });
            files.handle("GET", "/status", [](HttpCall&) { return HttpReply::text("x", "text/plain", 101); });
            files.handle("GET", "/parameter",
                         [](HttpCall& call) { return HttpReply::text(std::string{call.parameter("x")}); });
        }};
    RawClient client{server.endpoint()};
    for (const auto* const path : {"/now", "/later", "/split", "/named", "/status", "/parameter"}) {
        const auto answer = client.exchange(request("GET " + std::string{path}));
        CHECK(answer.status == 500);
        CHECK(answer.body.find("secret") == answer.body.npos);
        CHECK(answer.field("Set-Cookie") == "-");
    }
    const auto meant = client.exchange(request("GET /meant"));
    CHECK(meant.status == 404);
    CHECK(meant.body.find("No &lt;such&gt; host.") != meant.body.npos);
    const auto told = complaints.all();
    REQUIRE(told.size() == 6);
    CHECK(told[0] == "a handler failed: GET /now: secret words");
    CHECK(told[1] == "a handler failed: GET /later: an exception of an unknown type");
    CHECK(told[2].find("X-A of its answer has an octet that no field may have") != std::string::npos);
    CHECK(told[4].find("the status 101") != std::string::npos);
    CHECK(server.wait_for_log(7).at(0).status == 500);
}

TEST_CASE("a route that isn't valid is named when it is mounted", "[service][handlers]")
{
    asio::io_context io;
    const TemporaryDirectory root;
    StaticFileServer files{io.get_executor(),
                           {.root = root.path().string(), .address = asio::ip::address_v4::loopback(), .port = 0}};
    files.handle("GET", "/a/{x}", echo);
    CHECK_THROWS_WITH(files.handle("GET", "/a/{y}", echo),
                      "the route \"/a/{y}\": there is one for the same paths and method already");
    CHECK_THROWS_AS(files.handle("GET", "a", echo), std::invalid_argument);
    CHECK_THROWS_AS(files.handle("GET", "/b", echo, {.answer_timeout = -1ms}), std::invalid_argument);
    std::exception_ptr failure;
    asio::cancellation_signal stop;
    asio::co_spawn(io, files.run(),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr e) { failure = e; }));
    io.poll();
    CHECK_THROWS_AS(files.handle("GET", "/b", echo), std::logic_error);
    stop.emit(asio::cancellation_type::terminal);
    io.run();
    CHECK(failure == nullptr);
}

TEST_CASE("rules and CORS stand in front of handlers as in front of files", "[service][handlers]")
{
    const TemporaryDirectory root;
    StaticFileServerOptions options;
    options.access =
        std::make_shared<AccessControl>(AccessOptions{.rules = parse_access_rules("/api/secret deny all")});
    options.site.cors_origins = {"https://a.example"};
    HandlerServer server{root, options, [](StaticFileServer& files) { files.handle("GET", "/api/{name}", echo); }};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(request("GET /api/open")).status == 200);
    for (const auto* const path : {"/api/secret", "/api/x/../secret", "//api/./secret", "/api/%73ecret"})
        CHECK(client.exchange(request("GET " + std::string{path})).status == 403);
    const auto allowed = client.exchange(request("GET /api/open", "Origin: https://a.example\r\n"));
    CHECK(allowed.field("Access-Control-Allow-Origin") == "https://a.example");
    CHECK(client.exchange(request("GET /api/open", "Origin: https://b.example\r\n"))
              .field("Access-Control-Allow-Origin") == "-");
    const auto preflight = client.exchange(
        request("OPTIONS /api/open", "Origin: https://a.example\r\nAccess-Control-Request-Method: GET\r\n"));
    CHECK(preflight.field("Access-Control-Allow-Methods") == "GET, HEAD, OPTIONS");
}

TEST_CASE("a handler answers with a file, or a part of it", "[service][handlers]")
{
    const TemporaryDirectory root, elsewhere;
    const auto name = elsewhere.write("report.txt", "0123456789").string();
    HandlerServer server{root, {}, [name, folder = elsewhere.path().string()](StaticFileServer& files) {
                             files.handle("GET", "/report", [name](HttpCall&) -> asio::awaitable<HttpReply> {
                                 co_return HttpReply::file(name);
                             });
                             files.handle("GET", "/now", [name](HttpCall&) { return HttpReply::file(name); });
                             files.handle("GET", "/gone", [](HttpCall&) { return HttpReply::file("/nowhere/at/all"); });
                             files.handle("GET", "/folder", [folder](HttpCall&) { return HttpReply::file(folder); });
                         }};
    RawClient client{server.endpoint()};
    const auto whole = client.exchange(request("GET /report"));
    CHECK(whole.status == 200);
    CHECK(whole.body == "0123456789");
    CHECK(whole.field("Content-Type").starts_with("text/plain"));
    const auto etag = whole.field("ETag");
    CHECK(client.exchange(request("GET /now", "If-None-Match: " + etag + "\r\n")).status == 304);
    const auto part = client.exchange(request("GET /now", "Range: bytes=2-4\r\n"));
    CHECK(part.status == 206);
    CHECK(part.body == "234");
    CHECK(part.field("Content-Range") == "bytes 2-4/10");
    const auto behind = client.exchange(request("GET /report", "Range: bytes=20-\r\n"));
    CHECK(behind.status == 416);
    CHECK(behind.field("Content-Range") == "bytes */10");
    CHECK(client.exchange(request("HEAD /report")).field("Content-Length") == "10");
    CHECK(client.exchange(request("GET /gone")).status == 404);
    CHECK(client.exchange(request("GET /folder")).status == 404);
    client.send(request("GET /report") + request("GET /now") + request("GET /gone") + request("GET /report"));
    std::string statuses;
    for (int i = 0; i < 4; ++i) statuses += std::to_string(client.receive().status) + ' ';
    CHECK(statuses == "200 200 404 200 ");
}

TEST_CASE("any number of requests at once are answered one after the other, and nest no calls", "[service][handlers]")
{
    const TemporaryDirectory root;
    HandlerServer server{
        root, {}, [](StaticFileServer& files) {
            files.handle("POST", "/echo", echo);
            files.handle("GET", "/a", [](HttpCall&) -> asio::awaitable<HttpReply> { co_return HttpReply::text("a"); });
        }};
    RawClient client{server.endpoint()};
    std::string many;
    constexpr int count = 20'000;
    for (int i = 0; i < count; i += 2) many += request("GET /a") + post("/echo", "b");
    std::thread sender{[&] { client.try_send(many); }};
    int right = 0;
    for (int i = 0; i < count; ++i) right += client.receive().body == (i % 2 == 0 ? "a" : "b") ? 1 : 0;
    sender.join();
    CHECK(right == count);
}

TEST_CASE("an answer that has no content announces none", "[service][handlers]")
{
    const TemporaryDirectory root;
    root.write("page.html", "not found");
    const auto name = (root.path() / "page.html").string();
    HandlerServer server{root, {}, [name](StaticFileServer& files) {
                             files.handle("GET", "/lost", [name](HttpCall&) {
                                 auto reply = HttpReply::file(name);
                                 reply.message().result(http::status::not_found);
                                 return reply;
                             });
                             files.handle("GET", "/none", [name](HttpCall&) {
                                 auto reply = HttpReply::file(name);
                                 reply.message().result(http::status::no_content);
                                 return reply;
                             });
                             files.handle("GET", "/fine", [](HttpCall&) { return HttpReply::text("fine"); });
                         }};
    RawClient client{server.endpoint()};
    const auto lost = client.exchange(request("GET /lost"));
    CHECK(lost.status == 404);
    CHECK(lost.body == "not found");
    CHECK(client.exchange(request("GET /none")).status == 204);
    CHECK(client.exchange(request("GET /fine")).body == "fine");
}

}  // namespace http_handlers_tests
