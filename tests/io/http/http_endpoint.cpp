#include <libnet/io/http/http_endpoint.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace http_endpoint_tests {

namespace asio = boost::asio;
using asio::cancellation_type;
using libnet::io::EndpointAnswer, libnet::io::EndpointRequest, libnet::io::HttpEndpoint,
    libnet::io::HttpEndpointOptions;
using libnet::test::RawClient;
using namespace std::chrono_literals;

namespace {

const std::string get_echo = "GET /echo?a=b%20c HTTP/1.1\r\nHost: test\r\nX-Test: yes\r\n\r\n";

asio::awaitable<EndpointAnswer> echo(const EndpointRequest& request)
{
    const auto* field = request.fields.find("x-test");
    EndpointAnswer answer{.content_type = "text/x-test"};
    answer.body.append(request.path).append(" ").append(request.query).append(" ");
    answer.body += field == nullptr ? "-" : field->value;
    co_return answer;
}

asio::awaitable<EndpointAnswer> teapot(const EndpointRequest&)
{
    EndpointAnswer answer{.status = 418, .body = "short and stout"};
    co_return answer;
}

asio::awaitable<EndpointAnswer> broken(const EndpointRequest&)
{
    throw std::runtime_error{"a secret"};
    co_return EndpointAnswer{};
}

asio::awaitable<EndpointAnswer> large(const EndpointRequest&)
{
    EndpointAnswer answer;
    answer.body.assign(64 * 1024 * 1024, 'x');  // more than all socket buffers hold
    co_return answer;
}

/// The same where it is compressed for those who take that.
asio::awaitable<EndpointAnswer> large_page(const EndpointRequest& request)
{
    auto answering = large(request);
    auto answer = co_await std::move(answering);
    answer.more = [] { return std::string{}; };
    co_return answer;
}

/// An endpoint on loopback in a thread of its own, from construction on.
class Service {
public:
    explicit Service(const HttpEndpointOptions& options = {})
    {
        endpoint_.emplace(io_.get_executor(), options);
        address_ = endpoint_->local_endpoint();
        endpoint_->on("/echo", echo);
        endpoint_->on("/teapot", teapot);
        endpoint_->on("/broken", broken);
        endpoint_->on("/large", large);
        endpoint_->on("/large_page", large_page);
        endpoint_->on("/slow", [this](const EndpointRequest& request) { return slow(request); });
        asio::co_spawn(io_, endpoint_->run(),
                       asio::bind_cancellation_slot(stop_.slot(),
                                                    [this](std::exception_ptr failed) { ended_.set_value(!failed); }));
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~Service()
    {
        release();
        stop(cancellation_type::terminal);
        thread_.join();
    }

    const asio::ip::tcp::endpoint& address() const { return address_; }

    void stop(cancellation_type how)
    {
        asio::post(io_, [this, how] { stop_.emit(how); });
    }
    void destroy()
    {
        asio::post(io_, [this] { endpoint_.reset(); });
    }
    /// Lets /slow answer.
    void release()
    {
        asio::post(io_, [this] { released_.cancel(); });
    }
    bool wait_until_ended() { return ended_future_.wait_for(20s) == std::future_status::ready && ended_future_.get(); }

    std::atomic<int> slow_begun = 0, slow_ended = 0;

    void wait_for_slow() const
    {
        while (slow_begun == 0) std::this_thread::sleep_for(1ms);
    }

    /// Waits for /slow to end, without an answer or with one.
    bool slow_is_over() const
    {
        const auto limit = std::chrono::steady_clock::now() + 20s;
        while (slow_ended == 0 && std::chrono::steady_clock::now() < limit) std::this_thread::sleep_for(1ms);
        return slow_ended == 1;
    }

private:
    asio::awaitable<EndpointAnswer> slow(const EndpointRequest&)
    {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        ++slow_begun;
        co_await released_.async_wait(token);
        ++slow_ended;
        EndpointAnswer answer{.body = "at last"};
        co_return answer;
    }

    asio::cancellation_signal stop_;
    asio::io_context io_{1};
    asio::steady_timer released_{io_, asio::steady_timer::time_point::max()};
    std::optional<HttpEndpoint> endpoint_;
    asio::ip::tcp::endpoint address_;
    std::promise<bool> ended_;
    std::future<bool> ended_future_ = ended_.get_future();
    std::thread thread_;
};

std::string get(const std::string& path, const std::string& more = {})
{
    return "GET " + path + " HTTP/1.1\r\nHost: test\r\n" + more + "\r\n";
}

}  // namespace

TEST_CASE("an endpoint's handlers are told what is asked, and their answers go out whole", "[io][http_endpoint]")
{
    Service service;
    RawClient client{service.address()};
    const auto answer = client.exchange(get_echo);
    CHECK(answer.status == 200);
    CHECK(answer.body == "/echo a=b%20c yes");
    CHECK(answer.field("Content-Type") == "text/x-test");
    CHECK(answer.field("Content-Length") == "17");
    CHECK(answer.field("Cache-Control") == "no-store");
    CHECK(answer.field("X-Content-Type-Options") == "nosniff");
    CHECK(answer.field("Connection") == "-");
    CHECK(answer.field("Date") != "-");

    const auto other = client.exchange(get("/teapot"));
    CHECK(other.status == 418);
    CHECK(other.body == "short and stout");
    CHECK(other.field("Content-Type") == "text/plain; charset=utf-8");
    CHECK(client.exchange(get("http://any.test/echo")).body == "/echo  -");
    CHECK(client.exchange(get("/large")).body.size() == 64 * 1024 * 1024);
}

TEST_CASE("HEAD gets the head of what GET gets", "[io][http_endpoint]")
{
    Service service;
    RawClient client{service.address()};
    const auto head = client.exchange("HEAD /teapot HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(head.status == 418);
    CHECK(head.field("Content-Length") == "15");
    CHECK(client.exchange(get("/teapot")).body == "short and stout");  // nothing stood between the two
    CHECK(client.exchange("HEAD /none HTTP/1.1\r\nHost: test\r\n\r\n").status == 404);
    CHECK(client.exchange(get("/teapot")).status == 418);
}

TEST_CASE("what an endpoint doesn't have, and what can't be done with it, is said in words", "[io][http_endpoint]")
{
    Service service;
    RawClient client{service.address()};
    const auto none = client.exchange(get("/Echo"));
    CHECK(none.status == 404);
    CHECK(none.body == "Not Found: There is nothing here.\n");
    CHECK(none.field("Allow") == "-");
    for (const std::string method : {"POST", "DELETE", "OPTIONS", "BREW", "get"}) {
        INFO(method);
        const auto refused = client.exchange(method + " /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc");
        CHECK(refused.status == 405);
        CHECK(refused.field("Allow") == "GET, HEAD");
    }
    CHECK(client.exchange("POST /none HTTP/1.1\r\nHost: test\r\n\r\n").status == 404);
    CHECK(client.exchange("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n").status == 404);
    CHECK(client.exchange(get_echo).status == 200);
}

TEST_CASE("a handler that throws is a 500 without its words, and affects no other request", "[io][http_endpoint]")
{
    Service service;
    RawClient client{service.address()};
    const auto answer = client.exchange(get("/broken"));
    CHECK(answer.status == 500);
    CHECK(answer.body.find("secret") == std::string::npos);
    CHECK(client.exchange(get_echo).status == 200);
}

TEST_CASE("an endpoint's connections persist as the client wants it", "[io][http_endpoint]")
{
    Service service;
    RawClient client{service.address()};
    SECTION("closed on demand")
    {
        CHECK(client.exchange(get("/echo", "Connection: close\r\n")).field("Connection") == "close");
        CHECK(client.ended());
    }
    SECTION("HTTP/1.0 closes")
    {
        CHECK(client.exchange("GET /echo HTTP/1.0\r\n\r\n").status == 200);
        CHECK(client.ended());
    }
    SECTION("HTTP/1.0 with keep-alive")
    {
        const std::string request = "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
        CHECK(client.exchange(request).field("Connection") == "keep-alive");
        CHECK(client.exchange(request).status == 200);
    }
    SECTION("several requests at once are answered in their order")
    {
        client.send(get("/echo?1") + get("/none") + get("/echo?2"));
        CHECK(client.receive().body == "/echo 1 -");
        CHECK(client.receive().status == 404);
        CHECK(client.receive().body == "/echo 2 -");
    }
    SECTION("a request that comes byte by byte")
    {
        for (const char byte : get_echo) client.send({&byte, 1});
        CHECK(client.receive().status == 200);
    }
}

TEST_CASE("an endpoint reads bodies and throws them away, up to a limit", "[io][http_endpoint]")
{
    Service service{{.max_request_body = 100}};
    RawClient client{service.address()};
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    SECTION("a length")
    {
        CHECK(client.exchange(get("/echo", "Content-Length: 100\r\n") + std::string(100, 'x')).status == 200);
    }
    SECTION("chunks") { CHECK(client.exchange(get("/echo", chunked) + "3\r\nabc\r\n0\r\n\r\n").status == 200); }
    SECTION("a length over the limit")
    {
        CHECK(client.exchange(get("/echo", "Content-Length: 101\r\n")).status == 413);
        CHECK(client.ended());
        return;
    }
    SECTION("chunks over the limit")
    {
        CHECK(client.exchange(get("/echo", chunked) + "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n").status ==
              413);
        CHECK(client.ended());
        return;
    }
    SECTION("chunks that are none")
    {
        CHECK(client.exchange(get("/echo", chunked) + "zz\r\n").status == 400);
        CHECK(client.ended());
        return;
    }
    SECTION("a client that waits for permission gets its answer instead")
    {
        CHECK(client.exchange(get("/echo", "Content-Length: 9\r\nExpect: 100-continue\r\n")).status == 200);
        CHECK(client.ended());
        return;
    }
    SECTION("any other expectation")
    {
        CHECK(client.exchange(get("/echo", "Expect: a-miracle\r\n")).status == 417);
        CHECK(client.ended());
        return;
    }
    CHECK(client.exchange(get_echo).status == 200);
}

TEST_CASE("an endpoint refuses what is no request, and ends the connection", "[io][http_endpoint]")
{
    Service service;
    const std::string long_line(9000, 'x');
    for (const auto& [request, status] : std::initializer_list<std::pair<std::string, unsigned>>{
             {"nonsense\r\n\r\n", 400},
             {"GET /echo HTTP/1.1\r\n\r\n", 400},  // no Host
             {"GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
             {"GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
             {"GET /echo HTTP/2.0\r\nHost: a\r\n\r\n", 505},
             {"GET /" + long_line + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
             {"GET /echo HTTP/1.1\r\nHost: a\r\nX: " + long_line + long_line + long_line + long_line + "\r\n\r\n", 431},
             {"\x16\x03\x01\x02", 400}})
    {
        INFO(request.substr(0, 60));
        RawClient client{service.address()};
        client.try_send(request);
        const auto answer = client.receive();
        CHECK(answer.status == status);
        CHECK(answer.field("Connection") == "close");
        CHECK(client.ended());
    }
    RawClient client{service.address()};
    CHECK(client.exchange(get("/none")).status == 404);
    client.send("nonsense\r\n\r\n");
    CHECK(client.receive().field("Allow") == "-");
}

TEST_CASE("an endpoint waits for no client for ever", "[io][http_endpoint]")
{
    SECTION("for a request: it says so")
    {
        Service service{{.header_timeout = 500ms}};  // the client has to begin meanwhile
        RawClient client{service.address()};
        SECTION("in the head") { client.send("GET /ec"); }
        SECTION("in the body") { client.send(get("/echo", "Content-Length: 3\r\n") + "ab"); }
        const auto answer = client.receive();
        CHECK(answer.status == 408);
        CHECK(client.ended());
    }
    SECTION("for the first request, and for the next one: it is closed without an answer")
    {
        Service service{{.header_timeout = 500ms, .idle_timeout = 500ms}};
        RawClient silent{service.address()}, client{service.address()};
        CHECK(client.exchange(get_echo).status == 200);
        CHECK(client.ended());
        CHECK(silent.ended());
    }
    SECTION("to take an answer")
    {
        Service service{{.write_timeout = 50ms}};
        RawClient client{service.address()};
        client.send(get("/large"));
        char first = 0;
        client.socket().receive(boost::asio::buffer(&first, 1));  // it is on its way
        std::this_thread::sleep_for(1s);                          // the deadline is coarse
        CHECK(client.receive_rest().size() < 64 * 1024 * 1024);
    }
}

TEST_CASE("clients that leave in the middle, and too many of them, do no harm", "[io][http_endpoint]")
{
    Service service{{.max_connections = 2}};
    for (const std::string part : {"", "GET /ec", "GET /large HTTP/1.1\r\nHost: a\r\n\r\n",
                                   "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"})
    {
        RawClient client{service.address()};
        client.send(part);
    }
    auto first = std::make_unique<RawClient>(service.address()),
         second = std::make_unique<RawClient>(service.address());
    CHECK(first->exchange(get_echo).status == 200);
    CHECK(second->exchange(get_echo).status == 200);
    RawClient third{service.address()};
    third.send(get_echo);
    first.reset();
    CHECK(third.receive().status == 200);
}

TEST_CASE("clients that take nothing don't fill the memory", "[io][http_endpoint]")
{
    Service service{{.max_unsent = 1024 * 1024}};
    RawClient stuck{service.address()}, client{service.address()};
    stuck.send(get("/large"));
    while (client.exchange(get("/large")).status == 200) {
    }  // until the answer to the other one is on its way
    CHECK(client.exchange(get("/large")).status == 503);
    CHECK(client.exchange(get("/large_page")).status == 503);
    CHECK(client.exchange(get_echo).status == 200);  // a short answer gets through
    CHECK(stuck.receive().body.size() == 64 * 1024 * 1024);
    CHECK(client.exchange(get("/large")).status == 200);
}

TEST_CASE("nor do those that take nothing of an answer in pieces", "[io][http_endpoint]")
{
    Service service{{.max_unsent = 1024 * 1024}};
    RawClient stuck{service.address()};
    stuck.send(get("/large_page"));
    CHECK(stuck.receive().status == 200);  // all of it is queued
    RawClient client{service.address()};
    CHECK(client.exchange(get("/large_page")).status == 503);
    CHECK(client.exchange(get("/large")).status == 503);
    CHECK(client.exchange(get_echo).status == 200);
}

TEST_CASE("handlers that wait hold up no others", "[io][http_endpoint]")
{
    Service service;
    RawClient waiting{service.address()}, client{service.address()};
    waiting.send(get("/slow"));
    service.wait_for_slow();
    CHECK(client.exchange(get_echo).status == 200);
    service.release();
    CHECK(waiting.receive().body == "at last");
}

TEST_CASE("what waits for an answer to a client that has left is cancelled", "[io][http_endpoint]")
{
    Service service;
    {
        RawClient leaving{service.address()};
        leaving.send(get("/slow"));
        service.wait_for_slow();
    }
    CHECK(service.slow_is_over());
    CHECK(RawClient{service.address()}.exchange(get_echo).status == 200);
}

TEST_CASE("who has left gives its place to who waits", "[io][http_endpoint]")
{
    HttpEndpointOptions options;
    options.max_connections = 8;
    Service service{options};
    for (int round = 0; round < 20; ++round) {
        for (int i = 0; i < 8; ++i) RawClient{service.address()}.send(get("/slow"));
        CHECK(RawClient{service.address()}.exchange(get_echo).status == 200);
    }
    CHECK(service.slow_ended > 100);
    RawClient waiting{service.address()};  // who stays isn't cancelled for the others
    const int begun = service.slow_begun;
    waiting.send(get("/slow"));
    while (service.slow_begun == begun) std::this_thread::sleep_for(1ms);
    for (int i = 0; i < 20; ++i) RawClient{service.address()}.send(get("/slow"));
    CHECK(RawClient{service.address()}.exchange(get_echo).status == 200);
    service.release();
    CHECK(waiting.receive().body == "at last");
}

TEST_CASE("a drain lets an endpoint's requests finish, and ends idle connections", "[io][http_endpoint]")
{
    Service service;
    RawClient waiting{service.address()}, idle{service.address()};
    CHECK(idle.exchange(get_echo).status == 200);
    waiting.send(get("/slow"));
    service.wait_for_slow();
    service.stop(cancellation_type::total);
    CHECK(idle.ended());
    service.release();
    const auto answer = waiting.receive();
    CHECK(answer.body == "at last");
    CHECK(answer.field("Connection") == "close");
    CHECK(service.wait_until_ended());
}

TEST_CASE("an endpoint that is stopped at once cancels its handlers", "[io][http_endpoint]")
{
    Service service{{.drain_timeout = 50ms}};
    RawClient waiting{service.address()};
    waiting.send(get("/slow"));
    service.wait_for_slow();
    SECTION("by a terminal cancellation") { service.stop(cancellation_type::terminal); }
    SECTION("when a drain takes too long") { service.stop(cancellation_type::total); }
    SECTION("when it is destroyed") { service.destroy(); }
    CHECK(service.wait_until_ended());
    CHECK(service.slow_ended == 1);
    CHECK(waiting.receive_rest().empty());
}

TEST_CASE("a port that is taken is an error of the constructor", "[io][http_endpoint]")
{
    asio::io_context io{1};
    const HttpEndpoint first{io.get_executor(), {}};
    const HttpEndpointOptions same{.port = first.local_endpoint().port()};
    try {
        const HttpEndpoint second{io.get_executor(), same};
        FAIL("it listens");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::address_in_use);
    }
}

}  // namespace http_endpoint_tests
