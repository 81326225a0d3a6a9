#include <libnet/io/tcp/bulk_trend.hpp>
#include <tests/support/catch.hpp>

namespace bulk_trend_tests {

using libnet::io::BulkTrend;

namespace {

constexpr std::size_t room = 65536;

void receive(BulkTrend& trend, std::size_t size, int times)
{
    for (int i = 0; i < times; ++i) trend.received(size, room);
}

}  // namespace

TEST_CASE("four full receptions in a row are bulk", "[io][bulk_trend]")
{
    BulkTrend trend;
    CHECK_FALSE(trend.is_bulk());
    receive(trend, room, 3);
    CHECK_FALSE(trend.is_bulk());
    receive(trend, room - 1, 1);
    receive(trend, room, 3);
    CHECK_FALSE(trend.is_bulk());  // not in a row
    receive(trend, room, 1);
    CHECK(trend.is_bulk());
}

TEST_CASE("eight small receptions in a row are no bulk any more", "[io][bulk_trend]")
{
    BulkTrend trend;
    receive(trend, room, 4);
    receive(trend, 1, 7);
    CHECK(trend.is_bulk());
    receive(trend, 1024 * 1024, 1);
    receive(trend, 1, 7);
    CHECK(trend.is_bulk());
    receive(trend, 1, 1);
    CHECK_FALSE(trend.is_bulk());
    receive(trend, room, 4);
    CHECK(trend.is_bulk());
}

TEST_CASE("a direction begins anew, or is given up for good", "[io][bulk_trend]")
{
    BulkTrend trend;
    receive(trend, room, 4);
    trend.begin_anew();
    CHECK_FALSE(trend.is_bulk());
    receive(trend, room, 4);
    CHECK(trend.is_bulk());
    trend.give_up();
    receive(trend, room, 100);
    CHECK_FALSE(trend.is_bulk());
}

}  // namespace bulk_trend_tests
