// What a program itself decides about requests.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forward_proxy_hooks_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Decision = asio::awaitable<std::optional<ProxyReply>>;

/// Complaints of a proxy in another thread.
struct Complaints {
    DiagnosticsHandler handler()
    {
        return [this](DiagnosticLevel, std::string_view text) {
            const std::lock_guard lock{mutex};
            all.append(text).append("\n");
        };
    }
    std::string text()
    {
        const std::lock_guard lock{mutex};
        return all;
    }
    std::mutex mutex;
    std::string all;
};

ForwardProxyOptions with(ProxyHooks hooks, Complaints* complaints = nullptr)
{
    ForwardProxyOptions options;
    options.hooks = std::make_shared<const ProxyHooks>(std::move(hooks));
    if (complaints != nullptr) options.diagnostics = complaints->handler();
    return options;
}

/// Never decides; says when it is called and when it is cancelled.
struct Endless {
    std::promise<void> called, cancelled;

    Decision decide()
    {
        called.set_value();
        asio::steady_timer timer{co_await asio::this_coro::executor, asio::steady_timer::time_point::max()};
        try {
            co_await timer.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            cancelled.set_value();
            throw;
        }
        co_return std::nullopt;
    }
    static bool happens(std::promise<void>& promise)
    {
        return promise.get_future().wait_for(60s) == std::future_status::ready;
    }
};

asio::awaitable<void> double_it(ProxyBody& body)
{
    while (auto piece = co_await body.read()) {
        co_await body.write(*piece);
        co_await body.write(*piece);
    }
}

asio::awaitable<void> lose_it(ProxyBody& body)
{
    auto piece = co_await body.read();
    co_await body.write("half");
    throw std::runtime_error{"the filter breaks at " + piece.value_or("nothing")};
}

asio::awaitable<void> replace_it(ProxyBody& body) { co_await body.write("no more than this"); }

/// A chunked answer without its framing.
std::string unchunked(std::string_view text)
{
    std::string content;
    while (!text.empty()) {
        const auto line = text.find("\r\n");
        if (line == text.npos) return content + "<cut>";
        const auto size = std::stoul(std::string{text.substr(0, line)}, nullptr, 16);
        if (size == 0) return content;
        if (text.size() < line + 4 + size) return content + "<cut>";
        content.append(text.substr(line + 2, size));
        text.remove_prefix(line + 4 + size);
    }
    return content + "<cut>";
}

}  // namespace

TEST_CASE("a hook changes the head of a request before it goes on", "[service][proxy]")
{
    ProxyHooks hooks;
    std::string seen;
    hooks.on_request = [&seen](ProxyRequest& request) -> Decision {
        seen = request.method + ' ' + request.host + ' ' + request.path + ' ' + request.id;
        request.path = "/other?q=2";
        request.fields.set("X-Hook", "was here");
        request.fields.remove("Cookie");
        co_return std::nullopt;
    };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/first?q=1", "Cookie: secret\r\nAccept: */*\r\n"));
    auto upstream = net.origin.accept();
    const auto head = upstream.receive_head();
    CHECK(head.starts_with("GET /other?q=2 HTTP/1.1\r\nHost: " + net.origin.authority() + "\r\n"));
    CHECK(head.find("X-Hook: was here\r\n") != head.npos);
    CHECK(head.find("Accept: */*\r\n") != head.npos);
    CHECK(head.find("Cookie") == head.npos);
    upstream.send(ok);
    CHECK(client.receive().status == 200);
    CHECK(seen.starts_with("GET 127.0.0.1 /first?q=1 "));
}

TEST_CASE("a hook answers in the place of the server, and the next request works", "[service][proxy]")
{
    ProxyHooks hooks;
    hooks.on_request = [](ProxyRequest& request) -> Decision {
        if (request.path != "/refused") co_return std::nullopt;
        ProxyReply reply{451, "not from here\n"};
        reply.field("X-Why", "law");
        co_return reply;
    };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    const auto refused = client.exchange(net.request("GET", "/refused"));
    CHECK(refused.status == 451);
    CHECK(refused.body == "not from here\n");
    CHECK(refused.field("X-Why") == "law");
    CHECK(refused.field("Proxy-Status") == "proxy.test");
    CHECK(client.exchange(net.request("HEAD", "/refused")).body.empty());
    client.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(ok);
    CHECK(client.receive().body == "ok");
    CHECK(net.proxy.wait_for_log(3).at(0).status == 451);
}

