#include <libnet/icmp_pinger.hpp>
#include <tests/support/can_ping.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cmath>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

namespace icmp_pinger_tests {

namespace asio = boost::asio;

using namespace std::chrono_literals;
using namespace libnet;

namespace {

const auto v4_loopback = asio::ip::make_address("127.0.0.1");
const auto v6_loopback = asio::ip::make_address("::1");

/// Runs a coroutine to its end, which must leave nothing behind that keeps the io_context running.
void run(asio::io_context& io, asio::awaitable<void> work)
{
    std::exception_ptr failure;
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown) { failure = thrown; });
    io.run();
    if (failure) std::rethrow_exception(failure);
}

asio::awaitable<void> collect(IcmpPinger& pinger, std::vector<PingEvent>& events)
{
    while (const auto event = co_await pinger.next()) events.push_back(*event);
}

bool is_aborted(std::exception_ptr failure)
{
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    }
    return false;
}

}  // namespace

TEST_CASE("streams to both loopback addresses are answered, in order and with all there is to know",
          "[service][icmp_pinger]")
{
    const auto access = GENERATE(PingAccess::automatic, PingAccess::datagram, PingAccess::raw);
    if (!test::can_ping(access)) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.interval = 2ms, .timeout = 5s, .payload_size = 24, .access = access}};
    const auto v4 = pinger.add(v4_loopback, {.count = 5});
    const auto v6 = pinger.add(v6_loopback, {.count = 5});
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));

    REQUIRE(events.size() == 10);
    std::map<std::uint32_t, std::uint64_t> last;
    for (const auto& event : events) {
        INFO(event);
        const auto* reply = std::get_if<PingReply>(&event);
        REQUIRE(reply != nullptr);
        CHECK(reply->sequence == ++last[reply->target.index]);
        CHECK(reply->from == (reply->target == v4 ? v4_loopback : v6_loopback));
        CHECK(reply->ttl.has_value());
        CHECK(reply->bytes == 32);
        CHECK(reply->rtt > 0ns);
    }
    for (const auto target : {v4, v6}) {
        const auto numbers = pinger.statistics(target);
        CHECK(numbers.sent == 5);
        CHECK(numbers.received == 5);
        CHECK(numbers.loss_percent() == 0);
        CHECK(numbers.rtt.min <= numbers.rtt.mean);
        CHECK(numbers.rtt.mean <= numbers.rtt.max);
    }
    CHECK(pinger.foreign() == 0);
}

TEST_CASE("the clock says which part of a round trip is our own stack's", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    const auto clock = GENERATE(PingClock::kernel, PingClock::user, PingClock::arrival);
    IcmpPinger pinger{io.get_executor(), {.interval = 0ns, .timeout = 5s, .clock = clock}};
    for (int host = 0; host < 10; ++host) pinger.add(v4_loopback, {.count = 10});
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));
    REQUIRE(events.size() == 100);
    int sent = 0, received = 0;  // answers with such a part
    for (const auto& event : events) {
        INFO(event);
        const auto* reply = std::get_if<PingReply>(&event);
        REQUIRE(reply != nullptr);
        CHECK(reply->rtt > 0ns);
        sent += reply->stack_sent > 0ns ? 1 : 0;
        received += reply->stack_received > 0ns ? 1 : 0;
    }
    CHECK((clock == PingClock::kernel ? sent > 50 : sent == 0));
    CHECK((clock != PingClock::user ? received > 50 : received == 0));
}

TEST_CASE("the unspecified address is this host, and an IPv4-mapped one is IPv4", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor()};
    std::vector<PingTarget> targets;
    for (const char* address : {"0.0.0.0", "::", "::ffff:127.0.0.1"})
        targets.push_back(pinger.add(asio::ip::make_address(address), {.count = 1}));
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));
    for (const auto target : targets) CHECK(pinger.statistics(target).received == 1);
}

