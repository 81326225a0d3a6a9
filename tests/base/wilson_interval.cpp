#include <libnet/base/wilson_interval.hpp>
#include <tests/support/catch.hpp>

#include <cmath>
#include <random>

namespace wilson_interval_tests {

using namespace libnet;
using base::wilson_interval;

namespace {

bool is_near(double value, double wanted, double margin) { return std::abs(value - wanted) <= margin; }

}  // namespace

TEST_CASE("a share of a sample has the bounds of Wilson's interval", "[base]")
{
    CHECK(wilson_interval(0, 0) == base::ShareInterval{0, 1});
    CHECK(wilson_interval(0, 10).low == 0);
    CHECK(is_near(wilson_interval(0, 10).high, 0.2775, 0.0005));
    CHECK(is_near(wilson_interval(10, 10).low, 0.7225, 0.0005));
    CHECK(wilson_interval(10, 10).high == 1);
    CHECK(is_near(wilson_interval(5, 10).low, 0.2366, 0.0005));
    CHECK(is_near(wilson_interval(5, 10).high, 0.7634, 0.0005));
    CHECK(wilson_interval(11, 10) == wilson_interval(10, 10));
}

TEST_CASE("the interval covers the true share as often as it says", "[base]")
{
    std::mt19937 random{7};
    for (const double share : {0.01, 0.05, 0.2, 0.5}) {
        std::binomial_distribution<std::uint64_t> sample{200, share};
        int covered = 0;
        for (int i = 0; i < 2000; ++i) {
            const auto interval = wilson_interval(sample(random), 200);
            covered += interval.low <= share && share <= interval.high ? 1 : 0;
        }
        INFO(share);
        CHECK(covered >= 1860);
    }
}

}  // namespace wilson_interval_tests
