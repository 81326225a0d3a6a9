#include <libnet/engine/proxy/parent_choice.hpp>
#include <tests/support/catch.hpp>

#include <chrono>
#include <optional>

namespace parent_choice_tests {

using namespace libnet::engine;
using namespace std::chrono_literals;

namespace {

constexpr auto direct = ParentRoute::direct;
const ParentHealth::TimePoint start{1000s};

std::optional<std::size_t> first_of(ParentHealth& health, std::vector<std::size_t> ways, ParentHealth::TimePoint now)
{
    return ParentRoute{std::move(ways)}.next(health, now);
}

}  // namespace

TEST_CASE("a request goes by each way of its route once, in its order", "[engine][proxy]")
{
    ParentHealth health{2, 30s};
    ParentRoute route{{1, 0, direct}};
    CHECK(route.next(health, start) == 1);
    CHECK(route.next(health, start) == 0);
    CHECK(route.next(health, start) == direct);
    CHECK(route.empty());
    CHECK_FALSE(route.next(health, start));
}

TEST_CASE("a parent that failed is left out by all, then one request tries it", "[engine][proxy]")
{
    ParentHealth health{2, 30s};
    health.failed(0, start);
    CHECK(first_of(health, {0, 1}, start + 29s) == 1);
    CHECK(first_of(health, {0, 1}, start + 30s) == 0);  // this one tries it
    CHECK(first_of(health, {0, 1}, start + 31s) == 1);  // and no other meanwhile
    SECTION("it fails again")
    {
        health.failed(0, start + 32s);
        CHECK(first_of(health, {0, 1}, start + 61s) == 1);
        CHECK(first_of(health, {0, 1}, start + 62s) == 0);
    }
    SECTION("it works again")
    {
        health.works(0);
        CHECK(first_of(health, {0, 1}, start + 32s) == 0);
        CHECK(first_of(health, {0, 1}, start + 32s) == 0);
    }
    SECTION("the request that tried it says nothing, for its client has left")
    {
        CHECK(first_of(health, {0, 1}, start + 59s) == 1);
        CHECK(first_of(health, {0, 1}, start + 60s) == 0);
    }
}

TEST_CASE("the way without a parent comes before parents that are left out", "[engine][proxy]")
{
    ParentHealth health{2, 30s};
    health.failed(0, start);
    health.failed(1, start);
    ParentRoute route{{0, direct, 1}};
    CHECK(route.next(health, start + 1s) == direct);
    CHECK(route.next(health, start + 1s) == 0);
    CHECK(route.next(health, start + 1s) == 1);
}

TEST_CASE("where all are left out the one that is back first is tried", "[engine][proxy]")
{
    ParentHealth health{3, 30s};
    health.failed(0, start + 2s);
    health.failed(1, start);
    health.failed(2, start + 1s);
    ParentRoute route{{0, 1, 2}};
    CHECK(route.next(health, start + 3s) == 1);
    CHECK(route.next(health, start + 3s) == 2);
    CHECK(route.next(health, start + 3s) == 0);
}

TEST_CASE("without a time to be left out parents are always tried in their order", "[engine][proxy]")
{
    ParentHealth health{2, 0s};
    health.failed(0, start);
    CHECK_FALSE(health.left_out_until(0));
    CHECK(first_of(health, {0, 1}, start) == 0);
}

TEST_CASE("a time that never ends doesn't overflow", "[engine][proxy]")
{
    ParentHealth health{1, std::chrono::milliseconds::max()};
    health.failed(0, start);
    CHECK(health.left_out_until(0) == ParentHealth::TimePoint::max());
    CHECK(first_of(health, {0, direct}, start + 1000h) == direct);
}

TEST_CASE("a parent that fails checks in a row is down until it has passed as many", "[engine][proxy]")
{
    using Change = ParentHealth::Change;
    ParentHealth health{2, 30s, {.fall = 3, .rise = 2}};
    CHECK(health.checked(0, false) == Change::none);
    CHECK(health.checked(0, false) == Change::none);
    CHECK(health.checked(0, true) == Change::none);  // not in a row
    CHECK(health.checked(0, false) == Change::none);
    CHECK(health.checked(0, false) == Change::none);
    CHECK(first_of(health, {0, 1}, start) == 0);
    CHECK(health.checked(0, false) == Change::went_down);
    CHECK(health.down() == 1);
    CHECK(first_of(health, {0, 1}, start) == 1);
    CHECK(first_of(health, {0, 1}, start + 24h) == 1);  // no request tries it
    CHECK(health.checked(0, false) == Change::none);
    CHECK(health.checked(0, true) == Change::none);
    CHECK(health.checked(0, false) == Change::none);
    CHECK(health.checked(0, true) == Change::none);
    CHECK(health.checked(0, true) == Change::came_up);
    CHECK(health.down() == 0);
    CHECK(first_of(health, {0, 1}, start) == 0);
}

TEST_CASE("a parent that is down is tried behind those that only failed, and where it is the only way",
          "[engine][proxy]")
{
    ParentHealth health{2, 30s, {.fall = 1, .rise = 0}};
    health.checked(0, false);
    health.failed(1, start);
    CHECK(first_of(health, {0, 1}, start + 1s) == 1);
    CHECK(first_of(health, {0}, start + 1s) == 0);
    CHECK(first_of(health, {0, direct}, start + 1s) == direct);
    CHECK(health.checked(0, true) == ParentHealth::Change::came_up);
    health.failed(0, start + 2s);  // a check sees less than a request
    CHECK(first_of(health, {0, direct}, start + 3s) == direct);
}

}  // namespace parent_choice_tests
