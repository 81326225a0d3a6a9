// Hosts that follow a script, behind a pinger that notices nothing of it.

#include <libnet/named_targets.hpp>
#include <libnet/testing/scripted_network.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace scripted_network_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace libnet::testing;
using namespace std::chrono_literals;

namespace {

const auto host = asio::ip::make_address("192.0.2.1");
const auto other = asio::ip::make_address("2001:db8::1");
const auto router = asio::ip::make_address("198.51.100.9");

struct Net {
    /// Events in words, as they come.
    void collect(IcmpPinger& pinger)
    {
        asio::co_spawn(io, take_events(pinger), [this](std::exception_ptr failure) {
            ended = true;
            if (failure) std::rethrow_exception(failure);
        });
    }

    asio::awaitable<void> take_events(IcmpPinger& pinger)
    {
        while (const auto event = co_await pinger.next()) {
            std::ostringstream out;
            out << network.time().passed() / 1ms << " ms: " << *event;
            events.push_back(out.str());
        }
    }

    asio::io_context io{1};
    ScriptedNetwork network{io};
    std::vector<std::string> events;
    bool ended = false;
};

}  // namespace

TEST_CASE("probes are answered, lost, late, and refused by routers as the script says, at its times",
          "[service][scripted_network]")
{
    Net net;
    net.network.host(host, [](std::uint64_t number) {
        if (number == 2) return no_answer();
        if (number == 3) return icmp_error(router, 3, 1, 5ms);
        if (number == 4) return reply_after(1200ms);
        if (number == 5) return send_error(asio::error::network_unreachable);
        return reply_after(20ms);
    });
    auto pinger = net.network.make_pinger({.interval = 1s, .timeout = 1s});
    const auto target = pinger.add(host, {.count = 6});
    net.collect(pinger);
    net.network.advance(10s);
    CHECK(net.ended);
    CHECK(net.network.time().passed() == 10s);
    REQUIRE(net.events.size() == 7);
    CHECK(net.events[0] == "20 ms: reply t0.1 #1 from 192.0.2.1 64 bytes in 20000000ns ttl 64");
    CHECK(net.events[1].starts_with("2000 ms: lost t0.1 #2"));
    CHECK(net.events[2].starts_with("2005 ms: error t0.1 #3 from 198.51.100.9"));
    CHECK(net.events[3].starts_with("4000 ms: lost t0.1 #4"));
    CHECK(net.events[4].starts_with("4000 ms: send error t0.1 #5"));
    CHECK(net.events[5].starts_with("4200 ms: late t0.1 #4"));
    CHECK(net.events[6].starts_with("5020 ms: reply t0.1 #6"));
    const auto numbers = pinger.statistics(target);
    CHECK(numbers.received == 2);
    CHECK(numbers.late == 1);
    CHECK(numbers.rtt.max == 20ms);
}

TEST_CASE("a host without a script is silent, and hours take no time", "[service][scripted_network]")
{
    Net net;
    net.network.host(other, [](std::uint64_t) { return reply_after(1ms); });
    auto pinger = net.network.make_pinger({.interval = 1s, .timeout = 500ms});
    const auto silent = pinger.add(host), there = pinger.add(other);
    net.collect(pinger);
    net.network.advance(1h);
    CHECK(pinger.statistics(silent).lost >= 3599);
    CHECK(pinger.statistics(there).received >= 3600);
    CHECK(pinger.statistics(there).lost == 0);
    CHECK(!net.ended);
}

TEST_CASE("a script can be changed, and answer twice or from elsewhere", "[service][scripted_network]")
{
    Net net;
    net.network.host(host, [](std::uint64_t) {
        auto answer = reply_after(1ms);
        answer.copies = 2;
        answer.from = other;
        return answer;
    });
    auto pinger = net.network.make_pinger({.interval = 100ms, .timeout = 50ms});
    const auto target = pinger.add(host, {.count = 2});
    net.collect(pinger);
    net.network.advance(90ms);
    net.network.host(host, [](std::uint64_t) { return no_answer(); });
    net.network.advance(1s);
    CHECK(net.ended);
    const auto numbers = pinger.statistics(target);
    CHECK(numbers.received == 1);
    CHECK(numbers.other_address >= 1);
    CHECK(numbers.duplicates == 1);
    CHECK(numbers.lost == 1);
}

TEST_CASE("single probes, several pingers, names and moves work as always", "[service][scripted_network]")
{
    Net net;
    net.network.host(host, [](std::uint64_t) { return reply_after(3ms); });
    net.network.host(other, [](std::uint64_t) { return reply_after(4ms); });
    auto first = net.network.make_pinger(), second = net.network.make_pinger();
    std::optional<PingOutcome> outcome;
    second.async_ping(host, [&](boost::system::error_code, PingOutcome told) { outcome = told; });
    net.network.advance(3ms);
    REQUIRE(outcome);
    REQUIRE(std::holds_alternative<PingReply>(*outcome));
    CHECK(std::get<PingReply>(*outcome).rtt == 3ms);

    const auto named = first.add("192.0.2.1", {.count = 2});
    net.collect(first);
    net.network.advance(10ms);
    CHECK(first.move(named, other));
    net.network.advance(5s);
    CHECK(net.ended);
    CHECK(first.statistics(named).received == 2);
    CHECK(first.statistics(named).rtt.max == 4ms);
}

TEST_CASE("a pinger and its network may go in any order, while probes are under way", "[service][scripted_network]")
{
    const bool pinger_first = GENERATE(true, false);
    asio::io_context io{1};
    auto network = std::make_unique<ScriptedNetwork>(io);
    network->host(host, [](std::uint64_t) { return reply_after(1s); });
    auto pinger = std::make_unique<IcmpPinger>(network->make_pinger());
    pinger->add(host);
    boost::system::error_code ended;
    pinger->async_next([&](boost::system::error_code error, std::optional<PingEvent>) { ended = error; });
    network->advance(10ms);
    if (pinger_first) pinger.reset();
    else network.reset();
    if (pinger_first) network->advance(2s);
    pinger.reset();
    io.restart();
    io.run();
    CHECK(ended == asio::error::operation_aborted);
}

TEST_CASE("options out of range are refused as by every pinger", "[service][scripted_network]")
{
    Net net;
    CHECK_THROWS_AS(net.network.make_pinger({.timeout = 0s}), boost::system::system_error);
    auto pinger = net.network.make_pinger();
    CHECK_THROWS_AS(pinger.add(host, {.timeout = 0s}), boost::system::system_error);
    net.network.advance(0s);
    CHECK(net.network.time().passed() == 0s);
}

}  // namespace scripted_network_tests
