#include <libnet/base/deadline_after.hpp>
#include <tests/support/catch.hpp>

#include <chrono>

namespace deadline_after_tests {

using namespace libnet::base;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

TEST_CASE("a deadline is the start and the wait", "[base][deadline_after]")
{
    const Clock::time_point start{5s};
    CHECK(deadline_after(start, 2s).time_since_epoch() == 7s);
    CHECK(deadline_after(start, 2ms).time_since_epoch() == 5002ms);
    CHECK(deadline_after(start, 0s) == start);
    CHECK(deadline_after(start, -2s).time_since_epoch() == 3s);
}

TEST_CASE("the longest wait of every unit is never, from any start", "[base][deadline_after]")
{
    for (const auto start : {Clock::time_point{}, Clock::time_point{5s}, Clock::time_point{-5s}}) {
        CHECK(deadline_after(start, std::chrono::milliseconds::max()) == Clock::time_point::max());
        CHECK(deadline_after(start, std::chrono::seconds::max()) == Clock::time_point::max());
        CHECK(deadline_after(start, std::chrono::hours::max()) == Clock::time_point::max());
    }
    CHECK(deadline_after(Clock::time_point{5s}, std::chrono::nanoseconds::max()) == Clock::time_point::max());
    CHECK(deadline_after(Clock::time_point::max(), 1ns) == Clock::time_point::max());
    CHECK(deadline_after(Clock::time_point{-5s}, std::chrono::milliseconds::min()) == Clock::time_point::min());
}

TEST_CASE("a duration that another unit can't express becomes its longest", "[base][deadline_after]")
{
    using std::chrono::nanoseconds;
    CHECK(saturated<nanoseconds>(std::chrono::milliseconds::max()) == nanoseconds::max());
    CHECK(saturated<nanoseconds>(std::chrono::milliseconds::min()) == nanoseconds::min());
    CHECK(saturated<nanoseconds>(std::chrono::hours{24 * 365 * 300}) == nanoseconds::max());
    CHECK(saturated<nanoseconds>(std::chrono::hours{24}) == std::chrono::hours{24});
    CHECK(saturated<std::chrono::milliseconds>(nanoseconds::max()).count() == nanoseconds::max().count() / 1'000'000);
    STATIC_REQUIRE(saturated<std::chrono::seconds>(1500ms) == 1s);
}

}  // namespace deadline_after_tests
