// Gives up after a while, whatever is under way: the slot of an operation is emitted, and the operation ends as one that was
// cancelled. Nothing is lost by it, and the pinger can be used again.

#include <libnet/icmp_pinger.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <iostream>

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Waits for events until there are no more, and there are always more.
asio::awaitable<void> watch(libnet::IcmpPinger& pinger, int& events)
{
    while (const auto event = co_await pinger.next()) ++events;
}

int main()
try {
    asio::io_context io{1};
    libnet::IcmpPinger pinger{io.get_executor(), {.interval = 10ms}};
    pinger.add(asio::ip::make_address("127.0.0.1"));  // without a count: for ever

    asio::cancellation_signal stop;
    asio::steady_timer limit{io, 200ms};
    limit.async_wait([&](boost::system::error_code) { stop.emit(asio::cancellation_type::terminal); });
    int events = 0;
    asio::co_spawn(io, watch(pinger, events),
                   asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr failure) {
                       try {
                           if (failure) std::rethrow_exception(failure);
                       } catch (const boost::system::system_error& error) {
                           if (error.code() != asio::error::operation_aborted) throw;
                           std::cout << "after 200 ms it was cancelled, having seen "
                                     << (events > 0 ? "replies" : "nothing") << '\n';
                       }
                   }));
    io.run();
} catch (const std::exception& error) {
    std::cerr << "timeouts: " << error.what() << '\n';
    return 1;
}
