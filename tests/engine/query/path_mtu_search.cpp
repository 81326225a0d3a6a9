#include <libnet/engine/query/path_mtu_search.hpp>
#include <tests/support/path_mtu_lab.hpp>
#include <tests/support/path_mtu_words.hpp>

#include <string>

namespace path_mtu_search_tests {

using namespace libnet;
using namespace libnet::test;
using namespace libnet::test::path_mtu_words;
using path_mtu_action::Done, path_mtu_action::Report, path_mtu_action::Send, path_mtu_action::WaitUntil;

TEST_CASE("a path that takes what our interface takes costs three probes", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    const auto& result = lab.run();
    CHECK(story(lab.steps) == "68 65535h 1500");
    CHECK(result.address == lab.target);
    CHECK(result.mtu == 1500);
    CHECK(result.limit == PathMtuLimit::interface);
    CHECK(result.found());
    CHECK_FALSE(result.black_hole());
    CHECK(result.probes == 3);
    CHECK(result.rtt == 10ms);
    CHECK(result.told_by.is_unspecified());
    CHECK(result.steps == lab.steps);
    CHECK(lab.steps[1] == PathMtuStep{65'535, PathMtuOutcome::too_big_here, {}, 1500, {}, 1});
    CHECK(lab.search.next(lab.now + 1h) == PathMtuAction{Done{}});
}

TEST_CASE("the actions of a search, one by one", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    auto& search = lab.search;
    auto now = lab.now;
    const auto small = search.next(now);
    CHECK(sent_by(small).sequence == 0);
    CHECK(sent_by(small).size == 68);
    CHECK(search.next(now) == PathMtuAction{WaitUntil{now + 1s}});
    lab.reply(sent_by(small), now + 10ms);
    CHECK(search.next(now) == PathMtuAction{Report{{68, PathMtuOutcome::answered, lab.target, {}, 10ms, 1}}});
    const auto large = search.next(now);
    CHECK(sent_by(large).sequence == 1);
    CHECK(sent_by(large).size == 65'535);
    CHECK(sent_by(large).cookie != sent_by(small).cookie);
    CHECK(search.next(now) == PathMtuAction{WaitUntil{now + 200ms}});
}

TEST_CASE("what a router tells is tried, and the size above it, too", "[engine][path_mtu]")
{
    const auto host = GENERATE(v4_host, v6_host);
    PathMtuLab lab{{.mtu = 1400}, host};
    const auto& result = lab.run();
    CHECK(story(lab.steps) == "68 65535h 1500b 1400 1401b");
    CHECK(result.mtu == 1400);
    CHECK(result.limit == PathMtuLimit::router);
    CHECK(result.told_by == narrow_router);
    CHECK(lab.steps[2] == PathMtuStep{1500, PathMtuOutcome::too_big, narrow_router, 1400, 10ms, 1});
}

TEST_CASE("several routers with ever smaller MTUs are found one after the other", "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1280, .tells = [](std::uint32_t size) {
                        return size > 1450 ? 1450 : size > 1400 ? 1400 : 1280;
                    }}};
    CHECK(lab.run().mtu == 1280);
    CHECK(story(lab.steps) == "68 65535h 1500b 1450b 1400b 1280 1281b");
}

TEST_CASE("routers that tell no MTU leave it to the search, for every MTU", "[engine][path_mtu]")
{
    const auto mtu = GENERATE(68U, 69U, 296U, 700U, 1279U, 1280U, 1281U, 1399U, 1400U, 1473U, 1492U, 1499U);
    PathMtuLab lab{{.mtu = mtu, .tells = zero}};
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == mtu);
    CHECK(result.limit == PathMtuLimit::router);
    CHECK(result.probes <= 20);
    CHECK_FALSE(lab.steps[2].told);
}