TEST_CASE("payloads from nothing to the largest come back whole", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    const auto size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{8}, std::size_t{2000}, std::size_t{65507});
    const auto access = GENERATE(PingAccess::automatic, PingAccess::raw);
    if (!test::can_ping(access)) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.timeout = 5s, .payload_size = size, .access = access}};
    const auto v4 = pinger.add(v4_loopback, {.count = 1});
    const auto v6 = pinger.add(v6_loopback, {.count = 1});
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));
    for (const auto target : {v4, v6}) CHECK(pinger.statistics(target).received == 1);
}

TEST_CASE("twelve thousand coroutines ping at once over one pinger, many of them the same address",
          "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    constexpr std::size_t coroutines = 12'000;  // more than a receive buffer has room for
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.timeout = 10s}};
    std::size_t replies = 0;
    const auto ping = [&](asio::ip::address address) -> asio::awaitable<void> {
        const auto outcome = co_await pinger.ping(address);
        const auto* reply = std::get_if<PingReply>(&outcome);
        if (reply != nullptr && reply->from == address) ++replies;
    };
    for (unsigned i = 0; i < coroutines; ++i) {
        const asio::ip::address_v4 address{0x7F000001U + i % 100};
        asio::co_spawn(io, i % 5 == 0 ? ping(v6_loopback) : ping(address), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
    }
    io.run();
    CHECK(replies == coroutines);
}

TEST_CASE("targets come and go while events are awaited", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.interval = 1ms, .timeout = 5s}};
    const auto endless = pinger.add(v4_loopback);
    std::optional<PingTarget> second;
    std::size_t events = 0;
    const auto watch = [&]() -> asio::awaitable<void> {
        while (const auto event = co_await pinger.next()) {
            if (++events == 3) second = pinger.add(v6_loopback, {.count = 2});
            if (events == 6) CHECK(pinger.remove(endless));
        }
    };
    run(io, watch());
    CHECK(pinger.statistics(second.value()).received == 2);
    CHECK(!pinger.remove(endless));
    CHECK_THROWS_AS(pinger.statistics(endless), std::out_of_range);
}

TEST_CASE("removing the last target ends the wait for its events", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor()};
    const auto target = pinger.add(v4_loopback, {.delay = 1h});
    asio::post(io, [&] { pinger.remove(target); });
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));
    CHECK(events.empty());
}

TEST_CASE("without targets there is nothing to wait for", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor()};
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));
    CHECK(events.empty());
}

TEST_CASE("cancelling a wait loses no event and ends no other wait", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.timeout = 5s}};
    const auto target = pinger.add(v4_loopback, {.count = 1, .delay = 20ms});
    asio::cancellation_signal stop;
    std::exception_ptr failure;
    asio::co_spawn(io, pinger.next(), asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown, auto) {
                       failure = thrown;
                   }));
    std::optional<PingOutcome> outcome;
    asio::co_spawn(io, pinger.ping(v6_loopback), [&](std::exception_ptr, PingOutcome result) { outcome = result; });
    asio::post(io, [&] { stop.emit(asio::cancellation_type::terminal); });
    io.run();
    CHECK(is_aborted(failure));
    REQUIRE(outcome.has_value());
    CHECK(std::holds_alternative<PingReply>(*outcome));

    io.restart();
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));
    CHECK(events.size() == 1);
    CHECK(pinger.statistics(target).received == 1);
}

TEST_CASE("a cancelled ping ends once, whether or not its answer is faster, and affects no later one",
          "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.timeout = 5s}};
    int aborted = 0, answered = 0;
    std::vector<asio::cancellation_signal> stops(50);
    for (auto& stop : stops)
        asio::co_spawn(io, pinger.ping(v4_loopback),
                       asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr thrown, const PingOutcome&) {
                           if (is_aborted(thrown)) ++aborted;
                           else if (!thrown) ++answered;
                       }));
    asio::post(io, [&] {  // comes after all of them have sent, and most of the time before the answers are read
        for (auto& stop : stops) stop.emit(asio::cancellation_type::terminal);
    });
    io.run();
    CHECK(aborted + answered == 50);
    std::optional<PingOutcome> outcome;
    asio::co_spawn(io, pinger.ping(v4_loopback), [&](std::exception_ptr, PingOutcome result) { outcome = result; });
    io.restart();
    io.run();
    CHECK(std::holds_alternative<PingReply>(outcome.value()));
}

