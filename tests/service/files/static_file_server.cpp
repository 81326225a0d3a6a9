#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/numbers.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <string>
#include <thread>

namespace static_file_server_tests {

using namespace libnet;
using test::Answer, test::FileServer, test::numbers, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

struct Site {
    Site()
    {
        root.write("index.html", "<h1>home</h1>");
        root.write("docs/index.html", "docs");
        root.write("a.txt", "text");
        root.write("empty", "");
        root.write("large.bin", large);
    }
    const std::string& large = numbers();
    TemporaryDirectory root;
};

std::string get(const std::string& path, const std::string& fields = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("a redirect to no port is refused: it would serve without TLS", "[service][file_server]")
{
    const Site site;
    boost::asio::io_context io;
    StaticFileServerOptions options{.root = site.root.path().string(), .port = 0};
    options.redirect_to_https = 0;
    try {
        const StaticFileServer server{io.get_executor(), options};
        FAIL("it serves");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == boost::asio::error::invalid_argument);
        CHECK(std::string{error.what()}.starts_with("redirect_to_https: a port from 1 to 65535"));
    }
}

TEST_CASE("a file is answered with its type, length, validators and content", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    const auto answer = client.exchange(get("/a.txt", "User-Agent: tester\r\n"));
    CHECK(answer.head.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.body == "text");
    CHECK(answer.field("Content-Type") == "text/plain; charset=utf-8");
    CHECK(answer.field("Content-Length") == "4");
    CHECK(answer.field("X-Content-Type-Options") == "nosniff");
    CHECK(answer.field("Server").starts_with("libnet/"));
    CHECK(answer.field("Date").ends_with(" GMT"));
    CHECK(answer.field("Last-Modified").ends_with(" GMT"));
    CHECK(answer.field("ETag").ends_with("-4\""));
    CHECK(answer.field("Connection") == "-");

    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].method == "GET");
    CHECK(log[0].target == "/a.txt");
    CHECK(log[0].user_agent == "tester");
    CHECK(log[0].status == 200);
    CHECK(log[0].version == 11);
    CHECK(log[0].bytes_sent == 4);
    CHECK(log[0].reason.empty());
}

