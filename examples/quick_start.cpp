// Pings a host four times while the same event loop serves files.

#include <libnet/icmp_pinger.hpp>
#include <libnet/static_file_server.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> watch(asio::ip::address host)
{
    const auto executor = co_await asio::this_coro::executor;
    libnet::IcmpPinger pinger{executor, {.interval = 200ms, .timeout = 1s}};
    const auto target = pinger.add(host, {.count = 4});
    while (auto event = co_await pinger.next())
        if (const auto* reply = std::get_if<libnet::PingReply>(&*event))
            std::cout << reply->from << " seq=" << reply->sequence << ' ' << reply->rtt / 1us << " us\n";
    std::cout << pinger.statistics(target).received << " of 4 came back\n";
}

int main()
try {
    asio::io_context io{1};
    libnet::StaticFileServer files{io.get_executor(), {.root = ".", .port = 0}};
    asio::cancellation_signal stop;
    asio::co_spawn(io, files.run(), asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
    asio::co_spawn(io, watch(asio::ip::make_address("127.0.0.1")), [&](std::exception_ptr failure) {
        stop.emit(asio::cancellation_type::total);  // the server finishes the requests under way
        if (failure) std::rethrow_exception(failure);
    });
    io.run();
} catch (const std::exception& error) {
    std::cerr << "quick_start: " << error.what() << '\n';
    return 1;
}
