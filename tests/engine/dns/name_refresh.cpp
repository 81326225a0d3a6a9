#include <libnet/engine/dns/name_refresh.hpp>
#include <tests/support/catch.hpp>

namespace name_refresh_tests {

using namespace std::chrono_literals;
using namespace libnet::engine;

namespace {

const TimePoint start{1h};
const auto first = boost::asio::ip::make_address("192.0.2.1");
const auto second = boost::asio::ip::make_address("2001:db8::2");
using Addresses = std::vector<boost::asio::ip::address>;

/// The names that are asked for at this time.
std::vector<std::size_t> asked(NameRefresh& names, TimePoint now)
{
    std::vector<std::size_t> all;
    while (const auto name = names.next(now)) all.push_back(*name);
    return all;
}

std::chrono::nanoseconds wait(const NameRefresh& names) { return names.deadline().value() - start; }

using Names = std::vector<std::size_t>;

}  // namespace

TEST_CASE("without names, nothing is asked and nothing waited for", "[engine][names]")
{
    NameRefresh names{{}};
    CHECK_FALSE(names.next(start));
    CHECK_FALSE(names.deadline());
}

TEST_CASE("names are asked for at once, and an address that always holds never again", "[engine][names]")
{
    NameRefresh names{{}};
    CHECK(names.add(start) == 0);
    CHECK(names.add(start) == 1);
    CHECK(names.awaited(0, {}));
    CHECK(asked(names, start) == Names{0, 1});
    CHECK_FALSE(names.deadline());
    CHECK(names.on_answer(0, {first}, {}, start) == NameNews::first);
    CHECK(names.address(0) == first);
    CHECK_FALSE(names.awaited(0, {}));
    CHECK(names.awaited(1, {}));
    CHECK_FALSE(names.deadline());
}

TEST_CASE("a name is asked for again when its answer is too old", "[engine][names]")
{
    NameRefresh names{{}};
    names.add(start);
    asked(names, start);
    names.on_answer(0, {first}, 30s, start + 1s);
    CHECK(wait(names) == 31s);
    CHECK(asked(names, start + 30s).empty());
    CHECK(asked(names, start + 31s) == Names{0});

    SECTION("its address is the same")
    {
        CHECK(names.on_answer(0, {second, first}, 30s, start + 31s) == NameNews::same);
        CHECK(names.address(0) == first);
    }
    SECTION("its address has changed")
    {
        CHECK(names.on_answer(0, {second}, 30s, start + 31s) == NameNews::changed);
        CHECK(names.address(0) == second);
    }
    SECTION("no server answers: the address stays, and the question is repeated")
    {
        names.on_failure(0, NameFailure::told, start + 33s);
        CHECK(names.address(0) == first);
        CHECK(names.failures(0) == 1);
        CHECK_FALSE(names.awaited(0, {}));
        CHECK(wait(names) == 34s);
        CHECK(asked(names, start + 34s) == Names{0});
        CHECK(names.on_answer(0, {first}, 30s, start + 34s) == NameNews::same);
        CHECK(names.failures(0) == 0);
        CHECK(wait(names) == 64s);
    }
}

TEST_CASE("no answer holds for too short a time, or too long", "[engine][names]")
{
    const auto life = [](std::chrono::seconds ttl) {
        NameRefresh names{{.shortest_life = 2s, .longest_life = 1h, .zero_life = 7s}};
        names.add(start);
        asked(names, start);
        names.on_answer(0, {first}, ttl, start);
        return wait(names);
    };
    CHECK(life(0s) == 7s);
    CHECK(life(-1s) == 7s);
    CHECK(life(1s) == 2s);
    CHECK(life(2s) == 2s);
    CHECK(life(3600s) == 1h);
    CHECK(life(3601s) == 1h);
    CHECK(life(std::chrono::seconds::max()) == 1h);
}

TEST_CASE("a name that fails is asked for again, with a growing pause", "[engine][names]")
{
    NameRefresh names{{.first_pause = 1s, .longest_pause = 5s}};
    names.add(start);
    auto now = start;
    for (const auto pause : {1s, 2s, 4s, 5s, 5s}) {
        CHECK(asked(names, now) == Names{0});
        names.on_failure(0, NameFailure::passing, now);
        CHECK(names.deadline() == now + pause);
        now += pause;
    }
    for (int i = 0; i < 100; ++i, now += 5s) {
        CHECK(asked(names, now) == Names{0});
        names.on_failure(0, NameFailure::passing, now);
        CHECK(names.deadline() == now + 5s);
    }
    CHECK(names.failures(0) == 105);
}

TEST_CASE("how long a name is waited for depends on why it fails", "[engine][names]")
{
    const auto awaited = [](NameFailure why, int failures, NameAttempts attempts) {
        NameRefresh names{{}};
        names.add(start);
        for (int i = 0; i < failures; ++i) {
            asked(names, start + i * 1h);
            names.on_failure(0, why, start + i * 1h);
        }
        return names.awaited(0, attempts);
    };
    const NameAttempts few{.passing = 3, .told = 1};
    CHECK(awaited(NameFailure::passing, 0, few));
    CHECK(awaited(NameFailure::passing, 2, few));
    CHECK_FALSE(awaited(NameFailure::passing, 3, few));
    CHECK(awaited(NameFailure::passing, 9, {}));
    CHECK_FALSE(awaited(NameFailure::told, 1, few));
    CHECK(awaited(NameFailure::told, 9, {}));
    CHECK_FALSE(awaited(NameFailure::final, 1, few));
    CHECK_FALSE(awaited(NameFailure::final, 1, {}));
}

TEST_CASE("what is no host name is not asked for again", "[engine][names]")
{
    NameRefresh names{{}};
    names.add(start);
    asked(names, start);
    names.on_failure(0, NameFailure::final, start);
    CHECK_FALSE(names.deadline());
}

TEST_CASE("a dropped name is not asked for", "[engine][names]")
{
    NameRefresh names{{}};
    for (int i = 0; i < 3; ++i) names.add(start);
    names.drop(0);
    CHECK(asked(names, start) == Names{1, 2});
    names.drop(2);
    CHECK_FALSE(names.awaited(2, {}));
    names.on_answer(2, {first}, 1s, start);
    names.on_answer(1, {first}, 3s, start);
    CHECK(asked(names, start + 2s).empty());
    CHECK(asked(names, start + 3s) == Names{1});
}

TEST_CASE("few questions are under way at once, and an answer makes room", "[engine][names]")
{
    NameRefresh names{{.max_quick = 2}};
    for (int i = 0; i < 5; ++i) names.add(start);
    CHECK(asked(names, start) == Names{0, 1});
    CHECK(asked(names, start + 10ms).empty());
    names.on_answer(1, {first}, {}, start + 50ms);
    CHECK(wait(names) == 0ms);
    CHECK(asked(names, start + 50ms) == Names{2});
    names.on_failure(0, NameFailure::passing, start + 60ms);
    CHECK(asked(names, start + 60ms) == Names{3});
}

TEST_CASE("names whose servers are silent do not delay others for long", "[engine][names]")
{
    NameRefresh names{{.max_quick = 2, .patience = 200ms, .max_under_way = 5}};
    for (int i = 0; i < 9; ++i) names.add(start);
    CHECK(asked(names, start) == Names{0, 1});
    CHECK(wait(names) == 200ms);
    CHECK(asked(names, start + 200ms) == Names{2, 3});
    CHECK(wait(names) == 400ms);
    names.on_answer(2, {first}, {}, start + 210ms);
    CHECK(asked(names, start + 210ms) == Names{4});

    SECTION("but all in all there is a limit")
    {
        CHECK(asked(names, start + 400ms) == Names{5});
        CHECK_FALSE(names.deadline());
        CHECK(asked(names, start + 1h).empty());
        names.on_failure(0, NameFailure::passing, start + 1h);
        CHECK(asked(names, start + 1h) == Names{6});
    }
    SECTION("an answer that comes after all makes no more room")
    {
        names.on_answer(0, {first}, {}, start + 220ms);
        CHECK(asked(names, start + 220ms).empty());
    }
}

}  // namespace name_refresh_tests
