// What WebSockets cost that are open: memory of each while it is idle, and processor time of a message to all. By hand:
//
//   idle_websockets [COUNT]
//
// The clients are another process. The handlers read what their clients send, with the usual deadline for idle ones; messages to
// all go by a WebSocketGroup. Beside it stands what the system calls alone cost: a loop of send(2) of the same octets to as many
// bare connections, which are opened when the WebSockets have gone, so that 10,000 need no more than 10,100 descriptors. On loopback
// the kernel has whoever sends do what the receiving side takes, too.

#include <libnet/websocket_group.hpp>
#include <libnet/websocket_message.hpp>
#include <tests/bench/live_memory.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

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
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t message_size = 100;

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
char await(int pipe)
{
    char what = 0;
    if (::read(pipe, &what, 1) != 1) std::exit(1);
    return what;
}

/// A WebSocket that is open.
void open_websocket(tcp::socket& socket, std::uint16_t port)
{
    const std::string request =
        "GET /live HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
        "13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.connect({asio::ip::address_v4::loopback(), port});
    asio::write(socket, asio::buffer(request));
    std::string answer;
    asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n");
    if (!answer.starts_with("HTTP/1.1 101 ")) std::exit(1);
}

/// Opens WebSockets, and says so; then takes a message on each connection whenever it is told 'm', that one is on its way. 'o':
/// opens bare connections in the place of the WebSockets.
void be_clients(std::uint16_t port, std::uint16_t bare_port, int count, int in, int out)
{
    asio::io_context io;
    std::deque<tcp::socket> sockets;
    for (int i = 0; i < count; ++i) open_websocket(sockets.emplace_back(io), port);
    tell(out, 'r');
    for (;;) {
        if (await(in) == 'o') {
            sockets.clear();
            for (int i = 0; i < count; ++i) {
                sockets.emplace_back(io).connect({asio::ip::address_v4::loopback(), bare_port});
                tell(out, 'r');
            }
            continue;
        }
        std::string frame(message_size + 2, '\0');
        for (auto& socket : sockets) asio::read(socket, asio::buffer(frame));
        tell(out, 'r');
    }
}

/// Members of the group, as its own thread has them.
std::size_t members_of(const libnet::WebSocketGroup& group, asio::io_context& io)
{
    std::promise<std::size_t> size;
    asio::post(io, [&] { size.set_value(group.size()); });
    return size.get_future().get();
}

/// Microseconds of processor time that a thread has used.
double used_by(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

constexpr int rounds = 10;

/// The least of several rounds, for each of `count`.
template <typename Send>
double measure(clockid_t clock, int count, int to_clients, int from_clients, Send&& send)
{
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const auto began = used_by(clock);
        send();
        tell(to_clients, 'm');
        await(from_clients);
        best = std::min(best, (used_by(clock) - began) / count);
    }
    return best;
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
    libnet::WebSocketGroup all;
    libnet::StaticFileServer files{io.get_executor(),
                                   {.root = std::filesystem::temp_directory_path().string(),
                                    .address = asio::ip::address_v4::loopback(),
                                    .port = 0}};
    files.websocket("/live", [&all](libnet::WebSocket& socket, libnet::HttpCall&) -> asio::awaitable<void> {
        const libnet::WebSocketMember member{all, socket};
        for (libnet::WebSocketMessage said;; said.clear()) co_await socket.async_read(said, asio::deferred);
    });
    asio::io_context own;
    tcp::acceptor acceptor{own, {asio::ip::address_v4::loopback(), 0}};
    int to_clients[2], from_clients[2];
    if (::pipe(to_clients) != 0 || ::pipe(from_clients) != 0) return 1;
    const auto port = files.local_endpoint().port(), bare_port = acceptor.local_endpoint().port();
    const pid_t clients = ::fork();
    if (clients == 0) be_clients(port, bare_port, count, to_clients[0], from_clients[1]);

    asio::co_spawn(io, files.run(), [](std::exception_ptr) {});
    const auto before = resident_kib();
    const libnet::bench::LiveMemory heap;
    std::thread thread{[&io] { io.run(); }};
    await(from_clients[0]);
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
    std::printf("%d idle WebSockets: %.2f KiB each\n", count, (resident_kib() - before) / count);
    heap.print(count);

    clockid_t servers{}, mine{};
    ::pthread_getcpuclockid(thread.native_handle(), &servers);
    ::pthread_getcpuclockid(::pthread_self(), &mine);
    const std::string text(message_size, 'x'), frame(message_size + 2, 'x');
    const auto by_group =
        measure(servers, count, to_clients[1], from_clients[0], [&] { asio::post(io, [&] { all.send_text(text); }); });

    std::deque<tcp::socket> bare;
    tell(to_clients[1], 'o');
    while (members_of(all, io) > 0) std::this_thread::sleep_for(std::chrono::milliseconds{10});
    for (int i = 0; i < count; ++i) {
        await(from_clients[0]);
        acceptor.accept(bare.emplace_back(own));
    }
    const auto by_hand = measure(mine, count, to_clients[1], from_clients[0], [&] {
        for (auto& socket : bare)
            ::send(socket.native_handle(), frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    });
    std::printf("a message to all: %.2f us of processor time each; send(2) alone: %.2f us\n", by_group, by_hand);
    ::kill(clients, SIGKILL);
    ::waitpid(clients, nullptr, 0);
    io.stop();
    thread.join();
}
