// Limits of a daemon that count for all of its threads and places.

#include <tests/support/catch.hpp>
#include <tests/support/daemon.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>

namespace daemon_limits_tests {

using namespace libnet::test;

namespace {

constexpr const char* request = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

struct Site {
    Site() { root.write("a", "content"); }
    TemporaryDirectory root;
};

using Clients = std::vector<std::unique_ptr<RawClient>>;

/// Whether something comes from the server within this time.
bool hears(RawClient& client, int milliseconds)
{
    pollfd look{client.socket().native_handle(), POLLIN, 0};
    return ::poll(&look, 1, milliseconds) == 1;
}

/// How many of the clients have an answer now; all that will come in a second have come then.
std::size_t answered(Clients& clients)
{
    std::size_t count = 0;
    for (auto& client : clients)
        if (hears(*client, 200)) ++count;
    return count;
}

}  // namespace

TEST_CASE("connections are limited for all threads together", "[apps][daemon]")
{
    const Site site;
    Daemon httpd{"httpd++", {site.root.path().string(), "--threads", "4", "--max-connections", "3"}};
    Clients busy;
    for (int i = 0; i < 3; ++i) {  // each within a request, so that none gives way
        busy.push_back(std::make_unique<RawClient>(httpd.endpoint()));
        CHECK(busy.back()->exchange(request).body == "content");
        busy.back()->send("GET /a HTTP/1.1\r\n");
    }
    Clients waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.push_back(std::make_unique<RawClient>(httpd.endpoint()));
        waiting.back()->send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    CHECK(answered(waiting) == 0);
    for (auto& client : busy) client->send("Host: x\r\nConnection: close\r\n\r\n");
    for (auto& client : busy) CHECK(client->receive().body == "content");
    for (auto& client : waiting) CHECK(client->receive().body == "content");
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("an idle connection gives way to a client of another thread", "[apps][daemon]")
{
    const Site site;
    Daemon httpd{"httpd++", {site.root.path().string(), "--threads", "4", "--max-connections", "2"}};
    Clients clients;  // most of them are another thread's than those before
    for (int i = 0; i < 24; ++i) {
        clients.push_back(std::make_unique<RawClient>(httpd.endpoint()));
        CHECK(clients.back()->exchange(request).body == "content");
    }
    CHECK(httpd.stop().exit_code == 0);
}

TEST_CASE("a connection has so many requests, whether their answers are known or not", "[apps][daemon]")
{
    const Site site;
    Daemon httpd{"httpd++", {site.root.path().string(), "--max-requests", "3"}};
    for (int i = 0; i < 3; ++i) {
        RawClient client{httpd.endpoint()};
        CHECK(client.exchange(request).field("Connection") == "-");
        CHECK(client.exchange(request).field("Connection") == "-");
        CHECK(client.exchange(request).field("Connection") == "close");
        CHECK(client.ended());
    }
}

TEST_CASE("a process that is larger than it may be says so, and takes one connection at a time", "[apps][daemon]")
{
    const Site site;
    Daemon httpd{"httpd++", {site.root.path().string(), "--max-memory", "1M"}};
    REQUIRE(httpd.process().wait_for("of 1048576 bytes of --max-memory are in use: idle connections are closed"));
    RawClient first{httpd.endpoint()};
    first.send("GET /a HTTP/1.1\r\n");
    RawClient second{httpd.endpoint()};
    second.send(request);
    CHECK_FALSE(hears(second, 300));  // the first one is within its request
    first.send("Host: x\r\n\r\n");
    CHECK(first.receive().body == "content");
    CHECK(second.receive().body == "content");
    CHECK(first.ended());
    CHECK(httpd.stop().exit_code == 0);
}

}  // namespace daemon_limits_tests
