#include <libnet/io/loop/on_signal.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/io_context.hpp>

#include <csignal>
#include <memory>

namespace on_signal_tests {

using libnet::io::OnSignal;

TEST_CASE("a signal calls back each time that it comes", "[io][on_signal]")
{
    boost::asio::io_context io{1};
    int calls = 0;
    std::unique_ptr<OnSignal> signal;
    signal = std::make_unique<OnSignal>(io.get_executor(), SIGUSR1, [&] {
        if (++calls == 2) signal.reset();
        else std::raise(SIGUSR1);
    });
    std::raise(SIGUSR1);
    io.run();  // until nothing waits: it may be destroyed in its own callback
    CHECK(calls == 2);
}

TEST_CASE("a signal that has come is not told of when its object was destroyed meanwhile", "[io][on_signal]")
{
    boost::asio::io_context io{1};
    int first = 0, second = 0;
    std::unique_ptr<OnSignal> one, other;
    one = std::make_unique<OnSignal>(io.get_executor(), SIGUSR1, [&] {
        ++first;
        other.reset();  // its handler is in the queue already
        one.reset();
    });
    other = std::make_unique<OnSignal>(io.get_executor(), SIGUSR2, [&] { ++second; });
    std::raise(SIGUSR1);
    std::raise(SIGUSR2);
    io.run();
    CHECK(first == 1);
    CHECK(second == 0);
}

}  // namespace on_signal_tests
