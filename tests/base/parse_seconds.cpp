#include <libnet/base/parse_seconds.hpp>
#include <tests/support/catch.hpp>

namespace parse_seconds_tests {

using libnet::base::parse_seconds;
using namespace std::chrono_literals;

TEST_CASE("seconds are read with their fraction, to the nanosecond", "[base][parse_seconds]")
{
    CHECK(parse_seconds("0") == 0ns);
    CHECK(parse_seconds("5") == 5s);
    CHECK(parse_seconds("0.001") == 1ms);
    CHECK(parse_seconds(".5") == 500ms);
    CHECK(parse_seconds("1e-9") == 1ns);
    CHECK(parse_seconds("9.2e9") == 9'200'000'000s);
}

TEST_CASE("what is no number of seconds is refused", "[base][parse_seconds]")
{
    for (const char* text : {"", "x", "1s", " 1", "1 ", "-1", "-0", "+1", "inf", "nan", "1e10", "1e999", "0x1"}) {
        INFO(text);
        CHECK_FALSE(parse_seconds(text));
    }
}

}  // namespace parse_seconds_tests
