#include <libnet/base/histogram.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

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
