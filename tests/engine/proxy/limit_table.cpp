#include <libnet/engine/proxy/limit_table.hpp>
#include <tests/support/catch.hpp>

#include <chrono>
#include <cstdint>

namespace limit_table_tests {

using namespace libnet::engine;
using namespace std::chrono_literals;
using Kind = LimitAnswer::Kind;

namespace {

const LimitTable::Time start{std::chrono::hours{1000}};

/// Asks, and counts what is within.
LimitAnswer request(LimitTable& table, LimitTable::Key key, LimitTable::Time now)
{
    const auto answer = table.ask(key, now);
    if (answer.kind == Kind::within) table.count_request(key, now);
    return answer;
}

}  // namespace

TEST_CASE("requests are counted in windows that begin with the first", "[engine][proxy]")
{
    const EgressAmounts amounts{.requests = {2, 60s}};
    LimitTable table{amounts};
    CHECK(request(table, 1, start).kind == Kind::within);
    CHECK(request(table, 1, start + 50s).kind == Kind::within);
    CHECK(request(table, 1, start + 55s) == LimitAnswer{Kind::too_many_requests, 5s});
    CHECK(request(table, 2, start + 55s).kind == Kind::within);  // another client
    CHECK(request(table, 1, start + 60s).kind == Kind::within);
    CHECK(request(table, 1, start + 100s).kind == Kind::within);
    CHECK(request(table, 1, start + 100s) == LimitAnswer{Kind::too_many_requests, 20s});
}

TEST_CASE("what is refused isn't counted", "[engine][proxy]")
{
    const EgressAmounts amounts{.requests = {1, 60s}};
    LimitTable table{amounts};
    CHECK(request(table, 1, start).kind == Kind::within);
    for (int i = 0; i < 100; ++i) CHECK(request(table, 1, start + 59s).kind == Kind::too_many_requests);
    CHECK(request(table, 1, start + 60s).kind == Kind::within);
}

TEST_CASE("bytes use a quota up, and may be more than was left", "[engine][proxy]")
{
    const EgressAmounts amounts{.quota = {1000, 3600s}};
    LimitTable table{amounts};
    CHECK(request(table, 1, start).kind == Kind::within);
    table.count_bytes(1, 999, start + 10s);
    CHECK(!table.is_spent(1, start + 10s));
    table.count_bytes(1, 500, start + 20s);
    CHECK(table.is_spent(1, start + 20s));
    CHECK(request(table, 1, start + 20s) == LimitAnswer{Kind::quota_spent, 3590s});
    CHECK(!table.is_spent(2, start + 20s));
    CHECK(!table.is_spent(1, start + 3610s));
    table.count_bytes(1, 1, start + 3610s);
    CHECK(!table.is_spent(1, start + 3610s));
    CHECK(table.pause(1, start) == 0ns);
}

TEST_CASE("a rate lets a second's worth go at once, and then as much as it says", "[engine][proxy]")
{
    const EgressAmounts amounts{.bytes_per_second = 1000};
    LimitTable table{amounts};
    CHECK(table.pause(1, start) == 0ns);
    table.count_bytes(1, 1000, start);
    CHECK(table.pause(1, start) == 0ns);
    table.count_bytes(1, 500, start);
    CHECK(table.pause(1, start) == 500ms);
    CHECK(table.pause(1, start + 200ms) == 300ms);
    CHECK(table.pause(1, start + 500ms) == 0ns);
    CHECK(table.pause(2, start) == 0ns);
    CHECK(!table.is_spent(1, start));
    CHECK(request(table, 1, start).kind == Kind::within);
}

TEST_CASE("a table forgets what was used least recently, first what has used nothing up", "[engine][proxy]")
{
    const EgressAmounts amounts{.quota = {10, 60s}};
    LimitTable table{amounts, 3};
    table.count_bytes(1, 10, start);
    table.count_bytes(2, 10, start);
    table.ask(3, start);  // has used nothing
    table.ask(4, start);
    CHECK(table.size() == 3);
    CHECK(table.is_spent(1, start));
    CHECK(table.is_spent(2, start));
    table.count_bytes(3, 10, start);  // in the place of 4
    table.count_bytes(4, 10, start);  // in the place of 1, which was asked about before 2
    CHECK(table.size() == 3);
    CHECK(table.is_spent(2, start));
    CHECK(table.is_spent(3, start));
    CHECK(table.is_spent(4, start));
    CHECK(!table.is_spent(1, start));
}

TEST_CASE("however many keys come, so many are remembered", "[engine][proxy]")
{
    const EgressAmounts amounts{.bytes_per_second = 10, .quota = {10, 60s}, .requests = {10, 60s}};
    LimitTable table{amounts, 100};
    for (std::uint64_t key = 0; key < 10'000; ++key) {
        request(table, key, start);
        table.count_bytes(key, 100, start);
    }
    CHECK(table.size() == 100);
}

TEST_CASE("a clock that stands still or a window of the past does no harm", "[engine][proxy]")
{
    const EgressAmounts amounts{.bytes_per_second = 100, .quota = {100, 60s}};
    LimitTable table{amounts};
    table.count_bytes(1, 100, start);
    CHECK(table.is_spent(1, start - 10s));
    table.count_bytes(1, 1, start - 10s);
    CHECK(table.is_spent(1, start));
    CHECK(table.pause(1, start - 10s) > 0ns);
}

}  // namespace limit_table_tests
