// Requests through the proxy, and its own answers.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <stop_token>
#include <string>
#include <thread>

namespace forward_proxy_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

TEST_CASE("a request is forwarded anew, and so is its answer", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/a?b", "User-Agent: me\r\nProxy-Connection: x\r\n"));
    auto upstream = net.origin.accept();
    CHECK(upstream.receive_head() ==
          "GET /a?b HTTP/1.1\r\nHost: " + net.origin.authority() + "\r\nUser-Agent: me\r\nVia: 1.1 proxy.test\r\n\r\n");
    upstream.send("HTTP/1.1 200 Fine\r\nDate: D\r\nKeep-Alive: timeout=5\r\nContent-Length: 5\r\n\r\nhello");
    const auto answer = client.receive();
    CHECK(answer.head == "HTTP/1.1 200 Fine\r\nDate: D\r\nVia: 1.1 proxy.test\r\nContent-Length: 5");
    CHECK(answer.body == "hello");

    const auto log = net.proxy.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].method == "GET");
    CHECK(log[0].target == net.origin.url("/a?b"));
    CHECK(log[0].user_agent == "me");
    CHECK(log[0].status == 200);
    CHECK(log[0].bytes_sent == 5);
    CHECK(log[0].reason.empty());
}

TEST_CASE("connections are kept on both sides", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/1"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(ok);
    CHECK(client.receive().body == "ok");
    client.send(net.request("HEAD", "/2"));
    CHECK(upstream.receive_head().starts_with("HEAD /2 "));
    upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    CHECK(client.receive("HEAD").field("Content-Length") == "1000");

    INFO("another client shares the connection to the origin");
    RawClient second{net.proxy.endpoint()};
    second.send(net.request("GET", "/3"));
    CHECK(upstream.receive_head().starts_with("GET /3 "));
    upstream.send(ok);
    CHECK(second.receive().status == 200);
    CHECK_FALSE(net.origin.is_wanted());
}

TEST_CASE("a request that can't be repeated gets a connection of its own", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto first = net.origin.accept();
    first.receive_head();
    first.send(ok);
    client.receive();
    client.send(net.request("POST", "/", "Content-Length: 3\r\n") + "abc");
    auto second = net.origin.accept();
    second.receive_head();
    CHECK(second.receive(3) == "abc");
    second.send(ok);
    CHECK(client.receive().body == "ok");
}

TEST_CASE("pipelined requests are answered in order", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/1", "Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n0\r\n\r\n" +
                net.request("GET", "/2") + net.request("GET", "/3"));
    auto first = net.origin.accept();
    CHECK(first.receive_head().starts_with("POST /1 "));
    first.receive_until("0\r\n\r\n");
    first.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
    CHECK(client.receive().body == "one");
    CHECK(first.receive_head().starts_with("GET /2 "));
    first.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
    CHECK(client.receive().body == "two");
    CHECK(first.receive_head().starts_with("GET /3 "));
    first.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthree");
    CHECK(client.receive().body == "three");
}

