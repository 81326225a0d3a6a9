#include <libnet/io/tcp/tcp_server.hpp>
#include <libnet/server_group.hpp>
#include <libnet/static_file_server.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace server_group_tests {

using namespace libnet;
namespace asio = boost::asio;
using asio::ip::tcp;
using Group = ServerGroup<StaticFileServer>;

namespace {

/// What a client on loopback gets.
std::string get(std::uint16_t port, const std::string& path)
{
    asio::io_context io;
    tcp::socket socket{io};
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    std::string answer;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    return answer;
}

/// Runs a group in this thread, and `client` in another one, after which the group is cancelled.
std::exception_ptr run_group(Group& group, asio::cancellation_type how, const std::function<void()>& client)
{
    asio::io_context io;
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    asio::co_spawn(io, group.run(),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown) { failure = thrown; }));
    std::jthread clients{[&] {
        client();
        asio::post(io, [&] { stop.emit(how); });
    }};
    io.run();
    return failure;
}

/// A server whose run fails at once.
class BrokenServer {
public:
    struct Options {
        asio::ip::address address = asio::ip::address_v4::loopback();
        std::uint16_t port = 0;
        AccessHandler on_access{};
    };
    BrokenServer(const asio::io_context::executor_type& executor, const Options&, tcp::acceptor listener)
        : server_{executor, {}, io::FileDescriptor{listener.release()}}
    {}
    std::size_t connections() const { return server_.connections(); }
    void retire() { server_.retire(); }
    asio::awaitable<void> run() { return run(*this); }

private:
    static asio::awaitable<void> run(BrokenServer&)
    {
        throw std::runtime_error{"broken"};
        co_return;
    }
    io::TcpServer server_;
};

}  // namespace

TEST_CASE("a group serves one port from all of its threads, and has one log", "[service][server_group]")
{
    const test::TemporaryDirectory directory;
    directory.write("a.txt", "hello\n");
    const auto log_file = directory.path() / "log";
    AccessLog log{log_file.string()};
    const auto how = GENERATE(asio::cancellation_type::total, asio::cancellation_type::terminal);
    StaticFileServerOptions options{.root = directory.path().string(), .port = 0};
    options.address = asio::ip::address_v4::loopback();
    Group group{options, {.threads = 3, .access_log = &log}};
    std::atomic<int> right = 0;
    const auto failure = run_group(group, how, [&] {
        const auto port = group.local_endpoint().port();
        for (int i = 0; i < 20; ++i) right += get(port, "/a.txt").ends_with("\r\n\r\nhello\n") ? 1 : 0;
    });
    CHECK(failure == nullptr);
    CHECK(right == 20);
    const auto lines = test::read_file(log_file);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 20);
}

TEST_CASE("a group serves with emptied caches while memory is short", "[service][server_group]")
{
    const test::TemporaryDirectory directory;
    directory.write("a.txt", "hello\n");
    StaticFileServerOptions options{.root = directory.path().string(), .port = 0};
    options.address = asio::ip::address_v4::loopback();
    Group group{options, {.threads = 2}};
    int right = 0;
    run_group(group, asio::cancellation_type::total, [&] {
        const auto port = group.local_endpoint().port();
        for (int i = 0; i < 20; ++i) {
            if (i % 3 == 1) group.hold_connections(true);
            if (i == 15) group.hold_connections(false);
            right += get(port, "/a.txt").ends_with("\r\n\r\nhello\n") ? 1 : 0;
        }
    });
    CHECK(right == 20);
}

TEST_CASE("a group whose coroutine is destroyed ends its threads", "[service][server_group]")
{
    const test::TemporaryDirectory directory;
    StaticFileServerOptions options{.root = directory.path().string(), .port = 0};
    Group group{options, {.threads = 2}};
    std::optional<asio::io_context> io{std::in_place};
    asio::co_spawn(*io, group.run(), asio::detached);
    io->poll();
    io.reset();
    SUCCEED("it has come to an end");
}

