// Without a coroutine: a future for a thread that waits, and a callback for one that doesn't. The pinger lives in a thread of
// its own, and others ask it to work there.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <exception>
#include <future>
#include <iostream>
#include <thread>

namespace asio = boost::asio;

int main()
try {
    const auto host = asio::ip::make_address("127.0.0.1");
    asio::io_context io{1};
    libnet::IcmpPinger pinger{io.get_executor()};
    const std::jthread loop{[&io, work = asio::make_work_guard(io)] { io.run(); }};

    // asio::co_spawn begins in the pinger's thread, wherever it is called.
    auto asked = asio::co_spawn(io, pinger.ping(host), asio::use_future);
    const auto outcome = asked.get();
    std::cout << (std::holds_alternative<libnet::PingReply>(outcome) ? "future: a reply\n" : "future: no reply\n");

    std::promise<void> called;
    asio::post(io, [&] {
        pinger.async_ping(host, [&](boost::system::error_code error, const libnet::PingOutcome& answer) {
            const bool replied = !error && std::holds_alternative<libnet::PingReply>(answer);
            std::cout << (replied ? "callback: a reply\n" : "callback: no reply\n");
            called.set_value();
        });
    });
    called.get_future().wait();
    io.stop();
} catch (const std::exception& error) {
    std::cerr << "plain_thread: " << error.what() << '\n';
    return 1;
}
