// Users, access rules and limits for each client of a ForwardProxy.

#include <libnet/access.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>
#include <tests/support/temporary_directory.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace forward_proxy_access_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

const std::string alice = "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n";        // alice:secret
const std::string alice_wrong = "Proxy-Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";  // alice:wrong

/// A proxy with a user, "alice" with the password "secret".
ForwardProxyOptions guarded(const TemporaryDirectory& files, const std::string& rules = {})
{
    // bcrypt of "secret", with a cost that tests can afford.
    const auto users = files.write("users", "alice:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n");
    ForwardProxyOptions options;
    options.access = std::make_shared<AccessControl>(
        AccessOptions{.users_file = users.string(), .rules = parse_access_rules(rules), .realm = "proxy"});
    return options;
}

ForwardProxyOptions limited(const ClientLimits& limits)
{
    ForwardProxyOptions options;
    options.client_limits = std::make_shared<ClientLimiter>(limits);
    return options;
}

std::string connect_to(const ScriptedOrigin& origin, const std::string& fields = {})
{
    return "CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("a client without a password is asked for one, and its connection stays", "[service][proxy][access]")
{
    const TemporaryDirectory files;
    ProxyFixture net{guarded(files)};
    RawClient client{net.proxy.endpoint()};
    const auto refused = client.exchange(net.request("GET"));
    CHECK(refused.status == 407);
    CHECK(refused.field("Proxy-Authenticate") == "Basic realm=\"proxy\", charset=\"UTF-8\"");
    CHECK(client.exchange(net.request("GET", "/", alice_wrong)).status == 407);
    CHECK(client.exchange(net.request("GET", "/", "Authorization: Basic YWxpY2U6c2VjcmV0\r\n")).status == 407);
    client.send(net.request("GET", "/", alice));
    auto origin = net.origin.accept();
    const auto head = origin.receive_head();
    CHECK(head.find("Proxy-Auth") == head.npos);
    origin.send(ok);
    CHECK(client.receive().body == "ok");

    const auto log = net.proxy.wait_for_log(4);
    CHECK(log.at(0).user.empty());
    CHECK(log.at(0).reason == "A user name and a password are needed.");
    CHECK(log.at(3).user == "alice");
    CHECK(log.at(3).status == 200);
}

TEST_CASE("a tunnel is for those who have logged in", "[service][proxy][access]")
{
    const TemporaryDirectory files;
    ProxyFixture net{guarded(files)};
    {
        RawClient client{net.proxy.endpoint()};
        CHECK(client.exchange(connect_to(net.origin)).status == 407);
        CHECK(client.ended());
    }
    RawClient client{net.proxy.endpoint()};
    CHECK(client.exchange(connect_to(net.origin, alice)).status == 200);
    auto origin = net.origin.accept();
    client.send("question");
    CHECK(origin.receive(8) == "question");
    origin.close();
    client.socket().close();
    const auto log = net.proxy.wait_for_log(2);
    CHECK(log.at(1).user == "alice");
    CHECK(log.at(1).bytes_received == 8);
}

TEST_CASE("rules are about the host of a request, however it is written", "[service][proxy][access]")
{
    const TemporaryDirectory files;
    ProxyFixture net{guarded(files, "127.0.0.1 allow all\nopen.test allow all\n*.secret.test deny all\n* users *\n")};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto origin = net.origin.accept();
    origin.receive_head();
    origin.send(ok);
    CHECK(client.receive().status == 200);
    CHECK(client.exchange("GET http://A.Secret.TEST/ HTTP/1.1\r\nHost: x\r\n\r\n").status == 403);
    CHECK(client.exchange("GET http://a.secret.test:80/ HTTP/1.1\r\nHost: x\r\n" + alice + "\r\n").status == 403);
    CHECK(client.exchange("GET http://other.test/ HTTP/1.1\r\nHost: x\r\n\r\n").status == 407);
}

TEST_CASE("a client's connections and requests are counted", "[service][proxy][limits]")
{
    ProxyFixture net{limited({.connections = 2, .requests_per_second = 0.001, .request_burst = 2})};
    RawClient first{net.proxy.endpoint()}, second{net.proxy.endpoint()};
    const std::string options = "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n";
    CHECK(first.exchange(options).status == 200);
    CHECK(second.exchange(options).status == 200);
    RawClient third{net.proxy.endpoint()};
    CHECK(third.receive().status == 429);
    const auto refused = first.exchange(options);
    CHECK(refused.status == 429);
    CHECK(refused.field("Retry-After") != "-");
}

TEST_CASE("what a client is sent is counted, be it by a tunnel", "[service][proxy][limits]")
{
    constexpr std::size_t a_second = 256 * 1024;
    ProxyFixture net{limited({.bytes_per_second = a_second})};
    RawClient client{net.proxy.endpoint()};
    const bool tunnels = GENERATE(false, true);
    client.send(tunnels ? connect_to(net.origin) : net.request("GET"));
    auto origin = net.origin.accept();
    const std::string content(3 * a_second, 'x');
    if (!tunnels) origin.receive_head();
    const auto began = std::chrono::steady_clock::now();
    if (!tunnels) origin.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n");
    origin.send(content);
    origin.close();
    if (!tunnels) CHECK(client.receive().body == content);
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    if (tunnels) CHECK(client.receive_rest() == "HTTP/1.1 200 Connection established\r\n\r\n" + content);
    // A second's worth is there at the beginning, and a socket's buffer may be passed on beyond that.
    CHECK(std::chrono::steady_clock::now() - began > 1s);
}

}  // namespace forward_proxy_access_tests