TEST_CASE("a hook that fails is a 500 without a word of it, and the next request works", "[service][proxy]")
{
    Complaints complaints;
    ProxyHooks hooks;
    hooks.on_request = [](ProxyRequest& request) -> Decision {
        if (request.path == "/1") throw std::runtime_error{"the database is gone"};
        if (request.path == "/2") request.fields.set("Transfer-Encoding", "chunked");
        if (request.path == "/3") request.host = "a b";
        if (request.path == "/4") request.path = "/a b HTTP/1.1\r\nX: y";
        if (request.path == "/5") request.port = 0;
        co_return std::nullopt;
    };
    hooks.on_response = [](ProxyRequest&, ProxyResponse& response) -> Decision {
        if (response.fields.has("X-Bad")) response.status = 304;
        co_return std::nullopt;
    };
    ProxyFixture net{with(std::move(hooks), &complaints)};
    RawClient client{net.proxy.endpoint()};
    for (const auto* path : {"/1", "/2", "/3", "/4", "/5"}) {
        CAPTURE(path);
        const auto failed = client.exchange(net.request("GET", path));
        CHECK(failed.status == 500);
        CHECK(failed.body.find("database") == failed.body.npos);
        CHECK(failed.field("Proxy-Status").find("error=proxy_internal_error") != std::string::npos);
    }
    client.send(net.request("GET", "/6"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send("HTTP/1.1 200 OK\r\nX-Bad: 1\r\nContent-Length: 2\r\n\r\nok");
    CHECK(client.receive().status == 500);
    client.send(net.request("GET", "/7"));
    auto next = net.origin.accept();
    next.receive_head();
    next.send(ok);
    CHECK(client.receive().status == 200);
    const auto text = complaints.text();
    CHECK(text.find("the database is gone") != text.npos);
    CHECK(text.find("Transfer-Encoding") != text.npos);
}

TEST_CASE("a hook is cancelled when its client leaves", "[service][proxy]")
{
    const auto stage = GENERATE(1, 2, 3);
    auto endless = std::make_shared<Endless>();
    ProxyHooks hooks;
    if (stage == 1) hooks.on_request = [endless](ProxyRequest&) { return endless->decide(); };
    if (stage == 2) hooks.on_connect = [endless](ProxyRequest&, const ProxyConnection&) { return endless->decide(); };
    if (stage == 3) hooks.on_response = [endless](ProxyRequest&, ProxyResponse&) { return endless->decide(); };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    std::optional<OriginConnection> upstream;
    if (stage > 1) upstream.emplace(net.origin.accept());
    if (stage == 3) {
        upstream->receive_head();
        upstream->send(ok);
    }
    REQUIRE(Endless::happens(endless->called));
    client.socket().close();
    CHECK(Endless::happens(endless->cancelled));
    if (upstream) CHECK(upstream->ended());
    CHECK(net.proxy.wait_for_log(1).at(0).status == 0);
}

TEST_CASE("a hook that waits keeps no proxy from ending", "[service][proxy]")
{
    auto endless = std::make_shared<Endless>();
    ProxyHooks hooks;
    hooks.on_request = [endless](ProxyRequest&) { return endless->decide(); };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    REQUIRE(Endless::happens(endless->called));
    SECTION("at once") { net.proxy.stop(asio::cancellation_type::terminal); }
    SECTION("for it is destroyed") { net.proxy.destroy(); }
    CHECK(net.proxy.wait_until_ended());
    CHECK(Endless::happens(endless->cancelled));
}

TEST_CASE("a filter that waits is cancelled when its client leaves", "[service][proxy]")
{
    auto endless = std::make_shared<Endless>();
    const auto wait = [endless](ProxyBody& body) -> asio::awaitable<void> {
        co_await body.read();
        auto waiting = endless->decide();
        co_await std::move(waiting);
    };
    ProxyHooks hooks;
    const bool is_upload = GENERATE(true, false);
    hooks.on_request = [wait, is_upload](ProxyRequest& request) -> Decision {
        if (is_upload) request.filter_body = wait;
        co_return std::nullopt;
    };
    hooks.on_response = [wait](ProxyRequest&, ProxyResponse& response) -> Decision {
        response.filter_body = wait;
        co_return std::nullopt;
    };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 3\r\n") + "abc");
    auto upstream = net.origin.accept();
    upstream.receive_head();
    if (!is_upload) {
        upstream.receive_until("abc");
        upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
    }
    REQUIRE(Endless::happens(endless->called));
    client.socket().close();
    CHECK(Endless::happens(endless->cancelled));
    CHECK(static_cast<bool>(upstream.end()));
    CHECK_FALSE(net.proxy.wait_for_log(1).at(0).reason.empty());
}

TEST_CASE("a hook that takes too long is a 500", "[service][proxy]")
{
    auto endless = std::make_shared<Endless>();
    Complaints complaints;
    ProxyHooks hooks;
    hooks.on_request = [endless](ProxyRequest&) { return endless->decide(); };
    hooks.timeout = 10ms;
    ProxyFixture net{with(std::move(hooks), &complaints)};
    RawClient client{net.proxy.endpoint()};
    CHECK(client.exchange(net.request("GET")).status == 500);
    CHECK(Endless::happens(endless->cancelled));
    const auto text = complaints.text();
    CHECK(text.find("it took longer than ProxyHooks::timeout") != text.npos);
}

TEST_CASE("where a hook sends a request is judged", "[service][proxy]")
{
    ScriptedOrigin other;
    ProxyHooks hooks;
    const auto authority = other.authority();
    hooks.on_request = [port = authority.substr(authority.find(':') + 1)](ProxyRequest& request) -> Decision {
        request.host = request.path == "/metadata" ? "169.254.169.254" : "127.0.0.1";
        request.port = static_cast<std::uint16_t>(std::stoul(port));
        co_return std::nullopt;
    };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    client.send("GET http://no-such-host.invalid/a HTTP/1.1\r\nHost: no-such-host.invalid\r\n\r\n");
    auto upstream = other.accept();
    CHECK(upstream.receive_head().find("Host: " + authority + "\r\n") != std::string::npos);
    upstream.send(ok);
    CHECK(client.receive().status == 200);
    const auto refused = client.exchange(net.request("GET", "/metadata"));
    CHECK(refused.status == 403);
    CHECK(refused.body.find("metadata_address") != std::string::npos);
    CHECK_FALSE(net.origin.is_wanted());
}

TEST_CASE("a hook sees the server's address before the server gets the request", "[service][proxy]")
{
    ProxyHooks hooks;
    hooks.on_connect = [](ProxyRequest& request, const ProxyConnection& connection) -> Decision {
        const auto seen = connection.address.to_string() + (connection.was_connected ? " again" : "");
        if (request.fields.has("X-Refuse")) co_return ProxyReply{403, seen};
        co_return std::nullopt;
    };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    const auto refused = client.exchange(net.request("GET", "/", "X-Refuse: 1\r\n"));
    CHECK(refused.status == 403);
    CHECK(refused.body == "127.0.0.1");
    CHECK(net.origin.accept().ended());
    client.send(net.request("GET"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send(ok);
    CHECK(client.receive().status == 200);
    CHECK(client.exchange(net.request("GET", "/", "X-Refuse: 1\r\n")).body == "127.0.0.1 again");
    CHECK(upstream.ended());
}

TEST_CASE("hooks are asked about tunnels, and can only refuse them", "[service][proxy]")
{
    Complaints complaints;
    const unsigned status = GENERATE(0U, 200U, 403U);
    ProxyHooks hooks;
    hooks.on_request = [status](ProxyRequest& request) -> Decision {
        if (!request.is_tunnel || status == 0) co_return std::nullopt;
        co_return ProxyReply{status, "by a hook"};
    };
    ProxyFixture net{with(std::move(hooks), &complaints)};
    RawClient client{net.proxy.endpoint()};
    const auto authority = net.origin.authority();
    const auto answer = client.exchange("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    CHECK(answer.status == (status == 0 ? 200U : status == 200 ? 500U : 403U));
    if (status == 0) {
        client.send("x");
        CHECK(net.origin.accept().receive(1) == "x");
    } else {
        CHECK(client.ended());
    }
    const auto text = complaints.text();
    CHECK((text.find("a tunnel can only be refused") != text.npos) == (status == 200));
}

TEST_CASE("a hook changes an answer's head, or puts another answer in its place", "[service][proxy]")
{
    ProxyHooks hooks;
    hooks.on_request = [](ProxyRequest& request) -> Decision {
        request.context = std::make_shared<std::string>(request.path);
        co_return std::nullopt;
    };
    hooks.on_response = [](ProxyRequest& request, ProxyResponse& response) -> Decision {
        if (response.status == 500) co_return ProxyReply{503, "later\n"};
        response.status = 202;
        response.fields.remove("Set-Cookie");
        response.fields.add("X-Path", *std::static_pointer_cast<std::string>(request.context));
        co_return std::nullopt;
    };
    ProxyFixture net{with(std::move(hooks))};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET", "/p"));
    auto upstream = net.origin.accept();
    upstream.receive_head();
    upstream.send("HTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nContent-Length: 2\r\n\r\nok");
    const auto changed = client.receive();
    CHECK(changed.head.starts_with("HTTP/1.1 202 Accepted\r\n"));
    CHECK(changed.field("Set-Cookie") == "-");
    CHECK(changed.field("X-Path") == "/p");
    CHECK(changed.body == "ok");
    client.send(net.request("GET", "/q"));
    upstream.receive_head();
    upstream.send("HTTP/1.1 500 Oh\r\nContent-Length: 1000\r\n\r\nhalf");
    const auto replaced = client.receive();
    CHECK(replaced.status == 503);
    CHECK(replaced.body == "later\n");
    CHECK(upstream.ended());
}

TEST_CASE("an answer's body goes through a filter", "[service][proxy]")
{
    ProxyHooks hooks;
    hooks.on_response = [](ProxyRequest& request, ProxyResponse& response) -> Decision {
        if (request.path == "/double") response.filter_body = double_it;
        if (request.path == "/lose") response.filter_body = lose_it;
        if (request.path == "/replace") response.filter_body = replace_it;
        co_return std::nullopt;
    };
    Complaints complaints;
    ProxyFixture net{with(std::move(hooks), &complaints)};
    const auto ask = [&](std::string_view path, std::string_view answer, bool is_last = false) {
        RawClient client{net.proxy.endpoint()};
        client.send(net.request("GET", path, "Connection: close\r\n"));
        auto upstream = net.origin.accept();
        upstream.receive_head();
        upstream.send(answer);
        if (is_last) upstream.finish();
        return client.receive_rest();
    };
    const auto body = [](const std::string& answer) { return unchunked(answer.substr(answer.find("\r\n\r\n") + 4)); };
    SECTION("with a length")
    {
        const auto answer = ask("/double", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
        CHECK(answer.find("Content-Length") == answer.npos);
        CHECK(answer.find("Transfer-Encoding: chunked\r\n") != answer.npos);
        CHECK(body(answer) == "abcabc");
    }
    SECTION("in chunks")
    {
        const std::string_view chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n";
        const auto answer = ask("/double", chunked);
        CHECK(body(answer) == "abcdeabcde");
        CHECK(answer.find("X-Trailer: 1") == answer.npos);
    }
    SECTION("until the end of the connection")
    {
        CHECK(body(ask("/double", "HTTP/1.0 200 OK\r\n\r\nabc", true)) == "abcabc");
    }
    SECTION("a large one")
    {
        const std::string large(1'000'000, 'x');
        const auto answer = ask("/double", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + large);
        CHECK(body(answer).size() == 2 * large.size());
    }
    SECTION("a filter that doesn't read it")
    {
        CHECK(body(ask("/replace", "HTTP/1.1 200 OK\r\nContent-Length: 300000000\r\n\r\nabc")) == "no more than this");
    }
    SECTION("a filter that breaks cuts the answer")
    {
        CHECK(body(ask("/lose", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")) == "half<cut>");
        CHECK(complaints.text().find("the filter breaks at abc") != std::string::npos);
    }
    SECTION("no body is filtered where there is none")
    {
        const auto answer = ask("/double", "HTTP/1.1 204 No Content\r\n\r\n");
        CHECK(answer.starts_with("HTTP/1.1 204 "));
        CHECK(answer.ends_with("\r\n\r\n"));
    }
}

TEST_CASE("a request's body goes through a filter", "[service][proxy]")
{
    ProxyHooks hooks;
    hooks.on_request = [](ProxyRequest& request) -> Decision {
        if (request.path == "/double") request.filter_body = double_it;
        if (request.path == "/lose") request.filter_body = lose_it;
        co_return std::nullopt;
    };
    Complaints complaints;
    ProxyFixture net{with(std::move(hooks), &complaints)};
    RawClient client{net.proxy.endpoint()};
    SECTION("and arrives in chunks")
    {
        client.send(net.request("POST", "/double", "Content-Length: 3\r\n") + "abc");
        auto upstream = net.origin.accept();
        const auto head = upstream.receive_head();
        CHECK(head.find("Transfer-Encoding: chunked\r\n") != head.npos);
        CHECK(head.find("Content-Length") == head.npos);
        CHECK(unchunked(upstream.receive_until("0\r\n\r\n")) == "abcabc");
        upstream.send(ok);
        CHECK(client.receive().status == 200);
        client.send(net.request("GET"));
        upstream.receive_head();
        upstream.send(ok);
        CHECK(client.receive().status == 200);
    }
    SECTION("which breaks: the server sees a broken connection, the client a 500")
    {
        client.send(net.request("POST", "/lose", "Content-Length: 3\r\n") + "abc");
        auto upstream = net.origin.accept();
        CHECK(upstream.end() == asio::error::connection_reset);
        CHECK(client.receive().status == 500);
    }
    SECTION("of which there is none")
    {
        client.send(net.request("GET", "/double"));
        auto upstream = net.origin.accept();
        CHECK(upstream.receive_head().find("Transfer-Encoding") == std::string::npos);
        upstream.send(ok);
        CHECK(client.receive().status == 200);
    }
}

}  // namespace forward_proxy_hooks_tests
