// A path that is watched: no false loss and no false change, and each true change within two rounds.

#include <libnet/engine/trace/path_watch.hpp>
#include <tests/engine/trace/random_path.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace path_watch_tests {

using namespace libnet;
using namespace libnet::test;
using namespace std::chrono_literals;

namespace {

using Sight = engine::PathChangeDetector::Sight;
using Change = engine::PathChangeDetector::Change;

/// A hop of a round: a router by its number, or 0 for a lost probe.
TracePathHop seen(std::uint8_t ttl, std::uint32_t router, TraceAnswer kind = TraceAnswer::time_exceeded)
{
    if (router == 0) return {ttl, {TraceLost{{}, ttl, 1}}};
    TraceHop hop;
    hop.ttl = ttl;
    hop.probe = 1;
    hop.from = made_address(router);
    hop.rtt = 1ms;
    hop.kind = kind;
    return {ttl, {hop}};
}

/// A round over these routers, the last of which is the destination.
TracePath round_of(std::vector<std::uint32_t> routers)
{
    TracePath path;
    for (const auto router : routers)
        path.hops.push_back(seen(static_cast<std::uint8_t>(path.hops.size() + 1), router));
    path.hops.back() = seen(static_cast<std::uint8_t>(path.hops.size()), routers.back(), TraceAnswer::reached);
    path.stop_reason = TraceStop::reached;
    return path;
}

std::uint64_t losses(const PathWatch& watch)
{
    std::uint64_t lost = 0;
    for (const auto& hop : watch.hops()) lost += hop.statistics.sent() - hop.statistics.received();
    return lost;
}

}  // namespace

TEST_CASE("a new router is a change when chance would hardly bring it twice", "[engine][trace]")
{
    engine::PathChangeDetector detector;
    const std::vector old_path{Sight{1, made_address(1)}}, new_path{Sight{1, made_address(2)}};
    for (int i = 0; i < 24; ++i) CHECK_FALSE(detector.on_round(old_path, 1));
    CHECK_FALSE(detector.on_round(new_path, 1));
    CHECK(detector.on_round(new_path, 1) == Change{1, 1, 1});
    CHECK_FALSE(detector.on_round(new_path, 1));
}

TEST_CASE("a router that comes back shares the load, and is no change", "[engine][trace]")
{
    engine::PathChangeDetector detector;
    const std::vector one{Sight{1, made_address(1)}}, other{Sight{1, made_address(2)}};
    for (int i = 0; i < 30; ++i) CHECK_FALSE(detector.on_round(one, 1));
    CHECK_FALSE(detector.on_round(other, 1));
    CHECK_FALSE(detector.on_round(one, 1));
    for (int i = 0; i < 30; ++i) CHECK_FALSE(detector.on_round(other, 1));
}

TEST_CASE("a change names its time, its hops, and the path before and after", "[engine][trace]")
{
    PathWatch watch;
    const PathWatch::Time start{};
    for (int i = 0; i < 30; ++i) CHECK_FALSE(watch.on_round(round_of({1, 2, 3, 9}), start + i * 1s));
    CHECK_FALSE(watch.on_round(round_of({1, 4, 3, 9}), start + 30s));
    const auto change = watch.on_round(round_of({1, 4, 0, 9}), start + 31s);
    REQUIRE(change);
    CHECK(change->at == start + 30s);
    CHECK(change->round == 31);
    CHECK(change->certain == 32);
    CHECK(int{change->first_ttl} == 2);
    CHECK(int{change->last_ttl} == 2);
    CHECK(change->before == PathRouters{made_address(1), made_address(2), made_address(3), made_address(9)});
    CHECK(change->after == PathRouters{made_address(1), made_address(4), made_address(3), made_address(9)});
    CHECK(watch.changes() == 1);
    CHECK(watch.hops()[1].statistics.sent() == 2);  // anew
    CHECK(watch.hops()[1].routers.size() == 1);
    CHECK(watch.hops()[2].statistics.sent() == 32);
}

TEST_CASE("the destination's loss is counted once, however far the probes went", "[engine][trace]")
{
    PathWatch watch;
    watch.on_round(round_of({1, 2, 9}), {});
    watch.on_round(round_of({1, 2, 0, 9}), {});
    TracePath silent = round_of({1, 2, 0, 0, 9});
    silent.hops.back() = seen(5, 0);
    watch.on_round(silent, {});
    REQUIRE(watch.hops().size() == 3);
    CHECK(watch.hops()[2].statistics.sent() == 3);
    CHECK(watch.hops()[2].statistics.received() == 1);
    CHECK(int{watch.distance()} == 3);
    CHECK(watch.reached() == 2);
}

