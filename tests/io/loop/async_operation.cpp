#include <libnet/io/loop/async_operation.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/promise.hpp>
#include <boost/asio/experimental/use_promise.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

namespace async_operation_tests {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// How the coroutine of an operation ends.
enum class Ending { result, error, memory, other };

asio::awaitable<std::string> work(Ending ending)
{
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer{executor, std::chrono::nanoseconds{1}};
    co_await timer.async_wait(asio::use_awaitable);
    switch (ending) {
    case Ending::error:
        throw boost::system::system_error{asio::error::host_unreachable};
    case Ending::memory:
        throw std::bad_alloc{};
    case Ending::other:
        throw std::logic_error{"a mistake"};
    case Ending::result:
        break;
    }
    co_return "done";
}

asio::awaitable<void> wait_for_ever()
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer{executor, asio::steady_timer::time_point::max()};
    co_await timer.async_wait(asio::use_awaitable);
}

template <typename Token>
auto async_work(asio::io_context& io, Ending ending, Token&& token)
{
    return libnet::io::async_operation<std::string>(
        io.get_executor(), [ending] { return work(ending); }, std::forward<Token>(token));
}

template <typename Token>
auto async_wait_for_ever(asio::io_context& io, Token&& token)
{
    return libnet::io::async_operation<void>(
        io.get_executor(), [] { return wait_for_ever(); }, std::forward<Token>(token));
}

}  // namespace

TEST_CASE("a callback gets a code and the result", "[io][async_operation]")
{
    asio::io_context io;
    std::optional<error_code> code;
    std::string result;
    const auto [ending, expected] = GENERATE(
        table<Ending, error_code>({{Ending::result, {}},
                                   {Ending::error, asio::error::host_unreachable},
                                   {Ending::memory, make_error_code(boost::system::errc::not_enough_memory)}}));
    async_work(io, ending, [&](error_code ended, std::string text) {
        code = ended;
        result = text;
    });
    CHECK_FALSE(code);
    io.run();
    CHECK(code == expected);
    CHECK(result == (expected ? "" : "done"));
}

TEST_CASE("what is no matter of codes leaves the event loop", "[io][async_operation]")
{
    asio::io_context io;
    bool called = false;
    async_work(io, Ending::other, [&](error_code, const std::string&) { called = true; });
    CHECK_THROWS_AS(io.run(), std::logic_error);
    CHECK_FALSE(called);
}

TEST_CASE("a future gets the result, or throws the code", "[io][async_operation]")
{
    asio::io_context io;
    auto good = async_work(io, Ending::result, asio::use_future);
    auto bad = async_work(io, Ending::error, asio::use_future);
    io.run();
    CHECK(good.get() == "done");
    try {
        bad.get();
        FAIL("no error");
    } catch (const boost::system::system_error& error) {
        CHECK(error.code() == asio::error::host_unreachable);
    }
}

TEST_CASE("a coroutine may take the code as a part of the result", "[io][async_operation]")
{
    asio::io_context io;
    std::optional<std::tuple<error_code, std::string>> outcome;
    const auto body = [&]() -> asio::awaitable<void> {
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        outcome = co_await async_work(io, Ending::error, token);
    };
    asio::co_spawn(io, body, [](std::exception_ptr failure) { CHECK_FALSE(failure); });
    io.run();
    REQUIRE(outcome);
    CHECK(std::get<0>(*outcome) == asio::error::host_unreachable);
}

TEST_CASE("a deferred operation starts when it is told to", "[io][async_operation]")
{
    asio::io_context io;
    auto operation = async_work(io, Ending::result, asio::deferred);
    CHECK(io.run() == 0);
    std::string result;
    std::move(operation)([&](error_code, std::string text) { result = text; });
    io.restart();
    io.run();
    CHECK(result == "done");
}

TEST_CASE("a promise can be asked later", "[io][async_operation]")
{
    asio::io_context io;
    auto promise = async_work(io, Ending::result, asio::experimental::use_promise);
    io.run();
    CHECK(promise.completed());
    std::string result;
    std::move(promise)(asio::bind_executor(io, [&](error_code, std::string text) { result = text; }));
    io.restart();
    io.run();
    CHECK(result == "done");
}

TEST_CASE("the handler's slot cancels an operation, and its executor is where it is called", "[io][async_operation]")
{
    asio::io_context io;
    const auto strand = asio::make_strand(io);
    asio::cancellation_signal stop;
    const auto type =
        GENERATE(asio::cancellation_type::terminal, asio::cancellation_type::partial, asio::cancellation_type::total);
    std::optional<error_code> code;
    bool on_strand = false;
    const auto ended = [&](error_code error) {
        code = error;
        on_strand = strand.running_in_this_thread();
    };
    async_wait_for_ever(io, asio::bind_cancellation_slot(stop.slot(), asio::bind_executor(strand, ended)));
    io.poll();
    CHECK_FALSE(code);
    stop.emit(type);
    io.run();
    CHECK(code == asio::error::operation_aborted);
    CHECK(on_strand);
}

}  // namespace async_operation_tests
