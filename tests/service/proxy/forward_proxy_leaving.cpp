// That a client has left is noticed at once, and the log says whose fault a failure is.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <boost/asio/ip/udp.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace forward_proxy_leaving_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

void leave(RawClient& client, bool reset)
{
    if (reset) client.socket().set_option(boost::asio::socket_base::linger{true, 0});
    client.socket().close();
}

std::string connect_to(const ScriptedOrigin& origin)
{
    return "CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n";
}

/// How a connection ends for the origin: "end", "reset".
std::string end_at(OriginConnection& origin)
{
    const auto error = origin.end();
    if (error == boost::asio::error::eof) return "end";
    return error == boost::asio::error::connection_reset ? "reset" : error.message();
}

}  // namespace

TEST_CASE("a client that leaves while the answer is awaited takes the server's connection with it", "[service][proxy]")
{
    const bool reset = GENERATE(false, true);
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    std::optional<OriginConnection> upstream;
    SECTION("without a body")
    {
        client.send(net.request("GET"));
        upstream.emplace(net.origin.accept()).receive_head();
    }
    SECTION("with a body")
    {
        client.send(net.request("POST", "/", "Content-Length: 3\r\n") + "abc");
        upstream.emplace(net.origin.accept()).receive_until("abc");
    }
    SECTION("with another request behind it")
    {
        client.send(net.request("GET") + net.request("GET", "/2"));
        upstream.emplace(net.origin.accept()).receive_head();
    }
    leave(client, reset);
    CHECK(upstream->ended());
    const auto log = net.proxy.wait_for_log(1).at(0);
    CHECK(log.status == 0);
    CHECK(log.reason == "The client closed the connection before it had the answer.");
}

TEST_CASE("a client that leaves while its name is looked up is let go", "[service][proxy]")
{
    boost::asio::io_context io;
    boost::asio::ip::udp::socket silent{io, {boost::asio::ip::address_v4::loopback(), 0}};
    ProxyFixture net{{.resolver = {.timeout = 60s, .servers = {silent.local_endpoint()}}}};
    RawClient client{net.proxy.endpoint()};
    client.send("CONNECT hangs.test:443 HTTP/1.1\r\nHost: hangs.test:443\r\n\r\n");
    char question;
    silent.receive(boost::asio::buffer(&question, 1));
    leave(client, GENERATE(false, true));
    CHECK(net.proxy.wait_for_log(1).at(0).reason == "The client closed the connection before it had the answer.");
}

TEST_CASE("a client that leaves in the middle of its body leaves the server a broken connection", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 10\r\n") + "abc");
    auto upstream = net.origin.accept();
    upstream.receive_until("abc");
    leave(client, GENERATE(false, true));
    CHECK(end_at(upstream) == "reset");
    CHECK_FALSE(net.proxy.wait_for_log(1).at(0).reason.empty());
}

TEST_CASE("a tunnel that one side resets is reset on the other", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.exchange(connect_to(net.origin));
    auto upstream = net.origin.accept();
    client.send("half");
    CHECK(upstream.receive(4) == "half");
    SECTION("the client")
    {
        leave(client, true);
        CHECK(end_at(upstream) == "reset");
    }
    SECTION("the server")
    {
        upstream.reset();
        CHECK_FALSE(client.ended());
    }
    CHECK(net.proxy.wait_for_log(1).at(0).bytes_received == 4);
}

TEST_CASE("a tunnel of which one side has ended has a limit of its own", "[service][proxy]")
{
    ProxyFixture net{{.half_closed_timeout = 10ms}};
    RawClient client{net.proxy.endpoint()};
    client.exchange(connect_to(net.origin));
    auto upstream = net.origin.accept();
    client.socket().shutdown(boost::asio::socket_base::shutdown_send);
    CHECK(upstream.ended());
    CHECK(client.ended());
    CHECK(net.proxy.wait_for_log(1).at(0).reason ==
          "One side of the tunnel had ended, and the other was idle for too long.");
}

TEST_CASE("a server that fails during an upload is named as the cause", "[service][proxy]")
{
    ProxyFixture net;
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 100\r\n") + "abc");
    auto upstream = net.origin.accept();
    upstream.receive_until("abc");
    SECTION("it closes") { upstream.close(); }
    SECTION("it resets") { upstream.reset(); }
    SECTION("it sends nonsense") { upstream.send("nonsense\r\n\r\n"); }
    const auto answer = client.receive();
    CHECK(answer.status == 502);
    CHECK(answer.body.find(net.origin.authority()) != answer.body.npos);
    CHECK(net.proxy.wait_for_log(1).at(0).reason.find(net.origin.authority()) != std::string::npos);
}

TEST_CASE("a body that comes too slowly is cut", "[service][proxy]")
{
    ProxyFixture net{{.transfer_timeout = 300ms, .min_receive_rate = 1'000'000}};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 1000000\r\n"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    // Each octet puts the timeout off; the rate is too low all the same.
    boost::system::error_code error;
    while (!error) boost::asio::write(client.socket(), boost::asio::buffer("x", 1), error);
    CHECK(net.proxy.wait_for_log(1).at(0).status == 408);
}

TEST_CASE("a connection that authenticates as one client is never another's", "[service][proxy]")
{
    ProxyFixture net;
    RawClient alice{net.proxy.endpoint()};
    std::string request_field, answer_field;
    SECTION("the client names the scheme") { request_field = "Authorization: NTLM YWJj\r\n"; }
    SECTION("the server names the scheme") { answer_field = "WWW-Authenticate: Negotiate\r\n"; }
    const auto answer = "HTTP/1.1 200 OK\r\n" + answer_field + "Content-Length: 2\r\n\r\nok";
    alice.send(net.request("GET", "/1", request_field));
    auto hers = net.origin.accept();
    hers.receive_head();
    hers.send(answer);
    CHECK(alice.receive().body == "ok");

    INFO("it serves whatever else she asks, be it with a body");
    alice.send(net.request("POST", "/2", "Content-Length: 1\r\n") + "x");
    hers.receive_until("\r\n\r\nx");
    hers.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(alice.receive().body == "ok");

    RawClient bob{net.proxy.endpoint()};
    bob.send(net.request("GET", "/3"));
    auto his = net.origin.accept();
    CHECK(his.receive_head().starts_with("GET /3 "));

    INFO("and ends with hers");
    leave(alice, false);
    CHECK(hers.ended());
}

TEST_CASE("what on_access throws ends that connection and nothing else, and is told", "[service][proxy]")
{
    // ServerThread sets on_access itself, so this proxy has a thread of its own.
    std::vector<std::string> told;
    ScriptedOrigin origin;
    boost::asio::io_context io{1};
    ForwardProxyOptions options;
    options.port = 0;
    options.on_access = [](const AccessRecord&) { throw std::runtime_error{"the disk is full"}; };
    options.diagnostics = [&told](DiagnosticLevel, std::string_view text) { told.emplace_back(text); };
    ForwardProxy proxy{io.get_executor(), std::move(options)};
    boost::asio::cancellation_signal stop;
    boost::asio::co_spawn(io, proxy.run(), boost::asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
    std::thread thread{[&io] { io.run(); }};
    for (int i = 0; i < 2; ++i) {
        RawClient client{proxy.local_endpoint()};
        CHECK(client.exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
        CHECK(client.ended());
    }
    boost::asio::post(io, [&stop] { stop.emit(boost::asio::cancellation_type::terminal); });
    thread.join();
    REQUIRE(told.size() == 2);
    CHECK(told[0].find("the disk is full") != std::string::npos);
}

}  // namespace forward_proxy_leaving_tests
