#include <libnet/base/statistics.hpp>
#include <tests/support/catch.hpp>

#include <cmath>

namespace statistics_tests {

using libnet::base::RunningStatistics;

namespace {

bool near(double value, double wanted) { return std::abs(value - wanted) <= 1e-6 * std::abs(wanted); }

}  // namespace

TEST_CASE("no values have no statistics, and nothing divides by zero", "[base][statistics]")
{
    const RunningStatistics none;
    CHECK(none.count() == 0);
    CHECK(none.mean() == 0);
    CHECK(none.min() == 0);
    CHECK(none.max() == 0);
    CHECK(none.standard_deviation() == 0);
    CHECK(none.mdev() == 0);
}

TEST_CASE("one value is its own mean, minimum and maximum, without spread", "[base][statistics]")
{
    RunningStatistics one;
    one.add(-3);
    CHECK(one.mean() == -3);
    CHECK(one.min() == -3);
    CHECK(one.max() == -3);
    CHECK(one.standard_deviation() == 0);
    CHECK(one.mdev() == 0);
}

TEST_CASE("mdev divides by n, the standard deviation by n - 1", "[base][statistics]")
{
    RunningStatistics values;
    for (double value : {2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0}) values.add(value);
    CHECK(values.count() == 8);
    CHECK(values.mean() == 5);
    CHECK(values.min() == 2);
    CHECK(values.max() == 9);
    CHECK(near(values.mdev(), 2));
    CHECK(near(values.standard_deviation(), std::sqrt(32.0 / 7)));
}

TEST_CASE("a small spread around a large mean keeps its digits", "[base][statistics]")
{
    RunningStatistics values;
    for (int i = 0; i < 100'000; ++i) values.add(1e15 + (i % 2 == 0 ? 1 : -1));
    CHECK(near(values.mdev(), 1));
}

TEST_CASE("merged statistics are those of all the values", "[base][statistics]")
{
    RunningStatistics some, others, all;
    for (int i = 0; i < 100; ++i) {
        (i % 3 == 0 ? some : others).add(i * i);
        all.add(i * i);
    }
    some.merge(others);
    some.merge(RunningStatistics{});
    CHECK(some.count() == 100);
    CHECK(near(some.mean(), all.mean()));
    CHECK(near(some.mdev(), all.mdev()));
    CHECK(near(some.standard_deviation(), all.standard_deviation()));
    CHECK(some.min() == 0);
    CHECK(some.max() == 99 * 99);

    RunningStatistics empty;
    empty.merge(all);
    CHECK(empty.mean() == all.mean());
}

}  // namespace statistics_tests
