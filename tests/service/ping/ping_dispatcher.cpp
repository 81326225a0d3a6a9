#include <libnet/ping_dispatcher.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <variant>

namespace ping_dispatcher_tests {

using namespace std::chrono_literals;
using namespace libnet;
namespace asio = boost::asio;

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");

/// Counts replies, and does something at each.
struct Counting : PingListener {
    void on_event(const PingEvent& event) override
    {
        replies += std::holds_alternative<PingReply>(event) ? 1 : 0;
        if (then) then();
    }
    int replies = 0;
    std::function<void()> then;
};

/// A dispatcher that runs; null, and says so, where this machine doesn't let us ping.
struct Running {
    Running()
    {
        try {
            dispatcher = std::make_unique<PingDispatcher>(io.get_executor());
        } catch (const boost::system::system_error& error) {
            WARN("SKIPPED: " << error.what());
            return;
        }
        asio::co_spawn(io, dispatcher->run(),
                       asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr thrown) {
                           ended = true;
                           failure = thrown;
                       }));
    }

    asio::cancellation_signal stop;
    asio::io_context io;
    std::unique_ptr<PingDispatcher> dispatcher;
    bool ended = false;
    std::exception_ptr failure;
};

}  // namespace

TEST_CASE("each listener is told of its own target, also of one that comes later", "[service][ping_dispatcher]")
{
    Running running;
    if (!running.dispatcher) return;
    Counting first, second;
    first.then = [&] { running.dispatcher->add(loopback, {.count = 2, .interval = 1ms}, second); };
    second.then = [&] {
        if (second.replies == 2) running.dispatcher->close();
    };
    asio::post(running.io, [&] { running.dispatcher->add(loopback, {.count = 1}, first); });  // run waits for one
    running.io.run();
    CHECK(first.replies == 1);
    CHECK(second.replies == 2);
    CHECK(running.ended);
    CHECK(running.failure == nullptr);
}

TEST_CASE("a listener that is removed is told nothing more", "[service][ping_dispatcher]")
{
    Running running;
    if (!running.dispatcher) return;
    Counting removed, other;
    const auto target = running.dispatcher->add(loopback, {.count = 3, .interval = 1ms}, removed);
    removed.then = [&] { CHECK(running.dispatcher->remove(target)); };
    running.dispatcher->add(loopback, {.count = 1, .delay = 20ms}, other);
    other.then = [&] { running.dispatcher->close(); };
    running.io.run();
    CHECK(removed.replies == 1);
    CHECK(other.replies == 1);
    CHECK_FALSE(running.dispatcher->remove(target));
    CHECK_THROWS_AS(running.dispatcher->statistics(target), std::out_of_range);
}

TEST_CASE("a dispatcher ends when it is closed or destroyed, with targets and without", "[service][ping_dispatcher]")
{
    Running running;
    if (!running.dispatcher) return;
    Counting listener;
    const bool with_target = GENERATE(false, true), destroyed = GENERATE(false, true);
    if (with_target) running.dispatcher->add(loopback, {.delay = 1h}, listener);
    asio::post(running.io, [&] {
        if (destroyed) running.dispatcher.reset();
        else running.dispatcher->close();
    });
    running.io.run();
    CHECK(running.ended);
    CHECK(running.failure == nullptr);
    CHECK(listener.replies == 0);
}

TEST_CASE("a dispatcher is cancelled by its slot", "[service][ping_dispatcher]")
{
    Running running;
    if (!running.dispatcher) return;
    asio::post(running.io, [&] { running.stop.emit(asio::cancellation_type::terminal); });
    running.io.run();
    REQUIRE(running.failure);
    CHECK_THROWS_AS(std::rethrow_exception(running.failure), boost::system::system_error);
}

}  // namespace ping_dispatcher_tests
