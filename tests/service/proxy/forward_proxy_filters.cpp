// Filters of bodies that don't come to an end.

#include <tests/support/catch.hpp>
#include <tests/support/proxy.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace forward_proxy_filters_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Decision = asio::awaitable<std::optional<ProxyReply>>;

asio::awaitable<void> rest(std::chrono::milliseconds time)
{
    asio::steady_timer timer{co_await asio::this_coro::executor, time};
    co_await timer.async_wait(asio::use_awaitable);
}

/// Writes "begin", and then never anything again.
asio::awaitable<void> hang(ProxyBody& body)
{
    auto writing = body.write("begin");
    co_await std::move(writing);
    auto resting = rest(24h);
    co_await std::move(resting);
}

/// Takes its time for each piece, and passes it on.
asio::awaitable<void> plod(ProxyBody& body)
{
    for (;;) {
        auto reading = body.read();
        const auto piece = co_await std::move(reading);
        if (!piece) co_return;
        auto resting = rest(50ms);
        co_await std::move(resting);
        auto writing = body.write(*piece);
        co_await std::move(writing);
    }
}

struct Filtered {
    Filtered(ProxyBodyFilter request, ProxyBodyFilter response)
    {
        ProxyHooks hooks;
        hooks.filter_timeout = 300ms;
        hooks.on_request = [filter = std::move(request)](ProxyRequest& of) -> Decision {
            of.filter_body = filter;
            co_return std::nullopt;
        };
        hooks.on_response = [filter = std::move(response)](ProxyRequest&, ProxyResponse& of) -> Decision {
            of.filter_body = filter;
            co_return std::nullopt;
        };
        options.hooks = std::make_shared<const ProxyHooks>(std::move(hooks));
        options.diagnostics = [this](DiagnosticLevel, std::string_view text) {
            const std::lock_guard lock{mutex};
            told.append(text);
        };
    }
    bool has_told(std::string_view words)
    {
        const std::lock_guard lock{mutex};
        return told.find(words) != told.npos;
    }
    std::mutex mutex;
    std::string told;
    ForwardProxyOptions options;
};

}  // namespace

TEST_CASE("a filter of an answer that never ends is given up, and the answer is cut", "[service][proxy][hooks]")
{
    Filtered filtered{nullptr, hang};
    ProxyFixture net{filtered.options};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("GET"));
    auto origin = net.origin.accept();
    origin.receive_head();
    origin.send(ok);
    const auto answer = client.receive_rest();
    CHECK(answer.find("begin") != answer.npos);
    CHECK(answer.find("\r\n0\r\n") == answer.npos);
    CHECK(filtered.has_told("it took longer than ProxyHooks::filter_timeout"));
}

TEST_CASE("a filter of a request that never ends is given up with 500", "[service][proxy][hooks]")
{
    Filtered filtered{hang, nullptr};
    ProxyFixture net{filtered.options};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Content-Length: 4\r\n") + "body");
    auto origin = net.origin.accept();
    origin.receive_head();
    CHECK(client.receive().status == 500);
    CHECK(filtered.has_told("it took longer than ProxyHooks::filter_timeout"));
}

TEST_CASE("a filter has its time for each piece, and the time of others is not its own", "[service][proxy][hooks]")
{
    constexpr auto long_wait = 900ms;  // of a filter for others: thrice its own time, and a few ticks of the wheel
    Filtered filtered{plod, plod};
    ProxyFixture net{filtered.options};
    RawClient client{net.proxy.endpoint()};
    client.send(net.request("POST", "/", "Connection: close\r\nContent-Length: 8\r\n") + "body");
    auto origin = net.origin.accept();
    origin.receive_until("body");
    std::this_thread::sleep_for(long_wait);
    client.send("more");
    origin.receive_until("0\r\n\r\n");
    origin.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
    std::this_thread::sleep_for(long_wait);
    origin.send("done");
    const auto answer = client.receive_rest();
    CHECK(answer.ends_with("\r\ndone\r\n0\r\n\r\n"));
    CHECK(filtered.told.empty());
}

}  // namespace forward_proxy_filters_tests
