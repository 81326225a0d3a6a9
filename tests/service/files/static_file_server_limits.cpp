// What one client may have of a StaticFileServer.

#include <libnet/access.hpp>
#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

namespace static_file_server_limits_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

constexpr std::uintmax_t huge = 64 * 1024 * 1024;

struct Site {
    Site()
    {
        root.write("a.txt", "text");
        root.write("large.bin", std::string(300'000, 'x'));
        std::filesystem::resize_file(root.write("huge.bin", ""), huge);
    }
    TemporaryDirectory root;
};

StaticFileServerOptions limited(const engine::ClientLimits& limits)
{
    StaticFileServerOptions options;
    options.limits = std::make_shared<io::ClientLimiter>(limits);
    return options;
}

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n"; }

}  // namespace

TEST_CASE("a client that has too many connections is told so", "[service][file_server][limits]")
{
    const Site site;
    FileServer server{site.root, limited({.connections = 2})};
    auto first = std::make_unique<RawClient>(server.endpoint());
    RawClient second{server.endpoint()};
    CHECK(first->exchange(get("/a.txt")).status == 200);
    CHECK(second.exchange(get("/a.txt")).status == 200);
    RawClient third{server.endpoint()};
    CHECK(third.receive().status == 429);
    CHECK(third.ended());

    first.reset();
    const auto log = server.wait_for_log(3);
    REQUIRE(log.size() == 3);
    CHECK(log[2].status == 429);
    CHECK(log[2].reason == "This client has too many connections.");
    for (int tries = 0;; ++tries) {  // until the server has noticed the end
        RawClient next{server.endpoint()};
        next.try_send(get("/a.txt"));
        if (next.receive().status == 200) break;
        REQUIRE(tries < 200);
        std::this_thread::sleep_for(10ms);
    }
}

TEST_CASE("a client that asks too often is told when to come again", "[service][file_server][limits]")
{
    const Site site;
    FileServer server{site.root, limited({.requests_per_second = 0.5, .request_burst = 2})};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt")).status == 200);
    CHECK(client.exchange(get("/a.txt")).status == 200);
    const auto refused = client.exchange(get("/a.txt"));
    CHECK(refused.status == 429);
    CHECK(refused.field("Retry-After") == "2");
    CHECK(refused.field("Connection") == "-");
    RawClient other{server.endpoint()};
    CHECK(other.exchange(get("/a.txt")).status == 429);
}

TEST_CASE("a client that asks too often is shown the site's own page", "[service][file_server][limits]")
{
    const Site site;
    site.root.write("slowly.html", "slowly");
    auto options = limited({.requests_per_second = 0.01, .request_burst = 1});
    options.site.error_pages = {{429, "slowly.html"}};
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get("/a.txt")).status == 200);
    for (const auto* path : {"/a.txt", "/slowly.html", "/%zz"}) {
        const auto refused = client.exchange(get(path));
        CHECK(refused.status == 429);
        CHECK(refused.body == "slowly");
        CHECK(std::stoi(refused.field("Retry-After")) > 90);
        CHECK(refused.field("Connection") == "-");
    }
    const auto head = client.exchange("HEAD /a.txt HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(head.status == 429);
    CHECK(head.field("Content-Length") == "6");

    std::filesystem::remove(site.root.path() / "slowly.html");
    auto built_in = client.exchange(get("/a.txt"));
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (built_in.body == "slowly" && std::chrono::steady_clock::now() < end)  // until the server has noticed
        built_in = client.exchange(get("/a.txt"));
    CHECK(built_in.status == 429);
    CHECK(built_in.body.find("Too many requests came from this client.") != std::string::npos);
}

TEST_CASE("a client gets bytes at its rate, over all of its connections", "[service][file_server][limits]")
{
    const Site site;
    FileServer server{site.root, limited({.bytes_per_second = 200'000})};
    const auto begin = std::chrono::steady_clock::now();
    RawClient client{server.endpoint()}, other{server.endpoint()};
    client.send(get("/large.bin"));
    other.send(get("/large.bin"));
    CHECK(client.receive().body.size() == 300'000);
    CHECK(other.receive().body.size() == 300'000);
    const auto took = std::chrono::steady_clock::now() - begin;
    CHECK(took > 1500ms);  // 600,000 bytes, of which 200,000 come at once
    CHECK(took < 10s);
}

TEST_CASE("a paused answer doesn't outlive its server", "[service][file_server][limits]")
{
    const Site site;
    FileServer server{site.root, limited({.bytes_per_second = 1000})};
    RawClient client{server.endpoint()};
    client.send(get("/large.bin"));
    char byte = 0;
    client.socket().read_some(boost::asio::buffer(&byte, 1));  // the answer is on its way
    server.stop(boost::asio::cancellation_type::terminal);
    CHECK(server.wait_until_ended());
}

TEST_CASE("a client that takes its answer too slowly is left", "[service][file_server][limits]")
{
    const Site site;
    StaticFileServerOptions options;
    options.write_timeout = 600ms;
    options.min_send_rate = 1'000'000'000;
    FileServer server{site.root, options};
    RawClient client{server.endpoint()};
    client.send(get("/huge.bin"));
    boost::system::error_code ended;
    std::vector<char> buffer(16 * 1024);
    std::uintmax_t got = 0;
    while (!ended) {
        got += client.socket().read_some(boost::asio::buffer(buffer), ended);
        std::this_thread::sleep_for(1ms);
    }
    CHECK(got < huge);
    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].reason == "The client took what it was sent too slowly.");
}

}  // namespace static_file_server_limits_tests
