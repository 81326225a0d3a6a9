// Tunnels, and how connections, requests and the proxy itself come to an end.

#include <libnet/wire/http/http_request_parser.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <filesystem>
#include <iterator>
#include <optional>
#include <string>

namespace forward_proxy_endings_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
using boost::asio::cancellation_type;

namespace {

std::string connect_to(const ScriptedOrigin& origin)
{
    return "CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n";
}

void hang_up(RawClient& client)
{
    client.socket().set_option(boost::asio::socket_base::linger{true, 0});
    client.socket().close();
}

std::ptrdiff_t open_descriptors()
{
    const std::filesystem::directory_iterator descriptors{"/proc/self/fd"};
    return std::distance(begin(descriptors), end(descriptors));
}

}  // namespace

TEST_CASE("a tunnel carries both directions, each to its own end", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    const auto opened = client.exchange(connect_to(net.origin));
    CHECK(opened.head == "HTTP/1.1 200 Connection established");
    auto upstream = net.origin.accept();
    client.send("question");
    CHECK(upstream.receive(8) == "question");
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    CHECK(upstream.ended());
    upstream.send("an answer");
    upstream.close();
    CHECK(client.receive_rest() == "an answer");

    const auto log = net.proxy.wait_for_log(1);
    CHECK(log.at(0).method == "CONNECT");
    CHECK(log.at(0).target == net.origin.authority());
    CHECK(log.at(0).status == 200);
    CHECK(log.at(0).bytes_received == 8);
    CHECK(log.at(0).bytes_sent == 9);
    CHECK(log.at(0).reason.empty());
}

TEST_CASE("what a client sends without waiting for its tunnel is not lost", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(connect_to(net.origin) + "early");
    auto upstream = net.origin.accept();
    CHECK(upstream.receive(5) == "early");
    upstream.finish();
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    CHECK(client.receive().status == 200);
    CHECK(client.ended());
    CHECK(net.proxy.wait_for_log(1).at(0).bytes_received == 5);
}

TEST_CASE("a tunnel that can't be opened ends the connection, whatever follows", "[service][proxy]")
{
    ProxyFixture net;
    const auto request = connect_to(net.origin) + net.request("GET");
    net.origin.close();
    RawClient client{net.proxy.endpoint()};
    client.send(request);
    CHECK(client.receive().status == 502);
    CHECK(client.ended());
    CHECK(net.proxy.wait_for_log(1).size() == 1);
}

