#include <libnet/io/loop/on_signal.hpp>
#include <libnet/stop_signals.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/io_context.hpp>

#include <csignal>
#include <memory>
#include <vector>

namespace stop_signals_tests {

using boost::asio::cancellation_type;
using libnet::StopSignals;

TEST_CASE("the first signal asks for a drain, the second one for the end", "[service][stop_signals]")
{
    boost::asio::io_context io{1};
    std::vector<cancellation_type> told;
    StopSignals signals{io, [&told](cancellation_type how) {
                            told.push_back(how);
                            if (told.size() == 1) std::raise(SIGINT);
                        }};
    CHECK(signals.first() == 0);
    std::raise(SIGTERM);
    io.run();
    CHECK(told == std::vector{cancellation_type::total, cancellation_type::terminal});
    CHECK(signals.first() == SIGTERM);
}

TEST_CASE("a signal that has come is not told of by an object that was destroyed meanwhile", "[service][stop_signals]")
{
    boost::asio::io_context io{1};
    bool told = false;
    std::unique_ptr<libnet::io::OnSignal> one;
    std::unique_ptr<StopSignals> signals;
    one = std::make_unique<libnet::io::OnSignal>(io.get_executor(), SIGUSR1, [&] {
        signals.reset();  // its handler is in the queue already
        one.reset();
    });
    signals = std::make_unique<StopSignals>(io, [&told](cancellation_type) { told = true; });
    std::raise(SIGUSR1);
    std::raise(SIGTERM);
    io.run();
    CHECK(!told);
}

TEST_CASE("who is told to stop may destroy what has told it", "[service][stop_signals]")
{
    boost::asio::io_context io{1};
    std::unique_ptr<StopSignals> signals;
    int told = 0;
    signals = std::make_unique<StopSignals>(io, [&](cancellation_type) {
        signals.reset();
        ++told;  // what the callback holds is still there
    });
    std::raise(SIGTERM);
    io.run();
    CHECK(told == 1);
}

}  // namespace stop_signals_tests
