#include <libnet/io/loop/each_at_once.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace each_at_once_tests {

namespace asio = boost::asio;
using libnet::io::each_at_once;

namespace {

/// Things that are worked on until the test ends them.
struct Bench {
    asio::awaitable<void> work(std::size_t index)
    {
        log += std::to_string(index) + ' ';
        if (index >= first_at_once && index < last_at_once) co_return;
        asio::steady_timer wait{io, asio::steady_timer::time_point::max()};
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        waits.push_back(&wait);
        co_await wait.async_wait(token);
        waits.erase(std::ranges::find(waits, &wait));
    }

    void begin(std::size_t count, std::size_t most)
    {
        asio::co_spawn(io, each_at_once(io.get_executor(), count, most, [this](std::size_t i) { return work(i); }),
                       asio::bind_cancellation_slot(signal.slot(), [this](const std::exception_ptr&, bool all) {
                           log += all ? "all" : "cancelled";
                       }));
        poll();
    }

    void end_first()
    {
        waits.front()->cancel();
        poll();
    }

    void poll()
    {
        io.restart();
        io.poll();
    }

    asio::io_context io{1};
    asio::cancellation_signal signal;
    std::vector<asio::steady_timer*> waits;
    std::size_t first_at_once = 0, last_at_once = 0;  // those that end at once
    std::string log;
};

}  // namespace

TEST_CASE("so many are worked on at a time, in their order, and one that ends makes room for the next",
          "[io][each_at_once]")
{
    Bench bench;
    bench.first_at_once = 3;
    bench.last_at_once = 4;
    bench.begin(5, 2);
    CHECK(bench.log == "0 1 ");
    bench.end_first();
    CHECK(bench.log == "0 1 2 ");
    bench.end_first();
    CHECK(bench.log == "0 1 2 3 4 ");
    bench.end_first();
    bench.end_first();
    CHECK(bench.log == "0 1 2 3 4 all");
    CHECK(bench.waits.empty());
}

TEST_CASE("what need not wait is done at once, and there need not be as many as may be", "[io][each_at_once]")
{
    Bench none;
    none.begin(0, 4);
    CHECK(none.log == "all");
    Bench one;
    one.begin(1, 4);
    one.end_first();
    CHECK(one.log == "0 all");
    Bench quick;
    quick.last_at_once = 5;
    quick.begin(5, 2);
    CHECK(quick.log == "0 1 2 3 4 all");
}

TEST_CASE("when it is cancelled, what is under way goes on and nothing else begins", "[io][each_at_once]")
{
    Bench bench;
    bench.begin(3, 1);
    bench.signal.emit(asio::cancellation_type::terminal);
    bench.poll();
    CHECK(bench.log == "0 cancelled");
    REQUIRE(bench.waits.size() == 1);
    bench.end_first();
    CHECK(bench.waits.empty());
    CHECK(bench.log == "0 cancelled");
}

}  // namespace each_at_once_tests
