// Pings hosts by their names, whose addresses may change meanwhile.

#include <libnet/named_targets.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <map>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> watch()
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::IcmpPinger pinger{executor, {.interval = 100ms, .timeout = 1s}};
    std::map<libnet::PingTarget, std::string> names;
    for (const std::string name : {"localhost", "nowhere.invalid"}) names.emplace(pinger.add(name, {.count = 2}), name);
    while (const auto event = co_await pinger.next()) {
        if (const auto* reply = std::get_if<libnet::PingReply>(&*event))
            std::cout << names[reply->target] << " is " << reply->from << ", " << reply->rtt / 1us << " us\n";
        if (const auto* error = std::get_if<libnet::PingSendError>(&*event))
            std::cout << names[error->target] << ": " << error->error.message() << '\n';
    }
}

int main()
try {
    asio::io_context io{1};
    asio::co_spawn(io, watch(), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    io.run();
} catch (const std::exception& error) {
    std::cerr << "ping_by_name: " << error.what() << '\n';
    return 1;
}
