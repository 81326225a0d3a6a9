// Cancelling pings that are never answered (tests/lab/network.sh): 10.0.9.0/24 drops everything.

#include <libnet/icmp_pinger.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <optional>
#include <vector>

namespace cancelled_ping_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace std::chrono_literals;

TEST_CASE("a cancelled ping ends long before its time is up, and the next one is answered", "[lab]")
{
    asio::io_context io{1};
    IcmpPinger pinger{io.get_executor(), {.timeout = 1h}};
    std::vector<asio::cancellation_signal> stops(50);
    int aborted = 0;
    for (auto& stop : stops)
        asio::co_spawn(io, pinger.ping(asio::ip::make_address("10.0.9.1")),
                       asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown, const PingOutcome&) {
                           try {
                               if (thrown) std::rethrow_exception(thrown);
                           } catch (const boost::system::system_error& error) {
                               if (error.code() == asio::error::operation_aborted) ++aborted;
                           }
                       }));
    asio::steady_timer sent{io, 50ms};
    sent.async_wait([&](auto) {
        for (auto& stop : stops) stop.emit(asio::cancellation_type::terminal);
    });
    io.run();
    CHECK(aborted == 50);

    std::optional<PingOutcome> outcome;
    asio::co_spawn(io, pinger.ping(asio::ip::make_address("10.0.4.2")),
                   [&](std::exception_ptr, PingOutcome result) { outcome = result; });
    io.restart();
    io.run();
    CHECK(std::holds_alternative<PingReply>(outcome.value()));
}

}  // namespace cancelled_ping_tests