TEST_CASE("a connection that the origin has closed is not used again", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto first = net.origin.accept();
    first.receive_head();
    SECTION("after it said so") { first.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"); }
    SECTION("without notice")
    {
        first.send(ok);
        first.close();
    }
    SECTION("with bytes that were not asked for") { first.send(std::string{ok} + "HTTP/1.1 200 OK\r\n"); }
    CHECK(client.receive().body == "ok");
    client.send(net.request("GET"));
    auto second = net.origin.accept();
    second.receive_head();
    second.send(ok);
    CHECK(client.receive().body == "ok");
}

TEST_CASE("a used connection that breaks under a request is replaced once", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto first = net.origin.accept();
    first.receive_head();
    first.send(ok);
    client.receive();
    client.send(net.request("GET", "/again"));
    first.receive_head();
    first.reset();
    auto second = net.origin.accept();
    CHECK(second.receive_head().starts_with("GET /again "));
    SECTION("and the request succeeds")
    {
        second.send(ok);
        CHECK(client.receive().status == 200);
    }
    SECTION("and no more than once")
    {
        second.reset();
        CHECK(client.receive().status == 502);
    }
}

TEST_CASE("HTTP/1.0 clients are served, and their connection closed", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send("GET " + net.origin.url() + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto upstream = net.origin.accept();
    CHECK(upstream.receive_head() ==
          "GET / HTTP/1.1\r\nHost: " + net.origin.authority() + "\r\nVia: 1.0 proxy.test\r\n\r\n");
    INFO("interim answers are not for them, and chunks neither");
    upstream.send(
        "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nDate: D\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n");
    CHECK(client.receive_rest() ==
          "HTTP/1.1 200 OK\r\nDate: D\r\nVia: 1.1 proxy.test\r\nConnection: close\r\n\r\nabcde");
    CHECK(net.proxy.wait_for_log(1).at(0).version == 10);
}

TEST_CASE("interim answers are forwarded as they come", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("PUT", "/", "Expect: 100-continue\r\nContent-Length: 3\r\n"));
    auto upstream = net.origin.accept();
    CHECK(upstream.receive_head().find("Expect: 100-continue\r\n") != std::string::npos);
    upstream.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
    CHECK(client.receive().status == 100);
    CHECK(client.receive().field("Link") == "a");
    client.send("abc");
    CHECK(upstream.receive(3) == "abc");
    upstream.send(ok);
    CHECK(client.receive().body == "ok");
    client.send(net.request("GET"));
    upstream.receive_head();
    upstream.send(ok);
    CHECK(client.receive().status == 200);
}

TEST_CASE("what is for the proxy itself is answered there", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    const auto trace = client.exchange(net.request("TRACE", "/", "Max-Forwards: 0\r\nCookie: secret\r\n"));
    CHECK(trace.status == 200);
    CHECK(trace.field("Content-Type") == "message/http");
    CHECK(trace.body == net.request("TRACE", "/", "Max-Forwards: 0\r\n"));
    CHECK(client.exchange(net.request("OPTIONS", "/", "Max-Forwards: 0\r\n")).status == 200);
    CHECK(client.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
    CHECK(client.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status == 200);
    CHECK(client.ended());
}

TEST_CASE("requests that can't be forwarded are refused in words", "[service][proxy]")
{
    ProxyFixture net{{.connect_ports = {443}}};
    const auto [request, status, words] = GENERATE(table<std::string, unsigned, std::string>({
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "whole URL"},
        {"\x16\x03\x01 garbage\r\n\r\n", 400, ""},
        {"GET http://x/ HTTP/1.1\r\n\r\n", 400, "Host"},
        {"GET http://x/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, ""},
        {"GET https://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 501, "CONNECT"},
        {"GET http://x/ HTTP/2.0\r\nHost: x\r\n\r\n", 505, ""},
        {"GET http://x/ HTTP/1.1\r\nHost: x\r\nVia: 1.1 proxy.test\r\n\r\n", 502, "loop"},
        {"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n", 403, "port_denied"},
        {"GET http://x/ HTTP/1.1\r\nHost: x\r\nA: " + std::string(1'000'000, 'a') + "\r\n\r\n", 431, ""},
        {"GET http://x/" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, ""},
    }));
    INFO(request.substr(0, 100));
    RawClient client{net.proxy.endpoint()};
    client.try_send(request);
    const auto answer = client.receive();
    CHECK(answer.status == status);
    CHECK(answer.field("Connection") == "close");
    CHECK(answer.body.find(words) != std::string::npos);
    const auto log = net.proxy.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].status == status);
    CHECK_FALSE(log[0].reason.empty());
}

TEST_CASE("the proxy does not connect to itself", "[service][proxy]")
{
    ProxyFixture net;
    const auto self = "127.0.0.1:" + std::to_string(net.proxy.endpoint().port());
    RawClient client{net.proxy.endpoint()};
    unsigned status = 0;
    SECTION("for a request") { status = client.exchange("GET http://" + self + "/ HTTP/1.0\r\n\r\n").status; }
    SECTION("for a tunnel") { status = client.exchange("CONNECT " + self + " HTTP/1.1\r\nHost: x\r\n\r\n").status; }
    CHECK(status == 403);
    CHECK(net.proxy.wait_for_log(1).at(0).reason.find("itself") != std::string::npos);
}

TEST_CASE("a server that can't be reached is a bad gateway", "[service][proxy]")
{
    ProxyFixture net;
    const auto request = net.request("GET");
    net.origin.close();
    RawClient client{net.proxy.endpoint()};
    const auto answer = client.exchange(request);
    CHECK(answer.status == 502);
    CHECK(answer.body.find("refuses") != std::string::npos);
    CHECK(client.ended());
}

TEST_CASE("a name that can't be looked up in time is a gateway timeout", "[service][proxy]")
{
    boost::asio::io_context io;
    // Bound and never read: a name server that doesn't answer.
    boost::asio::ip::udp::socket silent{io, {boost::asio::ip::address_v4::loopback(), 0}};
    ForwardProxyOptions options;
    options.resolver = {.timeout = 50ms, .tries = 1, .servers = {silent.local_endpoint()}};
    ProxyFixture net{std::move(options)};
    RawClient client{net.proxy.endpoint()};
    const auto answer = client.exchange("GET http://no.such.name.example/ HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(answer.status == 504);
    CHECK(answer.body.find("no.such.name.example") != std::string::npos);
}

TEST_CASE("localhost is a name like any other", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    const auto port = net.origin.authority().substr(10);
    client.send("GET http://LOCALHOST:" + port + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
    auto upstream = net.origin.accept();
    CHECK(upstream.receive_head().find("Host: LOCALHOST:" + port + "\r\n") != std::string::npos);
    upstream.send(ok);
    CHECK(client.receive().body == "ok");
}

TEST_CASE("an origin's answer that can't be relied on is a bad gateway", "[service][proxy]")
{
    ProxyFixture net;
    const std::string bytes = GENERATE(as<std::string>{}, "nonsense\r\n\r\n", "HTTP/1.1 99 Low\r\n\r\n",
                                       "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
                                       "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                                       "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                                       "HTTP/1.1 200 OK\r\nA b\r\n\r\n", "HTTP/1.1 200 O", "");
    INFO(bytes);
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(bytes);
    upstream.finish();
    const auto answer = client.receive();
    CHECK(answer.status == 502);
    CHECK(answer.body.find(net.origin.authority()) != std::string::npos);
    CHECK(client.ended());
    CHECK(upstream.ended());
    CHECK(net.proxy.wait_for_log(1).at(0).status == 502);
}

TEST_CASE("an origin that only ever promises an answer is given up", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    std::string promises;
    for (int i = 0; i < 102; ++i) promises += "HTTP/1.1 102 Processing\r\n\r\n";
    upstream.send(promises);
    Answer answer;
    do answer = client.receive();
    while (answer.status == 102);
    CHECK(answer.status == 502);
}

TEST_CASE("an origin that says nothing is a gateway timeout", "[service][proxy]")
{
    ProxyFixture net{{.response_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    CHECK(client.receive().status == 504);
    CHECK(client.ended());
    CHECK(upstream.ended());
}

TEST_CASE("an origin that sends its head byte by byte is a gateway timeout, too", "[service][proxy]")
{
    ProxyFixture net{{.response_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send("HTTP/1.1 200 OK\r\nEndless: ");
    const std::jthread drip{[&](const std::stop_token& stop) {
        try {
            for (; !stop.stop_requested(); std::this_thread::sleep_for(10ms)) upstream.send("x");
        } catch (const boost::system::system_error&) {  // the proxy has hung up, as it should
        }
    }};
    CHECK(client.receive().status == 504);
}

}  // namespace forward_proxy_tests
