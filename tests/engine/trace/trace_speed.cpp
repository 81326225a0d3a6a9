// How many probes a trace takes, and how long: a path with known round trips, and an engine that looks for it.

#include <libnet/engine/trace/trace_engine.hpp>
#include <tests/support/catch.hpp>

#include <map>
#include <set>
#include <vector>

namespace trace_speed_tests {

using namespace std::chrono_literals;
using namespace libnet;
using namespace libnet::engine;

namespace {

const TraceEngine::TimePoint start{};
const auto target = asio::ip::make_address("198.51.100.9");
const auto router = asio::ip::make_address("192.0.2.1");

/// A path whose hop N answers after N times `step`; the destination answers to everything that gets there.
struct Road {
    std::uint8_t length = 20;
    std::chrono::nanoseconds step = 5ms;
    std::set<int> silent{};
    bool dead = false;  ///< the destination says nothing
};

struct Journey {
    std::size_t sent = 0, beyond = 0;
    std::chrono::nanoseconds took{};
    TracePath path{};
    std::map<int, std::chrono::nanoseconds> first_told{};  ///< by TTL: after how long
};

Journey travel(const Road& road, const TraceOptions& options)
{
    TraceEngine engine{options, target};
    std::multimap<TraceEngine::TimePoint, TraceProbeId> answers;
    Journey journey;
    auto now = start;
    for (;;) {
        while (!answers.empty() && answers.begin()->first <= now) {
            const auto probe = answers.begin()->second;
            const auto hop = std::min(probe.ttl, road.length);
            const bool there = probe.ttl >= road.length;
            engine.on_answer(probe, {.from = there ? target : router,
                                     .rtt = hop * road.step,
                                     .kind = there ? TraceAnswer::reached : TraceAnswer::time_exceeded});
            answers.erase(answers.begin());
        }
        const auto action = engine.next(now);
        if (std::holds_alternative<trace_action::Done>(action)) break;
        if (const auto* send = std::get_if<trace_action::Send>(&action)) {
            ++journey.sent;
            if (send->ttl > road.length) ++journey.beyond;
            const bool there = send->ttl >= road.length;
            if (there ? road.dead : road.silent.contains(send->ttl)) continue;
            answers.emplace(now + std::min(send->ttl, road.length) * road.step, *send);
        } else if (const auto* report = std::get_if<trace_action::Report>(&action)) {
            const auto ttl = std::visit([](const auto& of) { return int{of.ttl}; }, report->outcome);
            journey.first_told.try_emplace(ttl, now - start);
        } else {
            const auto deadline = std::get<trace_action::WaitUntil>(action).deadline;
            REQUIRE(deadline > now);
            now = answers.empty() ? deadline : std::min(deadline, answers.begin()->first);
        }
    }
    journey.took = now - start;
    journey.path = engine.path();
    return journey;
}

}  // namespace

TEST_CASE("twenty hops, three of them silent, take few probes and little time", "[engine][trace]")
{
    const Road road{.silent = {7, 12, 17}};
    const auto [probes, most, longest] =
        GENERATE(table<std::uint8_t, std::size_t, std::chrono::milliseconds>({{3, 66, 620ms}, {1, 26, 420ms}}));
    const auto journey = travel(road, {.probes = probes});
    CAPTURE(journey.sent, journey.beyond, journey.took / 1ms);
    CHECK(journey.sent <= most);
    CHECK(journey.took <= longest);
    CHECK(journey.path.reached());
    REQUIRE(journey.path.hops.size() == 20);
    for (const auto& hop : journey.path.hops)
        for (const auto& outcome : hop.probes)
            CHECK(std::holds_alternative<TraceLost>(outcome) == road.silent.contains(hop.ttl));
}

TEST_CASE("a hop is told when its last probe is answered", "[engine][trace]")
{
    const auto journey = travel({.length = 6, .step = 10ms}, {.probes = 3});
    CHECK(journey.first_told.at(1) == 10ms);
    CHECK(journey.first_told.at(2) == 20ms);
    CHECK(journey.took <= 120ms);
}

TEST_CASE("no silent hop is given up before its answer can have come", "[engine][trace]")
{
    const auto length = GENERATE(range(1, 30));
    const auto step = GENERATE(100us, 1ms, 10ms, 40ms);
    const auto probes = GENERATE(1, 3);
    const Road road{.length = static_cast<std::uint8_t>(length), .step = step};
    const auto journey = travel(road, {.probes = static_cast<std::uint8_t>(probes)});
    CHECK(journey.path.reached());
    REQUIRE(journey.path.hops.size() == static_cast<std::size_t>(length));
    for (const auto& hop : journey.path.hops)
        for (const auto& outcome : hop.probes) CHECK(std::holds_alternative<TraceHop>(outcome));
    CHECK(journey.beyond <= 5);
}

TEST_CASE("a path that ends in silence is given up after eight silent hops, and says so", "[engine][trace]")
{
    const Road road{.length = 4, .step = 5ms, .dead = true};
    const auto journey = travel(road, {.probes = 3});
    CHECK(journey.path.stop_reason == TraceStop::gap);
    CHECK(journey.path.hops.size() == 11);
    CHECK(journey.took <= 3s);
    const auto longer = travel(road, {.max_ttl = 20, .probes = 1, .max_gap = 0});
    CHECK(longer.path.stop_reason == TraceStop::max_ttl);
    CHECK(longer.path.hops.size() == 20);
}

TEST_CASE("silent hops in the middle don't end a path, however many they are", "[engine][trace]")
{
    Road road{.length = 20, .step = 5ms};
    for (int ttl = 3; ttl < 20; ++ttl) road.silent.insert(ttl);
    const auto journey = travel(road, {.probes = 1, .max_gap = 16});
    CHECK(journey.path.stop_reason == TraceStop::gap);  // the seventeenth has answered too late to count
    road.silent.erase(9);
    CHECK(travel(road, {.probes = 1, .max_gap = 12}).path.reached());
}

TEST_CASE("probes are spaced by the gap", "[engine][trace]")
{
    TraceEngine engine{{.max_ttl = 5, .probes = 1, .gap = 20ms}, target};
    for (int i = 0; i < 5; ++i) {
        CHECK(std::holds_alternative<trace_action::Send>(engine.next(start + i * 20ms)));
        const auto then = engine.next(start + i * 20ms);
        if (i < 4) CHECK(then == TraceAction{trace_action::WaitUntil{start + (i + 1) * 20ms}});
    }
}

}  // namespace trace_speed_tests