TEST_CASE("a large interface is searched as far as it goes", "[engine][path_mtu]")
{
    const auto mtu = GENERATE(1500U, 9000U, 9001U, 40'000U, 65'534U, 65'535U);
    PathMtuLab lab{{.interface_mtu = 65'536, .mtu = mtu, .tells = zero}};
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == mtu);
    CHECK(result.limit == (mtu == 65'535 ? PathMtuLimit::interface : PathMtuLimit::router));
    CHECK(result.probes <= 30);
}

TEST_CASE("a ceiling bounds the search", "[engine][path_mtu]")
{
    PathMtuLab lab{{}, v4_host, {.ceiling = 1300}};
    CHECK(lab.run().mtu == 1300);
    CHECK(lab.search.result().limit == PathMtuLimit::interface);
    CHECK(story(lab.steps) == "68 1300");
    PathMtuLab least{{}, v4_host, {.ceiling = 68}};
    CHECK(least.run().mtu == 68);
    CHECK(story(least.steps) == "68");
}

TEST_CASE("a black hole is found, and takes two rounds of silence to believe", "[engine][path_mtu]")
{
    const auto mtu = GENERATE(1400U, 1337U, 576U);
    PathMtuLab lab{{.mtu = mtu, .tells = nothing}};
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == mtu);
    CHECK(result.limit == PathMtuLimit::black_hole);
    CHECK(result.black_hole());
    CHECK(result.found());
    CHECK(result.told_by.is_unspecified());
    CHECK(lab.steps.back() == PathMtuStep{mtu + 1, PathMtuOutcome::silent, {}, {}, {}, 6});
}

TEST_CASE("a black hole behind a router that tells its own MTU is one all the same", "[engine][path_mtu]")
{
    PathMtuLab lab{
        {.mtu = 1300, .tells = [](std::uint32_t size) { return size > 1400 ? std::optional{1400U} : std::nullopt; }}};
    CHECK(lab.run().mtu == 1300);
    CHECK(lab.search.result().black_hole());
}

TEST_CASE("silence is waited for as long as the round trip asks, in the second round ever longer", "[engine][path_mtu]")
{
    const auto [rtt, first] = GENERATE(
        table<std::chrono::milliseconds, std::chrono::milliseconds>({{10ms, 200ms}, {100ms, 300ms}, {400ms, 1000ms}}));
    PathMtuLab lab{{.mtu = 70, .tells = nothing, .rtt = rtt}, v4_host, {.ceiling = 71}};
    std::vector<std::chrono::nanoseconds> waits;
    lab.reply(sent_by(lab.search.next(lab.now)), lab.now + rtt);
    lab.search.next(lab.now);
    for (auto action = lab.search.next(lab.now); action != PathMtuAction{Done{}}; action = lab.search.next(lab.now)) {
        if (const auto* send = std::get_if<Send>(&action); send != nullptr && send->size < 71) lab.reply(*send);
        const auto* wait = std::get_if<WaitUntil>(&action);
        if (wait == nullptr) continue;
        waits.push_back(wait->deadline - lab.now);
        lab.now = wait->deadline;
    }
    CHECK(lab.search.result().mtu == 70);
    const auto at_most = [](std::chrono::milliseconds wait) { return std::min<std::chrono::nanoseconds>(wait, 1s); };
    const std::vector<std::chrono::nanoseconds> expected{
        first, first, first, first, at_most(2 * first), at_most(4 * first)};
    CHECK(waits == expected);
}

TEST_CASE("a short timeout bounds every wait", "[engine][path_mtu]")
{
    PathMtuLab lab{{}, v4_host, {.timeout = 50ms}};
    const auto small = lab.search.next(lab.now);
    CHECK(lab.search.next(lab.now) == PathMtuAction{WaitUntil{lab.now + 50ms}});
    lab.reply(sent_by(small), lab.now + 40ms);
    lab.search.next(lab.now);
    lab.search.next(lab.now);
    CHECK(lab.search.next(lab.now) == PathMtuAction{WaitUntil{lab.now + 50ms}});
}

TEST_CASE("probes that are lost by chance change nothing", "[engine][path_mtu]")
{
    const auto tells = GENERATE(0, 1);
    PathMtuLab lab{{.mtu = 1400, .loses = [](std::size_t probe) { return probe % 3 != 2; }}};
    if (tells == 0) lab.path.tells = nothing;
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == 1400);
    CHECK(result.limit == (tells == 0 ? PathMtuLimit::black_hole : PathMtuLimit::router));
}

TEST_CASE("a size that was given up wrongly is taken back in the second round", "[engine][path_mtu]")
{
    // 1500 gets through, but its first three probes are lost, and so is everything just below it.
    PathMtuLab lab{{.loses = [](std::size_t probe) { return probe >= 2 && probe < 5; }}};
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == 1500);
    CHECK(result.limit == PathMtuLimit::interface);
    CHECK(story(lab.steps).find("1500s") != std::string::npos);
    CHECK(story(lab.steps).ends_with("1499 1500"));
}

TEST_CASE("an answer that comes after its size was given up counts", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    auto& search = lab.search;
    auto now = lab.now;
    lab.reply(sent_by(search.next(now)), now + 1ms);
    search.next(now);
    search.on_refused(sent_by(search.next(now)).sequence, 1500);
    search.next(now);
    const auto slow = search.next(now);
    for (int i = 0; i < 2; ++i) search.next(now += 1s);
    CHECK(search.next(now += 1s) == PathMtuAction{Report{{1500, PathMtuOutcome::silent, {}, {}, {}, 3}}});
    const auto next = search.next(now);
    CHECK(sent_by(next).size < 1500);
    lab.reply(sent_by(slow), now);
    CHECK(search.next(now) == PathMtuAction{Report{{1500, PathMtuOutcome::answered, lab.target, {}, 3s, 3}}});
    CHECK(search.next(now) == PathMtuAction{Done{}});
    CHECK(search.result().mtu == 1500);
    CHECK(search.result().limit == PathMtuLimit::interface);
}

TEST_CASE("a message that comes after its size was given up names the router", "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1400, .tells = nothing}};
    lab.run();
    CHECK(lab.search.result().black_hole());
    // The same, but the router's message about 1401 comes in the second round.
    PathMtuLab late{{.mtu = 1400}};
    int asked = 0;
    late.path.tells = [&](std::uint32_t size) {
        return size == 1401 && ++asked > 3 ? std::optional{0U} : std::nullopt;
    };
    const auto& result = late.run();
    INFO(story(late.steps));
    CHECK(story(late.steps).ends_with("1401s 1401b"));
    CHECK(result.limit == PathMtuLimit::router);
    CHECK(result.told_by == narrow_router);
}

TEST_CASE("a router that doesn't repeat itself is believed when what it told agrees with what gets through",
          "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1400}};
    lab.path.tells = [first = true](std::uint32_t) mutable {
        return std::exchange(first, false) ? std::optional{1400U} : std::nullopt;
    };
    const auto& result = lab.run();
    CHECK(story(lab.steps) == "68 65535h 1500b 1400 1401s");
    CHECK(result.limit == PathMtuLimit::router);
    CHECK(result.told_by == narrow_router);
}

TEST_CASE("a router that tells less than what gets through is not believed", "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1400, .tells = always(1000)}};
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == 1400);
    CHECK(result.limit == PathMtuLimit::router);
    CHECK(story(lab.steps).starts_with("68 65535h 1500b 1000 1001 "));
}

TEST_CASE("a router that tells more than what gets through is not believed", "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1400, .tells = always(1450)}};
    CHECK(lab.run().mtu == 1400);
}

}  // namespace path_mtu_search_tests
