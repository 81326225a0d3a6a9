#include <libnet/engine/http/rate_watch.hpp>
#include <tests/support/catch.hpp>

namespace rate_watch_tests {

using namespace std::chrono_literals;
using libnet::engine::RateWatch;

TEST_CASE("a client that takes less than it should in a period is too slow", "[engine][limits]")
{
    RateWatch watch{100, 10s};
    CHECK_FALSE(watch.waited(9s, 0));
    CHECK(watch.waited(1s, 999));
}

TEST_CASE("a client that takes enough is judged anew in each period", "[engine][limits]")
{
    RateWatch watch{100, 10s};
    CHECK_FALSE(watch.waited(10s, 1000));
    CHECK_FALSE(watch.waited(5s, 1000));
    CHECK_FALSE(watch.waited(5s, 2000));
    CHECK_FALSE(watch.waited(20s, 4000));  // a long wait is one long period
    CHECK(watch.waited(10s, 4999));
}

TEST_CASE("without a least rate no client is too slow", "[engine][limits]")
{
    RateWatch watch{0, 10s};
    CHECK_FALSE(watch.waited(1h, 0));
    CHECK_FALSE(watch.waited(1h, 0));
}

}  // namespace rate_watch_tests
