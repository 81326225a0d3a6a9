// Paths that are watched over real sockets on loopback: rounds in their order, numbers, cancellation and the end.

#include <libnet/path_watcher.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace path_watcher_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace std::chrono_literals;

namespace {

const auto loopback4 = asio::ip::make_address("127.0.0.1");
const auto other4 = asio::ip::make_address("127.0.0.2");
const auto loopback6 = asio::ip::make_address("::1");

using Rounds = std::vector<PathRound>;

asio::awaitable<void> collect(PathWatcher& watcher, Rounds& rounds, std::size_t most)
{
    while (rounds.size() < most) {
        auto round = co_await watcher.next();
        if (!round) co_return;
        rounds.push_back(std::move(*round));
    }
}

/// Runs until all rounds are over, or there are so many.
Rounds watch(asio::io_context& io, PathWatcher& watcher, std::size_t most = 1000)
{
    Rounds rounds;
    std::exception_ptr failure;
    asio::co_spawn(io, collect(watcher, rounds, most), [&](std::exception_ptr thrown) {
        failure = thrown;
        io.stop();
    });
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
    return rounds;
}

PathWatcherOptions quick()
{
    PathWatcherOptions options;
    options.trace.probes = 1;
    options.interval = 5ms;
    return options;
}

}  // namespace

TEST_CASE("each path has its rounds, in their order, and then it is over", "[service][trace]")
{
    asio::io_context io;
    PathWatcher watcher{io.get_executor(), quick()};
    const auto one = watcher.add(loopback4, 5), two = watcher.add(other4, 3), six = watcher.add(loopback6, 2, 1ms);
    CHECK(one == 0);
    CHECK(six == 2);
    const auto rounds = watch(io, watcher);
    std::map<std::size_t, std::uint64_t> seen;
    for (const auto& round : rounds) {
        CHECK(round.number == ++seen[round.target]);
        CHECK(round.path.reached());
        CHECK(round.path.hops.size() == 1);
        CHECK_FALSE(round.change);
    }
    CHECK(seen == std::map<std::size_t, std::uint64_t>{{one, 5}, {two, 3}, {six, 2}});
    for (const auto& [target, count] : seen) {
        const auto& found = watcher.watch(target);
        CHECK(found.rounds() == count);
        CHECK(found.reached() == count);
        CHECK(int{found.distance()} == 1);
        REQUIRE(found.hops().size() == 1);
        CHECK(found.hops()[0].statistics.sent() == count);
        CHECK(found.hops()[0].statistics.received() == count);
        CHECK(found.hops()[0].statistics.numbers().best > 0ns);
        CHECK(found.verdicts()[0].kind == HopKind::reached);
    }
}

TEST_CASE("a silent host's rounds overlap, and lose what they lose", "[service][trace]")
{
    asio::io_context io;
    const asio::ip::udp::socket listens{io, {loopback4, 0}};  // and answers nothing
    auto options = quick();
    options.trace.max_ttl = 2;
    options.trace.port = listens.local_endpoint().port();
    options.trace.timeout = 1s;
    PathWatcher watcher{io.get_executor(), options};
    const auto target = watcher.add(loopback4, 6);
    const auto begin = std::chrono::steady_clock::now();
    const auto rounds = watch(io, watcher);
    CHECK(rounds.size() == 6);
    for (const auto& round : rounds) CHECK_FALSE(round.path.reached());
    CHECK(watcher.watch(target).reached() == 0);
    REQUIRE(watcher.watch(target).hops().size() == 1);
    CHECK(watcher.watch(target).hops()[0].statistics.received() == 0);
    CHECK(watcher.watch(target).verdicts()[0].kind == HopKind::filtered);
    // One after the other they would take six times two probes' time.
    CHECK(std::chrono::steady_clock::now() - begin < 9s);
}

TEST_CASE("a path that is removed has no more rounds, and its numbers can begin anew before", "[service][trace]")
{
    asio::io_context io;
    PathWatcher watcher{io.get_executor(), quick()};
    const auto stays = watcher.add(loopback4, 8), goes = watcher.add(other4);
    const auto first = watch(io, watcher, 4);
    REQUIRE(first.size() == 4);
    watcher.remove(goes);
    watcher.reset(stays);
    CHECK(watcher.watch(stays).rounds() == 0);
    const auto rest = watch(io, watcher);
    std::uint64_t of_stays = 0;
    for (const auto* part : {&first, &rest})
        for (const auto& round : *part)
            if (round.target == stays) ++of_stays;
    CHECK(of_stays == 8);
    CHECK_THROWS_AS(watcher.watch(7), std::out_of_range);
}

TEST_CASE("a wait that is cancelled loses no round, and destroying the watcher ends it", "[service][trace]")
{
    asio::io_context io;
    auto options = quick();
    options.interval = 1h;
    std::optional<PathWatcher> watcher{std::in_place, io.get_executor(), options};
    watcher->add(loopback4, 2);
    CHECK(watch(io, *watcher, 1).size() == 1);

    boost::system::error_code code;
    const auto store = [&](std::exception_ptr thrown, const std::optional<PathRound>&) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& error) {
            code = error.code();
        }
        io.stop();
    };
    asio::cancellation_signal cancel;
    asio::co_spawn(io, watcher->next(), asio::bind_cancellation_slot(cancel.slot(), store));
    io.restart();
    io.poll();
    cancel.emit(asio::cancellation_type::total);
    io.restart();
    io.run();
    CHECK(code == asio::error::operation_aborted);

    code.clear();
    asio::co_spawn(io, watcher->next(), store);
    io.restart();
    io.poll();
    watcher.reset();
    io.restart();
    io.run();
    CHECK(code == asio::error::operation_aborted);
}

TEST_CASE("a round whose time has come when the watcher is destroyed doesn't begin", "[service][trace]")
{
    asio::io_context io;
    auto options = quick();
    options.interval = 100ms;
    std::optional<PathWatcher> watcher{std::in_place, io.get_executor(), options};
    watcher->add(loopback4);
    CHECK(watch(io, *watcher, 1).size() == 1);
    Rounds rounds;
    bool aborted = false;
    asio::co_spawn(io, collect(*watcher, rounds, 100),
                   [&](const std::exception_ptr& thrown) { aborted = thrown != nullptr; });
    io.restart();
    io.poll();
    std::this_thread::sleep_for(options.interval);  // the next one is due
    asio::post(io, [&] { watcher.reset(); });
    io.restart();
    io.run();
    CHECK(aborted);
}

TEST_CASE("options of a watcher that are out of range are refused in words", "[service][trace]")
{
    asio::io_context io;
    auto options = quick();
    options.interval = 0ns;
    CHECK_THROWS_AS((PathWatcher{io.get_executor(), options}), boost::system::system_error);
    options = quick();
    options.trace.flows = 2;
    CHECK_THROWS_AS((PathWatcher{io.get_executor(), options}), boost::system::system_error);
}

}  // namespace path_watcher_tests
