#include <apps/common/daemon.hpp>
#include <libnet/io/tcp/listening_sockets.hpp>
#include <libnet/io/tcp/tcp_server.hpp>
#include <tests/support/capture.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/process.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace daemon_tests {

using namespace libnet;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What each server of a test says when it listens: the port.
std::function<void(std::uint16_t)> on_listening;

struct EchoOptions {
    AccessHandler on_access = {};
    bool broken = false;  ///< run() throws
};

/// Sends one byte back per connection, which ends then; but for who sends 'h' and holds the line.
class EchoServer {
public:
    EchoServer(const io::Executor& executor, const EchoOptions& options, tcp::acceptor listener)
        : options_{options},
          server_{executor, {}, io::FileDescriptor{listener.release()}}
    {}

    std::size_t connections() const { return server_.connections(); }
    void retire() { server_.retire(); }

    asio::awaitable<void> run() { return run(*this); }

private:
    static asio::awaitable<void> run(EchoServer& self)
    {
        if (self.options_.broken) throw std::runtime_error{"the server is broken"};
        on_listening(self.server_.local_endpoint().port());
        auto served = self.server_.run_sessions([&self](io::Connection& connection) { return self.serve(connection); });
        co_await std::move(served);
    }

    io::Task<> serve(io::Connection& connection)
    {
        char byte;
        const auto buffer = asio::buffer(&byte, 1);
        auto [failed, size] = co_await connection.socket().async_read_some(buffer, io::use_tuple);
        if (failed) co_return;
        AccessRecord record;
        record.client = connection.peer();
        record.method = "ECHO";
        record.target = {&byte, 1};
        record.status = 200;
        if (options_.on_access) options_.on_access(record);
        co_await connection.socket().async_write_some(buffer, io::use_tuple);
        if (byte == 'h') co_await connection.socket().async_read_some(buffer, io::use_tuple);
    }

    EchoOptions options_;
    io::TcpServer server_;
};

/// Runs a daemon in this thread and `client` in another one, as soon as all of its servers run.
int serve_while(unsigned threads, const std::string& log, const std::function<void(std::uint16_t)>& client)
{
    std::atomic<unsigned> listening{0};
    std::jthread thread;
    on_listening = [&](std::uint16_t port) {
        if (++listening == threads) thread = std::jthread{[&client, port] { client(port); }};
    };
    const apps::DaemonOptions daemon{
        .address = asio::ip::address_v4::loopback(), .port = 0, .threads = threads, .access_log = log};
    return apps::serve<EchoServer>("demo++", "echoing", daemon, EchoOptions{});
}

char echo(std::uint16_t port, char byte)
{
    asio::io_context io;
    tcp::socket socket{io};
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer(&byte, 1));
    char answer = 0;
    asio::read(socket, asio::buffer(&answer, 1));
    return answer;
}

constexpr auto stopping = "demo++: stopping once the requests under way are answered; a second signal stops at once\n";

}  // namespace

TEST_CASE("a daemon says where it listens, serves, and ends at SIGTERM with 0", "[apps][daemon]")
{
    const unsigned threads = GENERATE(1U, 3U);
    const test::TemporaryDirectory directory;
    const auto log = directory.path() / "log";
    std::string port_text, answers;
    const test::Capture err{STDERR_FILENO};
    const int exit_code = serve_while(threads, log.string(), [&](std::uint16_t port) {
        port_text = std::to_string(port);
        for (const char byte : {'a', 'b', 'c', 'd', 'e', 'f'}) answers += echo(port, byte);
        ::kill(::getpid(), SIGTERM);
    });
    CHECK(exit_code == 0);
    CHECK(answers == "abcdef");
    CHECK(err.text() == "demo++: echoing on 127.0.0.1:" + port_text + "\n" + stopping);
    const auto lines = test::read_file(log);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 6);
    CHECK(lines.find("\"ECHO f HTTP/1.1\" 200 0 \"-\" \"-\"\n") != lines.npos);
}

TEST_CASE("a daemon that is told to stop before its servers have begun ends all the same", "[apps][daemon]")
{
    on_listening = [](auto) {};
    io::ListeningSockets sockets;
    std::vector<io::FileDescriptor> none;
    sockets.open({.endpoint = {asio::ip::address_v4::loopback(), 0}}, {}, none);
    libnet::detail::ServerThread<EchoServer> worker{sockets.of_thread(0, 1), sockets.places_of_thread(0, 1), nullptr,
                                                    nullptr};
    worker.prepare(EchoOptions{});
    worker.commit();
    worker.stop(asio::cancellation_type::total);
    CHECK(worker.run() == nullptr);
}

TEST_CASE("a second signal ends a daemon at once, also with a client that says nothing more", "[apps][daemon]")
{
    asio::io_context io;
    tcp::socket silent{io};
    const test::Capture err{STDERR_FILENO};
    const int exit_code = serve_while(2, "none", [&](std::uint16_t port) {
        silent.connect({asio::ip::address_v4::loopback(), port});
        char byte = 'h';
        asio::write(silent, asio::buffer(&byte, 1));
        asio::read(silent, asio::buffer(&byte, 1));
        ::kill(::getpid(), SIGINT);
        ::kill(::getpid(), SIGTERM);
    });
    CHECK(exit_code == 0);
}

