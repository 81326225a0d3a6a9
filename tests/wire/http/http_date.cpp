#include <libnet/wire/http/http_date.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace http_date_tests {

using namespace libnet::wire;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

namespace {

const sys_seconds example = sys_days{1994y / 11 / 6} + 8h + 49min + 37s;  // of RFC 9110 section 5.6.7
const sys_seconds now = sys_days{2026y / 7 / 1};

std::string format(sys_seconds time)
{
    HttpDateBuffer buffer;
    return std::string{format_http_date(time, buffer)};
}

}  // namespace

TEST_CASE("a date is written as IMF-fixdate", "[wire][http]")
{
    CHECK(format(example) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(format(sys_seconds{0s}) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(format(sys_days{2024y / 2 / 29} + 23h + 59min + 59s) == "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST_CASE("a time that no date can show becomes the nearest that one can", "[wire][http]")
{
    CHECK(format(sys_seconds::min()) == "Sat, 01 Jan 0000 00:00:00 GMT");
    CHECK(format(sys_seconds::max()) == "Fri, 31 Dec 9999 23:59:59 GMT");
    CHECK(format(sys_seconds{-1s}) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("a date is read in its three formats", "[wire][http]")
{
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now) == example);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now) == example);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", now) == example);
    CHECK(parse_http_date("Wed Nov 16 08:49:37 1994", now) == example + 240h);
}

TEST_CASE("every written date is read again", "[wire][http]")
{
    for (sys_seconds time = sys_days{1969y / 12 / 1}; time < sys_days{2101y / 1 / 1}; time += 1000003s)
        REQUIRE(parse_http_date(format(time), now) == time);
}

TEST_CASE("two digits of a year mean the last such year until 50 years from now", "[wire][http]")
{
    const auto year_of = [](const std::string& digits) {
        const auto time = parse_http_date("Sunday, 06-Nov-" + digits + " 00:00:00 GMT", now);
        REQUIRE(time);
        return std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*time)}.year();
    };
    CHECK(year_of("26") == 2026y);
    CHECK(year_of("76") == 2076y);
    CHECK(year_of("77") == 1977y);
    CHECK(year_of("99") == 1999y);
    CHECK(year_of("00") == 2000y);
}

TEST_CASE("a leap second is the second after it", "[wire][http]")
{
    CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", now) == sys_days{2017y / 1 / 1});
}

TEST_CASE("what is no date is refused", "[wire][http]")
{
    for (const std::string_view text : {"",
                                        "0",
                                        "now",
                                        "Sun, 06 Nov 1994 08:49:37",
                                        "Sun, 06 Nov 1994 08:49:37 UTC",
                                        "Sun, 06 Nov 1994 08:49:37 GMT ",
                                        " Sun, 06 Nov 1994 08:49:37 GMT",
                                        "sun, 06 nov 1994 08:49:37 gmt",
                                        "Sun, 6 Nov 1994 08:49:37 GMT",
                                        "Sun, 31 Nov 1994 08:49:37 GMT",
                                        "Sun, 00 Nov 1994 08:49:37 GMT",
                                        "Wed, 29 Feb 2023 08:49:37 GMT",
                                        "Sun, 06 Nov 1994 24:00:00 GMT",
                                        "Sun, 06 Nov 1994 08:60:37 GMT",
                                        "Sun, 06 Nov 1994 08:49:61 GMT",
                                        "Sun, 06 Nov 94 08:49:37 GMT",
                                        "Sun, 06 Nov 01994 08:49:37 GMT",
                                        "Sun, -6 Nov 1994 08:49:37 GMT",
                                        "Sun, 06 Nov +994 08:49:37 GMT",
                                        "Son, 06 Nov 1994 08:49:37 GMT",
                                        "Sun, 06 Nov. 1994 08:49:37 GMT",
                                        "Sun, 06-Nov-94 08:49:37 GMT",
                                        "Sunday, 06-Nov-1994 08:49:37 GMT",
                                        "Sunday, 06 Nov 1994 08:49:37 GMT",
                                        "Sun Nov 6 08:49:37 1994",
                                        "Sun Nov 06 08:49:37 1994 GMT",
                                        "Sun Nov  6 08:49:37 94"})
    {
        INFO(text);
        CHECK(!parse_http_date(text, now));
    }
}

}  // namespace http_date_tests
