// How connections, requests and the server itself come to an end.

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/read.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

namespace static_file_server_endings_tests {

using namespace libnet;
using boost::asio::cancellation_type;
using test::FileServer, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;

namespace {

/// More than all socket buffers hold: it is on its way until the client reads it.
constexpr std::uintmax_t huge = 64 * 1024 * 1024;

struct Site {
    Site()
    {
        root.write("a.txt", "text");
        std::filesystem::resize_file(root.write("huge.bin", ""), huge);  // sparse: takes no room
    }
    TemporaryDirectory root;
};

const std::string get_text = "GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n";
const std::string get_huge = "GET /huge.bin HTTP/1.1\r\nHost: test\r\n\r\n";

/// Reads the head of an answer, and leaves the rest where it is.
std::string receive_head(RawClient& client)
{
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && client.socket().read_some(boost::asio::buffer(&byte, 1)) == 1) head += byte;
    return head;
}

/// Reads to the end of the connection. Returns how much came; `error` says how it ended.
std::uintmax_t count_rest(RawClient& client, boost::system::error_code& error)
{
    std::vector<char> buffer(1 << 20);
    std::uintmax_t size = 0;
    while (!error) size += client.socket().read_some(boost::asio::buffer(buffer), error);
    return size;
}

std::ptrdiff_t open_descriptors()
{
    const std::filesystem::directory_iterator descriptors{"/proc/self/fd"};
    return std::distance(begin(descriptors), end(descriptors));
}

}  // namespace

TEST_CASE("a client that never finishes its request for a file is answered with 408", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.header_timeout = 50ms}};
    RawClient client{server.endpoint()};
    SECTION("in the head") { client.send("GET /a.txt HTTP/1.1\r\nHo"); }
    SECTION("in the body") { client.send("GET /a.txt HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhal"); }
    const auto answer = client.receive();
    CHECK(answer.status == 408);
    CHECK(answer.field("Connection") == "close");
    CHECK(client.ended());
    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].status == 408);
    CHECK(!log[0].reason.empty());
}

TEST_CASE("a client that sends a byte now and then doesn't get more time", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.header_timeout = 100ms}};
    RawClient client{server.endpoint()};
    client.send("GET /a.txt HTTP/1.1\r\nX: ");
    boost::system::error_code stopped;
    while (!stopped) {  // until the server gives up, and the reset for the bytes it no longer reads arrives
        boost::asio::write(client.socket(), boost::asio::buffer("x", 1), stopped);
        std::this_thread::sleep_for(5ms);
    }
    CHECK(server.wait_for_log(1).at(0).status == 408);
}

TEST_CASE("a client that sends slowly but well gets more time", "[service][file_server]")
{
    const Site site;
    // Two bytes each 50 ms are 40 a second: enough for the one, not for the others. A second is much more than what a busy
    // machine adds to a pause.
    const auto send_body = [&site](std::uint64_t least_rate) {
        FileServer server{site.root, {.header_timeout = 1s, .min_receive_rate = least_rate}};
        RawClient client{server.endpoint()};
        client.send("GET /a.txt HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\n");
        for (int i = 0; i < 50 && server.logged().empty(); ++i) {
            client.try_send("xx");
            std::this_thread::sleep_for(50ms);
        }
        return server.wait_for_log(1).at(0).status;
    };
    CHECK(send_body(20) == 200);
    CHECK(send_body(10'000) == 408);
    CHECK(send_body(0) == 408);
}

TEST_CASE("a client that sends nothing is closed without an answer", "[service][file_server]")
{
    const Site site;
    SECTION("from the start")
    {
        FileServer server{site.root, {.header_timeout = 50ms}};
        RawClient client{server.endpoint()};
        CHECK(client.ended());
        CHECK(server.logged().empty());
    }
    SECTION("after a request")
    {
        FileServer server{site.root, {.idle_timeout = 50ms}};
        RawClient client{server.endpoint()};
        CHECK(client.exchange(get_text).body == "text");
        CHECK(client.ended());
        CHECK(server.wait_for_log(1).size() == 1);
    }
}

TEST_CASE("a client that takes nothing is given up", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.write_timeout = 50ms}};
    RawClient client{server.endpoint()};
    client.send(get_huge);
    const auto log = server.wait_for_log(1);
    REQUIRE(log.size() == 1);
    CHECK(log[0].status == 200);
    CHECK(log[0].bytes_sent < huge);
    CHECK(!log[0].reason.empty());
    boost::system::error_code error;
    CHECK(count_rest(client, error) < huge);
}

