// A program's own ways to servers, which are played here without a network.

#include <libnet/forward_proxy.hpp>
#include <libnet/testing/test_connection.hpp>
#include <libnet/testing/test_servers.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forward_proxy_outbound_tests {

using namespace libnet;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

struct Net {
    explicit Net(std::shared_ptr<const OutboundWays> ways = nullptr, ForwardProxyOptions options = {})
    {
        options.port = 0;
        options.outbound = ways ? ways : servers.ways();
        proxy.emplace(io.get_executor(), std::move(options));
        asio::co_spawn(io, proxy->run(), asio::detached);
    }
    std::string get(testing::TestConnection& client, const std::string& host)
    {
        client.send("GET http://" + host + "/ HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return host;
    }

    asio::io_context io{1};
    testing::TestServers servers{io};
    std::optional<ForwardProxy> proxy;
};

/// The status line that a client gets for a GET to this host.
std::string status_of(Net& net, const std::string& host)
{
    testing::TestConnection client{net.io};
    net.proxy->serve(client.take_server_end());
    net.get(client, host);
    const auto answer = client.receive_until("\r\n\r\n");
    return answer.substr(0, answer.find("\r\n"));
}

}  // namespace

TEST_CASE("a proxy is tested without a network", "[service][proxy]")
{
    Net net;
    testing::TestConnection client{net.io};
    net.proxy->serve(client.take_server_end());
    net.get(client, "example.com");
    auto server = net.servers.accept();
    CHECK(server.receive_until("\r\n\r\n").find("Host: example.com\r\n") != std::string::npos);
    server.send(ok);
    CHECK(client.receive_until("ok").starts_with("HTTP/1.1 200 OK"));
    net.get(client, "example.com");
    CHECK_FALSE(server.receive_until("\r\n\r\n").empty());  // the connection is used again
    server.send(ok);
    CHECK(client.receive_until("ok").starts_with("HTTP/1.1 200 OK"));
    CHECK(net.servers.asked_names() == std::vector<std::string>{"example.com"});
    CHECK(net.servers.endpoints().size() == 1);
    CHECK(net.servers.endpoints().at(0).port() == 80);
    client.send("GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n");
    server.receive_until("\r\n\r\n");
    client.close();
    CHECK(server.receive_all().empty());
    CHECK(server.ended());
}

TEST_CASE("a tunnel goes a program's own way", "[service][proxy]")
{
    Net net;
    testing::TestConnection client{net.io};
    net.proxy->serve(client.take_server_end());
    client.send("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
    auto server = net.servers.accept();
    CHECK(client.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
    client.send("ping");
    CHECK(server.receive_until("ping") == "ping");
    server.send("pong");
    CHECK(client.receive_until("pong") == "pong");
    server.close();
    CHECK(client.receive_all().empty());
}

TEST_CASE("addresses of a program's own resolver are judged, and tried one after the other", "[service][proxy]")
{
    Net net;
    const auto first = asio::ip::make_address("192.88.98.7"), second = asio::ip::make_address("192.88.98.8");
    net.servers.set_addresses("private.test", {asio::ip::make_address("10.0.0.1")});
    net.servers.set_addresses("nowhere.test", {});
    net.servers.set_addresses("two.test", {first, second});
    net.servers.set_addresses("refused.test", {first});
    net.servers.refuse(first);
    CHECK(status_of(net, "private.test").starts_with("HTTP/1.1 403"));
    CHECK(net.servers.endpoints().empty());
    CHECK(status_of(net, "nowhere.test").starts_with("HTTP/1.1 502"));
    CHECK(status_of(net, "refused.test").starts_with("HTTP/1.1 502"));
    testing::TestConnection client{net.io};
    net.proxy->serve(client.take_server_end());
    net.get(client, "two.test");
    auto server = net.servers.accept();
    server.receive_until("\r\n\r\n");
    server.send(ok);
    CHECK(client.receive_until("ok").starts_with("HTTP/1.1 200 OK"));
    CHECK(net.servers.endpoints().back().address() == second);
}

TEST_CASE("a program's own ways that fail or hang are no more than failures", "[service][proxy]")
{
    auto ways = std::make_shared<OutboundWays>();
    SECTION("a resolver that throws what it likes")
    {
        ways->resolve = [](std::string) -> asio::awaitable<std::vector<asio::ip::address>> {
            throw std::runtime_error{"no idea"};
            co_return std::vector<asio::ip::address>{};
        };
        Net net{ways};
        CHECK(status_of(net, "a.test").starts_with("HTTP/1.1 502"));
    }
    SECTION("a connector that is no coroutine, and throws")
    {
        ways->connect = [](asio::ip::tcp::endpoint) -> asio::awaitable<asio::generic::stream_protocol::socket> {
            throw std::runtime_error{"no wires"};
        };
        ForwardProxyOptions options;
        options.allow_private = true;
        Net net{ways, options};
        CHECK(status_of(net, "127.0.0.1:9").starts_with("HTTP/1.1 502"));
    }
    SECTION("a resolver that hangs")
    {
        ways->resolve = [](std::string) -> asio::awaitable<std::vector<asio::ip::address>> {
            asio::steady_timer timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
            co_await timer.async_wait(asio::use_awaitable);
            co_return std::vector<asio::ip::address>{};
        };
        ForwardProxyOptions options;
        options.resolve_timeout = 10ms;
        Net net{ways, options};
        CHECK(status_of(net, "a.test").starts_with("HTTP/1.1 504"));
    }
    SECTION("names of datagrams would be looked up otherwise")
    {
        ways->resolve = [](std::string) -> asio::awaitable<std::vector<asio::ip::address>> {
            co_return std::vector<asio::ip::address>{};
        };
        ForwardProxyOptions options;
        options.socks_udp = true;
        CHECK_THROWS_AS((Net{ways, options}), boost::system::system_error);
    }
}

}  // namespace forward_proxy_outbound_tests
