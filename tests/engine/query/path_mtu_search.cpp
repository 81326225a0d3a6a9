#include <libnet/engine/query/path_mtu_search.hpp>
#include <tests/support/path_mtu_lab.hpp>

#include <sstream>
#include <string>

namespace path_mtu_search_tests {

using namespace libnet;
using namespace libnet::test;
using path_mtu_action::Done, path_mtu_action::Report, path_mtu_action::Send, path_mtu_action::WaitUntil;

namespace {

constexpr auto v4_host = "198.51.100.9";
constexpr auto v6_host = "2001:db8::9";

/// What a router says that is silent, tells no MTU, or always the same one.
std::optional<std::uint32_t> nothing(std::uint32_t) { return std::nullopt; }
std::optional<std::uint32_t> zero(std::uint32_t) { return 0; }
auto always(std::uint32_t mtu)
{
    return [mtu](std::uint32_t) -> std::optional<std::uint32_t> { return mtu; };
}

/// The steps, one word each: "68 65535h 1500" for an answer, one too big here, and an answer; b too big, s silent.
std::string story(const std::vector<PathMtuStep>& steps)
{
    std::string text;
    for (const auto& step : steps) {
        constexpr const char* marks[] = {"", "b", "h", "s"};
        if (!text.empty()) text += ' ';
        text += std::to_string(step.size) + marks[static_cast<int>(step.outcome)];
    }
    return text;
}

template <typename Value>
std::string words(const Value& value)
{
    std::ostringstream out;
    out << value;
    return out.str();
}

const Send& sent_by(const PathMtuAction& action) { return std::get<Send>(action); }

}  // namespace

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

TEST_CASE("a word that comes after its size was given up names the router", "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1400, .tells = nothing}};
    lab.run();
    CHECK(lab.search.result().black_hole());
    // The same, but the router's word about 1401 comes in the second round.
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

TEST_CASE("a router that doesn't repeat itself is believed when its word agrees with what gets through",
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

TEST_CASE("an MTU that can't be is never tried", "[engine][path_mtu]")
{
    const auto [host, told] = GENERATE(table<const char*, std::uint32_t>({{v4_host, 1500},
                                                                          {v4_host, 9000},
                                                                          {v4_host, 67},
                                                                          {v4_host, 1},
                                                                          {v4_host, 0xFFFFFFFF},
                                                                          {v6_host, 0},
                                                                          {v6_host, 1279},
                                                                          {v6_host, 1500},
                                                                          {v6_host, 0xFFFFFFFF}}));
    PathMtuLab lab{{.mtu = 1400, .tells = always(told)}, host};
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == 1400);
    CHECK(result.limit == PathMtuLimit::router);
    CHECK(lab.sent[3].size == 1420);  // the middle of what is likely between 68 and 1500
    CHECK(result.probes <= 15);
}

TEST_CASE("an IPv6 path of less than 1280 octets is told as it is", "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1200, .tells = nothing}, v6_host};
    CHECK(lab.run().mtu == 1200);
    CHECK(lab.search.result().black_hole());
}

TEST_CASE("a host that answers nothing has no result", "[engine][path_mtu]")
{
    PathMtuLab lab{{.loses = [](std::size_t) { return true; }}};
    const auto& result = lab.run();
    CHECK(story(lab.steps) == "68s");
    CHECK(result.limit == PathMtuLimit::no_answer);
    CHECK_FALSE(result.found());
    CHECK(result.mtu == 0);
    CHECK(result.probes == 3);
    CHECK_FALSE(result.error);
    CHECK(lab.now == PathMtuSearch::TimePoint{1h} + 3s);
}

TEST_CASE("why a host can't be reached is kept", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    for (int i = 0; i < 3; ++i) {
        const auto action = lab.search.next(lab.now);
        lab.search.on_error({lab.target, sent_by(action).sequence, {}, {narrow_router, 3, 1}, {}, lab.now});
        lab.now += 1s;
    }
    CHECK(lab.run().limit == PathMtuLimit::no_answer);
    CHECK(lab.search.result().error == PathMtuError{narrow_router, 3, 1});
}

TEST_CASE("nobody can call the smallest packet too big", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    for (int i = 0; i < 2; ++i) {
        const auto action = lab.search.next(lab.now);
        if (i == 0) lab.too_big(sent_by(action), 576);
        else lab.search.on_refused(sent_by(action).sequence, 40);
        CHECK(std::holds_alternative<Report>(lab.search.next(lab.now)));
        CHECK(lab.search.next(lab.now) == PathMtuAction{WaitUntil{lab.now + 1s}});
        lab.now += 1s;
    }
    CHECK(lab.run().mtu == 1500);
}

TEST_CASE("our own system may refuse a size without an MTU that could be", "[engine][path_mtu]")
{
    const auto told = GENERATE(std::optional<std::uint32_t>{}, std::optional{1500U}, std::optional{1U});
    PathMtuLab lab{{}, v4_host, {.ceiling = 1500}};
    lab.reply(sent_by(lab.search.next(lab.now)));
    lab.search.next(lab.now);
    lab.search.on_refused(sent_by(lab.search.next(lab.now)).sequence, told);
    const auto& result = lab.run();
    INFO(story(lab.steps));
    CHECK(result.mtu == 1499);
    CHECK(result.limit == PathMtuLimit::interface);
}

TEST_CASE("a path that becomes narrower during the search is searched again", "[engine][path_mtu]")
{
    // What was answered before is taken back by a word about a smaller packet.
    PathMtuLab narrow{{.mtu = 1450, .tells = zero}};
    narrow.reply(sent_by(narrow.search.next(narrow.now)));
    narrow.search.next(narrow.now);
    narrow.search.on_refused(sent_by(narrow.search.next(narrow.now)).sequence, 1500);
    narrow.search.next(narrow.now);
    const auto whole = sent_by(narrow.search.next(narrow.now));
    narrow.too_big(whole, 1400);
    narrow.search.next(narrow.now);
    const auto less = sent_by(narrow.search.next(narrow.now));
    const auto again = [&] { return sent_by(narrow.search.next(narrow.now += 1s)); };
    const auto same = again();
    REQUIRE(same.size == less.size);
    narrow.reply(less);
    narrow.too_big(same, {});
    CHECK(narrow.search.result().mtu == 68);
    narrow.path.mtu = 1300;
    CHECK(narrow.run().mtu == 1300);
}

TEST_CASE("an answer to a smaller packet, or one that is about a larger one than excluded, changes no bound",
          "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    const auto first = sent_by(lab.search.next(lab.now));
    const auto second = sent_by(lab.search.next(lab.now + 1s));
    lab.reply(second, lab.now + 1s + 5ms);
    lab.search.next(lab.now);
    lab.search.on_refused(sent_by(lab.search.next(lab.now)).sequence, 1500);
    lab.search.next(lab.now);
    const auto whole = sent_by(lab.search.next(lab.now));
    const auto repeated = sent_by(lab.search.next(lab.now + 1s));
    REQUIRE(whole.size == repeated.size);
    lab.too_big(repeated, 1400);
    lab.search.next(lab.now);
    CHECK(sent_by(lab.search.next(lab.now)).size == 1400);
    lab.reply(first, lab.now + 2s);  // the late answer to the smallest one
    lab.too_big(whole, 1420);        // the late word about what was excluded: another hint, no other bound
    lab.path.mtu = 1400;
    CHECK(lab.run().mtu == 1400);
}

TEST_CASE("what isn't an answer of the target to a probe of ours is ignored", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    auto& search = lab.search;
    const auto send = sent_by(search.next(lab.now));
    const auto payload = lab.payload_of(send);
    const PathMtuAction waiting = WaitUntil{lab.now + 1s};
    SECTION("from somebody else") { search.on_reply(narrow_router, send.sequence, payload, lab.now); }
    SECTION("with another sequence")
    {
        search.on_reply(lab.target, static_cast<std::uint16_t>(send.sequence + 1), payload, lab.now);
        search.on_reply(lab.target, static_cast<std::uint16_t>(send.sequence - 1), payload, lab.now);
    }
    SECTION("with another cookie")
    {
        auto forged = payload;
        forged[3] ^= std::byte{1};
        search.on_reply(lab.target, send.sequence, forged, lab.now);
    }
    SECTION("with less than was sent")
    {
        search.on_reply(lab.target, send.sequence, std::span{payload}.first(39), lab.now);
    }
    SECTION("with something else behind the cookie")
    {
        auto damaged = payload;
        damaged[20] ^= std::byte{1};
        search.on_reply(lab.target, send.sequence, damaged, lab.now);
    }
    SECTION("an error about a packet to somebody else")
    {
        search.on_error({narrow_router, send.sequence, payload, {narrow_router, 3, 4}, 576, lab.now});
    }
    SECTION("an error that quotes another cookie")
    {
        auto forged = payload;
        forged[3] ^= std::byte{1};
        search.on_error({lab.target, send.sequence, forged, {narrow_router, 3, 1}, {}, lab.now});
    }
    SECTION("an error about another probe")
    {
        search.on_error({lab.target, 77, payload, {narrow_router, 3, 1}, {}, lab.now});
        search.on_refused(77, 500);
        search.on_not_sent(77, lab.now + 1h);
    }
    SECTION("advice") { search.on_error({lab.target, send.sequence, payload, {narrow_router, 5, 1}, {}, lab.now}); }
    CHECK(search.next(lab.now) == waiting);
    CHECK_FALSE(search.result().error);
}

TEST_CASE("a second answer to a probe, and one after the end, are ignored", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    lab.run();
    const auto steps = lab.search.result().steps.size();
    for (const auto& send : lab.sent) {
        lab.reply(send);
        lab.too_big(send, 576);
    }
    CHECK(lab.search.result().steps.size() == steps);
    CHECK(lab.search.result().mtu == 1500);

    PathMtuLab twice{{}};
    const auto send = sent_by(twice.search.next(twice.now));
    twice.reply(send);
    twice.reply(send);
    CHECK(twice.search.result().steps.size() == 1);
}

TEST_CASE("a probe that had no room goes out again, and costs no attempt", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    auto& search = lab.search;
    for (std::uint16_t i = 0; i < 5; ++i) {
        const auto send = sent_by(search.next(lab.now));
        CHECK(send.sequence == i);
        CHECK(send.size == 68);
        search.on_not_sent(send.sequence, lab.now + 10ms);
        CHECK(search.next(lab.now) == PathMtuAction{WaitUntil{lab.now + 10ms}});
        lab.now += 10ms;
    }
    CHECK(lab.run().mtu == 1500);
    CHECK(lab.sent.size() == 3);
}

TEST_CASE("a probe that had no room in its second attempt goes out again", "[engine][path_mtu]")
{
    PathMtuLab lab{{}};
    lab.search.next(lab.now);
    const auto second = sent_by(lab.search.next(lab.now += 1s));
    lab.search.on_not_sent(second.sequence, lab.now + 10ms);
    CHECK(lab.search.next(lab.now) == PathMtuAction{WaitUntil{lab.now + 10ms}});
    CHECK(sent_by(lab.search.next(lab.now + 10ms)).size == 68);
}

TEST_CASE("the number of probes is bounded, whatever happens", "[engine][path_mtu]")
{
    SECTION("before anything was answered")
    {
        PathMtuLab lab{{.loses = [](std::size_t) { return true; }}, v4_host, {.max_probes = 2}};
        CHECK(lab.run().limit == PathMtuLimit::no_answer);
        CHECK(lab.search.result().probes == 2);
    }
    SECTION("in the middle of the search")
    {
        PathMtuLab lab{{.mtu = 1337, .tells = zero}, v4_host, {.max_probes = 6}};
        const auto& result = lab.run();
        CHECK(result.limit == PathMtuLimit::unknown);
        CHECK_FALSE(result.found());
        CHECK(result.mtu >= 68);
        CHECK(result.mtu <= 1337);
        CHECK(result.probes == 6);
    }
    SECTION("when two paths are used in turn")
    {
        PathMtuLab lab{{.mtu = 1500}};
        lab.path.loses = [&](std::size_t probe) {
            lab.path.mtu = probe % 2 == 0 ? 1500 : 1300;
            return false;
        };
        lab.path.tells = zero;
        const auto& result = lab.run();
        CHECK(result.probes <= 100);
        CHECK(result.mtu <= 1500);
    }
    SECTION("when there is never any room")
    {
        PathMtuLab lab{{}, v4_host, {.max_probes = 10}};
        for (auto action = lab.search.next(lab.now); action != PathMtuAction{Done{}}; action = lab.search.next(lab.now))
        {
            if (const auto* send = std::get_if<Send>(&action)) lab.search.on_not_sent(send->sequence, lab.now + 10ms);
            lab.now += 10ms;
        }
        CHECK(lab.search.result().limit == PathMtuLimit::no_answer);
    }
}

TEST_CASE("sequences go on from any first one, past 65535", "[engine][path_mtu]")
{
    PathMtuLab lab{{.mtu = 1400}, v4_host, {.first_sequence = 65'534}};
    CHECK(lab.run().mtu == 1400);
    CHECK(lab.sent[0].sequence == 65'534);
    CHECK(lab.sent[2].sequence == 0);
}

TEST_CASE("sizes of packets, in both versions of IP", "[engine][path_mtu]")
{
    CHECK(echo_headers_size(wire::IpVersion::v4) == 28);
    CHECK(echo_headers_size(wire::IpVersion::v6) == 48);
    CHECK(least_told_mtu(wire::IpVersion::v4) == 68);
    CHECK(least_told_mtu(wire::IpVersion::v6) == 1280);
    CHECK(largest_packet(wire::IpVersion::v4) == 65'535);
    CHECK(largest_packet(wire::IpVersion::v6) == 65'575);
}

TEST_CASE("actions and findings print", "[engine][path_mtu]")
{
    CHECK(words(PathMtuAction{Send{{7, 1400, 1}}}) == "Send{#7, 1400 octets}");
    CHECK(words(PathMtuAction{Report{{1500, PathMtuOutcome::too_big, narrow_router, 1400, 5ns, 2}}}) ==
          "Report{1500 too big, from 192.0.2.1, told 1400, 5ns, 2 probes}");
    CHECK(words(PathMtuAction{WaitUntil{PathMtuSearch::TimePoint{3ns}}}) == "WaitUntil{3ns}");
    CHECK(words(PathMtuAction{Done{}}) == "Done");
    CHECK(words(PathMtuOutcome::answered) == "answered");
    CHECK(words(PathMtuOutcome::too_big_here) == "too big here");
    CHECK(words(PathMtuOutcome::silent) == "silent");
    CHECK(words(PathMtuLimit::interface) == "interface");
    CHECK(words(PathMtuLimit::router) == "router");
    CHECK(words(PathMtuLimit::black_hole) == "black hole");
    CHECK(words(PathMtuLimit::unknown) == "unknown");
    CHECK(words(PathMtuLimit::no_answer) == "no answer");
}

}  // namespace path_mtu_search_tests
