// Who asks for little doesn't wait for those who ask for much.

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/file_server.hpp>
#include <tests/support/raw_client.hpp>

#include <boost/asio/buffer.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace static_file_server_fairness_tests {

using namespace libnet;
using test::FileServer, test::RawClient, test::TemporaryDirectory;

namespace {

constexpr std::uintmax_t huge = std::uintmax_t{64} * 1024 * 1024 * 1024;

/// A client that takes all it can get, until it goes.
class Download {
public:
    explicit Download(const boost::asio::ip::tcp::endpoint& server) : client_{server}
    {
        client_.send("GET /huge.bin HTTP/1.1\r\nHost: test\r\n\r\n");
        thread_ = std::thread{[this] {
            std::vector<char> buffer(1 << 18);
            boost::system::error_code error;
            while (!error) received_ += client_.socket().read_some(boost::asio::buffer(buffer), error);
            ended_ = true;
        }};
    }
    ~Download()
    {
        boost::system::error_code ignored;
        client_.socket().shutdown(boost::asio::socket_base::shutdown_both, ignored);
        thread_.join();
    }
    Download(const Download&) = delete;
    Download& operator=(const Download&) = delete;

    std::uint64_t received() const { return received_; }
    bool ended() const { return ended_; }

private:
    RawClient client_;
    std::atomic<std::uint64_t> received_{0};
    std::atomic<bool> ended_{false};
    std::thread thread_;
};

}  // namespace

TEST_CASE("small requests are answered while large files are on their way", "[service][file_server]")
{
    const TemporaryDirectory root;
    root.write("a.txt", "text");
    std::filesystem::resize_file(root.write("huge.bin", ""), huge);  // sparse: takes no room
    FileServer server{root};
    std::deque<Download> downloads;
    for (int i = 0; i < 6; ++i) downloads.emplace_back(server.endpoint());
    const auto all_go_on = [&](std::uint64_t from) {
        for (const auto& download : downloads)
            while (!download.ended() && download.received() <= from) std::this_thread::yield();
    };
    all_go_on(0);

    RawClient client{server.endpoint()};
    for (int i = 0; i < 100; ++i) CHECK(client.exchange("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n").body == "text");
    for (int i = 0; i < 20; ++i) {
        RawClient newcomer{server.endpoint()};
        CHECK(newcomer.exchange("GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n").body == "text");
    }
    for (const auto& download : downloads) CHECK(!download.ended());
    all_go_on(32 * 1024 * 1024);  // none of them is left behind
}

}  // namespace static_file_server_fairness_tests
