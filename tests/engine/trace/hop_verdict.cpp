// What the numbers of hops mean: stories, and 500 random paths of which the truth is known.

#include <libnet/engine/trace/hop_verdict.hpp>
#include <libnet/engine/trace/path_watch.hpp>
#include <tests/engine/trace/random_path.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace hop_verdict_tests {

using namespace libnet;
using namespace libnet::test;

namespace {

HopEvidence hop(std::uint8_t ttl, std::uint64_t sent, std::uint64_t received)
{
    HopEvidence evidence;
    evidence.ttl = ttl;
    evidence.sent = sent;
    evidence.received = received;
    return evidence;
}

std::vector<HopKind> kinds_of(const std::vector<HopEvidence>& hops)
{
    std::vector<HopKind> kinds;
    for (const auto& verdict : judge_hops(hops)) kinds.push_back(verdict.kind);
    return kinds;
}

}  // namespace

TEST_CASE("a path without hops has no verdicts", "[engine][trace]") { CHECK(judge_hops({}).empty()); }

TEST_CASE("a hop that answers seldom loses nothing, as the later ones show", "[engine][trace]")
{
    auto last = hop(4, 100, 99);
    last.reached = true;
    const std::vector hops{hop(1, 100, 100), hop(2, 100, 38), hop(3, 100, 99), last};
    const auto verdicts = judge_hops(hops);
    CHECK(verdicts[0].kind == HopKind::forwards);
    CHECK(verdicts[1].kind == HopKind::rate_limited);
    CHECK(verdicts[1].evidence == "answers 38 of 100 probes, later hops lose 1.0 % (0.2 % to 3.5 %)");
    CHECK(verdicts[1].path_loss < 0.02);
    CHECK(verdicts[2].kind == HopKind::forwards);
    CHECK(verdicts[3].kind == HopKind::reached);
}

TEST_CASE("loss that all later hops share begins at the hop that is losing", "[engine][trace]")
{
    auto last = hop(5, 100, 83);
    last.reached = true;
    const std::vector hops{hop(1, 100, 100), hop(2, 100, 100), hop(3, 100, 80), hop(4, 100, 82), last};
    const auto verdicts = judge_hops(hops);
    CHECK(kinds_of(hops) ==
          std::vector{HopKind::forwards, HopKind::forwards, HopKind::losing, HopKind::forwards, HopKind::reached});
    CHECK(verdicts[2].evidence == "from here on the path loses 18 % (14 % to 23 %)");
    CHECK(verdicts[4].path_loss > 0.15);
    CHECK(verdicts[1].path_loss == 0);
}

TEST_CASE("loss may begin at the first hop, and at two places", "[engine][trace]")
{
    CHECK(kinds_of({hop(1, 200, 160), hop(2, 200, 165), hop(3, 200, 158)}) ==
          std::vector{HopKind::losing, HopKind::forwards, HopKind::forwards});
    CHECK(kinds_of({hop(1, 200, 199), hop(2, 200, 170), hop(3, 200, 168), hop(4, 200, 80), hop(5, 200, 78)}) ==
          std::vector{HopKind::forwards, HopKind::losing, HopKind::forwards, HopKind::losing, HopKind::forwards});
}

TEST_CASE("a limited hop on a losing path is both", "[engine][trace]")
{
    const auto kinds = kinds_of({hop(1, 300, 300), hop(2, 300, 255), hop(3, 300, 90), hop(4, 300, 252)});
    CHECK(kinds == std::vector{HopKind::forwards, HopKind::losing, HopKind::rate_limited, HopKind::forwards});
}

TEST_CASE("few probes prove nothing", "[engine][trace]")
{
    CHECK(kinds_of({hop(1, 3, 3), hop(2, 3, 2), hop(3, 3, 3)}) == std::vector(3, HopKind::forwards));
}

TEST_CASE("hops that never answer are silent, or the end of what is let through", "[engine][trace]")
{
    auto reached = hop(3, 10, 10);
    reached.reached = true;
    const auto silent = judge_hops(std::vector{hop(1, 10, 10), hop(2, 10, 0), reached});
    CHECK(silent[1].kind == HopKind::silent);
    CHECK(silent[1].evidence == "answers none of 10 probes, later hops answer");
    const auto filtered = judge_hops(std::vector{hop(1, 10, 10), hop(2, 10, 0)});
    CHECK(filtered[1].kind == HopKind::filtered);
    CHECK(filtered[1].evidence == "answers none of 10 probes, and so do all later hops");
    CHECK(kinds_of({hop(1, 10, 10), hop(2, 2, 0)})[1] == HopKind::silent);  // too early to say
    CHECK(kinds_of({hop(1, 10, 0)}) == std::vector{HopKind::filtered});
    CHECK(kinds_of({hop(1, 0, 0)}) == std::vector{HopKind::silent});
}

TEST_CASE("refusals and loops are verdicts of their own", "[engine][trace]")
{
    auto refused = hop(2, 10, 0);
    refused.unreachable = 9;
    CHECK(kinds_of({hop(1, 10, 10), refused})[1] == HopKind::unreachable);
    refused.prohibited = true;
    const auto verdicts = judge_hops(std::vector{hop(1, 10, 10), refused});
    CHECK(verdicts[1].kind == HopKind::filtered);
    CHECK(verdicts[1].evidence == "refuses 9 of 10 probes as prohibited");
    auto loop = hop(4, 10, 10);
    loop.loop_of = 2;
    CHECK(judge_hops(std::vector{hop(2, 10, 10), hop(3, 10, 10), loop})[2].evidence ==
          "the same router as hop 2: packets come here again");
}

