#include <apps/common/run.hpp>
#include <tests/support/capture.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace run_tests {

using namespace libnet;
namespace asio = boost::asio;

namespace {

using Time = asio::steady_timer::time_point;

/// What a program of this coroutine exits with, and what it complains about.
struct Ended {
    int exit_code;
    std::string complaint;
    friend bool operator==(const Ended&, const Ended&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Ended& e)
    {
        return out << e.exit_code << ' ' << e.complaint;
    }
};

Ended end_of(asio::awaitable<int> work)
{
    const test::Capture err{STDERR_FILENO};
    const int exit_code = apps::run("demo++", std::move(work));
    return {exit_code, err.text()};
}

/// Waits for ever, but for a cancellation.
asio::awaitable<void> wait()
{
    asio::steady_timer timer{co_await asio::this_coro::executor, Time::max()};
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<int> succeed() { co_return 0; }
asio::awaitable<int> fail() { co_return 1; }
asio::awaitable<int> throw_error()
{
    throw std::runtime_error{"name: why"};
    co_return 0;
}
asio::awaitable<int> throw_system_error()
{
    throw boost::system::system_error{asio::error::host_not_found, "name.invalid"};
    co_return 0;
}
asio::awaitable<int> leave_something_running()
{
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, wait(), asio::detached);
    co_return 3;
}
asio::awaitable<int> wait_after(int signal)
{
    std::raise(signal);
    co_await wait();
    co_return 0;
}
asio::awaitable<int> show_what_there_is()
{
    std::raise(SIGINT);
    try {
        co_await wait();
    } catch (const boost::system::system_error& error) {
        if (error.code() != asio::error::operation_aborted) throw;
    }
    apps::complain("demo++", "3 received");
    co_return 1;
}
asio::awaitable<int> stop_only_at_once()
{
    const auto filter = asio::enable_terminal_cancellation{};
    co_await asio::this_coro::reset_cancellation_state(filter);
    std::raise(SIGTERM);
    std::raise(SIGINT);
    co_await wait();
    co_return 0;
}
asio::awaitable<int> print_for_ever()
{
    for (;;) apps::print("{}\n", 1);
    co_return 0;
}

}  // namespace

TEST_CASE("the coroutine's result is the exit code, and what it left running ends", "[apps][run]")
{
    CHECK(end_of(succeed()) == Ended{0, ""});
    CHECK(end_of(fail()) == Ended{1, ""});
    CHECK(end_of(leave_something_running()) == Ended{3, ""});
}

TEST_CASE("an exception becomes one line, without source positions", "[apps][run]")
{
    CHECK(end_of(throw_error()) == Ended{2, "demo++: name: why\n"});
    CHECK(end_of(throw_system_error()) == Ended{2, "demo++: name.invalid: Host not found (authoritative)\n"});
}

TEST_CASE("a signal cancels the coroutine, which may show what there is", "[apps][run]")
{
    CHECK(end_of(show_what_there_is()) == Ended{1, "demo++: 3 received\n"});
}

TEST_CASE("a coroutine that lets the cancellation pass exits as after the signal", "[apps][run]")
{
    CHECK(end_of(wait_after(SIGINT)) == Ended{130, ""});
    CHECK(end_of(wait_after(SIGTERM)) == Ended{143, ""});
}

TEST_CASE("the second signal ends what the first one doesn't", "[apps][run]")
{
    CHECK(end_of(stop_only_at_once()) == Ended{143, ""});
}

TEST_CASE("a program whose reader is gone ends without a message", "[apps][run]")
{
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    std::fflush(stdout);
    const int saved = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(ends[0]);
    ::close(ends[1]);
    const auto ended = end_of(print_for_ever());
    ::dup2(saved, STDOUT_FILENO);
    ::close(saved);
    CHECK(ended == Ended{141, ""});
}

TEST_CASE("a full disk behind standard output is an error", "[apps][run]")
{
    std::fflush(stdout);
    const int saved = ::dup(STDOUT_FILENO), full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
    ::dup2(full, STDOUT_FILENO);
    ::close(full);
    const auto ended = end_of(print_for_ever());
    ::dup2(saved, STDOUT_FILENO);
    ::close(saved);
    CHECK(ended == Ended{2, "demo++: standard output: No space left on device\n"});
}

}  // namespace run_tests
