// Clients that ask before they send a body: Expect: 100-continue, RFC 9110 section 10.1.1.

#include <libnet/access.hpp>
#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <memory>
#include <string>

namespace static_file_server_expect_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;

namespace {

struct Site {
    Site() { root.write("a.txt", "text"); }
    TemporaryDirectory root;
};

const std::string asks = "Host: test\r\nExpect: 100-continue\r\n";
const std::string asks_five = asks + "Content-Length: 5\r\n\r\n";

/// The server answers `request`, whose body is yet to come, with nothing but this, once and for all.
void check_refused(RawClient& client, const std::string& request, unsigned status)
{
    const auto answer = client.exchange(request);
    CHECK(answer.status == status);
    CHECK(answer.field("Connection") == "close");
    CHECK(client.ended());
}

}  // namespace

TEST_CASE("a client that asks first is told to send its body", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    std::string body = "hello";
    SECTION("of a length") { client.send("GET /a.txt HTTP/1.1\r\n" + asks_five); }
    SECTION("in chunks")
    {
        client.send("GET /a.txt HTTP/1.1\r\n" + asks + "Transfer-Encoding: chunked\r\n\r\n");
        body = "5\r\nhello\r\n0\r\n\r\n";
    }
    const auto interim = client.receive();
    CHECK(interim.head == "HTTP/1.1 100 Continue");
    CHECK(client.exchange(body).body == "text");
    client.send("GET /a.txt HTTP/1.1\r\n" + asks_five);  // the connection goes on, and what was asked is asked anew
    CHECK(client.receive().status == 100);
    CHECK(client.exchange("hello").body == "text");
    CHECK(client.exchange("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n").body == "text");

    const auto log = server.wait_for_log(3);
    REQUIRE(log.size() == 3);
    CHECK(log[0].status == 200);
    CHECK(log[0].bytes_received == 5);
    CHECK(log[0].bytes_sent == 4);
}

TEST_CASE("an answer in front of the question is sent before it", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    client.send("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\nGET /a.txt HTTP/1.1\r\n" + asks_five);
    CHECK(client.receive().body == "text");
    CHECK(client.receive().status == 100);
    CHECK(client.exchange("hello").body == "text");
}

TEST_CASE("a client that doesn't wait for the answer isn't told to go on", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    SECTION("the body has begun")
    {
        client.send("GET /a.txt HTTP/1.1\r\n" + asks_five + "hel");
        client.send("lo");
    }
    SECTION("HTTP/1.0 knows no such thing")
    {
        client.send("GET /a.txt HTTP/1.0\r\nConnection: keep-alive\r\n" + asks_five);
        client.send("hello");
    }
    CHECK(client.receive().body == "text");
    CHECK(client.exchange("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n").body == "text");
}

TEST_CASE("a body that is too large is refused before it is sent", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.max_request_body = 4}};
    RawClient client{server.endpoint()};
    SECTION("by its length") { check_refused(client, "GET /a.txt HTTP/1.1\r\n" + asks_five, 413); }
    SECTION("or as soon as its chunks are too many")
    {
        client.send("GET /a.txt HTTP/1.1\r\n" + asks + "Transfer-Encoding: chunked\r\n\r\n");
        CHECK(client.receive().status == 100);
        check_refused(client, "5\r\nhello\r\n", 413);
    }
}

TEST_CASE("where the answer is no, no body is asked for", "[service][file_server]")
{
    const Site site;
    StaticFileServerOptions options;
    options.access = std::make_shared<io::AccessControl>(
        io::AccessOptions{.rules = engine::parse_access_rules("/secret/ deny all")});
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    SECTION("there is no such file") { check_refused(client, "GET /b.txt HTTP/1.1\r\n" + asks_five, 404); }
    SECTION("the method isn't known") { check_refused(client, "PUT /a.txt HTTP/1.1\r\n" + asks_five, 405); }
    SECTION("the access is denied") { check_refused(client, "GET /secret/a HTTP/1.1\r\n" + asks_five, 403); }
    SECTION("more is expected") { check_refused(client, "GET /a.txt HTTP/1.1\r\nExpect: cake\r\n" + asks_five, 417); }
}

TEST_CASE("a client that is told to send and doesn't is ended", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.header_timeout = std::chrono::milliseconds{50}}};
    RawClient client{server.endpoint()};
    client.send("GET /a.txt HTTP/1.1\r\n" + asks_five);
    CHECK(client.receive().status == 100);
    CHECK(client.receive().status == 408);
    CHECK(client.ended());
}

}  // namespace static_file_server_expect_tests