TEST_CASE("a port in use is said so, whether or not threads share it", "[apps][daemon]")
{
    const unsigned threads = GENERATE(1U, 2U);
    asio::io_context io;
    tcp::acceptor other{io};
    other.open(tcp::v4());
    const int on = 1;
    REQUIRE(::setsockopt(other.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0);
    other.bind({asio::ip::address_v4::loopback(), 0});
    other.listen();
    const auto port = other.local_endpoint().port();

    const apps::DaemonOptions daemon{
        .address = asio::ip::address_v4::loopback(), .port = port, .threads = threads, .access_log = "none"};
    const test::Capture err{STDERR_FILENO};
    CHECK(apps::serve<EchoServer>("demo++", "echoing", daemon, EchoOptions{}) == 1);
    CHECK(err.text() == "demo++: cannot listen on 127.0.0.1:" + std::to_string(port) +
                            ": Address already in use: choose another --port, or end the program that has it\n");
}

TEST_CASE("an address of another machine is said so", "[apps][daemon]")
{
    const apps::DaemonOptions daemon{.address = asio::ip::make_address("192.0.2.1"), .access_log = "none"};
    const test::Capture err{STDERR_FILENO};
    CHECK(apps::serve<EchoServer>("demo++", "echoing", daemon, EchoOptions{}) == 1);
    CHECK(err.text() ==
          "demo++: cannot listen on 192.0.2.1:0: Cannot assign requested address: this machine has no such --bind "
          "address\n");
}

TEST_CASE("a server that gives up takes the daemon with it", "[apps][daemon]")
{
    const apps::DaemonOptions daemon{.address = asio::ip::address_v4::loopback(), .threads = 3, .access_log = "none"};
    EchoOptions options;
    options.broken = true;
    const test::Capture err{STDERR_FILENO};
    CHECK(apps::serve<EchoServer>("demo++", "echoing", daemon, options) == 1);
    CHECK(err.text().ends_with("\ndemo++: the server is broken\n"));
}

TEST_CASE("of daemons that start at the same time on one port, one serves", "[apps][daemon]")
{
    const test::TemporaryDirectory root;
    for (int round = 0; round < 5; ++round) {
        std::string port;
        {
            boost::asio::io_context io;
            const boost::asio::ip::tcp::acceptor free{io, {boost::asio::ip::address_v6::any(), 0}};
            port = std::to_string(free.local_endpoint().port());
        }
        const test::Arguments command{test::program("httpd++"), root.path().string(), "--port", port, "--threads", "2"};
        std::deque<test::Process> daemons;
        for (int i = 0; i < 3; ++i) daemons.emplace_back(command);
        int serving = 0, refused = 0;
        for (auto& daemon : daemons) {
            daemon.wait_for("\n");
            serving += daemon.err().find("serving") != std::string::npos ? 1 : 0;
            refused += daemon.err().find("Address already in use: choose another --port") != std::string::npos ? 1 : 0;
        }
        for (auto& daemon : daemons) daemon.signal(SIGTERM);
        CHECK(serving == 1);
        CHECK(refused == 2);
        for (auto& daemon : daemons) daemon.wait();
    }
}

TEST_CASE("signals that come while a daemon starts wait until it can do something about them", "[apps][daemon]")
{
    const test::TemporaryDirectory folder;
    const auto fifo = (folder.path() / "log").string();
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const test::Arguments command{
        test::program("httpd++"), folder.path().string(), "--port", "0", "--access-log", fifo};
    test::Process httpd{command};
    REQUIRE(httpd.wait_for("waiting for a reader\n"));  // it can't have begun to handle them
    httpd.signal(SIGUSR1);
    httpd.signal(SIGHUP);
    const int reader = ::open(fifo.c_str(), O_RDONLY);
    REQUIRE(reader >= 0);
    CHECK(httpd.wait_for("httpd++: reloaded\n"));
    httpd.signal(SIGTERM);
    CHECK(httpd.wait().exit_code == 0);
    ::close(reader);
}

TEST_CASE("a signal that comes before main() waits where the parent has blocked it, and is let in", "[apps][daemon]")
{
    const test::TemporaryDirectory folder;
    const test::Arguments blocked{"env", "--block-signal=HUP,INT,QUIT,TERM,USR1,USR2", "sh", "-c"};
    const test::Arguments signalled{"kill -HUP $$; exec \"$@\"", "sh"};
    test::Arguments command = blocked;
    command.insert(command.end(), signalled.begin(), signalled.end());
    for (const std::string& word :
         {test::program("httpd++"), folder.path().string(), std::string{"--port"}, std::string{"0"}})
        command.push_back(word);
    for (const int last : {SIGTERM, SIGINT, SIGQUIT}) {
        test::Process httpd{command};
        CHECK(httpd.wait_for("httpd++: reloaded\n"));
        httpd.signal(last);
        CHECK(httpd.wait().exit_code == 0);
    }
}

}  // namespace daemon_tests
