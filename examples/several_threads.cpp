// An io_context that several threads run already: a pinger has a strand there, on which everything about it happens. (A server
// wants an io_context that one thread runs: libnet/server_group.hpp gives each thread its own.)

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <iostream>
#include <thread>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<int> count_replies(asio::ip::address host)
{
    const auto strand = co_await asio::this_coro::executor;
    libnet::IcmpPinger pinger{strand, {.interval = 10ms, .timeout = 2s}};
    pinger.add(host, {.count = 20});
    int replies = 0;
    while (const auto event = co_await pinger.next())
        replies += std::holds_alternative<libnet::PingReply>(*event) ? 1 : 0;
    co_return replies;
}

int main()
try {
    asio::io_context io;
    auto replies =
        asio::co_spawn(asio::make_strand(io), count_replies(asio::ip::make_address("127.0.0.1")), asio::use_future);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i) threads.emplace_back([&io] { io.run(); });
    }
    std::cout << replies.get() << " of 20 came back\n";
} catch (const std::exception& error) {
    std::cerr << "several_threads: " << error.what() << '\n';
    return 1;
}
