#include <libnet/engine/trace/trace_engine.hpp>
#include <tests/support/catch.hpp>

#include <sstream>
#include <vector>

namespace trace_engine_tests {

using namespace std::chrono_literals;
using namespace libnet;
using namespace libnet::engine;
using trace_action::Done, trace_action::Report, trace_action::Send, trace_action::WaitUntil;

namespace {

const TraceEngine::TimePoint start{};
const auto target = asio::ip::make_address("198.51.100.9");
const auto router = asio::ip::make_address("192.0.2.1");

/// One probe a hop, one at a time: the simplest trace.
const TraceOptions serial{.max_ttl = 4, .probes = 1, .window = 1};

ProbeAnswer exceeded(std::chrono::nanoseconds rtt = 10ms) { return {router, rtt}; }
ProbeAnswer reached(std::chrono::nanoseconds rtt = 10ms) { return {target, rtt, TraceAnswer::reached}; }
ProbeAnswer unreachable() { return {router, 10ms, TraceAnswer::unreachable, "!H"}; }

TraceAction send(int ttl, int index)
{
    return Send{{static_cast<std::uint8_t>(ttl), static_cast<std::uint8_t>(index)}};
}
TraceAction lost(int ttl, int number)
{
    return Report{TraceLost{{}, static_cast<std::uint8_t>(ttl), static_cast<std::uint8_t>(number)}};
}
TraceAction hop(int ttl, int number, const ProbeAnswer& answer)
{
    return Report{TraceHop{{},
                           static_cast<std::uint8_t>(ttl),
                           static_cast<std::uint8_t>(number),
                           answer.from,
                           answer.rtt,
                           answer.kind,
                           answer.annotation}};
}
TraceAction wait(TraceEngine::TimePoint until) { return WaitUntil{until}; }
const TraceAction done = Done{};

/// Lets the engine send as long as it wants to, and says which probes these were.
std::vector<TraceProbeId> send_all(TraceEngine& engine, TraceEngine::TimePoint now)
{
    std::vector<TraceProbeId> sent;
    for (;;) {
        const auto action = engine.next(now);
        const auto* probe = std::get_if<Send>(&action);
        if (!probe) return sent;
        sent.push_back(*probe);
    }
}

}  // namespace

TEST_CASE("probes go out with increasing TTL until the destination answers", "[engine][trace]")
{
    TraceEngine engine{serial, target};
    CHECK(engine.next(start) == send(1, 0));
    CHECK(engine.next(start) == wait(start + 5s));
    CHECK(engine.on_answer({1, 0}, exceeded()));
    CHECK(engine.next(start + 10ms) == hop(1, 1, exceeded()));
    CHECK(engine.next(start + 10ms) == send(2, 0));
    CHECK(engine.on_answer({2, 0}, reached()));
    CHECK(engine.next(start + 20ms) == hop(2, 1, reached()));
    CHECK(engine.next(start + 20ms) == done);
    CHECK(engine.next(start + 1h) == done);
    CHECK(engine.path().reached());
    CHECK(engine.path().target == target);
    REQUIRE(engine.path().hops.size() == 2);
    CHECK(engine.path().hops[1] == TracePathHop{2, {TraceHop{{}, 2, 1, target, 10ms, TraceAnswer::reached}}});
}

TEST_CASE("scouts go first, the first hop's others behind them, and an answer makes room for the next",
          "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 4, .probes = 2, .window = 4}, target};
    CHECK(send_all(engine, start) == std::vector<TraceProbeId>{{1, 0}, {2, 0}, {3, 0}, {4, 0}});
    CHECK(engine.next(start) == wait(start + 5s));  // with the window full, nothing can be sent earlier
    engine.on_answer({2, 0}, exceeded());           // not the next to be reported, but no longer under way
    CHECK(engine.next(start) == send(1, 1));
    engine.on_answer({1, 0}, exceeded(20ms));
    CHECK(engine.next(start) == hop(1, 1, exceeded(20ms)));
    CHECK(engine.next(start) == send(2, 1));
    engine.on_answer({1, 1}, exceeded());
    CHECK(engine.next(start) == hop(1, 2, exceeded()));
    CHECK(engine.next(start) == hop(2, 1, exceeded()));
    CHECK(engine.next(start) == send(3, 1));  // the destination is at the third hop, or beyond
}

TEST_CASE("few scouts are ahead of what has answered, until they have been out for too long", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 30, .probes = 1, .max_gap = 0}, target};
    CHECK(send_all(engine, start) == std::vector<TraceProbeId>{{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}});
    CHECK(engine.next(start) == wait(start + 500ms));
    SECTION("each answer lets as many go as it has passed")
    {
        engine.on_answer({3, 0}, exceeded());
        CHECK(send_all(engine, start + 10ms) == std::vector<TraceProbeId>{{6, 0}, {7, 0}, {8, 0}});
    }
    SECTION("silence lets all go, after half a second where no round trip is known")
    {
        CHECK(send_all(engine, start + 500ms).size() == 5);
        CHECK(engine.next(start + 500ms) == wait(start + 1s));
    }
    SECTION("or after two of the longest round trips")
    {
        engine.on_answer({1, 0}, exceeded(80ms));
        engine.next(start + 80ms);
        CHECK(engine.next(start + 80ms) == send(6, 0));
        CHECK(engine.next(start + 80ms) == wait(start + 160ms));
        CHECK(send_all(engine, start + 160ms).size() == 4);
    }
}

