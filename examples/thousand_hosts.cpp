// Pings a thousand hosts at once, over one socket: each is a target, and the events say whose they are.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <unordered_map>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> ping_all(std::vector<asio::ip::address> hosts)
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::IcmpPinger pinger{executor, {.timeout = 2s}};
    std::unordered_map<libnet::PingTarget, std::chrono::nanoseconds> answers;
    for (const auto& host : hosts) answers.emplace(pinger.add(host, {.count = 1}), -1ns);
    while (const auto event = co_await pinger.next())
        if (const auto* reply = std::get_if<libnet::PingReply>(&*event)) answers[reply->target] = reply->rtt;
    const auto alive = std::ranges::count_if(answers, [](const auto& answer) { return answer.second >= 0ns; });
    std::cout << alive << " of " << hosts.size() << " hosts answered\n";
}

int main()
try {
    constexpr unsigned first = 0x7F00'0001;  // 127.0.0.1: all of 127.0.0.0/8 is this host
    std::vector<asio::ip::address> hosts;
    for (unsigned i = 0; i < 1000; ++i) hosts.emplace_back(asio::ip::address_v4{first + i});
    asio::io_context io{1};
    asio::co_spawn(io, ping_all(hosts), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    io.run();
} catch (const std::exception& error) {
    std::cerr << "thousand_hosts: " << error.what() << '\n';
    return 1;
}
