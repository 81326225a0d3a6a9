// Limits of rules and their times, as clients of proxy++ meet them.

#include <tests/support/catch.hpp>
#include <tests/support/proxy_program.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/scripted_origin.hpp>
#include <tests/support/temporary_directory.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace egress_limits_tests {

using namespace libnet::test;

namespace {

constexpr std::string_view hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct Limited {
    explicit Limited(std::string_view text) : rules{folder.write("proxy.rules", std::string{text}).string()} {}

    std::string get() const { return "GET " + origin.url() + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n"; }
    std::string connect() const
    {
        return "CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: " + origin.authority() + "\r\n\r\n";
    }
    Answer ask() const { return RawClient{proxy.endpoint()}.exchange(get()); }

    /// The origin answers so; what the client has of it.
    Answer fetch(std::string_view answer = hello)
    {
        RawClient client{proxy.endpoint()};
        client.send(get());
        auto connection = origin.accept();
        connection.receive_head();
        connection.send(answer);
        return client.receive();
    }

    /// All that was logged; the proxy ends first.
    std::string events()
    {
        proxy.stop();
        return read_file(folder.path() / "events");
    }

    TemporaryDirectory folder;
    std::string rules;
    ScriptedOrigin origin;
    Proxy proxy{{"--egress", rules, "--event-log", (folder.path() / "events").string()}};
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("requests beyond a limit are answered with 429, and say when to come again", "[apps][proxy][egress]")
{
    Limited limited{"limit requests 2/week\n"};
    CHECK(limited.fetch().body == "hello");
    CHECK(limited.fetch().body == "hello");
    const auto refused = limited.ask();
    CHECK(refused.status == 429);
    CHECK(has(refused.body, "requests_exceeded"));
    CHECK(std::stol(refused.field("Retry-After")) > 24 * 3600);
    CHECK(has(refused.field("Proxy-Status"), "error=http_request_denied"));
    CHECK(has(refused.field("Proxy-Status"), "requests_exceeded"));
    const auto tunnel = RawClient{limited.proxy.endpoint()}.exchange(limited.connect());
    CHECK(tunnel.status == 429);
    CHECK(has(limited.events(), R"("verdict":"requests_exceeded","rule":"limit requests 2/week","line":1)"));
}

TEST_CASE("a download that uses a quota up ends there, and the next request is refused", "[apps][proxy][egress]")
{
    Limited limited{"allow to *\nlimit quota 100K/week\n"};
    RawClient client{limited.proxy.endpoint()};
    client.send(limited.get());
    auto connection = limited.origin.accept();
    connection.receive_head();
    constexpr std::size_t size = 64'000'000;
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
    std::size_t sent = 0;
    try {
        const std::string piece(100'000, 'x');
        for (; sent < size; sent += piece.size()) connection.send(piece);
    } catch (const std::exception&) {
        // The proxy has closed the connection.
    }
    const auto answer = client.receive();
    CHECK(answer.body.size() >= 90'000);
    CHECK(answer.body.size() < 4'000'000);
    const auto refused = limited.ask();
    CHECK(refused.status == 429);
    CHECK(has(refused.body, "quota_exceeded"));
    const auto events = limited.events();
    CHECK(has(events, R"("verdict":"quota_exceeded","reported":false)"));  // cut, for all that the rules let it begin
    CHECK(has(events, R"("verdict":"quota_exceeded","rule":"limit quota 100K/week","line":2)"));
}

TEST_CASE("a tunnel that uses a quota up is broken", "[apps][proxy][egress]")
{
    Limited limited{"limit quota 100K/week\n"};
    RawClient client{limited.proxy.endpoint()};
    CHECK(client.exchange(limited.connect()).status == 200);
    auto connection = limited.origin.accept();
    client.send("up");
    bool is_broken = false;
    try {
        const std::string piece(100'000, 'x');
        for (int i = 0; i < 1000; ++i) connection.send(piece);
    } catch (const std::exception&) {
        is_broken = true;
    }
    CHECK(is_broken);
    CHECK(limited.ask().status == 429);
}

TEST_CASE("a rate slows answers and tunnels down", "[apps][proxy][egress]")
{
    using Clock = std::chrono::steady_clock;
    Limited limited{"limit rate 100K/s\n"};
    const std::string content(300'000, 'x');
    auto began = Clock::now();
    CHECK(limited.fetch("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + content).body == content);
    // A second's worth goes at once, and then two more take their time, however fast the machine is.
    CHECK(Clock::now() - began >= std::chrono::milliseconds{1500});

    RawClient client{limited.proxy.endpoint()};
    CHECK(client.exchange(limited.connect()).status == 200);
    auto connection = limited.origin.accept();
    began = Clock::now();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + content);
    CHECK(client.receive().body == content);
    CHECK(Clock::now() - began >= std::chrono::milliseconds{1500});
}

TEST_CASE("a policy that only reports tells of limits, and goes on", "[apps][proxy][egress]")
{
    Limited limited{"limit requests 1/week\nreport-only\n"};
    CHECK(limited.fetch().status == 200);
    CHECK(limited.fetch().status == 200);
    CHECK(has(limited.events(),
              R"("verdict":"requests_exceeded","rule":"limit requests 1/week","line":1,"reported":true)"));
}

TEST_CASE("--explain says at what time, and which limits count", "[apps][proxy][egress]")
{
    const TemporaryDirectory folder;
    const auto rules =
        folder.write("proxy.rules", "allow times utc mon-fri 08:00-18:00\nlimit requests 5/s\ndefault deny\n").string();
    const auto explain = [&](const std::string& at) {
        return run({program("proxy++"), "--egress", rules, "--explain", "GET http://93.184.216.34/", "--at", at});
    };
    const auto monday = explain("2026-11-30T08:00Z");
    CHECK(monday.exit_code == 0);
    CHECK(has(monday.out, "utc mon 08:00"));
    CHECK(has(monday.out, "limit in line 2, 'limit requests 5/s': counts"));
    CHECK(explain("2026-11-30T18:00Z").exit_code == 1);
    CHECK(explain("2026-11-29T12:00Z").exit_code == 1);
    const auto bad = explain("monday");
    CHECK(bad.exit_code == 2);
    CHECK(has(bad.err, "'monday' is no time"));
}

}  // namespace egress_limits_tests