TEST_CASE("with one probe at a time, hop follows hop", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 2, .probes = 2, .window = 1}, target};
    std::vector<TraceProbeId> order;
    for (int i = 0; i < 4; ++i) {
        const auto sent = send_all(engine, start);
        REQUIRE(sent.size() == 1);
        order.push_back(sent.front());
        engine.on_answer(sent.front(), exceeded());
        engine.next(start);
    }
    CHECK(order == std::vector<TraceProbeId>{{1, 0}, {1, 1}, {2, 0}, {2, 1}});
}

TEST_CASE("answers that come in any order are told in the order of the hops", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 2, .probes = 2}, target};
    CHECK(send_all(engine, start) == std::vector<TraceProbeId>{{1, 0}, {2, 0}, {1, 1}});
    engine.on_answer({2, 0}, reached(3ms));
    CHECK(engine.next(start + 3ms) == send(2, 1));
    engine.on_answer({2, 1}, reached(4ms));
    engine.on_answer({1, 1}, exceeded(2ms));
    CHECK(engine.next(start + 5ms) == wait(start + 100ms));  // the very first one is still missing
    engine.on_answer({1, 0}, exceeded(1ms));
    CHECK(engine.next(start + 5ms) == hop(1, 1, exceeded(1ms)));
    CHECK(engine.next(start + 5ms) == hop(1, 2, exceeded(2ms)));
    CHECK(engine.next(start + 5ms) == hop(2, 1, reached(3ms)));
    CHECK(engine.next(start + 5ms) == hop(2, 2, reached(4ms)));
    CHECK(engine.next(start + 5ms) == done);
}

TEST_CASE("nothing is sent or told beyond the destination once its distance is known", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 30, .probes = 1, .window = 3}, target};
    CHECK(send_all(engine, start) == std::vector<TraceProbeId>{{1, 0}, {2, 0}, {3, 0}});

    SECTION("an answer from beyond is dropped")
    {
        engine.on_answer({2, 0}, reached());
        CHECK_FALSE(engine.on_answer({3, 0}, reached()));
        engine.on_answer({1, 0}, exceeded());
    }
    SECTION("the nearest answer wins, even when it comes last")
    {
        engine.on_answer({3, 0}, reached());
        engine.on_answer({2, 0}, reached());
        engine.on_answer({1, 0}, exceeded());
    }
    CHECK(engine.next(start) == hop(1, 1, exceeded()));
    CHECK(engine.next(start) == hop(2, 1, reached()));
    CHECK(engine.next(start) == done);
    CHECK(engine.path().hops.size() == 2);
}

TEST_CASE("the destination's hop gets all its probes", "[engine][trace]")
{
    TraceEngine engine{{.probes = 3, .window = 2}, target};
    send_all(engine, start);
    engine.on_answer({1, 0}, reached());
    CHECK(engine.next(start) == hop(1, 1, reached()));
    CHECK(send_all(engine, start) == std::vector<TraceProbeId>{{1, 1}, {1, 2}});
    engine.on_answer({1, 1}, reached());
    engine.on_answer({1, 2}, reached());
    engine.next(start);
    engine.next(start);
    CHECK(engine.next(start) == done);
}

TEST_CASE("an unreachable destination ends the trace at the hop that says so", "[engine][trace]")
{
    TraceEngine engine{serial, target};
    engine.next(start);
    engine.on_answer({1, 0}, unreachable());
    CHECK(engine.next(start) == hop(1, 1, unreachable()));
    CHECK(engine.next(start) == done);
    CHECK(engine.path().stop_reason == TraceStop::unreachable);
    CHECK_FALSE(engine.path().reached());
}

TEST_CASE("one probe that arrives is enough to have reached the destination", "[engine][trace]")
{
    TraceEngine engine{{.probes = 2}, target};
    send_all(engine, start);
    engine.on_answer({1, 0}, unreachable());
    engine.on_answer({1, 1}, reached());
    engine.next(start);
    engine.next(start);
    CHECK(engine.next(start) == done);
    CHECK(engine.path().reached());
}

