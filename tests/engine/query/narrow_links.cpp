// Where a path becomes narrower: from what routers tell, and where they tell nothing.

#include <libnet/engine/query/narrow_links.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace narrow_links_tests {

using namespace libnet;
using namespace libnet::engine;
namespace asio = boost::asio;

namespace {

asio::ip::address router(std::uint8_t ttl) { return asio::ip::address_v4{0x0AFF0000U + ttl}; }

/// Hops that answer (or not), the last of them the destination.
TracePath path_of(const std::vector<bool>& answers)
{
    TracePath path;
    path.stop_reason = TraceStop::reached;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const auto ttl = static_cast<std::uint8_t>(i + 1);
        TraceHop hop;
        hop.ttl = ttl;
        hop.from = router(ttl);
        if (i + 1 == answers.size()) hop.kind = TraceAnswer::reached;
        path.hops.push_back({ttl, {answers[i] ? TraceOutcome{hop} : TraceOutcome{TraceLost{{}, ttl, 1}}}});
    }
    return path;
}

PathMtu mtu_of(std::uint32_t mtu, PathMtuLimit limit, std::vector<PathMtuStep> steps = {})
{
    PathMtu found;
    found.mtu = mtu;
    found.limit = limit;
    found.steps = std::move(steps);
    return found;
}

PathMtuStep too_big(std::uint32_t size, std::uint8_t ttl, std::optional<std::uint32_t> told)
{
    return {.size = size, .outcome = PathMtuOutcome::too_big, .from = router(ttl), .told = told};
}

/// The link in front of hop `narrow` drops what is too large in silence. Returns the probes that finding it took.
std::size_t play(BlackHoleSearch& search, std::uint8_t narrow)
{
    std::size_t probes = 0;
    while (const auto ttl = search.next()) {
        REQUIRE(++probes < 100);
        search.on_result(*ttl < narrow);
    }
    return probes;
}

}  // namespace

TEST_CASE("routers that tell of ever narrower links are found on the path", "[engine][query]")
{
    auto found = mtu_of(1300, PathMtuLimit::router,
                        {{.size = 9000, .outcome = PathMtuOutcome::too_big_here, .told = 1500},
                         too_big(1500, 1, 1480),
                         too_big(1480, 3, 1400),
                         too_big(1400, 4, std::nullopt),
                         too_big(1301, 4, std::nullopt)});
    found.told_by = router(4);
    const auto links = told_links(path_of({true, true, true, true, true}), found);
    CHECK(links == std::vector<NarrowLink>{{0, 1, {}, 1500, true},
                                           {1, 2, router(1), 1480, true},
                                           {3, 4, router(3), 1400, true},
                                           {4, 5, router(4), 1300, true}});
}

TEST_CASE("a router that the trace hasn't seen is named all the same, and nonsense is left out", "[engine][query]")
{
    auto found =
        mtu_of(1400, PathMtuLimit::router, {too_big(1500, 9, 1400), too_big(1401, 9, 1400), too_big(1500, 1, 900)});
    found.told_by = router(9);
    CHECK(told_links(path_of({true, true}), found) == std::vector<NarrowLink>{{0, 0, router(9), 1400, true}});
}

TEST_CASE("the link that drops in silence is found, wherever it is, with few probes", "[engine][query]")
{
    constexpr std::size_t hops = 20;
    const auto path = path_of(std::vector<bool>(hops, true));
    for (std::uint8_t narrow = 1; narrow <= hops; ++narrow) {
        BlackHoleSearch search{path, mtu_of(1300, PathMtuLimit::black_hole)};
        CHECK(play(search, narrow) <= 10);
        const auto before = static_cast<std::uint8_t>(narrow - 1);
        CHECK(search.link() ==
              NarrowLink{before, narrow, before == 0 ? asio::ip::address{} : router(before), 1300, false});
    }
}

TEST_CASE("silent hops and lost probes only make the place less exact", "[engine][query]")
{
    BlackHoleSearch search{path_of({true, true, false, false, true, true}), mtu_of(1300, PathMtuLimit::black_hole)};
    play(search, 4);
    CHECK(search.link() == NarrowLink{2, 5, router(2), 1300, false});

    BlackHoleSearch lossy{path_of({true, true, true}), mtu_of(1300, PathMtuLimit::black_hole)};
    REQUIRE(lossy.next() == 1);
    lossy.on_result(false);  // lost
    REQUIRE(lossy.next() == 1);
    lossy.on_result(true);
    REQUIRE(lossy.next() == 2);
}

TEST_CASE("what is before a router that tells of a wider link isn't looked at", "[engine][query]")
{
    BlackHoleSearch search{path_of({true, true, true, true}),
                           mtu_of(1300, PathMtuLimit::black_hole, {too_big(1500, 2, 1400)})};
    CHECK(search.next() == 3);
    search.on_result(true);
    CHECK(search.link() == NarrowLink{3, 4, router(3), 1300, false});
}

TEST_CASE("without a black hole, or without an end of the path, nothing is looked for", "[engine][query]")
{
    const BlackHoleSearch none{path_of({true, true, true}), mtu_of(1300, PathMtuLimit::router)};
    CHECK_FALSE(none.next());
    CHECK_FALSE(none.link());
    auto unreached = path_of({true, true, true});
    unreached.stop_reason = TraceStop::gap;
    const BlackHoleSearch unknown{unreached, mtu_of(1300, PathMtuLimit::black_hole)};
    CHECK_FALSE(unknown.next());
    CHECK_FALSE(unknown.link());
    const BlackHoleSearch direct{path_of({true}), mtu_of(1300, PathMtuLimit::black_hole)};
    CHECK_FALSE(direct.next());
    CHECK(direct.link() == NarrowLink{0, 1, {}, 1300, false});
}

}  // namespace narrow_links_tests
