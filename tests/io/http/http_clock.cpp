#include <libnet/io/http/http_clock.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace http_clock_tests {

using libnet::io::HttpClock;
using namespace std::chrono_literals;

TEST_CASE("the date follows the second", "[io][http_clock]")
{
    constexpr HttpClock::Time time{784'111'777s};
    HttpClock clock;
    CHECK(clock.date(time) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(clock.date(time + 999ms) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(clock.date(time + 1s) == "Sun, 06 Nov 1994 08:49:38 GMT");
    CHECK(clock.date(HttpClock::Time{}) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace http_clock_tests