TEST_CASE("clients that vanish at any point leave nothing behind", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient witness{server.endpoint()};
    CHECK(witness.exchange(get_text).body == "text");
    CHECK(witness.exchange("HEAD /huge.bin HTTP/1.1\r\nHost: test\r\n\r\n").status == 200);  // now it is kept open
    const auto before = open_descriptors();
    std::size_t requests = 2;
    for (const std::string sent : {"GET /a.t", "GET /a.txt HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\nhal"}) {
        RawClient{server.endpoint()}.send(sent);
        const auto log = server.wait_for_log(++requests);
        REQUIRE(log.size() == requests);
        CHECK(log.back().status == 0);
        CHECK(!log.back().reason.empty());
    }
    {
        RawClient client{server.endpoint()};
        client.send(get_huge);
        receive_head(client);
    }
    auto log = server.wait_for_log(++requests);
    CHECK(log.at(requests - 1).bytes_sent < huge);
    CHECK(!log.at(requests - 1).reason.empty());
    {
        RawClient{server.endpoint()};
    }

    CHECK(witness.exchange(get_text).body == "text");
    CHECK(server.wait_for_log(requests + 1).size() == requests + 1);
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (open_descriptors() > before && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
    CHECK(open_descriptors() == before);
}

TEST_CASE("a file that shrinks while it is sent ends the connection", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    client.send(get_huge);
    CHECK(receive_head(client).find("Content-Length: 67108864\r\n") != std::string::npos);
    std::filesystem::resize_file(site.root.path() / "huge.bin", 1000);
    boost::system::error_code error;
    CHECK(count_rest(client, error) < huge);
    const auto log = server.wait_for_log(1);
    CHECK(log.at(0).reason.find("shorter") != std::string::npos);
}

TEST_CASE("without a free descriptor the answer is 503, but for what is known, and later all is well again",
          "[service][file_server]")
{
    const Site site;
    site.root.write("b.txt", "other");
    const std::string get_other = "GET /b.txt HTTP/1.1\r\nHost: test\r\n\r\n";
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    CHECK(client.exchange(get_text).status == 200);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit none = before;
    none.rlim_cur = 0;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    const auto other = client.exchange(get_other), known = client.exchange(get_text);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(other.status == 503);
    CHECK(other.field("Retry-After") == "1");
    CHECK(known.body == "text");
    CHECK(client.exchange(get_other).body == "other");
}

TEST_CASE("a file that may not be read is refused", "[service][file_server]")
{
    const Site site;
    std::filesystem::permissions(site.root.path() / "a.txt", std::filesystem::perms::none);
    FileServer server{site.root};
    const auto status = RawClient{server.endpoint()}.exchange(get_text).status;
    CHECK(status == (::geteuid() == 0 ? 200 : 403));  // root may read everything
}

TEST_CASE("a client that sends on behind the end of its connection gets its answer whole", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient client{server.endpoint()};
    client.send("GET /huge.bin HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    receive_head(client);
    client.send(get_text);
    boost::system::error_code error;
    CHECK(count_rest(client, error) == huge);
    CHECK(error == boost::asio::error::eof);  // and no reset
}

TEST_CASE("a server that drains ends idle connections and finishes what it has begun", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.defer_accept = false, .drain_timeout = 20s}};
    RawClient silent{server.endpoint()}, idle{server.endpoint()}, busy{server.endpoint()};
    CHECK(idle.exchange(get_text).body == "text");
    busy.send(get_huge + get_text);
    receive_head(busy);
    server.stop(cancellation_type::total);
    CHECK(silent.ended());
    CHECK(idle.ended());
    CHECK_THROWS_AS(RawClient{server.endpoint()}, boost::system::system_error);

    std::vector<char> body(huge);
    CHECK(boost::asio::read(busy.socket(), boost::asio::buffer(body)) == huge);
    const auto last = busy.receive();
    CHECK(last.body == "text");  // it had come before the end
    CHECK(last.field("Connection") == "close");
    CHECK(busy.ended());
    busy.socket().close();
    CHECK(server.wait_until_ended());
    CHECK(server.logged().size() == 3);
}