TEST_CASE("a port that another program has is not shared with it", "[service][server_group]")
{
    const test::TemporaryDirectory directory;
    StaticFileServerOptions options{.root = directory.path().string(), .port = 0};
    const Group first{options, {.threads = 2}};
    options.port = first.local_endpoint().port();
    try {
        const Group second{options, {.threads = 2}};
        FAIL("they share it");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::address_in_use);
        CHECK(std::string{error.what()}.starts_with("cannot listen on [::]:"));
    }
}

TEST_CASE("what a server throws is thrown, when the others have ended", "[service][server_group]")
{
    ServerGroup<BrokenServer> group{BrokenServer::Options{}, {.threads = 3}};
    asio::io_context io;
    std::exception_ptr failure;
    asio::co_spawn(io, group.run(), [&](std::exception_ptr thrown) { failure = thrown; });
    io.run();
    REQUIRE(failure);
    CHECK_THROWS_WITH(std::rethrow_exception(failure), "broken");
}

TEST_CASE("a group serves by other options without closing a connection", "[service][server_group]")
{
    const test::TemporaryDirectory before, after;
    before.write("a.txt", "before");
    after.write("a.txt", "after!");
    StaticFileServerOptions options{.root = before.path().string(), .port = 0};
    options.address = asio::ip::address_v4::loopback();
    Group group{options, {.threads = 2}};
    const tcp::endpoint endpoint{asio::ip::address_v4::loopback(), group.local_endpoint().port()};

    asio::io_context io;
    asio::cancellation_signal stop;
    asio::co_spawn(io, group.run(), asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
    std::exception_ptr refused;
    std::string of_kept, last_of_kept, of_new;
    std::jthread client{[&] {
        asio::io_context clients;
        tcp::socket kept{clients};
        kept.connect(endpoint);
        const auto ask = [&kept] {
            asio::write(kept, asio::buffer(std::string{"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\n"}));
            std::string answer(4096, ' ');
            answer.resize(kept.read_some(asio::buffer(answer)));
            return answer;
        };
        const auto change = [&](const std::string& root) {
            auto other = options;
            other.root = root;
            std::promise<std::exception_ptr> changed;
            asio::post(io, [&] {
                asio::co_spawn(io, group.replace(other), [&](std::exception_ptr thrown) { changed.set_value(thrown); });
            });
            return changed.get_future().get();
        };
        of_kept = ask();
        refused = change("/none/such");
        if (!change(after.path().string())) of_new = get(endpoint.port(), "/a.txt");
        last_of_kept = ask();
        asio::post(io, [&] { stop.emit(asio::cancellation_type::total); });
    }};
    io.run();
    CHECK(refused);
    CHECK(of_kept.ends_with("before"));
    CHECK(of_kept.find("Connection: close") == std::string::npos);
    CHECK(of_new.ends_with("after!"));
    CHECK(last_of_kept.ends_with("before"));
    CHECK(last_of_kept.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("a group counts what its servers do", "[service][server_group]")
{
    const test::TemporaryDirectory directory;
    directory.write("a.txt", "hello\n");
    StaticFileServerOptions options{.root = directory.path().string(), .port = 0};
    options.address = asio::ip::address_v4::loopback();
    Group group{options, {.threads = 2}};
    asio::io_context io;
    asio::cancellation_signal stop;
    asio::co_spawn(io, group.run(), asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
    ServerCounts counts;
    std::jthread client{[&] {
        const auto port = group.local_endpoint().port();
        for (const char* path : {"/a.txt", "/a.txt", "/none"}) get(port, path);
        asio::post(io, [&] {
            asio::co_spawn(io, group.counts(), [&](std::exception_ptr, ServerCounts counted) {
                counts = counted;
                stop.emit(asio::cancellation_type::total);
            });
        });
    }};
    io.run();
    CHECK(counts.requests == std::array<std::uint64_t, 6>{0, 0, 2, 0, 1, 0});
    CHECK(counts.bytes_sent > 12);
    CHECK(counts.latency_ns > 0);
}

}  // namespace server_group_tests
