// What a StaticFileServer reports to its diagnostics, and what its log is told all the same.

#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/raw_client.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace static_file_server_complaints_tests {

using namespace libnet;
using test::RawClient, test::TemporaryDirectory;

namespace {

const std::string get_text = "GET /a.txt HTTP/1.1\r\nHost: test\r\n\r\n";

/// A server in a thread, whose `on_access` throws for targets in which "throw" stands.
class Server {
public:
    Server()
    {
        root_.write("a.txt", "text");
        std::filesystem::resize_file(root_.write("huge.bin", ""), 64 * 1024 * 1024);
        StaticFileServerOptions options{.root = root_.path().string(), .port = 0};
        options.address = boost::asio::ip::address_v4::loopback();
        options.on_access = [this](const AccessRecord& record) {
            const std::lock_guard lock{mutex_};
            told_.push_back(std::string{record.target} + " " + std::to_string(record.status));
            if (record.target.find("throw") != record.target.npos) throw std::runtime_error{"the log is full"};
        };
        options.diagnostics = [this](DiagnosticLevel level, std::string_view text) {
            const std::lock_guard lock{mutex_};
            heard_.push_back(std::string{name_of(level)}.append(": ").append(text));
        };
        server_.emplace(io_.get_executor(), options);
        boost::asio::co_spawn(io_, server_->run(),
                              boost::asio::bind_cancellation_slot(stop_.slot(), [](std::exception_ptr) {}));
        thread_ = std::thread{[this] { io_.run(); }};
    }
    ~Server() { stop(); }

    boost::asio::ip::tcp::endpoint endpoint() const { return server_->local_endpoint(); }

    /// Stops at once, and waits for that.
    void stop()
    {
        if (!thread_.joinable()) return;
        boost::asio::post(io_, [this] { stop_.emit(boost::asio::cancellation_type::terminal); });
        thread_.join();
    }

    std::vector<std::string> told()
    {
        const std::lock_guard lock{mutex_};
        return told_;
    }
    std::vector<std::string> heard()
    {
        const std::lock_guard lock{mutex_};
        return heard_;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> told_, heard_;
    TemporaryDirectory root_;
    boost::asio::cancellation_signal stop_;
    boost::asio::io_context io_{1};
    std::optional<StaticFileServer> server_;
    std::thread thread_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an on_access that throws ends its connection, is reported, and is called once for each request",
          "[service][file_server]")
{
    Server server;
    RawClient witness{server.endpoint()}, client{server.endpoint()};
    CHECK(witness.exchange(get_text).body == "text");
    client.send("GET /throw HTTP/1.1\r\nHost: test\r\n\r\n" + get_text + "GET /b HTTP/1.1\r\nHost: test\r\n\r\n");
    CHECK(client.receive().status == 404);
    CHECK(client.receive().body == "text");
    CHECK(client.receive().status == 404);
    CHECK(client.ended());
    CHECK(witness.exchange(get_text).body == "text");
    CHECK(server.heard() == Lines{"error: a connection was ended: the log is full"});
    server.stop();
    CHECK(server.told() == Lines{"/a.txt 200", "/throw 404", "/a.txt 200", "/b 404", "/a.txt 200"});
}

TEST_CASE("a server that is stopped at once tells of what it has begun, once", "[service][file_server]")
{
    Server server;
    RawClient half{server.endpoint()}, busy{server.endpoint()}, idle{server.endpoint()};
    CHECK(idle.exchange(get_text).body == "text");
    half.send("GET /half HTTP/1.1\r\n");
    busy.send("GET /huge.bin HTTP/1.1\r\nHost: test\r\n\r\n");
    char byte = 0;
    busy.socket().receive(boost::asio::buffer(&byte, 1));  // it is on its way
    CHECK(idle.exchange(get_text).body == "text");         // and the half has come before
    server.stop();
    auto told = server.told();
    std::sort(told.begin(), told.end());
    CHECK(told == Lines{"/a.txt 200", "/a.txt 200", "/huge.bin 200", "GET /half HTTP/1.1 0"});
    CHECK(server.heard().empty());
}

}  // namespace static_file_server_complaints_tests