TEST_CASE("destroying the pinger ends all waits", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    std::optional<IcmpPinger> pinger{std::in_place, io.get_executor()};
    pinger->add(v4_loopback, {.delay = 1h});
    int aborted = 0;
    const auto count = [&](std::exception_ptr thrown, const auto&) { aborted += is_aborted(thrown) ? 1 : 0; };
    asio::co_spawn(io, pinger->next(), count);
    asio::co_spawn(io, pinger->ping(v4_loopback), count);
    asio::post(io, [&] { pinger.reset(); });
    io.run();
    CHECK(aborted >= 1);  // the ping may have been answered before
}

TEST_CASE("a coroutine that was made before the pinger went, and starts after it, is aborted", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    std::optional<IcmpPinger> pinger{std::in_place, io.get_executor()};
    auto next = pinger->next();
    auto ping = pinger->ping(v4_loopback);
    pinger.reset();
    int aborted = 0;
    const auto count = [&](std::exception_ptr thrown, const auto&) { aborted += is_aborted(thrown) ? 1 : 0; };
    asio::co_spawn(io, std::move(next), count);
    asio::co_spawn(io, std::move(ping), count);
    io.run();
    CHECK(aborted == 2);
}

TEST_CASE("an io_context that is destroyed under waiting coroutines frees them", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    auto io = std::make_unique<asio::io_context>();
    const auto wait = [](asio::any_io_executor executor) -> asio::awaitable<void> {
        IcmpPinger pinger{executor};
        pinger.add(v4_loopback, {.delay = 1h});
        co_await pinger.next();
    };
    asio::co_spawn(*io, wait(io->get_executor()), [](std::exception_ptr) {});
    io->poll();
    io.reset();  // AddressSanitizer tells whether anything was left
    SUCCEED();
}

TEST_CASE("a pinger can be moved, and the one that is replaced ends its waits", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger first{io.get_executor()};
    first.add(v4_loopback, {.delay = 1h});
    bool aborted = false;
    asio::co_spawn(io, first.next(), [&](std::exception_ptr thrown, const auto&) { aborted = is_aborted(thrown); });
    IcmpPinger second{io.get_executor()};
    const auto target = second.add(v6_loopback, {.count = 1});
    asio::post(io, [&] { first = std::move(second); });
    io.run();
    CHECK(aborted);
    std::vector<PingEvent> events;
    io.restart();
    run(io, collect(first, events));
    CHECK(first.statistics(target).received == 1);
}