namespace {

/// How often something was told, and was true.
struct Score {
    int right = 0, wrong = 0, missed = 0;
    double precision() const { return right / static_cast<double>(std::max(right + wrong, 1)); }
    double recall() const { return right / static_cast<double>(std::max(right + missed, 1)); }
    void add(bool told, bool truth)
    {
        right += told && truth ? 1 : 0;
        wrong += told && !truth ? 1 : 0;
        missed += !told && truth ? 1 : 0;
    }
};

/// A path whose truth is known: some hops are silent or limited, and one link may lose probes.
struct RandomPath {
    MadePath path{};
    std::size_t lossy = 0;  ///< the hop behind that link, or their number

    double loss() const { return lossy < path.hops.size() ? path.hops[lossy].link_loss : 0; }
};

RandomPath random_path(MadeNetwork& network)
{
    RandomPath made{made_path(network.number(4, 15))};
    auto& hops = made.path.hops;
    made.lossy = hops.size();
    if (network.chance(0.7)) {
        made.lossy = network.number(0, hops.size() - 1);
        hops[made.lossy].link_loss = network.between(0, 0.2);
    }
    for (std::size_t i = 0; i + 1 < hops.size(); ++i) {  // of the destination nothing behind it could tell
        if (network.chance(0.1)) hops[i].silent = true;
        else if (network.chance(0.15)) hops[i].bucket = network.between(0.2, 0.85);
        else if (network.chance(0.1)) hops[i].answers = network.between(0.2, 0.85);
    }
    return made;
}

constexpr std::uint64_t rounds_of_path = 200;

/// What so many rounds over a path find out.
std::vector<HopEvidence> evidence_of(MadeNetwork& network, MadePath& path)
{
    std::vector<std::uint64_t> received(path.hops.size());
    std::vector<bool> answered(path.hops.size());
    for (std::uint64_t round = 0; round < rounds_of_path; ++round) {
        network.answers(path, answered);
        for (std::size_t i = 0; i < received.size(); ++i)
            if (answered[i]) ++received[i];
    }
    std::vector<HopEvidence> evidence;
    for (std::size_t i = 0; i < received.size(); ++i)
        evidence.push_back(hop(static_cast<std::uint8_t>(i + 1), rounds_of_path, received[i]));
    evidence.back().reached = true;
    return evidence;
}

/// The same by way of the rounds themselves, as a tracer reports them.
std::vector<HopVerdict> watch_verdicts(MadeNetwork& network, MadePath& path)
{
    PathWatch watch;
    std::vector<std::uint64_t> received(path.hops.size());
    for (std::uint64_t round = 0; round < rounds_of_path; ++round) {
        auto traced = network.round(path);
        for (std::size_t i = 0; i < received.size(); ++i)
            if (std::holds_alternative<TraceHop>(traced.hops[i].probes.front())) ++received[i];
        watch.on_round(std::move(traced), {});
    }
    CHECK(watch.changes() == 0);
    REQUIRE(watch.hops().size() == path.hops.size());
    for (std::size_t i = 0; i < received.size(); ++i) {
        CHECK(watch.hops()[i].statistics.sent() == rounds_of_path);
        CHECK(watch.hops()[i].statistics.received() == received[i]);
    }
    return watch.verdicts();
}

void add_to(Score& limited, const std::vector<HopVerdict>& verdicts, const RandomPath& made)
{
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const auto& hop = made.path.hops[i];
        limited.add(verdicts[i].kind == HopKind::rate_limited, !hop.silent && (hop.bucket != 0 || hop.answers < 1));
    }
}

/// A loss shows at the next hop that answers and isn't limited. Of little loss 200 probes tell the place within a hop, and
/// of hardly any nothing.
void add_to_losing(Score& losing, const std::vector<HopVerdict>& verdicts, const RandomPath& made)
{
    const auto count = verdicts.size();
    auto shown = made.lossy;
    while (shown + 1 < count && (made.path.hops[shown].silent || verdicts[shown].kind == HopKind::rate_limited))
        ++shown;
    std::size_t told = 0, right = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (verdicts[i].kind != HopKind::losing) continue;
        ++told;
        if (made.loss() > 0 && i + 1 >= shown && i <= shown + 1) ++right;
    }
    if (right != 0) losing.add(true, true);
    else if (made.loss() >= 0.02) losing.add(false, true);
    for (std::size_t i = std::min<std::size_t>(right, 1); i < told; ++i) losing.add(true, false);
}

}  // namespace

TEST_CASE("in 500 random paths the verdicts are right", "[engine][trace]")
{
    Score limited, losing;
    for (std::uint32_t seed = 1; seed <= 500; ++seed) {
        INFO("seed " << seed);
        MadeNetwork network{seed};
        auto made = random_path(network);
        // What a watch makes of the rounds is the same for all of them, and costs a hundred times as much.
        const bool watched = seed % 16 == 0;
        const auto verdicts =
            watched ? watch_verdicts(network, made.path) : judge_hops(evidence_of(network, made.path));
        REQUIRE(verdicts.size() == made.path.hops.size());
        add_to(limited, verdicts, made);
        add_to_losing(losing, verdicts, made);
    }
    WARN("rate-limited: precision " << limited.precision() << ", recall " << limited.recall() << "; losing: precision "
                                    << losing.precision() << ", recall " << losing.recall());
    CHECK(limited.precision() >= 0.95);
    CHECK(limited.recall() >= 0.9);
    CHECK(losing.precision() >= 0.95);
    CHECK(losing.recall() >= 0.9);
}

}  // namespace hop_verdict_tests
