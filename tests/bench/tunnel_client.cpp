// What goes through a proxy's tunnels, for proxy.sh. The client and the server behind the tunnels are this program; it says how
// many times that was done.
//
//   tunnel_client exchange PROXY COUNT SECONDS    512 octets there and back, over COUNT tunnels at the same time
//   tunnel_client connect PROXY COUNT SECONDS     CONNECT, 512 octets there and back, close; COUNT at the same time
//   tunnel_client idle PROXY COUNT SECONDS        COUNT tunnels that have carried 512 octets, and stay
//   tunnel_client latency PROXY COUNT SECONDS     one tunnel, one exchange after the other: median and 99 % in microseconds
//
// PROXY is a port on 127.0.0.1: an HTTP proxy. With DIRECT=PORT in the environment the server listens there, and what PROXY is
// relays to it without being asked.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using asio::use_awaitable;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

using Message = std::array<char, 512>;

tcp::endpoint loopback(int port) { return {asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)}; }

asio::awaitable<void> echo(tcp::socket socket)
{
    std::array<char, 4096> octets;
    try {
        for (;;) {
            const auto size = co_await socket.async_read_some(asio::buffer(octets), use_awaitable);
            const auto answer = asio::buffer(octets, size);
            co_await asio::async_write(socket, answer, use_awaitable);
        }
    } catch (const std::exception&) {
        // The client has gone.
    }
}

asio::awaitable<void> serve(tcp::acceptor& acceptor)
{
    const auto executor = co_await asio::this_coro::executor;
    for (;;) {
        auto socket = co_await acceptor.async_accept(use_awaitable);
        socket.set_option(tcp::no_delay{true});
        co_spawn(executor, echo(std::move(socket)), asio::detached);
    }
}

struct Client {
    std::string mode;
    int proxy;
    int server;
    bool asks;
    Clock::time_point end;
    std::uint64_t done = 0;
    std::vector<double> times{};

    asio::awaitable<void> open(tcp::socket& socket) const
    {
        co_await socket.async_connect(loopback(proxy), use_awaitable);
        socket.set_option(tcp::no_delay{true});
        if (!asks) co_return;
        const auto host = "127.0.0.1:" + std::to_string(server);
        const auto question = "CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        const auto question_octets = asio::buffer(question);
        co_await asio::async_write(socket, question_octets, use_awaitable);
        std::string answer;
        auto answer_octets = asio::dynamic_buffer(answer);
        co_await asio::async_read_until(socket, answer_octets, "\r\n\r\n", use_awaitable);
        if (answer.find(" 200 ") == answer.npos) throw std::runtime_error{answer};
    }

    asio::awaitable<void> exchange(tcp::socket& socket)
    {
        Message message{};
        const auto octets = asio::buffer(message);
        const auto begun = Clock::now();
        co_await asio::async_write(socket, octets, use_awaitable);
        co_await asio::async_read(socket, octets, use_awaitable);
        ++done;
        if (mode == "latency") times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
    }

    asio::awaitable<void> run()
    {
        const auto executor = co_await asio::this_coro::executor;
        do {
            tcp::socket socket{executor};
            co_await open(socket);
            do co_await exchange(socket);
            while ((mode == "exchange" || mode == "latency") && Clock::now() < end);
            if (mode != "idle") continue;
            asio::steady_timer rest{executor, end};
            co_await rest.async_wait(use_awaitable);
        } while (Clock::now() < end);
    }
};

}  // namespace

int main(int argc, char** argv)
try {
    if (argc != 5) throw std::runtime_error{"tunnel_client exchange|connect|idle|latency PROXY COUNT SECONDS"};
    const auto* const direct = std::getenv("DIRECT");
    asio::io_context servers{1}, clients{1};
    tcp::acceptor acceptor{servers, loopback(direct != nullptr ? std::atoi(direct) : 0)};
    co_spawn(servers, serve(acceptor), asio::detached);
    std::thread thread{[&] { servers.run(); }};
    Client client{.mode = argv[1],
                  .proxy = std::atoi(argv[2]),
                  .server = acceptor.local_endpoint().port(),
                  .asks = direct == nullptr,
                  .end = Clock::now() + std::chrono::seconds{std::atoi(argv[4])}};
    int failed = 0;
    for (int i = std::atoi(argv[3]); i > 0; --i)
        co_spawn(clients, client.run(), [&](const std::exception_ptr& error) { failed += error != nullptr; });
    clients.run();
    servers.stop();
    thread.join();
    std::printf("%llu", static_cast<unsigned long long>(client.done));
    if (client.mode == "latency") {
        auto& times = client.times;
        std::sort(times.begin(), times.end());
        std::printf(" %.1f %.1f", times.at(times.size() / 2), times.at(times.size() * 99 / 100));
    }
    std::printf("\n");
    if (failed != 0) std::fprintf(stderr, "tunnel_client: %d of its tunnels failed\n", failed);
    return failed == 0 ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "tunnel_client: %s\n", error.what());
    return 2;
}
