// Servers through a connection of a test's own.

#include <libnet/forward_proxy.hpp>
#include <libnet/static_file_server.hpp>
#include <libnet/testing/test_connection.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <string>

namespace test_connection_tests {

namespace asio = boost::asio;
using namespace libnet;
using testing::TestConnection;

namespace {

struct Files {
    Files()
    {
        root.write("a.txt", "the content");
        asio::co_spawn(io, server.run(), asio::detached);
    }

    test::TemporaryDirectory root;
    asio::io_context io{1};
    StaticFileServer server{io.get_executor(),
                            {.root = root.path().string(), .address = asio::ip::address_v4::loopback(), .port = 0}};
};

}  // namespace

TEST_CASE("a server answers a test's connection, and closes it when asked", "[service][testing]")
{
    Files files;
    TestConnection client{files.io};
    files.server.serve(client.take_server_end());
    client.send("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto first = client.receive_until("the content");
    CHECK(first.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(first.ends_with("\r\n\r\nthe content"));
    CHECK_FALSE(client.ended());

    client.send("GET /nothing HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    CHECK(client.receive_all().starts_with("HTTP/1.1 404 "));
    CHECK(client.ended());
    CHECK(client.receive_all().empty());
}

TEST_CASE("what the client does, the server sees", "[service][testing]")
{
    Files files;
    TestConnection client{files.io}, other{files.io};
    files.server.serve(client.take_server_end());
    files.server.serve(other.take_server_end());
    other.send("GET /a.txt HTTP/1.0\r\n\r\n");
    CHECK(other.receive_all().ends_with("the content"));
    client.send("GET /a.txt HTTP/1.1\r\nHo");
    client.shut_down();
    client.receive_all();
    CHECK(client.ended());
    other.close();
    while (files.server.connections() != 0) {
        files.io.restart();
        REQUIRE(files.io.run_one_for(std::chrono::seconds{20}) != 0);
    }
}

TEST_CASE("a server that says nothing is not waited for without end", "[service][testing]")
{
    Files files;
    TestConnection client{files.io};
    files.server.serve(client.take_server_end());
    CHECK_THROWS_AS(client.receive_until("anything", std::chrono::nanoseconds{0}), boost::system::system_error);
    client.send("GET /a.txt HTTP/1.0\r\n\r\n");
    CHECK(client.receive_all().ends_with("the content"));  // and can be asked later
}

TEST_CASE("a proxy refuses through a test's connection what it refuses through any", "[service][testing]")
{
    asio::io_context io{1};
    ForwardProxy proxy{io.get_executor(), {.address = asio::ip::address_v4::loopback(), .port = 0}};
    asio::co_spawn(io, proxy.run(), asio::detached);
    TestConnection client{io};
    proxy.serve(client.take_server_end());
    client.send("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n");
    CHECK(client.receive_until("\r\n\r\n").starts_with("HTTP/1.1 403 "));
}

}  // namespace test_connection_tests
