// Files that change while they are served.

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/read.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <sys/stat.h>

namespace static_file_server_changes_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n"; }

/// Asks until the answer is the one that is wanted, for at most `limit`; what the kernel tells of comes at once, the
/// rest after a second.
bool becomes(RawClient& client, const std::string& path, const std::string& wanted, std::chrono::seconds limit = 10s)
{
    for (const auto end = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < end;) {
        const auto answer = client.exchange(get(path));
        if (answer.status == 200 ? answer.body == wanted : std::to_string(answer.status) == wanted) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("whatever happens to a file shows in the answers", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("a", "one");
    FileServer server{root};
    RawClient client{server.endpoint()};
    for (int i = 0; i < 5; ++i) CHECK(client.exchange(get("/a")).body == "one");
    CHECK(client.exchange(get("/b")).status == 404);

    root.write("a", "two");
    CHECK(becomes(client, "/a", "two"));
    root.write("b", "new");
    CHECK(becomes(client, "/b", "new"));
    fs::rename(root.path() / "b", root.path() / "a");
    CHECK(becomes(client, "/a", "new"));
    CHECK(becomes(client, "/b", "404"));
    fs::remove_all(root.path());
    CHECK(becomes(client, "/a", "404"));
    root.write("a", "in another directory");
    CHECK(becomes(client, "/a", "in another directory"));
}

TEST_CASE("a file that is replaced all the time is always one of its versions", "[service][file_server]")
{
    const TemporaryDirectory root;
    for (const auto size : {std::size_t{2'000}, std::size_t{30'000}, std::size_t{300'000}}) {
        const auto version = [size](char letter) {
            return std::string(size + static_cast<unsigned char>(letter), letter);
        };
        root.write("a", version('a'));
        FileServer server{root};
        std::atomic<bool> done = false;
        std::thread replacer{[&] {
            for (char letter = 'a'; !done; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
                root.write("next", version(letter));
                fs::rename(root.path() / "next", root.path() / "a");
            }
        }};
        RawClient client{server.endpoint()};
        for (int i = 0; i < 300; ++i) {
            const auto answer = client.exchange(get("/a"));
            REQUIRE(answer.status == 200);
            REQUIRE((answer.body == version(answer.body.front())));
        }
        done = true;
        replacer.join();
    }
}

TEST_CASE("a large file that is written to while it is sent is not sent to its end", "[service][file_server]")
{
    constexpr std::uintmax_t huge = 64 * 1024 * 1024;
    const TemporaryDirectory root;
    fs::resize_file(root.write("huge", ""), huge);
    FileServer server{root};
    RawClient client{server.endpoint()};
    client.send(get("/huge"));
    std::string body(100'000, '\0');
    boost::asio::read(client.socket(), boost::asio::buffer(body));
    boost::system::error_code error;
    SECTION("in its middle: the connection ends before the client could take it for a file")
    {
        root.wait_for_tick();
        std::fstream{root.path() / "huge", std::ios::in | std::ios::out} << "other";
        std::vector<char> rest(huge);
        CHECK(boost::asio::read(client.socket(), boost::asio::buffer(rest), error) < huge - 100'000);
        CHECK(server.wait_for_log(1).at(0).reason.find("written to") != std::string::npos);
    }
    SECTION("at its end: the client gets what was there when it asked")
    {
        fs::resize_file(root.path() / "huge", huge + 1000);
        std::vector<char> rest(huge - 100'000);
        boost::asio::read(client.socket(), boost::asio::buffer(rest), error);
        CHECK(!error);
        CHECK(server.wait_for_log(1).at(0).bytes_sent == huge);
    }
}

TEST_CASE("a FIFO is not there, and isn't waited for", "[service][file_server]")
{
    const TemporaryDirectory root;
    REQUIRE(::mkfifo((root.path() / "fifo").c_str(), 0600) == 0);
    FileServer server{root};
    CHECK(RawClient{server.endpoint()}.exchange(get("/fifo")).status == 404);
}

}  // namespace static_file_server_changes_tests
