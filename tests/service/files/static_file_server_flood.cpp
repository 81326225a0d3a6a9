// One client that asks as fast as it can, and others who want to be answered as well.

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>

namespace static_file_server_flood_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;

namespace {

/// Sends requests without end and takes the answers.
class Flood {
public:
    Flood(const boost::asio::ip::tcp::endpoint& server, const std::string& request) : client_{server}
    {
        std::string many;
        while (many.size() < 1 << 20) many += request;
        sender_ = std::thread{[this, many = std::move(many)] {
            boost::system::error_code error;
            while (!error) boost::asio::write(client_.socket(), boost::asio::buffer(many), error);
        }};
        receiver_ = std::thread{[this] {
            std::vector<char> room(1 << 20);
            boost::system::error_code error;
            while (!error) received_ += client_.socket().read_some(boost::asio::buffer(room), error);
        }};
    }
    ~Flood()
    {
        ::shutdown(client_.socket().native_handle(), SHUT_RDWR);
        sender_.join();
        receiver_.join();
    }

    std::size_t received() const { return received_; }

private:
    RawClient client_;
    std::atomic<std::size_t> received_{0};
    std::thread sender_, receiver_;
};

}  // namespace

TEST_CASE("a client that never stops asking doesn't keep others from being answered", "[service][file_server]")
{
    TemporaryDirectory root;
    root.write("a.txt", "text");
    FileServer server{root};
    const std::string get = "GET /a.txt HTTP/1.1\r\nHost: test\r\n";
    std::string request = get + "\r\n";
    SECTION("the same all the time") {}
    SECTION("what isn't there") { request = "HEAD /b.txt HTTP/1.1\r\nHost: test\r\n\r\n"; }
    SECTION("with bodies") { request = get + "Content-Length: 5\r\n\r\nhello"; }
    const Flood flood{server.endpoint(), request};
    while (flood.received() < 1 << 20) std::this_thread::yield();

    RawClient other{server.endpoint()};
    const auto before = flood.received();
    for (int i = 0; i < 3; ++i) CHECK(other.exchange(get + "\r\n").body == "text");
    while (flood.received() == before) std::this_thread::yield();  // nor do they keep it from that
}

}  // namespace static_file_server_flood_tests
