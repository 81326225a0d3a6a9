// The operations of all classes with whatever completion token a caller prefers.

#include <libnet/libnet.hpp>
#include <tests/support/can_ping.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/promise.hpp>
#include <boost/asio/experimental/use_promise.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <optional>
#include <tuple>

namespace completion_tokens_tests {

namespace asio = boost::asio;
using namespace libnet;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

const asio::ip::address loopback = asio::ip::address_v4::loopback();

/// A coroutine's part of a test.
template <typename Body>
void run(asio::io_context& io, Body body)
{
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(body), [&](std::exception_ptr thrown) { failure = thrown; });
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

TEST_CASE("pings and their events come to callbacks, futures, tuples, promises, and later", "[service][tokens]")
{
    asio::io_context io;
    if (!test::can_ping()) return;
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms}};

    std::optional<error_code> called;
    pinger.async_ping(loopback, [&](error_code error, const PingOutcome& outcome) {
        called = error;
        CHECK(std::holds_alternative<PingReply>(outcome));
    });
    auto future = pinger.async_ping(loopback, asio::use_future);
    auto promise = pinger.async_ping(loopback, asio::experimental::use_promise);
    auto later = pinger.async_ping(loopback, asio::deferred);
    io.run();
    CHECK(called == error_code{});
    CHECK(std::holds_alternative<PingReply>(future.get()));
    CHECK(promise.completed());
    bool went = false;
    std::move(later)([&](error_code error, const PingOutcome&) { went = !error; });
    io.restart();
    io.run();
    CHECK(went);

    const auto target = pinger.add(loopback, {.count = 2});
    run(io, [&]() -> asio::awaitable<void> {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        for (;;) {
            const auto [error, event] = co_await pinger.async_next(token);
            CHECK_FALSE(error);
            if (!event) co_return;
        }
    });
    CHECK(pinger.statistics(target).received == 2);
}

TEST_CASE("an operation that is cancelled by the handler's slot tells so, whichever type it is", "[service][tokens]")
{
    asio::io_context io;
    if (!test::can_ping()) return;
    const auto type =
        GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total);
    const asio::ip::address silent = asio::ip::make_address("127.0.0.1");
    IcmpPinger pinger{io.get_executor(), {.interval = 1h, .timeout = 1h}};
    Tracer tracer{io.get_executor(), {.method = TraceProbe::icmp}};
    pinger.add(silent, {.delay = 1h});
    std::vector<error_code> ended;
    asio::cancellation_signal signals[2];
    const auto note = [&](error_code error, auto&&...) { ended.push_back(error); };
    pinger.async_next(asio::bind_cancellation_slot(signals[0].slot(), note));
    asio::co_spawn(io, pinger.next(),
                   asio::bind_cancellation_slot(signals[1].slot(), [&](std::exception_ptr failure, auto&&) {
                       try {
                           if (failure) std::rethrow_exception(failure);
                       } catch (const boost::system::system_error& error) {
                           ended.push_back(error.code());
                       }
                   }));
    io.poll();
    CHECK(ended.empty());
    for (auto& signal : signals) signal.emit(type);
    io.run();
    CHECK(ended == std::vector<error_code>(2, asio::error::operation_aborted));
}

TEST_CASE("traces come to callbacks, futures and tuples", "[service][tokens]")
{
    asio::io_context io;
    Tracer tracer{io.get_executor()};
    std::optional<bool> reached;
    tracer.async_trace(loopback, [&](error_code error, const TracePath& path) { reached = !error && path.reached(); });
    auto future = tracer.async_trace(loopback, asio::use_future);
    io.run();
    CHECK(reached == true);
    CHECK(future.get().reached());

    tracer.add(loopback);
    int events = 0;
    run(io, [&]() -> asio::awaitable<void> {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        for (;;) {
            const auto [error, event] = co_await tracer.async_next(token);
            CHECK_FALSE(error);
            if (!event) co_return;
            ++events;
        }
    });
    CHECK(events >= 2);
}

TEST_CASE("questions are answered to callbacks and futures", "[service][tokens]")
{
    asio::io_context io;
    if (!test::can_ping()) return;
    std::optional<error_code> asked;
    async_probe_interface(io.get_executor(), loopback, "lo", {.timeout = 1ms, .attempts = 1},
                          [&](error_code error, const InterfaceState& state) {
                              asked = error;
                              CHECK(state.address == loopback);
                          });
    auto future = async_find_path_mtu(io.get_executor(), loopback, {.ceiling = 1000}, asio::use_future);
    std::optional<error_code> refused;
    async_find_path_mtu(io.get_executor(), loopback, {.attempts = 0},
                        [&](error_code error, const PathMtu&) { refused = error; });
    io.run();
    CHECK(asked == error_code{});
    CHECK(future.get().mtu == 1000);
    CHECK(refused == asio::error::invalid_argument);

    PathMtuFinder finder{io.get_executor(), loopback, {.ceiling = 1000}};
    std::optional<PathMtuStep> step;
    finder.async_next([&](error_code, std::optional<PathMtuStep> found) { step = found; });
    io.restart();
    io.run();
    CHECK(step);
}

TEST_CASE("servers run with any completion token", "[service][tokens]")
{
    asio::io_context io;
    const test::TemporaryDirectory root;
    StaticFileServer files{io.get_executor(), {.root = root.path().string(), .address = loopback, .port = 0}};
    ForwardProxy proxy{io.get_executor(), {.port = 0}};
    HttpEndpoint endpoint{io.get_executor(), {}};
    asio::cancellation_signal stop_files, stop_proxy;
    std::optional<error_code> files_ended, proxy_ended;
    files.async_run(asio::bind_cancellation_slot(stop_files.slot(), [&](error_code error) { files_ended = error; }));
    proxy.async_run(asio::bind_cancellation_slot(stop_proxy.slot(), [&](error_code error) { proxy_ended = error; }));
    auto twice = files.async_run(asio::use_future);
    io.poll();
    CHECK_FALSE(files_ended);
    CHECK_FALSE(proxy_ended);
    stop_files.emit(asio::cancellation_type::total);
    stop_proxy.emit(asio::cancellation_type::terminal);
    io.run();
    CHECK(files_ended == error_code{});
    CHECK(proxy_ended == error_code{});
    CHECK_THROWS_AS(twice.get(), boost::system::system_error);
}

}  // namespace completion_tokens_tests
