#include <libnet/base/histogram.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace histogram_tests {

using libnet::base::Histogram;

namespace {

/// The nearest-rank percentile, computed from all values.
std::uint64_t exact_percentile(std::vector<std::uint64_t> values, double share)
{
    std::sort(values.begin(), values.end());
    const auto rank =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size()))));
    return values[rank - 1];
}

}  // namespace

TEST_CASE("an empty histogram answers 0", "[base][histogram]")
{
    CHECK(Histogram{}.percentile(0.5) == 0);
    CHECK(Histogram{}.count() == 0);
}

TEST_CASE("small values are exact", "[base][histogram]")
{
    Histogram histogram;
    for (std::uint64_t value = 127; value > 0; --value) histogram.add(value);
    CHECK(histogram.percentile(0) == 1);
    CHECK(histogram.percentile(0.5) == 64);
    CHECK(histogram.percentile(1) == 127);
    CHECK(histogram.percentile(2) == 127);
}

TEST_CASE("every single value is told with an error of at most one percent", "[base][histogram]")
{
    for (std::uint64_t value = 1; value < Histogram::max_value; value += 1 + value / 97) {
        Histogram histogram;
        histogram.add(value);
        const double told = static_cast<double>(histogram.percentile(0.5));
        INFO("value " << value << ", told " << told);
        REQUIRE(std::abs(told - static_cast<double>(value)) <= 0.01 * static_cast<double>(value));
    }
}

TEST_CASE("percentiles of times over six orders of magnitude stay within one percent, in bounded memory",
          "[base][histogram]")
{
    std::mt19937_64 random{7};
    std::uniform_real_distribution<double> exponent{3, 9};
    std::vector<std::uint64_t> values;
    Histogram histogram;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(static_cast<std::uint64_t>(std::pow(10, exponent(random))));
        histogram.add(values.back());
    }
    for (double share : {0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
        const auto exact = static_cast<double>(exact_percentile(values, share));
        INFO("share " << share << ", exactly " << exact);
        CHECK(std::abs(static_cast<double>(histogram.percentile(share)) - exact) <= 0.01 * exact);
    }
    CHECK(histogram.count() == 20'000);
    CHECK(histogram.memory() <= 10'000);
}

TEST_CASE("values beyond the range count as its end, and don't grow it", "[base][histogram]")
{
    Histogram histogram;
    histogram.add(~std::uint64_t{0});
    histogram.add(0);
    CHECK(histogram.percentile(0) == 0);
    CHECK(histogram.percentile(1) > Histogram::max_value - Histogram::max_value / 100);
    CHECK(histogram.memory() <= 10'000);
}

TEST_CASE("few buckets cost four octets each, whatever lies between them", "[base][histogram]")
{
    Histogram histogram;
    for (int i = 0; i < 1'000; ++i)
        for (const std::uint64_t value : {15'000U, 40'000U, 1'000'000'000U}) histogram.add(value);
    CHECK(histogram.memory() <= 32);
    CHECK(histogram.count() == 3'000);
    CHECK(histogram.percentile(0.3) < 15'200);
    CHECK(histogram.percentile(0.6) > 39'600);
    CHECK(histogram.percentile(0.6) < 40'400);
    CHECK(histogram.percentile(0.99) > 990'000'000);
}

TEST_CASE("a bucket with more values than a list can count is counted on its own", "[base][histogram]")
{
    Histogram histogram;
    histogram.add(7);
    Histogram doubled;
    for (std::uint64_t i = 0; i < 21; ++i) {
        doubled = histogram;
        histogram.merge(doubled);
    }
    histogram.add(3);
    CHECK(histogram.count() == (std::uint64_t{1} << 21) + 1);
    CHECK(histogram.percentile(0) == 3);
    CHECK(histogram.percentile(0.5) == 7);
}

TEST_CASE("a bucket that is full stays full", "[base][histogram]")
{
    Histogram histogram;
    histogram.add(7);
    for (int i = 0; i < 40; ++i) {
        const Histogram copy = histogram;
        histogram.merge(copy);
    }
    CHECK(histogram.count() == 0xFFFF'FFFF);
    CHECK(histogram.percentile(1) == 7);
}

TEST_CASE("merged histograms tell the percentiles of all their values", "[base][histogram]")
{
    Histogram low, high, all;
    for (std::uint64_t i = 1; i <= 500; ++i) {
        low.add(i * 100);
        high.add(i * 10'000);
        all.add(i * 100);
        all.add(i * 10'000);
    }
    low.merge(high);
    low.merge(Histogram{});
    CHECK(low.count() == 1'000);
    for (const double share : {0.0, 0.1, 0.5, 0.9, 1.0}) CHECK(low.percentile(share) == all.percentile(share));
}

}  // namespace histogram_tests
