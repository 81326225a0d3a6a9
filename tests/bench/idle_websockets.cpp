// What WebSockets cost that are open: memory of each while it is idle, and processor time of a message to all. By hand:
//
//   idle_websockets [COUNT]
//
// The clients are another process. The handlers wait for a message to all, and hear what their clients say.

#include <libnet/websocket_handlers.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include <pthread.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t message_size = 100;

/// The message to all, and who waits for it.
struct News {
    explicit News(asio::io_context& io) : changed{io, asio::steady_timer::time_point::max()} {}
    asio::steady_timer changed;
    std::size_t number = 0, said = 0;
    const std::string text = std::string(message_size, 'x');
};

asio::awaitable<void> hear(libnet::WebSocket& socket)
{
    for (boost::beast::flat_buffer said;; said.clear()) co_await socket.async_read(said, asio::use_awaitable);
}

asio::awaitable<void> say(libnet::WebSocket& socket, News& news)
{
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    for (auto seen = news.number;;) {
        co_await news.changed.async_wait(token);
        if (seen == news.number) co_return;
        seen = news.number;
        co_await socket.async_write(asio::buffer(news.text), asio::use_awaitable);
        ++news.said;
    }
}

double resident_kib()
{
    long pages = 0, resident = 0;
    std::ifstream{"/proc/self/statm"} >> pages >> resident;
    return static_cast<double>(resident * (::sysconf(_SC_PAGESIZE) / 1024));
}

void tell(int pipe, char what)
{
    if (::write(pipe, &what, 1) != 1) std::exit(1);
}
void await(int pipe)
{
    char what = 0;
    if (::read(pipe, &what, 1) != 1) std::exit(1);
}

/// Opens all connections, says so, and takes a message on each whenever it is told that one is on its way.
void be_clients(std::uint16_t port, int count, int in, int out)
{
    asio::io_context io;
    std::deque<tcp::socket> sockets;
    const std::string request =
        "GET /live HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    for (int i = 0; i < count; ++i) {
        auto& socket = sockets.emplace_back(io);
        socket.connect({asio::ip::address_v4::loopback(), port});
        asio::write(socket, asio::buffer(request));
        std::string answer;
        asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n");
        if (!answer.starts_with("HTTP/1.1 101 ")) std::exit(1);
    }
    for (;;) {
        tell(out, 'r');
        await(in);
        std::string frame(message_size + 2, '\0');
        for (auto& socket : sockets) asio::read(socket, asio::buffer(frame));
    }
}

}  // namespace

int main(int argc, char** argv)
{
    const int count = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 10'000;
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);

    asio::io_context io{1};
    News news{io};
    libnet::StaticFileServer files{io.get_executor(),
                                   {.root = std::filesystem::temp_directory_path().string(),
                                    .address = asio::ip::address_v4::loopback(),
                                    .port = 0}};
    libnet::WebSocketOptions options;
    options.idle_timeout = std::chrono::milliseconds{0};
    const auto live = [&news](libnet::WebSocket& socket, libnet::HttpCall&) -> asio::awaitable<void> {
        using asio::experimental::awaitable_operators::operator&&;
        auto both = hear(socket) && say(socket, news);
        co_await std::move(both);
    };
    files.websocket("/live", live, options);
    int to_clients[2], from_clients[2];
    if (::pipe(to_clients) != 0 || ::pipe(from_clients) != 0) return 1;
    const auto port = files.local_endpoint().port();
    const pid_t clients = ::fork();
    if (clients == 0) be_clients(port, count, to_clients[0], from_clients[1]);

    asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
    const auto before = resident_kib();
    std::thread thread{[&io] { io.run(); }};
    await(from_clients[0]);
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    std::printf("%d idle WebSockets: %.2f KiB each\n", count, (resident_kib() - before) / count);

    clockid_t clock{};
    ::pthread_getcpuclockid(thread.native_handle(), &clock);
    const auto used = [clock] {
        timespec time{};
        ::clock_gettime(clock, &time);
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
    };
    constexpr int rounds = 10;
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const auto began = used();
        asio::post(io, [&news] {
            ++news.number;
            news.changed.cancel();
        });
        tell(to_clients[1], 'm');
        await(from_clients[0]);
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        best = std::min(best, (used() - began) / count);
    }
    std::printf("a message to all: %.2f us of processor time each\n", best);
    ::kill(clients, SIGKILL);
    ::waitpid(clients, nullptr, 0);
    io.stop();
    thread.join();
}