TEST_CASE("silent routers that come in between are believed after a while, without a loss", "[engine][trace]")
{
    PathWatch watch;
    for (int i = 0; i < 50; ++i) watch.on_round(round_of({1, 2, 9}), {});
    std::optional<PathChange> change;
    for (int i = 0; i < 5 && !change; ++i) change = watch.on_round(round_of({1, 2, 0, 9}), {});
    REQUIRE(change);
    CHECK(int{watch.distance()} == 4);
    for (int i = 0; i < 5; ++i) watch.on_round(round_of({1, 2, 0, 9}), {});
    REQUIRE(watch.hops().size() == 4);
    CHECK(watch.hops()[3].statistics.received() == 5);
    CHECK(watch.hops()[3].statistics.sent() == 5);
    CHECK(watch.verdicts()[2].kind == HopKind::silent);
    CHECK(watch.verdicts()[3].kind == HopKind::reached);
}

TEST_CASE("a path without an end shows one hop beyond the last that answered", "[engine][trace]")
{
    PathWatch watch;
    TracePath path;
    for (std::uint8_t ttl = 1; ttl <= 30; ++ttl) path.hops.push_back(seen(ttl, ttl <= 2 ? ttl : 0));
    for (int i = 0; i < 4; ++i) watch.on_round(path, {});
    REQUIRE(watch.hops().size() == 3);
    CHECK(watch.verdicts()[2].kind == HopKind::filtered);
    CHECK(watch.reached() == 0);
    for (auto& hop : path.hops) hop = seen(hop.ttl, 0);
    PathWatch nothing;
    nothing.on_round(path, {});
    CHECK(nothing.hops().size() == 1);
    CHECK_FALSE(nothing.on_round({}, {}));
}

TEST_CASE("a router that refuses is told, with what it says", "[engine][trace]")
{
    PathWatch watch;
    TracePath path;
    path.hops = {seen(1, 1), seen(2, 2, TraceAnswer::unreachable), seen(3, 0)};
    std::get<TraceHop>(path.hops[1].probes[0]).annotation = "!X";
    for (int i = 0; i < 3; ++i) watch.on_round(path, {});
    REQUIRE(watch.hops().size() == 2);
    CHECK(watch.hops()[1].refusal == "!X");
    CHECK(watch.verdicts()[1].kind == HopKind::filtered);
}

TEST_CASE("a loop is told when two rounds show it; one router twice in a row is none", "[engine][trace]")
{
    PathWatch watch, twice;
    TracePath loop, doubled;
    loop.hops = {seen(1, 1), seen(2, 2), seen(3, 3), seen(4, 2), seen(5, 3)};
    doubled.hops = {seen(1, 1), seen(2, 2), seen(3, 2), seen(4, 4)};
    watch.on_round(loop, {});
    CHECK(watch.verdicts()[3].kind == HopKind::forwards);
    watch.on_round(loop, {});
    CHECK(watch.verdicts()[3].kind == HopKind::loop);
    CHECK(watch.verdicts()[4].kind == HopKind::loop);
    CHECK(watch.verdicts()[1].kind == HopKind::forwards);
    twice.on_round(doubled, {});
    twice.on_round(doubled, {});
    CHECK(twice.verdicts()[2].kind == HopKind::forwards);
}