TEST_CASE("what the responder plans arrives over HTTP", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/")).body == "<h1>home</h1>");
    CHECK(client.exchange(get("/docs/")).body == "docs");
    CHECK(client.exchange(get("/empty")).body.empty());
    CHECK(client.exchange(get("/docs?q=1")).field("Location") == "/docs/?q=1");
    CHECK(client.exchange(get("http://test/a.txt")).body == "text");
    CHECK(client.exchange(get("/missing")).status == 404);
    CHECK(client.exchange(get("/%2e%2e/%2e%2e/etc/passwd")).status == 400);

    const auto refused = client.exchange("DELETE /a.txt HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(refused.status == 405);
    CHECK(refused.field("Allow") == "GET, HEAD, OPTIONS");
    CHECK(client.exchange("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n").status == 204);

    const auto etag = client.exchange(get("/a.txt")).field("ETag");
    const auto unchanged = client.exchange(get("/a.txt", "If-None-Match: " + etag + "\r\n"));
    CHECK(unchanged.status == 304);
    CHECK(unchanged.field("Content-Length") == "-");
    const auto part = client.exchange(get("/large.bin", "Range: bytes=1000000-1999999\r\n"));
    CHECK(part.status == 206);
    CHECK(part.body == site.large.substr(1'000'000, 1'000'000));
    CHECK(client.exchange(get("/large.bin", "Range: bytes=5-9\r\n")).body == site.large.substr(5, 5));
    CHECK(client.exchange(get("/a.txt")).status == 200);
}

TEST_CASE("HEAD sends the head of GET and nothing else", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/large.bin")).field("ETag").starts_with('"'));  // though it was written just now
    for (const std::string path : {"/a.txt", "/large.bin", "/missing", "/docs"}) {
        auto got = client.exchange(get(path));
        auto head = client.exchange("HEAD " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
        got.head.erase(got.head.find("Date: "), 40);  // a second may have passed
        head.head.erase(head.head.find("Date: "), 40);
        CHECK(head.head == got.head);
    }
    client.send("HEAD /large.bin HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    client.receive("HEAD");
    CHECK(client.ended());
}

TEST_CASE("the connection lives as long as both sides want", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    SECTION("HTTP/1.1 keeps it")
    {
        RawClient client{server.endpoint()};
        for (int i = 0; i < 3; ++i) CHECK(client.exchange(get("/a.txt")).body == "text");
    }
    SECTION("Connection: close ends it")
    {
        RawClient client{server.endpoint()};
        CHECK(client.exchange(get("/a.txt", "Connection: close\r\n")).field("Connection") == "close");
        CHECK(client.ended());
    }
    SECTION("HTTP/1.0 ends it")
    {
        RawClient client{server.endpoint()};
        const auto answer = client.exchange("GET /a.txt HTTP/1.0\r\n\r\n");
        CHECK(answer.body == "text");
        CHECK(answer.field("Connection") == "close");
        CHECK(client.ended());
        CHECK(server.wait_for_log(1).at(0).version == 10);
    }
    SECTION("HTTP/1.0 with keep-alive keeps it")
    {
        RawClient client{server.endpoint()};
        for (int i = 0; i < 3; ++i) {
            const auto answer = client.exchange("GET /a.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            CHECK(answer.body == "text");
            CHECK(answer.field("Connection") == "keep-alive");
        }
    }
    SECTION("a client that sends no more still gets its answer")
    {
        RawClient client{server.endpoint()};
        client.send(get("/large.bin"));
        client.socket().shutdown(boost::asio::socket_base::shutdown_send);
        CHECK(client.receive().body == site.large);
        CHECK(client.ended());
    }
}

TEST_CASE("pipelined requests are answered in order, each of them once", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    std::string requests;
    for (int i = 0; i < 40; ++i) {
        requests += get("/a.txt") + get("/large.bin") + get("/missing") + "HEAD / HTTP/1.1\r\nHost: test\r\n\r\n";
        requests += get("/docs/", "Content-Length: 4\r\n") + "body";
    }
    std::thread sender{[&] { client.send(requests + get("/", "Connection: close\r\n")); }};
    for (int i = 0; i < 40; ++i) {
        CHECK(client.receive().body == "text");
        CHECK(client.receive().body == site.large);
        CHECK(client.receive().status == 404);
        CHECK(client.receive("HEAD").status == 200);
        CHECK(client.receive().body == "docs");
    }
    CHECK(client.receive().body == "<h1>home</h1>");
    CHECK(client.ended());
    sender.join();

    const auto log = server.wait_for_log(201);
    CHECK(log.size() == 201);
    CHECK(log.at(1).target == "/large.bin");
    CHECK(log.at(1).bytes_sent == site.large.size());
    CHECK(log.at(3).method == "HEAD");
    CHECK(log.at(3).bytes_sent == 0);
    CHECK(log.at(4).bytes_received == 4);
}

TEST_CASE("a request may come in any pieces", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    client.socket().set_option(boost::asio::ip::tcp::no_delay{true});
    const auto request = get("/a.txt", "Transfer-Encoding: chunked\r\n") + "3;x=y\r\nabc\r\n0\r\nA: b\r\n\r\n";
    for (const char byte : request) client.send({&byte, 1});
    CHECK(client.receive().body == "text");
    CHECK(client.exchange(get("/")).status == 200);
    CHECK(server.wait_for_log(2).at(0).bytes_received == 3);
}

TEST_CASE("a body without a use is read and dropped, within bounds", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.max_request_body = 1000}};
    RawClient client{server.endpoint()};
    const std::string body(1000, 'b');

    CHECK(client.exchange(get("/a.txt", "Content-Length: 1000\r\n") + body).body == "text");
    CHECK(client.exchange("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello").status == 405);
    const auto chunked = get("/a.txt", "Transfer-Encoding: chunked\r\n");
    CHECK(client.exchange(chunked + "3e8\r\n" + body + "\r\n0\r\n\r\n" + get("/docs/")).body == "text");
    CHECK(client.receive().body == "docs");

    SECTION("a length that is too much is refused")
    {
        const auto answer = client.exchange(get("/a.txt", "Content-Length: 1001\r\n") + body + "x");
        CHECK(answer.status == 413);
        CHECK(answer.field("Connection") == "close");
        CHECK(client.ended());
    }
    SECTION("so are chunks that are too much")
    {
        CHECK(client.exchange(chunked + "3e9\r\n" + body + "x\r\n0\r\n\r\n").status == 413);
        CHECK(client.ended());
    }
    SECTION("of a method that is refused, the refusal counts")
    {
        CHECK(client.exchange("PUT /a HTTP/1.1\r\nHost: test\r\nContent-Length: 2000\r\n\r\n").status == 405);
        CHECK(client.ended());
    }
    SECTION("chunks that are none end the connection")
    {
        CHECK(client.exchange(chunked + "xyz\r\n").status == 400);
        CHECK(client.ended());
    }
    SECTION("another expectation fails") { CHECK(client.exchange(get("/a.txt", "Expect: cake\r\n")).status == 417); }
}

TEST_CASE("garbage is refused with a status and a reason, once", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    struct {
        std::string sent;
        unsigned status;
    } const cases[] = {
        {"\x16\x03\x01\x02 a TLS hello\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\nHost: a\n\n", 400},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {get("/", "Transfer-Encoding: gzip\r\n"), 501},
        {get("/", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},
        {get("/" + std::string(9000, 'x')), 414},
        {get("/", "X: " + std::string(40'000, 'x') + "\r\n"), 431},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
    };
    std::size_t count = 0;
    for (const auto& [sent, status] : cases) {
        RawClient client{server.endpoint()};
        client.send(sent);
        const auto answer = client.receive();
        INFO(sent.substr(0, 60));
        CHECK(answer.status == status);
        CHECK(answer.body.find("<p>") != answer.body.npos);
        const auto log = server.wait_for_log(++count);
        REQUIRE(log.size() == count);
        CHECK(log.back().status == status);
        CHECK(!log.back().reason.empty());
    }
}

TEST_CASE("a megabyte of headers is answered with 431, and the client gets to read it", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    client.send(get("/", "X: " + std::string(1'000'000, 'x') + "\r\n"));
    const auto answer = client.receive();
    CHECK(answer.status == 431);
    CHECK(answer.field("Connection") == "close");
    CHECK(client.ended());
    CHECK(RawClient{server.endpoint()}.exchange(get("/a.txt")).body == "text");
}

TEST_CASE("a server that can't start says why", "[service][file_server]")
{
    const Site site;
    boost::asio::io_context io;
    const auto failure = [&](StaticFileServerOptions options) -> boost::system::system_error {
        try {
            options.address = boost::asio::ip::address_v4::loopback();
            StaticFileServer server{io.get_executor(), options};
        } catch (const boost::system::system_error& error) {
            return error;
        }
        return boost::system::system_error{boost::system::error_code{}};
    };
    const auto root = site.root.path();
    CHECK(failure({.root = root.string(), .port = 0}).code() == boost::system::error_code{});

    const auto file = failure({.root = (root / "a.txt").string(), .port = 0});
    CHECK(file.code() == boost::system::errc::not_a_directory);
    CHECK(std::string{file.what()}.find("a.txt") != std::string::npos);
    CHECK(failure({.root = (root / "nothing").string()}).code() == boost::system::errc::no_such_file_or_directory);

    FileServer other{site.root};
    const auto taken = failure({.root = root.string(), .port = other.endpoint().port()});
    CHECK(taken.code() == boost::asio::error::address_in_use);
}

TEST_CASE("every address means IPv6 and IPv4", "[service][file_server]")
{
    const Site site;
    boost::asio::io_context io;
    const StaticFileServer server{io.get_executor(), {.root = site.root.path().string(), .port = 0}};
    const auto address = server.local_endpoint().address();
    CHECK(address.is_unspecified());
    const RawClient client{{boost::asio::ip::address_v4::loopback(), server.local_endpoint().port()}};
    CHECK(server.connections() == 0);  // it waits in the queue: the server doesn't run
}

}  // namespace static_file_server_tests
