#include <libnet/io/loop/turnstile.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <string>
#include <vector>

namespace turnstile_tests {

namespace asio = boost::asio;
using libnet::io::Turnstile;

namespace {

struct Line {
    /// Waits for its turn, then for its signal, and says what came of it.
    asio::awaitable<void> pass(int who)
    {
        const auto executor = io.get_executor();
        Turnstile::Turn turn{turnstile, executor};
        try {
            co_await turn.come();
        } catch (const boost::system::system_error&) {
            log += std::to_string(who) + " gave up. ";
            co_return;
        }
        log += std::to_string(who) + " came. ";
        asio::steady_timer inside{executor, asio::steady_timer::time_point::max()};
        leave = &inside;
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        co_await inside.async_wait(token);
    }

    void spawn(int who)
    {
        asio::co_spawn(io, pass(who),
                       asio::bind_cancellation_slot(signals[static_cast<std::size_t>(who)].slot(),
                                                    [](const std::exception_ptr&) {}));
    }

    void poll()
    {
        io.restart();
        io.poll();
    }

    Turnstile turnstile;
    asio::io_context io{1};
    asio::cancellation_signal signals[4];
    asio::steady_timer* leave = nullptr;
    std::string log;
};

}  // namespace

TEST_CASE("who comes first is first, and the others follow in their order", "[io][turnstile]")
{
    Line line;
    for (int who = 0; who < 3; ++who) line.spawn(who);
    line.poll();
    CHECK(line.log == "0 came. ");
    line.leave->cancel();
    line.poll();
    CHECK(line.log == "0 came. 1 came. ");
    line.leave->cancel();
    line.poll();
    line.leave->cancel();
    line.poll();
    CHECK(line.log == "0 came. 1 came. 2 came. ");
    CHECK(line.io.stopped());
}

TEST_CASE("who gives up holds no other back", "[io][turnstile]")
{
    Line line;
    for (int who = 0; who < 4; ++who) line.spawn(who);
    line.poll();
    line.signals[1].emit(asio::cancellation_type::terminal);
    line.signals[2].emit(asio::cancellation_type::terminal);
    line.poll();
    CHECK(line.log == "0 came. 1 gave up. 2 gave up. ");
    line.leave->cancel();
    line.poll();
    CHECK(line.log == "0 came. 1 gave up. 2 gave up. 3 came. ");
}

TEST_CASE("a turn that is given and cancelled in the same moment goes to the next one", "[io][turnstile]")
{
    Line line;
    for (int who = 0; who < 3; ++who) line.spawn(who);
    line.poll();
    line.leave->cancel();
    line.signals[1].emit(asio::cancellation_type::terminal);
    line.poll();
    CHECK(line.log.ends_with("2 came. "));
}

}  // namespace turnstile_tests
