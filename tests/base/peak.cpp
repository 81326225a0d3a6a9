#include <libnet/base/peak.hpp>
#include <tests/support/catch.hpp>

namespace peak_tests {

using libnet::base::Peak;

TEST_CASE("a peak has passed when three quarters of it have gone", "[base]")
{
    Peak peak{100};
    for (std::size_t now = 1; now <= 400; ++now) peak.note(now);
    CHECK_FALSE(peak.has_passed(400));
    CHECK_FALSE(peak.has_passed(101));
    CHECK(peak.has_passed(100));
    CHECK(peak.has_passed(0));
    peak.note(50);
    CHECK(peak.has_passed(50));
    peak.begin_again(50);
    CHECK_FALSE(peak.has_passed(0));
}

TEST_CASE("a few are no peak", "[base]")
{
    Peak peak{100};
    CHECK_FALSE(peak.has_passed(0));
    peak.note(99);
    CHECK_FALSE(peak.has_passed(0));
    peak.note(100);
    CHECK(peak.has_passed(25));
    CHECK_FALSE(peak.has_passed(26));
}

}  // namespace peak_tests
