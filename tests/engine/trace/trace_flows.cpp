// Several flows at the same time, each with a path of its own, and flows whose answers don't tell their probes.

#include <libnet/engine/trace/trace_engine.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace trace_flows_tests {

using namespace std::chrono_literals;
using namespace libnet;
using namespace libnet::engine;

namespace {

const TraceEngine::TimePoint start{};
const auto target = asio::ip::make_address("198.51.100.9");
const auto router = asio::ip::make_address("192.0.2.1");

ProbeAnswer exceeded() { return {.from = router, .rtt = 10ms}; }
ProbeAnswer reached() { return {.from = target, .rtt = 10ms, .kind = TraceAnswer::reached}; }

std::vector<TraceProbeId> send_all(TraceEngine& engine, TraceEngine::TimePoint now)
{
    std::vector<TraceProbeId> sent;
    for (;;) {
        const auto action = engine.next(now);
        if (const auto* probe = std::get_if<trace_action::Send>(&action)) sent.push_back(*probe);
        else if (!std::holds_alternative<trace_action::Report>(action)) return sent;
    }
}

}  // namespace

TEST_CASE("each flow ends where it reaches the destination", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 3, .probes = 1, .flows = 2}, target};
    CHECK(send_all(engine, start) == std::vector<TraceProbeId>{{1, 0}, {1, 1}, {2, 0}, {2, 1}, {3, 0}, {3, 1}});
    for (const auto probe : {TraceProbeId{1, 0}, TraceProbeId{1, 1}, TraceProbeId{2, 1}})
        engine.on_answer(probe, exceeded());
    engine.on_answer({2, 0}, reached());
    CHECK_FALSE(engine.on_answer({3, 0}, reached()));
    engine.on_answer({3, 1}, reached());
    CHECK(send_all(engine, start).empty());
    CHECK(engine.path().reached());
    REQUIRE(engine.path().hops.size() == 3);
    CHECK(engine.path().hops[1].probes.size() == 2);
    REQUIRE(engine.path().hops[2].probes.size() == 1);
    const auto& last = std::get<TraceHop>(engine.path().hops[2].probes.front());
    CHECK(last.flow == 2);
    CHECK(last.probe == 1);
}

TEST_CASE("an answer without a number is for the one probe that is under way", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 4, .probes = 1, .window = 1}, target};
    std::vector<TraceProbeId> back;
    CHECK(engine.on_anonymous(0, start, back) == std::nullopt);  // to nothing
    send_all(engine, start);
    CHECK(engine.on_anonymous(0, start, back) == TraceProbeId{1, 0});
    CHECK(back.empty());
}

TEST_CASE("where several are under way, they are sent once more, one at a time", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 3, .probes = 1}, target};
    CHECK(send_all(engine, start).size() == 3);
    std::vector<TraceProbeId> back;
    CHECK(engine.on_anonymous(0, start + 10ms, back) == std::nullopt);
    CHECK(back == std::vector<TraceProbeId>{{1, 0}, {2, 0}, {3, 0}});
    // The answers of those that were taken back may still come: they mean nothing.
    const auto action = engine.next(start + 10ms);
    REQUIRE(std::holds_alternative<trace_action::WaitUntil>(action));
    auto now = std::get<trace_action::WaitUntil>(action).deadline;
    CHECK(now >= start + 200ms);
    for (std::uint8_t ttl = 1; ttl <= 3; ++ttl) {
        CHECK(send_all(engine, now) == std::vector<TraceProbeId>{{ttl, 0}});
        back.clear();
        const auto probe = engine.on_anonymous(0, now, back);
        REQUIRE(probe == TraceProbeId{ttl, 0});
        engine.on_answer(*probe, ttl == 3 ? reached() : exceeded());
    }
    CHECK(send_all(engine, now).empty());
    CHECK(engine.path().reached());
    CHECK(engine.path().hops.size() == 3);
}

TEST_CASE("a serial flow doesn't hold the other ones up", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 2, .probes = 1, .flows = 2}, target};
    CHECK(send_all(engine, start).size() == 4);
    std::vector<TraceProbeId> back;
    engine.on_anonymous(1, start, back);
    CHECK(back == std::vector<TraceProbeId>{{1, 1}, {2, 1}});
    engine.on_answer({1, 0}, exceeded());
    engine.on_answer({2, 0}, reached());
    CHECK(send_all(engine, start + 10s) == std::vector<TraceProbeId>{{1, 1}});
}

TEST_CASE("a time exceeded from the destination itself is no end, unless nothing comes behind it", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 3, .probes = 1, .timeout = 1s}, target};
    send_all(engine, start);
    engine.on_answer({1, 0}, exceeded());
    engine.on_answer({2, 0}, {.from = target, .rtt = 10ms});
    SECTION("the next hop is reached")
    {
        engine.on_answer({3, 0}, reached());
        send_all(engine, start);
        CHECK(engine.path().hops.size() == 3);
    }
    SECTION("or says the same again: then it was there before")
    {
        engine.on_answer({3, 0}, {.from = target, .rtt = 10ms});
        send_all(engine, start);
        CHECK(engine.path().hops.size() == 2);
    }
    SECTION("or silent") { send_all(engine, start + 5s); }
    CHECK(engine.path().stop_reason == TraceStop::reached);
}

}  // namespace trace_flows_tests