TEST_CASE("a path longer than max_ttl ends there", "[engine][trace]")
{
    TraceEngine engine{{.first_ttl = 2, .max_ttl = 2, .probes = 1}, target};
    CHECK(engine.next(start) == send(2, 0));
    SECTION("with an answer")
    {
        engine.on_answer({2, 0}, exceeded());
        CHECK(engine.next(start) == hop(2, 1, exceeded()));
    }
    SECTION("without one") { CHECK(engine.next(start + 5s) == lost(2, 1)); }
    CHECK(engine.next(start + 5s) == done);
    CHECK(engine.path().stop_reason == TraceStop::max_ttl);
}

TEST_CASE("a probe without an answer is lost after the timeout, and an answer that comes later is ignored",
          "[engine][trace]")
{
    TraceEngine engine{serial, target};
    engine.next(start);
    CHECK(engine.next(start + 5s - 1ns) == wait(start + 5s));
    CHECK(engine.next(start + 5s) == lost(1, 1));
    CHECK_FALSE(engine.on_answer({1, 0}, exceeded()));
    CHECK(engine.next(start + 5s) == send(2, 0));
}

TEST_CASE("a round trip of the same hop shortens the wait to here_factor times it", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 1, .probes = 3}, target};
    send_all(engine, start);
    engine.on_answer({1, 1}, exceeded(200ms));
    CHECK(engine.next(start + 200ms) == wait(start + 600ms));
    engine.on_answer({1, 2}, exceeded(300ms));  // the first one found counts, as in traceroute
    CHECK(engine.next(start + 300ms) == wait(start + 600ms));
    CHECK(engine.next(start + 600ms) == lost(1, 1));
}

TEST_CASE("a round trip of a later hop shortens it to near_factor times that", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 2, .probes = 1}, target};
    send_all(engine, start);
    engine.on_answer({2, 0}, exceeded(50ms));
    CHECK(engine.next(start + 50ms) == wait(start + 500ms));
    CHECK(engine.next(start + 500ms) == lost(1, 1));
}

TEST_CASE("the factors never lengthen the timeout, and a factor of zero is none", "[engine][trace]")
{
    TraceOptions options{.max_ttl = 1, .probes = 2, .timeout = 1s};
    SECTION("longer than the timeout") {}
    SECTION("so long that no clock can tell it") { options.here_factor = 1e300; }
    SECTION("zero") { options.here_factor = options.near_factor = 0; }
    TraceEngine engine{options, target};
    send_all(engine, start);
    engine.on_answer({1, 1}, exceeded(900ms));
    CHECK(engine.next(start + 900ms) == wait(start + 1s));
}

TEST_CASE("on a fast network a probe still gets the shortest wait, unless the timeout is less", "[engine][trace]")
{
    TraceOptions options{.max_ttl = 1, .probes = 2};
    auto expected = start + shortest_wait;
    SECTION("as it is") {}
    SECTION("less") { options.timeout = 20ms, expected = start + 20ms; }
    TraceEngine engine{options, target};
    send_all(engine, start);
    engine.on_answer({1, 1}, exceeded(30us));
    CHECK(engine.next(start + 1ms) == wait(expected));
}

TEST_CASE("only the probe that is next to be told can be lost: the others gain its time", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 1, .probes = 2}, target};
    send_all(engine, start);
    CHECK(engine.on_answer({1, 1}, exceeded(4s)));
    CHECK(engine.next(start + 5s) == lost(1, 1));
    CHECK(engine.next(start + 5s) == hop(1, 2, exceeded(4s)));
}

TEST_CASE("answers to nothing are ignored", "[engine][trace]")
{
    TraceEngine engine{{.first_ttl = 2, .max_ttl = 4, .probes = 1, .window = 1}, target};
    engine.next(start);
    CHECK_FALSE(engine.on_answer({1, 0}, exceeded()));  // below the first hop
    CHECK_FALSE(engine.on_answer({5, 0}, exceeded()));  // above the last one
    CHECK_FALSE(engine.on_answer({2, 1}, exceeded()));  // no such probe in the hop
    CHECK_FALSE(engine.on_answer({3, 0}, exceeded()));  // not sent yet
    CHECK(engine.on_answer({2, 0}, exceeded()));
    CHECK_FALSE(engine.on_answer({2, 0}, reached()));  // a duplicate
    CHECK(engine.next(start) == hop(2, 1, exceeded()));
    CHECK_FALSE(engine.on_answer({2, 0}, reached()));  // and one after it was told
    CHECK(engine.next(start) == send(3, 0));
}

