#include <libnet/io/tcp/inherited_sockets.hpp>
#include <libnet/successor.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/wait.h>

namespace successor_tests {

using namespace libnet;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// A process that does this, as a shell writes it; "$ready" is where it says that it serves.
std::vector<std::string> process_that(const std::string& does)
{
    return {"sh", "-c", "ready=$" + std::string{io::ready_variable} + "; " + does};
}

/// Returns when the process has ended, and leaves it to who has started it.
void wait_for_end_of(pid_t process)
{
    siginfo_t end{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(process), &end, WEXITED | WNOWAIT) == 0);
}

/// Whether it was said that it serves, when all that it would say is there already.
asio::awaitable<bool> says_that_it_serves(std::unique_ptr<Successor> successor, std::chrono::seconds patience)
{
    wait_for_end_of(successor->pid());
    auto waiting = successor->serves(patience);
    const bool serves = co_await std::move(waiting);
    co_return serves;
}

bool serves(const std::string& does, std::chrono::seconds patience)
{
    asio::io_context io{1};
    auto successor =
        std::make_unique<Successor>(io.get_executor(), process_that(does), std::vector<int>{}, std::vector<int>{});
    bool served = false;
    const auto on_end = [&served](const std::exception_ptr& failure, bool said) {
        if (failure) std::rethrow_exception(failure);
        served = said;
    };
    asio::co_spawn(io, says_that_it_serves(std::move(successor), patience), on_end);
    io.run();
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }  // one that serves is not waited for
    return served;
}

}  // namespace

TEST_CASE("a successor serves when it says so, and doesn't when it ends without", "[service][successor]")
{
    CHECK(serves("printf 1 >/proc/self/fd/$ready", 60s));
    CHECK(!serves("exit 0", 60s));
}

TEST_CASE("patience that ends when the successor has said that it serves finds nothing to end", "[service][successor]")
{
    // Octet and time are there at once; whoever has waited destroys the object at the first of them.
    CHECK(serves("printf 1 >/proc/self/fd/$ready", 0s));
}

}  // namespace successor_tests
