// Everything that can become of a ping, each handled: one that is forgotten doesn't compile.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

struct Tell {
    void operator()(const libnet::PingReply& reply) const
    {
        std::cout << reply.from << ": answered after " << reply.rtt / 1us << " us\n";
    }
    void operator()(const libnet::PingLost& lost) const { std::cout << lost.to << ": no answer in time\n"; }
    void operator()(const libnet::PingError& error) const
    {
        std::cout << error.to << ": " << error.from << " says " << error.words() << '\n';
    }
    void operator()(const libnet::PingSendError& unsent) const
    {
        std::cout << unsent.to << ": not sent: " << unsent.error.message() << '\n';
    }
};

asio::awaitable<void> ping(const char* host)
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::IcmpPinger pinger{executor, {.timeout = 500ms}};
    try {
        const auto outcome = co_await pinger.ping(host);
        std::visit(Tell{}, outcome);
    } catch (const boost::system::system_error& error) {  // no name server knows it, say
        std::cout << host << ": " << error.code().message() << '\n';
    }
}

int main()
try {
    asio::io_context io{1};
    for (const char* host : {"127.0.0.1", "255.255.255.255", "nowhere.invalid"})
        asio::co_spawn(io, ping(host), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    io.run();
} catch (const std::exception& error) {
    std::cerr << "every_outcome: " << error.what() << '\n';
    return 1;
}
