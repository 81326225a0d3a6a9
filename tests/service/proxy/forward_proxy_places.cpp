// How many connections to servers a ForwardProxy has, and the file by which browsers find it.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <string>

namespace forward_proxy_places_tests {

using namespace libnet;
using namespace libnet::test;

TEST_CASE("more connections to one host than may be are refused, and there is room when one has ended",
          "[service][proxy]")
{
    ProxyFixture net{{.max_upstreams_per_host = 1}};
    RawClient first{net.proxy.endpoint()}, second{net.proxy.endpoint()};
    first.send(net.request("GET"));
    auto connection = net.origin.accept();
    connection.receive_head();
    const auto refused = second.exchange(net.request("GET"));
    CHECK(refused.status == 503);
    CHECK(refused.field("Proxy-Status").find("error=connection_limit_reached") != std::string::npos);
    connection.send(ok);
    CHECK(first.receive().status == 200);
    second.send(net.request("GET"));
    connection.receive_head();
    connection.send(ok);
    CHECK(second.receive().status == 200);
}

TEST_CASE("a tunnel counts until it ends, and a request whose client has left no longer", "[service][proxy]")
{
    ProxyFixture net{{.max_upstreams = 1}};
    const auto connect = "CONNECT " + net.origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\n";
    {
        RawClient tunnel{net.proxy.endpoint()}, other{net.proxy.endpoint()};
        tunnel.send(connect);
        auto connection = net.origin.accept();
        CHECK(tunnel.receive("CONNECT").status == 200);
        CHECK(other.exchange(net.request("GET")).status == 503);
        tunnel.socket().set_option(boost::asio::socket_base::linger{true, 0});
        tunnel.socket().close();
        CHECK(connection.end() == boost::asio::error::connection_reset);
    }
    {
        RawClient leaving{net.proxy.endpoint()};
        leaving.send(net.request("GET"));
        auto connection = net.origin.accept();
        connection.receive_head();
        leaving.socket().close();
        CHECK(connection.ended());
    }
    RawClient last{net.proxy.endpoint()};
    last.send(net.request("GET"));
    auto connection = net.origin.accept();
    connection.receive_head();
    connection.send(ok);
    CHECK(last.receive().status == 200);
}

TEST_CASE("the PAC file names the proxy as the client knows it", "[service][proxy]")
{
    ProxyFixture net{{.serves_pac = true}};
    RawClient client{net.proxy.endpoint()};
    const auto answer = client.exchange("GET /proxy.pac HTTP/1.1\r\nHost: Proxy.test:3128\r\n\r\n");
    CHECK(answer.status == 200);
    CHECK(answer.field("Content-Type") == "application/x-ns-proxy-autoconfig");
    CHECK(answer.body.find("\"PROXY Proxy.test:3128\"") != std::string::npos);
    RawClient old{net.proxy.endpoint()};
    old.send("GET /wpad.dat HTTP/1.0\r\n\r\n");
    CHECK(old.receive().body.find("\"PROXY 127.0.0.1:") != std::string::npos);
    CHECK(client.exchange("GET /other HTTP/1.1\r\nHost: p\r\n\r\n").status == 400);
}

}  // namespace forward_proxy_places_tests
