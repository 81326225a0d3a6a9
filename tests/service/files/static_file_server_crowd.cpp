// More clients than a StaticFileServer takes at a time.

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <memory>
#include <string>
#include <vector>

namespace static_file_server_crowd_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

const std::string get = "GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n";

/// Connections that have had an answer, and wait for their next request.
std::vector<std::unique_ptr<RawClient>> idle_clients(const FileServer& server, std::size_t count)
{
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < count; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.endpoint()));
        CHECK(clients.back()->exchange(get).body == "text");
    }
    return clients;
}

}  // namespace

TEST_CASE("the connection that has been idle the longest makes room for who waits", "[service][file_server][crowd]")
{
    TemporaryDirectory root;
    root.write("a.txt", "text");
    FileServer server{root, {.max_connections = 100, .idle_timeout = 3600s}};
    auto clients = idle_clients(server, 100);
    CHECK(clients[0]->exchange(get).status == 200);  // now the second one has been idle the longest
    RawClient next{server.endpoint()};
    CHECK(next.exchange(get).body == "text");
    CHECK(clients[1]->ended());
    CHECK(clients[0]->exchange(get).status == 200);
    CHECK(clients[2]->exchange(get).status == 200);
    for (int i = 0; i < 50; ++i) CHECK(RawClient{server.endpoint()}.exchange(get).status == 200);
}

TEST_CASE("where no client waits, all of them stay", "[service][file_server][crowd]")
{
    TemporaryDirectory root;
    root.write("a.txt", "text");
    FileServer server{root, {.max_connections = 10, .idle_timeout = 3600s}};
    auto clients = idle_clients(server, 10);
    for (const auto& client : clients) CHECK(client->exchange(get).status == 200);
}

TEST_CASE("a connection with a request under way makes room for no other", "[service][file_server][crowd]")
{
    TemporaryDirectory root;
    root.write("a.txt", "text");
    FileServer server{root, {.defer_accept = false, .max_connections = 1, .idle_timeout = 3600s}};
    RawClient first{server.endpoint()};
    first.send(get + "GET /a.txt HTTP/1.1\r\n");
    CHECK(first.receive().status == 200);
    RawClient second{server.endpoint()};
    second.send(get);
    first.send("Host: test\r\n\r\n");
    CHECK(first.receive().status == 200);
    CHECK(second.receive().status == 200);
    CHECK(first.ended());
}

TEST_CASE("a client that sends nothing makes room after a moment", "[service][file_server][crowd]")
{
    TemporaryDirectory root;
    root.write("a.txt", "text");
    FileServer server{root, {.defer_accept = false, .max_connections = 2, .header_timeout = 3600s}};
    RawClient silent{server.endpoint()}, other{server.endpoint()};
    RawClient next{server.endpoint()};
    CHECK(next.exchange(get).status == 200);
    CHECK(silent.ended());
}

}  // namespace static_file_server_crowd_tests
