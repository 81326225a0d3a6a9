// Bodies on their way through the proxy, in both directions.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <string>
#include <thread>

namespace forward_proxy_bodies_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

TEST_CASE("a chunked answer is chunked anew, and its trailers follow", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/", "Connection: close\r\n"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(
        "HTTP/1.1 200 OK\r\nDate: D\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1;ext=\"x\"\r\na\r\n002\r\nbc\r\n0\r\nX-Sum: 3\r\n\r\n");
    CHECK(client.receive_rest() ==
          "HTTP/1.1 200 OK\r\nDate: D\r\nVia: 1.1 proxy.test\r\nTransfer-Encoding: chunked\r\n"
          "Connection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n");
    CHECK(net.proxy.wait_for_log(1).at(0).bytes_sent == 3);
}

TEST_CASE("an answer until close is chunked, and the client's connection outlives it", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send("HTTP/1.0 200 OK\r\nDate: D\r\n\r\nhello");
    upstream.close();
    client.send(net.request("GET", "/2", "Connection: close\r\n"));
    auto second = net.origin.accept();
    second.receive_head();
    second.send(ok);
    const auto all = client.receive_rest();
    CHECK(
        all.starts_with("HTTP/1.1 200 OK\r\nDate: D\r\nVia: 1.0 proxy.test\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a chunked request is chunked anew, and its trailers follow", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("BREW", "/", "Transfer-Encoding: chunked\r\n") + "1;a=b\r\na\r\n2\r\nb");
    auto upstream = net.origin.accept();
    CHECK(upstream.receive_head().find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(upstream.receive_until("b\r\n").starts_with("2\r\nab\r\n"));
    client.send("c\r\n0\r\nX-Sum: 3\r\n\r\n");
    CHECK(upstream.receive_until("\r\n\r\n") == "1\r\nc\r\n0\r\nX-Sum: 3\r\n\r\n");
    upstream.send(ok);
    CHECK(client.receive().body == "ok");
    CHECK(net.proxy.wait_for_log(1).at(0).bytes_received == 3);
}

TEST_CASE("megabytes pass both ways at once", "[service][proxy]")
{
    constexpr std::size_t size = 6'000'000, piece = 60'000;
    ProxyFixture net;
    std::thread echo{[&] {
        auto upstream = net.origin.accept();
        upstream.receive_head();
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
        for (std::size_t at = 0; at < size; at += piece) upstream.send(upstream.receive(piece));
    }};
    std::string body(size, 'x');
    for (std::size_t i = 0; i < size; i += 1000) body[i] = static_cast<char>('0' + i / 1000 % 10);
    RawClient client{net.proxy.endpoint()};
    std::thread upload{[&] {
        client.send(net.request("POST", "/", "Content-Length: " + std::to_string(size) + "\r\n"));
        client.send(body);
    }};
    CHECK((client.receive().body == body));
    upload.join();
    echo.join();
    const auto log = net.proxy.wait_for_log(1);
    CHECK(log.at(0).bytes_received == size);
    CHECK(log.at(0).bytes_sent == size);
}

TEST_CASE("an origin may answer before the upload ends, and still get all of it", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 6\r\n") + "abc");
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(ok);
    CHECK(client.receive().body == "ok");
    client.send("def");
    CHECK(upstream.receive(6) == "abcdef");
    INFO("both connections go on");
    client.send(net.request("GET", "/2"));
    CHECK(upstream.receive_head().starts_with("GET /2 "));
    upstream.send(ok);
    CHECK(client.receive().body == "ok");
}

TEST_CASE("an origin's refusal of an upload is passed on, though the client is still sending", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 100000000\r\n") + "abc");
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send("HTTP/1.1 413 Too Much\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    upstream.close();
    const auto answer = client.receive();
    CHECK(answer.status == 413);
    CHECK(answer.body == "no");
    client.try_send(std::string(100'000, 'x'));
    CHECK(client.ended());
}

TEST_CASE("a client that isn't invited to send its body is not waited for", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("PUT", "/", "Expect: 100-continue\r\nContent-Length: 5\r\n"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send("HTTP/1.1 401 Who Are You\r\nContent-Length: 2\r\n\r\nno");
    const auto answer = client.receive();
    CHECK(answer.status == 401);
    CHECK(answer.field("Connection") == "close");
    CHECK(client.ended());
    CHECK(upstream.ended());
}

TEST_CASE("a client sees that an answer is not whole", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    std::string version = "1.1", head, sent = "abc";
    SECTION("of a known length") { head = "Content-Length: 5\r\n\r\nabc"; }
    SECTION("in chunks") { head = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"; }
    SECTION("whose chunks turn into nonsense") { head = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n"; }
    SECTION("of unknown length for HTTP/1.0")
    {
        version = "1.0";
        head = "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    }
    client.send("GET " + net.origin.url() + " HTTP/" + version + "\r\nHost: x\r\n\r\n");
    auto upstream = net.origin.accept();
    upstream.receive_head();
    // Head and nonsense apart, so that the answer has begun when it fails.
    upstream.send("HTTP/1.1 200 OK\r\n" + head.substr(0, head.find("xyz")));
    std::string got;
    char byte = 0;
    while (!got.ends_with("abc") && client.socket().read_some(boost::asio::buffer(&byte, 1)) == 1) got += byte;
    if (head.ends_with("xyz\r\n")) upstream.send("xyz\r\n");
    upstream.finish();

    boost::system::error_code error;
    while (!error) {
        const auto size = client.socket().read_some(boost::asio::buffer(&byte, 1), error);
        if (size > 0) got.push_back(byte);
    }
    CHECK(got.find("\r\n0\r\n") == std::string::npos);
    CHECK((version == "1.0" ? error == boost::asio::error::connection_reset : error == boost::asio::error::eof));
    const auto log = net.proxy.wait_for_log(1);
    CHECK(log.at(0).status == 200);
    CHECK_FALSE(log.at(0).reason.empty());
}

TEST_CASE("a body that can't be relied on is refused, and the origin's connection given up", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n");
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.receive_until("abc\r\n");
    unsigned status = 400;
    SECTION("nonsense between chunks")
    {
        client.send("xyz\r\n");
        CHECK(client.receive().status == 400);
    }
    SECTION("the client's end in the middle: it has left")
    {
        status = 0;
        client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    }
    CHECK(client.ended());
    CHECK(upstream.ended());
    const auto log = net.proxy.wait_for_log(1);
    CHECK(log.at(0).status == status);
    CHECK(log.at(0).bytes_received == 3);
}

TEST_CASE("a body that stops is a request timeout", "[service][proxy]")
{
    ProxyFixture net{{.transfer_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 5\r\n") + "ab");
    auto upstream = net.origin.accept();
    CHECK(client.receive().status == 408);
    CHECK(client.ended());
}

}  // namespace forward_proxy_bodies_tests