TEST_CASE("a last request that was answered before ends its connection, too", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    const std::string last = "GET /a.txt HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    for (int i = 0; i < 4; ++i) {
        RawClient client{server.endpoint()};
        client.send(get_text + last);
        CHECK(client.receive().field("Connection") == "-");
        const auto answer = client.receive();
        CHECK(answer.field("Connection") == "close");
        CHECK(answer.body == "text");
        CHECK(client.ended());
    }
    CHECK(server.wait_for_log(8).size() == 8);
}

TEST_CASE("a client that sends nothing for a while is served all the same", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    RawClient silent{server.endpoint()}, slow{server.endpoint()};
    std::this_thread::sleep_for(1500ms);
    CHECK(silent.exchange(get_text).body == "text");
    server.stop(cancellation_type::total);
    CHECK(silent.ended());
    CHECK(slow.ended());
    CHECK(server.wait_until_ended());
}

TEST_CASE("a drain doesn't wait for ever", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root, {.drain_timeout = 100ms}};
    RawClient client{server.endpoint()};
    client.send(get_huge);
    receive_head(client);
    server.stop(cancellation_type::total);
    CHECK(server.wait_until_ended());
    CHECK(server.logged().size() == 1);
}

TEST_CASE("a server that is stopped now closes everything", "[service][file_server]")
{
    const Site site;
    auto server = std::make_unique<FileServer>(site.root);
    RawClient idle{server->endpoint()}, half{server->endpoint()}, busy{server->endpoint()};
    CHECK(idle.exchange(get_text).body == "text");
    half.send("GET /a");
    busy.send(get_huge);
    receive_head(busy);
    SECTION("by its slot") { server->stop(cancellation_type::terminal); }
    SECTION("by its end") { server->destroy(); }
    CHECK(server->wait_until_ended());
    server.reset();
    for (RawClient* client : {&idle, &half, &busy}) {
        boost::system::error_code error;
        CHECK(count_rest(*client, error) < huge);
    }
}

TEST_CASE("a server that never ran goes away with its clients waiting", "[service][file_server]")
{
    const Site site;
    boost::asio::io_context io;
    StaticFileServerOptions options{.root = site.root.path().string(), .port = 0};
    options.address = boost::asio::ip::address_v4::loopback();
    options.defer_accept = false;
    auto server = std::make_unique<StaticFileServer>(io.get_executor(), options);
    auto never_started = server->run();
    RawClient client{server->local_endpoint()};
    server.reset();
    CHECK(!client.ended());  // reset: it wasn't accepted
}

TEST_CASE("what a client that left has begun is not its successor's", "[service][file_server]")
{
    const Site site;
    FileServer server{site.root};
    const std::string longer(1000, 'x');
    for (int i = 0; i < 3; ++i) {
        {
            RawClient leaver{server.endpoint()};
            leaver.send("GET /somewhere/else HTTP/1.1\r\nHost: another.test\r\n");
        }
        REQUIRE(server.wait_for_log(2 * static_cast<std::size_t>(i) + 1).size() >= 1);
        RawClient successor{server.endpoint()};
        CHECK(successor.exchange("GET /a.txt HTTP/1.1\r\nHost: test\r\nX-Long: " + longer + "\r\n\r\n").body == "text");
    }
}

}  // namespace static_file_server_endings_tests
