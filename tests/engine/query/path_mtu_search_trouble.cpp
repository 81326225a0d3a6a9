// A search that is told what can't be, that is answered twice, or not at all, or that may not send.

#include <libnet/engine/query/path_mtu_search.hpp>
#include <tests/support/path_mtu_lab.hpp>
#include <tests/support/path_mtu_words.hpp>

#include <string>

namespace path_mtu_search_trouble_tests {

using namespace libnet;
using namespace libnet::test;
using namespace libnet::test::path_mtu_words;
using path_mtu_action::Done, path_mtu_action::Report, path_mtu_action::Send, path_mtu_action::WaitUntil;

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

TEST_CASE("the smallest packet is never too big, whoever says so", "[engine][path_mtu]")
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
    // What was answered before is taken back by a message about a smaller packet.
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
    lab.too_big(whole, 1420);        // the late message about what was excluded: another hint, no other bound
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
    SECTION("from another host") { search.on_reply(narrow_router, send.sequence, payload, lab.now); }
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
    SECTION("an error about a packet to another host")
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

}  // namespace path_mtu_search_trouble_tests
