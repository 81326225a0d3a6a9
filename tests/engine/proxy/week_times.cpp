#include <libnet/engine/proxy/week_times.hpp>
#include <tests/support/catch.hpp>

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace week_times_tests {

using namespace libnet::engine;

namespace {

WeekTimes times(std::initializer_list<std::string_view> words)
{
    const std::vector<std::string_view> given{words};
    return parse_week_times(given);
}

enum Day : unsigned { mon, tue, wed, thu, fri, sat, sun };

/// By both clocks the same.
WeekMoment at(Day day, unsigned hour, unsigned minute = 0)
{
    const auto of_week = static_cast<WeekMinute>(day * minutes_of_day + hour * 60 + minute);
    return {of_week, of_week};
}

}  // namespace

TEST_CASE("without times it is always time", "[engine][proxy]")
{
    CHECK(WeekTimes{}.contains(at(mon, 0)));
    CHECK(WeekTimes{}.contains(at(sun, 23, 59)));
}

TEST_CASE("days and times of day count together", "[engine][proxy]")
{
    const auto office = times({"mon-fri", "08:00-12:00", "13:00-18:00"});
    CHECK(office.contains(at(mon, 8)));
    CHECK(office.contains(at(fri, 17, 59)));
    CHECK(!office.contains(at(mon, 7, 59)));
    CHECK(!office.contains(at(wed, 12)));
    CHECK(!office.contains(at(fri, 18)));
    CHECK(!office.contains(at(sat, 9)));
}

TEST_CASE("days alone are whole days, times alone every day's", "[engine][proxy]")
{
    const auto weekend = times({"sat-sun"});
    CHECK(weekend.contains(at(sat, 0)));
    CHECK(weekend.contains(at(sun, 23, 59)));
    CHECK(!weekend.contains(at(mon, 0)));
    CHECK(!weekend.contains(at(fri, 23, 59)));
    const auto noon = times({"12:00-13:00"});
    CHECK(noon.contains(at(tue, 12)));
    CHECK(noon.contains(at(sun, 12, 59)));
    CHECK(!noon.contains(at(sun, 13)));
    CHECK(times({"00:00-24:00"}).contains(at(sun, 23, 59)));
}

TEST_CASE("days go round the week's end, and times into the next day", "[engine][proxy]")
{
    const auto off = times({"sat-mon"});
    CHECK(off.contains(at(mon, 3)));
    CHECK(off.contains(at(sat, 3)));
    CHECK(!off.contains(at(tue, 3)));
    const auto night = times({"sun", "22:00-06:00"});
    CHECK(night.contains(at(sun, 22)));
    CHECK(night.contains(at(mon, 5, 59)));
    CHECK(!night.contains(at(mon, 6)));
    CHECK(!night.contains(at(sun, 21, 59)));
    CHECK(!night.contains(at(sun, 3)));
    CHECK(times({"fri", "22:00-00:00"}).contains(at(fri, 23, 59)));
    CHECK(!times({"fri", "22:00-00:00"}).contains(at(sat, 0)));
}

TEST_CASE("times are local, or those of UTC", "[engine][proxy]")
{
    WeekMoment moment = at(mon, 9);
    moment.utc = at(mon, 7).utc;
    CHECK(times({"mon", "08:00-10:00"}).contains(moment));
    CHECK(!times({"mon", "utc", "08:00-10:00"}).contains(moment));
    CHECK(times({"UTC", "Mon", "07:00-08:00"}).contains(moment));
}

TEST_CASE("what is no time is named", "[engine][proxy]")
{
    for (const std::string_view word : {"monday", "mon-", "-fri", "8:00-18:00", "08:00", "08:00-25:00", "08:60-09:00",
                                        "24:00-08:00", "08:00-08:00", "08:00-", "0x:00-09:00", "", "24:01-24:02"})
    {
        INFO(word);
        std::string why;
        try {
            times({word});
        } catch (const std::invalid_argument& error) {
            why = error.what();
        }
        CHECK(why.starts_with("'" + std::string{word} + "' is no time"));
    }
}

TEST_CASE("a minute of the week has a name", "[engine][proxy]")
{
    CHECK(to_string(at(mon, 0).local) == "mon 00:00");
    CHECK(to_string(at(sun, 23, 59).local) == "sun 23:59");
}

}  // namespace week_times_tests
