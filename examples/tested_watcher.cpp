// A watcher of hosts, and its test: an hour of a host that goes away and comes back, in some milliseconds.

#include <libnet/icmp_pinger.hpp>
#include <libnet/testing/scripted_network.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Tells when a target has lost three probes in a row, and when it answers again.
asio::awaitable<void> watch(libnet::IcmpPinger& pinger, std::function<void(libnet::PingTarget, bool up)> tell)
{
    std::map<libnet::PingTarget, unsigned> lost;
    while (const auto event = co_await pinger.next()) {
        const auto target = std::visit([](const auto& e) { return e.target; }, *event);
        if (std::holds_alternative<libnet::PingLost>(*event)) {
            if (++lost[target] == 3) tell(target, false);
        } else if (std::holds_alternative<libnet::PingReply>(*event) && std::exchange(lost[target], 0) >= 3) {
            tell(target, true);
        }
    }
}

int main()
try {
    using libnet::testing::no_answer, libnet::testing::reply_after;
    asio::io_context io{1};
    libnet::testing::ScriptedNetwork network{io};
    const auto host = asio::ip::make_address("192.0.2.1");
    network.host(host, [](std::uint64_t number) {
        const bool away = number > 100 && number <= 200;  // a probe a second
        return away ? no_answer() : reply_after(20ms);
    });

    auto pinger = network.make_pinger({.interval = 1s, .timeout = 500ms});
    pinger.add(host);
    std::vector<std::pair<std::chrono::nanoseconds, bool>> told;
    const auto note = [&](libnet::PingTarget, bool up) { told.emplace_back(network.time().passed(), up); };
    asio::co_spawn(io, watch(pinger, note), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    const auto began = std::chrono::steady_clock::now();
    network.advance(1h);
    const auto took = std::chrono::steady_clock::now() - began;

    const decltype(told) expected{{102s + 500ms, false}, {200s + 20ms, true}};
    if (told != expected) throw std::runtime_error{"the watcher tells something else"};
    std::cout << "an hour in " << took / 1us << " us: down at 102.5 s, up at 200.02 s\n";
} catch (const std::exception& error) {
    std::cerr << "tested_watcher: " << error.what() << '\n';
    return 1;
}
