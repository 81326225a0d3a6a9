// What the numbers of hops mean: stories, and 500 random paths of which the truth is known.

#include <libnet/engine/trace/hop_verdict.hpp>
#include <libnet/engine/trace/path_watch.hpp>
#include <tests/engine/trace/random_path.hpp>
#include <tests/support/catch.hpp>

#include <vector>

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

TEST_CASE("in 500 random paths the verdicts are right", "[engine][trace]")
{
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
    Score limited, losing;
    for (std::uint32_t seed = 1; seed <= 500; ++seed) {
        MadeNetwork network{seed};
        auto path = made_path(network.number(4, 15));
        const auto count = path.hops.size();
        std::size_t lossy = count;  // none
        if (network.chance(0.7)) {
            lossy = network.number(0, count - 1);
            path.hops[lossy].link_loss = network.between(0, 0.2);
        }
        for (std::size_t i = 0; i + 1 < count; ++i) {  // of the destination nothing behind it could tell
            if (network.chance(0.1)) path.hops[i].silent = true;
            else if (network.chance(0.15)) path.hops[i].bucket = network.between(0.2, 0.85);
            else if (network.chance(0.1)) path.hops[i].answers = network.between(0.2, 0.85);
        }
        PathWatch watch;
        for (int round = 0; round < 200; ++round) watch.on_round(network.round(path), {});
        const auto verdicts = watch.verdicts();
        REQUIRE(verdicts.size() == count);
        CHECK(watch.changes() == 0);
        // A loss shows at the next hop that answers and isn't limited.
        auto shown = lossy;
        while (shown + 1 < count && (path.hops[shown].silent || verdicts[shown].kind == HopKind::rate_limited)) ++shown;
        for (std::size_t i = 0; i < count; ++i) {
            const auto& made = path.hops[i];
            limited.add(verdicts[i].kind == HopKind::rate_limited,
                        !made.silent && (made.bucket != 0 || made.answers < 1));
        }
        // Of little loss 200 probes tell the place within a hop, and of hardly any nothing.
        const double loss = lossy < count ? path.hops[lossy].link_loss : 0;
        std::size_t told = 0, right = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (verdicts[i].kind != HopKind::losing) continue;
            ++told;
            if (loss > 0 && i + 1 >= shown && i <= shown + 1) ++right;
        }
        if (right != 0) losing.add(true, true);
        else if (loss >= 0.02) losing.add(false, true);
        for (std::size_t i = std::min<std::size_t>(right, 1); i < told; ++i) losing.add(true, false);
    }
    WARN("rate-limited: precision " << limited.precision() << ", recall " << limited.recall() << "; losing: precision "
                                    << losing.precision() << ", recall " << losing.recall());
    CHECK(limited.precision() >= 0.95);
    CHECK(limited.recall() >= 0.9);
    CHECK(losing.precision() >= 0.95);
    CHECK(losing.recall() >= 0.9);
}
