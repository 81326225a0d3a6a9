// Paths that follow a script, behind a tracer that notices nothing of it.

#include <libnet/testing/scripted_paths.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace scripted_paths_tests {

namespace asio = boost::asio;

using namespace libnet;
using namespace libnet::testing;
using namespace std::chrono_literals;

namespace {

const auto target = asio::ip::make_address("192.0.2.9");
const auto target_6 = asio::ip::make_address("2001:db8::9");
const auto first = asio::ip::make_address("198.51.100.1");
const auto first_6 = asio::ip::make_address("2001:db8:1::1");

/// Two routers, the second of which is silent, and the target behind them.
ScriptedAnswer usual(std::uint8_t ttl, unsigned)
{
    if (ttl == 1) return time_exceeded(first, 2ms);
    if (ttl == 2) return no_answer();
    return reply_after(30ms);
}

struct Net {
    void trace(Tracer& tracer, const asio::ip::address& address)
    {
        tracer.async_trace(address, [this](boost::system::error_code failed, TracePath traced) {
            error = failed;
            path = std::move(traced);
        });
    }

    asio::io_context io{1};
    ScriptedPaths paths{io};
    std::optional<TracePath> path;
    boost::system::error_code error;
};

}  // namespace

TEST_CASE("a path is what the script says, in no time", "[service][scripted_paths]")
{
    const auto method = GENERATE(TraceProbe::udp, TraceProbe::udp_constant, TraceProbe::icmp, TraceProbe::tcp);
    Net net;
    net.paths.path(target, usual);
    auto tracer = net.paths.make_tracer({.method = method, .probes = 2, .timeout = 1s});
    net.trace(tracer, target);
    net.paths.advance(1h);
    REQUIRE(net.path);
    CHECK(!net.error);
    CHECK(net.path->reached());
    REQUIRE(net.path->hops.size() == 3);
    for (const auto& hop : net.path->hops) CHECK(hop.probes.size() == 2);
    const auto& router = std::get<TraceHop>(net.path->hops[0].probes[0]);
    CHECK(router.from == first);
    CHECK(router.rtt == 2ms);
    CHECK(router.kind == TraceAnswer::time_exceeded);
    CHECK(std::holds_alternative<TraceLost>(net.path->hops[1].probes[0]));
    const auto& end = std::get<TraceHop>(net.path->hops[2].probes[1]);
    CHECK(end.from == target);
    CHECK(end.rtt == 30ms);
    CHECK(end.kind == TraceAnswer::reached);
    CHECK(tracer.counters().forged == 0);
}

TEST_CASE("IPv6 has its own errors", "[service][scripted_paths]")
{
    Net net;
    net.paths.path(target_6,
                   [](std::uint8_t ttl, unsigned) { return ttl == 1 ? time_exceeded(first_6) : reply_after(5ms); });
    auto tracer = net.paths.make_tracer({.probes = 1});
    net.trace(tracer, target_6);
    net.paths.advance(1min);
    REQUIRE(net.path);
    CHECK(net.path->reached());
    CHECK(net.path->hops.size() == 2);
}

TEST_CASE("a path ends where nothing answers, where a router refuses, and where nothing can be sent",
          "[service][scripted_paths]")
{
    Net net;
    auto tracer = net.paths.make_tracer({.probes = 1, .timeout = 100ms, .max_gap = 4});
    SECTION("nothing answers")
    {
        net.trace(tracer, target);  // there is no script for it
        net.paths.advance(1h);
        REQUIRE(net.path);
        CHECK(net.path->stop_reason == TraceStop::gap);
    }
    SECTION("a router refuses")
    {
        net.paths.path(target, [](std::uint8_t ttl, unsigned) {
            return ttl == 1 ? time_exceeded(first) : icmp_error(asio::ip::make_address("198.51.100.2"), 3, 1);
        });
        net.trace(tracer, target);
        net.paths.advance(1h);
        REQUIRE(net.path);
        CHECK(net.path->stop_reason == TraceStop::unreachable);
    }
    SECTION("nothing can be sent")
    {
        net.paths.path(target, [](std::uint8_t, unsigned) { return send_error(asio::error::network_unreachable); });
        net.trace(tracer, target);
        net.paths.advance(1h);
        REQUIRE(net.path);
        CHECK(net.path->stop_reason == TraceStop::send_failed);
        CHECK(net.path->error == asio::error::network_unreachable);
    }
}

TEST_CASE("events come at the script's times, for targets side by side", "[service][scripted_paths]")
{
    Net net;
    net.paths.path(target, usual);
    auto tracer = net.paths.make_tracer({.probes = 1, .timeout = 1s});
    tracer.add(target);
    std::string told;
    bool done = false;
    const auto watch = [&]() -> asio::awaitable<void> {
        while (const auto event = co_await tracer.next())
            if (const auto* hop = std::get_if<TraceHop>(&*event))
                told +=
                    std::to_string(int{hop->ttl}) + " at " + std::to_string(net.paths.time().passed() / 1ms) + " ms, ";
        done = true;
    };
    asio::co_spawn(net.io, watch(), asio::detached);
    net.paths.advance(1ms);
    CHECK(told.empty());
    net.paths.advance(1ms);
    CHECK(told == "1 at 2 ms, ");
    net.paths.advance(1h);
    CHECK(done);
}

TEST_CASE("a trace is cancelled, and ends with its tracer, as on a real network", "[service][scripted_paths]")
{
    Net net;
    auto tracer = std::make_optional(net.paths.make_tracer({.timeout = 1s}));
    asio::cancellation_signal stop;
    const auto note = [&](boost::system::error_code failed, TracePath) { net.error = failed; };
    tracer->async_trace(target, asio::bind_cancellation_slot(stop.slot(), note));
    net.paths.advance(1ms);
    CHECK(!net.error);
    SECTION("cancelled") { stop.emit(asio::cancellation_type::total); }
    SECTION("destroyed") { tracer.reset(); }
    net.paths.advance(1ms);
    CHECK(net.error == asio::error::operation_aborted);
}

}  // namespace scripted_paths_tests