TEST_CASE("a probe that can't be sent now is sent again later, and its time counts from then", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 1, .probes = 2}, target};

    SECTION("the first one: there is nothing else to wait for")
    {
        CHECK(engine.next(start) == send(1, 0));
        engine.on_not_sent({1, 0}, start + 10ms);
        CHECK(engine.next(start) == wait(start + 10ms));
        CHECK_FALSE(engine.on_answer({1, 0}, exceeded()));
        CHECK(engine.next(start + 10ms) == send(1, 0));
        CHECK(engine.next(start + 10ms) == send(1, 1));
        CHECK(engine.next(start + 10ms) == wait(start + 5s + 10ms));
    }
    SECTION("a later one: the earlier of both deadlines counts")
    {
        engine.next(start);
        engine.next(start);
        engine.on_not_sent({1, 1}, start + 10ms);
        CHECK(engine.next(start) == wait(start + 10ms));
        engine.on_not_sent({1, 1}, start + 20ms);  // no longer the last one sent: a mistake that changes nothing
        CHECK(engine.next(start + 10ms) == send(1, 1));
    }
}

TEST_CASE("a probe that is past can't be taken back", "[engine][trace]")
{
    TraceEngine engine{serial, target};
    engine.next(start);
    SECTION("because it is lost") { CHECK(engine.next(start + 5s) == lost(1, 1)); }
    SECTION("because it was answered")
    {
        engine.on_answer({1, 0}, exceeded());
        engine.on_not_sent({1, 0}, start + 10s);
        CHECK(engine.next(start + 5s) == hop(1, 1, exceeded()));
    }
    engine.on_not_sent({1, 0}, start + 10s);
    CHECK(engine.next(start + 5s) == send(2, 0));
}

TEST_CASE("a host that can't send at all ends the trace", "[engine][trace]")
{
    TraceEngine engine{serial, target};
    engine.next(start);
    engine.on_send_failed(asio::error::network_unreachable);
    CHECK(engine.next(start) == done);
    CHECK(engine.path().stop_reason == TraceStop::send_failed);
    CHECK(engine.path().error == asio::error::network_unreachable);
    CHECK_FALSE(engine.on_answer({1, 0}, reached()));
    engine.on_send_failed(asio::error::access_denied);
    CHECK(engine.path().error == asio::error::network_unreachable);
}

TEST_CASE("a path that is looked at while it is traced says that it isn't finished", "[engine][trace]")
{
    TraceEngine engine{serial, target};
    engine.next(start);
    engine.on_answer({1, 0}, exceeded());
    engine.next(start);
    CHECK(engine.path().stop_reason == TraceStop::interrupted);
    CHECK(engine.path().hops.size() == 1);
}

TEST_CASE("the longest traces end, whatever comes", "[engine][trace]")
{
    const auto [hops, probes] = GENERATE(table<std::uint8_t, std::uint8_t>({{255, 3}, {4, 255}}));
    TraceEngine engine{
        {.max_ttl = hops, .probes = probes, .window = 1000, .timeout = 1s, .max_gap = 0}, target, {7, 1}};
    auto now = start;
    std::size_t reports = 0;
    for (auto action = engine.next(now); action != done; action = engine.next(now)) {
        if (const auto* until = std::get_if<WaitUntil>(&action)) {
            REQUIRE(until->deadline > now);
            now = until->deadline;
        }
        if (std::holds_alternative<Report>(action)) ++reports;
    }
    CHECK(reports == std::size_t{hops} * probes);
    CHECK(engine.path().hops.size() == hops);
    CHECK(engine.path().hops.back().probes.back() == TraceOutcome{TraceLost{{7, 1}, hops, probes}});
    CHECK(engine.path().stop_reason == TraceStop::max_ttl);
}

TEST_CASE("actions and paths print themselves", "[engine][trace]")
{
    TraceEngine engine{serial, target, {3, 1}};
    std::ostringstream out;
    out << engine.next(start) << ' ' << engine.next(start) << ' ' << engine.next(start + 5s) << ' ';
    engine.next(start + 5s);
    engine.on_answer({2, 0}, unreachable());
    engine.next(start + 5s);
    out << engine.next(start + 5s) << ' ' << engine.path();
    CHECK(out.str() ==
          "Send{1#0} WaitUntil{5000000000ns} Report{Lost{t3.1: 1.1}} Done "
          "Path{198.51.100.9 unreachable Lost{t3.1: 1.1} Hop{t3.1: 2.1 192.0.2.1 10000000ns unreachable !H}}");

    std::ostringstream others;
    others << TracePath{.target = target, .stop_reason = TraceStop::send_failed, .error = asio::error::access_denied};
    others << ' ' << name_of(TraceStop::max_ttl) << ' ' << name_of(TraceStop::reached) << ' '
           << TraceAnswer::time_exceeded << ' ' << TraceAnswer::reached;
    CHECK(others.str() == "Path{198.51.100.9 send_failed (system:13)} max_ttl reached time exceeded reached");
}

}  // namespace trace_engine_tests