TEST_CASE("a path that grows, shrinks or moves is noticed within two rounds, without a false loss", "[engine][trace]")
{
    for (std::uint32_t seed = 1; seed <= 500; ++seed) {
        INFO("seed " << seed);
        MadeNetwork network{seed};
        const auto hops = network.number(5, 14);
        auto path = made_path(hops);
        const auto stable = network.number(24, 30);
        PathWatch watch;
        for (std::size_t i = 0; i < stable; ++i) REQUIRE_FALSE(watch.on_round(network.round(path), {}));
        const auto place = network.number(1, hops - 3);
        switch (seed % 3) {
        case 0: {  // three routers come in between
            const auto detour = made_path(3, 100'000);
            path.hops.insert(path.hops.begin() + static_cast<std::ptrdiff_t>(place), detour.hops.begin(),
                             detour.hops.end());
            break;
        }
        case 1:  // two go
            path.hops.erase(path.hops.begin() + static_cast<std::ptrdiff_t>(place),
                            path.hops.begin() + static_cast<std::ptrdiff_t>(place) + 2);
            break;
        default:  // one is another one
            path.hops[place].routers.front() = made_address(100'000);
        }
        CHECK_FALSE(watch.on_round(network.round(path), {}));
        const auto change = watch.on_round(network.round(path), {});
        REQUIRE(change);
        CHECK(change->first_ttl == place + 1);
        CHECK(change->round == stable + 1);
        for (int i = 0; i < 6; ++i) REQUIRE_FALSE(watch.on_round(network.round(path), {}));
        CHECK(losses(watch) == 0);
        CHECK(watch.hops().size() == path.hops.size());
    }
}

namespace {

/// A path on which half of the hops share the load among up to eight routers, and one link loses probes.
MadePath balanced_path(MadeNetwork& network)
{
    auto path = made_path(network.number(4, 14));
    for (std::size_t i = 1; i + 1 < path.hops.size(); ++i) {
        if (network.chance(0.5)) continue;
        const auto wide = network.number(2, 8);
        for (std::uint32_t n = 1; n < wide; ++n)
            path.hops[i].routers.push_back(made_address(static_cast<std::uint32_t>(i) * 16 + 1 + n));
    }
    path.hops[network.number(0, path.hops.size() - 1)].link_loss = network.between(0, 0.2);
    return path;
}

constexpr int rounds_of_path = 100;

std::uint64_t changes_watched(MadeNetwork& network, MadePath& path)
{
    PathWatch watch;
    for (int i = 0; i < rounds_of_path; ++i) watch.on_round(network.round(path), {});
    return watch.changes();
}

/// By the detector that decides for a watch.
std::uint64_t changes_detected(MadeNetwork& network, MadePath& path)
{
    engine::PathChangeDetector detector;
    std::vector<Sight> sights;
    std::vector<bool> answered(path.hops.size());
    std::uint64_t changes = 0;
    for (int i = 0; i < rounds_of_path; ++i) {
        network.answers(path, answered);
        sights.clear();
        for (std::size_t at = 0; at < answered.size(); ++at)
            if (answered[at]) sights.push_back({static_cast<std::uint8_t>(at + 1), network.router(path.hops[at])});
        if (detector.on_round(sights, static_cast<std::uint8_t>(answered.size()))) ++changes;
    }
    return changes;
}

}  // namespace

TEST_CASE("a path that shares its load packet by packet never changes", "[engine][trace]")
{
    for (std::uint32_t seed = 1; seed <= 500; ++seed) {
        INFO("seed " << seed);
        MadeNetwork network{seed};
        auto path = balanced_path(network);
        // What a watch does around the decision costs ten times as much.
        CHECK((seed % 10 == 0 ? changes_watched(network, path) : changes_detected(network, path)) == 0);
    }
}

TEST_CASE("branches of different length are no changes either", "[engine][trace]")
{
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        INFO("seed " << seed);
        MadeNetwork network{seed};
        auto one = made_path(6), other = made_path(7);
        PathWatch watch;
        for (int i = 0; i < 60; ++i) {  // each probe goes its own way
            TracePath mixed;
            mixed.hops.reserve(other.hops.size());
            for (std::uint8_t ttl = 1; mixed.hops.empty() || !MadeNetwork::is_end(mixed.hops.back()); ++ttl)
                mixed.hops.push_back(network.probe(network.chance(0.5) ? one : other, ttl));
            watch.on_round(std::move(mixed), {});
        }
        CHECK(losses(watch) == 0);
        CHECK(watch.changes() == 0);
    }
}

TEST_CASE("counting from zero keeps the path", "[engine][trace]")
{
    PathWatch watch;
    for (int i = 0; i < 5; ++i) watch.on_round(round_of({1, 2, 9}), {});
    watch.reset();
    CHECK(watch.rounds() == 0);
    REQUIRE(watch.hops().size() == 3);
    CHECK(watch.hops()[0].statistics.sent() == 0);
    watch.on_round(round_of({1, 2, 9}), {});
    CHECK(watch.hops()[2].statistics.sent() == 1);
}

}  // namespace path_watch_tests