TEST_CASE("options out of range are refused by name", "[service][icmp_pinger]")
{
    asio::io_context io;
    const auto refused = [&](const PingOptions& options) {
        try {
            const IcmpPinger pinger{io.get_executor(), options};
            return false;
        } catch (const boost::system::system_error& error) {
            return error.code() == asio::error::invalid_argument;
        }
    };
    CHECK(refused({.interval = -1ns}));
    CHECK(refused({.timeout = -1ns}));
    CHECK(refused({.payload_size = 65'508}));
    CHECK(refused({.ttl = 0}));
    CHECK(refused({.ttl = 256}));
    CHECK(refused({.rate = NAN}));
    CHECK(refused({.access = static_cast<PingAccess>(3)}));
    CHECK(refused({.path_mtu_discovery = static_cast<PathMtuDiscovery>(255)}));
    CHECK(refused({.path_mtu_discovery = static_cast<PathMtuDiscovery>(5)}));
    CHECK(refused({.clock = static_cast<PingClock>(3)}));
    CHECK(refused({.record = static_cast<PingRecord>(4)}));
    CHECK_THROWS_AS((PingOptions{.interface = "sixteen-octets-x"}), boost::system::system_error);
    CHECK_THROWS_AS((PingOptions{.interface = std::string_view{"a\0b", 3}}), boost::system::system_error);
    CHECK(PingOptions{.interface = "fifteen-octets-"}.interface.view() == "fifteen-octets-");
    if (!test::can_ping()) return;
    IcmpPinger pinger{io.get_executor()};
    CHECK_THROWS_AS(pinger.add(v4_loopback, {.interval = -1ns}), boost::system::system_error);
    CHECK_THROWS_AS(pinger.add(v4_loopback, {.timeout = 0ns}), boost::system::system_error);
    CHECK_THROWS_AS(pinger.add(v4_loopback, {.rhythm = static_cast<PingRhythm>(3)}), boost::system::system_error);
    const auto at = [](const char* address) { return asio::ip::make_address(address); };
    const AddressRange reversed{at("127.0.0.20"), at("127.0.0.10")}, mixed{at("127.0.0.1"), at("::1")},
        mixed_too{at("::1"), at("127.0.0.1")}, reversed_v6{at("::2"), at("::1")};
    for (const auto& range : {reversed, mixed, mixed_too, reversed_v6})
        CHECK_THROWS_AS(pinger.add(range, {.count = 1}), boost::system::system_error);
    CHECK_THROWS_AS(pinger.add(v4_loopback, {.delay = -1ns}), boost::system::system_error);
}

TEST_CASE("an interface that isn't there is named", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    try {
        const IcmpPinger pinger{io.get_executor(), {.interface = "nosuch0"}};
        FAIL("opened");
    } catch (const boost::system::system_error& error) {
        CHECK(std::string{error.what()}.find("nosuch0") != std::string::npos);
    }
}

TEST_CASE("the source address is the one that was asked for", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.source = asio::ip::make_address("127.0.0.9")}};
    const auto target = pinger.add(v4_loopback, {.count = 1});
    std::vector<PingEvent> events;
    run(io, collect(pinger, events));
    CHECK(pinger.statistics(target).received == 1);

    IcmpPinger elsewhere{io.get_executor(), {.source = asio::ip::make_address("192.0.2.1")}};
    CHECK_THROWS_AS(elsewhere.add(v4_loopback), boost::system::system_error);
}

// g++ 12 destroys some temporaries of a statement twice in which there is a co_await: that must not harm options.
TEST_CASE("options may be written out in the statement that awaits", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    asio::io_context io;
    const auto ping = []() -> asio::awaitable<PingOutcome> {
        co_return co_await IcmpPinger{co_await asio::this_coro::executor, {.interface = "lo"}}.ping(v4_loopback);
    };
    std::optional<PingOutcome> outcome;
    asio::co_spawn(io, ping(), [&](std::exception_ptr failure, PingOutcome ended) {
        if (!failure) outcome = ended;
    });
    io.run();
    REQUIRE(outcome);
    CHECK(std::holds_alternative<PingReply>(*outcome));
}

TEST_CASE("a pinger whose timeout and interval are never sends once, and waits", "[service][icmp_pinger]")
{
    if (!test::can_ping()) return;
    constexpr auto never = std::chrono::nanoseconds::max();
    asio::io_context io;
    IcmpPinger pinger{io.get_executor(), {.interval = never, .timeout = never}};
    const auto target = pinger.add(v4_loopback);
    std::optional<PingEvent> first;
    asio::co_spawn(io, pinger.next(), [&](std::exception_ptr, std::optional<PingEvent> event) { first = event; });
    io.run();
    REQUIRE(first);
    CHECK(std::holds_alternative<PingReply>(*first));
    CHECK(pinger.statistics(target).sent == 1);
}

}  // namespace icmp_pinger_tests