TEST_CASE("an idle tunnel ends", "[service][proxy]")
{
    ProxyFixture net{{.tunnel_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    client.exchange(connect_to(net.origin));
    auto upstream = net.origin.accept();
    CHECK(upstream.ended());
    CHECK(client.ended());
    CHECK_FALSE(net.proxy.wait_for_log(1).at(0).reason.empty());
}

TEST_CASE("clients that vanish take their connection to the origin with them, and leave nothing", "[service][proxy]")
{
    ProxyFixture net;
    {
        RawClient warm_up{net.proxy.endpoint()};
        warm_up.send(net.request("GET", "/", "Connection: close\r\n"));
        auto upstream = net.origin.accept();
        upstream.receive_head();
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        CHECK(warm_up.receive().status == 200);
        CHECK(warm_up.ended());
    }
    net.proxy.wait_for_log(1);
    const auto before = open_descriptors();
    {
        RawClient client{net.proxy.endpoint()};
        SECTION("in the middle of an upload")
        {
            client.send(net.request("POST", "/", "Content-Length: 1000\r\n") + "abc");
            auto upstream = net.origin.accept();
            upstream.receive_head();
            CHECK(upstream.receive(3) == "abc");
            hang_up(client);
            CHECK(upstream.ended());
        }
        SECTION("in the middle of a download")
        {
            client.send(net.request("GET"));
            auto upstream = net.origin.accept();
            upstream.receive_head();
            upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nabc");
            CHECK(client.receive("HEAD").status == 200);
            hang_up(client);
            // Endless, were it not for the proxy's end of the connection.
            CHECK_THROWS_AS(
                [&] {
                    for (;;) upstream.send(std::string(100'000, 'x'));
                }(),
                boost::system::system_error);
        }
        SECTION("in a tunnel")
        {
            client.exchange(connect_to(net.origin));
            auto upstream = net.origin.accept();
            hang_up(client);
            CHECK(upstream.ended());
        }
    }
    CHECK(net.proxy.wait_for_log(2).size() == 2);

    INFO("and the next one is served");
    {
        RawClient next{net.proxy.endpoint()};
        next.send(net.request("GET", "/", "Connection: close\r\n"));
        auto upstream = net.origin.accept();
        upstream.receive_head();
        upstream.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        CHECK(next.receive().body == "ok");
        CHECK(next.ended());
    }
    net.proxy.stop(cancellation_type::total);
    CHECK(net.proxy.wait_until_ended());
    CHECK(open_descriptors() < before);  // the listener is gone, too
}

TEST_CASE("a client that never finishes its request is answered with 408", "[service][proxy]")
{
    ProxyFixture net{{.request_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    client.send("GET http://x");
    CHECK(client.receive().status == 408);
    CHECK(client.ended());
    const auto record = net.proxy.wait_for_log(1).at(0);
    CHECK(record.method.empty());
    CHECK(record.target == "GET http://x");
}

TEST_CASE("what is no request is logged as it came, whatever came before it on the connection", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/first", "User-Agent: first\r\n"));
    auto origin = net.origin.accept();
    origin.receive_head();
    origin.send(ok);
    CHECK(client.receive().body == "ok");
    std::string octets;
    SECTION("short") { octets = "no request\r\n\r\n"; }
    SECTION("so long that the buffer moves") { octets = std::string(9000, 'x'); }
    SECTION("empty lines without end") { octets = "\r\n\r\n\r\n\r\n\r\n\r\n"; }
    client.send(octets);
    CHECK(client.receive().status >= 400);
    const auto record = net.proxy.wait_for_log(2).at(1);
    CHECK(record.method.empty());
    CHECK(record.target == wire::refused_line(octets));
    CHECK(record.user_agent.empty());
}

TEST_CASE("a client that ends in the middle of its head has left", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send("GET http://x");
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    CHECK(client.ended());
    const auto record = net.proxy.wait_for_log(1).at(0);
    CHECK(record.status == 0);
    CHECK(record.target == "GET http://x");
}

TEST_CASE("a client that sends nothing is closed without an answer, and not logged", "[service][proxy]")
{
    ProxyFixture net{{.request_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    CHECK(client.ended());
    RawClient second{net.proxy.endpoint()};
    second.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(net.proxy.wait_for_log(1).size() == 1);
}

TEST_CASE("a drain lets requests finish and closes idle connections", "[service][proxy]")
{
    ProxyFixture net;
    RawClient idle{net.proxy.endpoint()}, busy{net.proxy.endpoint()};
    idle.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    busy.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    net.proxy.stop(cancellation_type::total);
    CHECK(idle.ended());
    upstream.send(ok);
    const auto answer = busy.receive();
    CHECK(answer.body == "ok");
    CHECK(answer.field("Connection") == "close");
    CHECK(busy.ended());
    busy.socket().close();
    CHECK(net.proxy.wait_until_ended());
}

TEST_CASE("a drain has its limit", "[service][proxy]")
{
    ProxyFixture net{{.drain_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    client.exchange(connect_to(net.origin));
    auto upstream = net.origin.accept();
    net.proxy.stop(cancellation_type::total);
    CHECK(net.proxy.wait_until_ended());
    CHECK(upstream.ended());
    CHECK(net.proxy.wait_for_log(1).size() == 1);
}

TEST_CASE("the proxy stops now, whatever it is waiting for", "[service][proxy]")
{
    const bool destroy = GENERATE(false, true);
    boost::asio::io_context io;
    boost::asio::ip::udp::socket silent{io, {boost::asio::ip::address_v4::loopback(), 0}};
    ForwardProxyOptions options;
    options.resolver = {.timeout = 20s, .servers = {silent.local_endpoint()}};
    ProxyFixture net{std::move(options)};
    RawClient client{net.proxy.endpoint()};
    std::optional<OriginConnection> upstream;
    SECTION("a request") {}
    SECTION("the rest of a request") { client.send("GET http://x"); }
    SECTION("a name")
    {
        client.send("GET http://slow.example/ HTTP/1.0\r\n\r\n");
        char question;
        silent.receive(boost::asio::buffer(&question, 1));
    }
    SECTION("an answer")
    {
        client.send(net.request("GET"));
        upstream.emplace(net.origin.accept()).receive_head();
    }
    SECTION("a body")
    {
        client.send(net.request("POST", "/", "Content-Length: 5\r\n"));
        upstream.emplace(net.origin.accept()).receive_head();
    }
    SECTION("a tunnel's end")
    {
        client.exchange(connect_to(net.origin));
        upstream.emplace(net.origin.accept());
    }
    SECTION("a client's reading")
    {
        client.send(net.request("GET"));
        upstream.emplace(net.origin.accept()).receive_head();
        upstream->send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
        client.receive("HEAD");
    }
    if (destroy) net.proxy.destroy();
    else net.proxy.stop(cancellation_type::terminal);
    CHECK(net.proxy.wait_until_ended());
    client.receive_rest();
    if (upstream) CHECK(upstream->ended());
}

}  // namespace forward_proxy_endings_tests
