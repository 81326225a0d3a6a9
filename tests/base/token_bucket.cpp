#include <libnet/base/token_bucket.hpp>
#include <tests/support/catch.hpp>

namespace token_bucket_tests {

using namespace std::chrono_literals;
using libnet::base::TokenBucket, libnet::base::TokenRate;

namespace {

constexpr TokenRate rate{.per_second = 10, .burst = 5};
constexpr TokenBucket::Time start{1000s};

}  // namespace

TEST_CASE("a bucket starts full, and is never fuller", "[base]")
{
    TokenBucket bucket{rate, start};
    CHECK(bucket.available(rate, start) == 5);
    CHECK(bucket.available(rate, start + 1h) == 5);
}

TEST_CASE("what is taken comes back at the rate", "[base]")
{
    TokenBucket bucket{rate, start};
    bucket.take(5);
    CHECK(bucket.available(rate, start) == 0);
    CHECK(bucket.available(rate, start + 100ms) == Approx(1));
    CHECK(bucket.available(rate, start + 450ms) == Approx(4.5));
    CHECK(bucket.available(rate, start + 2s) == 5);
}

TEST_CASE("a bucket tells how long to wait", "[base]")
{
    TokenBucket bucket{rate, start};
    CHECK(bucket.wait_for(rate, 5) == 0ns);
    bucket.take(5);
    CHECK(bucket.wait_for(rate, 1) == 100ms);
    CHECK(bucket.wait_for(rate, 5) == 500ms);
    bucket.take(10);  // in advance
    CHECK(bucket.wait_for(rate, 1) == 1100ms);
    bucket.available(rate, start + 1100ms);
    CHECK(bucket.wait_for(rate, 1) <= 1ns);
}

TEST_CASE("time that runs backwards gives nothing", "[base]")
{
    TokenBucket bucket{rate, start};
    bucket.take(5);
    CHECK(bucket.available(rate, start - 1h) == 0);
    CHECK(bucket.available(rate, start + 100ms) == Approx(1));
}

}  // namespace token_bucket_tests
