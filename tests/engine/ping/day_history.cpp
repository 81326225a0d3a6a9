#include <libnet/engine/ping/day_history.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <string>

namespace day_history_tests {

using libnet::base::JsonWriter;
using libnet::engine::DayHistory;
using libnet::engine::RowRevisions;

namespace {

constexpr std::int64_t begin = 1'800'000'000;  // a full minute
static_assert(begin % 60 == 0);

std::string strip(DayHistory& history, std::int64_t second, std::int64_t cells, std::int64_t each)
{
    JsonWriter json;
    history.write_strip(json, second, cells, each);
    return std::move(json).take();
}

}  // namespace

TEST_CASE("an hour is summed up: ends, losses, times", "[engine][day_history]")
{
    DayHistory history;
    CHECK(history.state() == DayHistory::State::unknown);
    for (int s = 0; s < 3600; ++s) {
        if (s % 100 == 0) history.on_loss(begin + s);
        else history.on_answer(begin + s, s % 60 < 30 ? 1000U : 3000U);
    }
    const auto hour = history.summary(begin + 3599, 60);
    CHECK(hour.ended == 3600);
    CHECK(hour.lost == 36);
    CHECK((hour.p50 == 1000 || hour.p50 == 3000));
    CHECK(hour.p95 == 3000);
    CHECK(history.state() == DayHistory::State::up);
    CHECK(history.outages().empty());
}

TEST_CASE("an outage begins with the first of three losses in a row and ends with an answer", "[engine][day_history]")
{
    DayHistory history;
    history.on_answer(begin, 500);
    const auto before = history.news();
    for (int s = 1; s <= 2; ++s) history.on_loss(begin + s);
    CHECK(history.state() == DayHistory::State::up);
    CHECK(history.news() == before);
    history.on_loss(begin + 3);
    CHECK(history.state() == DayHistory::State::down);
    CHECK(history.outages().back() == DayHistory::Outage{begin + 1, 0});
    history.on_answer(begin + 90, 700);
    CHECK(history.state() == DayHistory::State::up);
    CHECK(history.outages().back() == DayHistory::Outage{begin + 1, begin + 90});
    CHECK(history.news() == before + 2);
}

TEST_CASE("a target that never answers is down", "[engine][day_history]")
{
    DayHistory history;
    for (int s = 0; s < 3; ++s) history.on_loss(begin + s);
    CHECK(history.state() == DayHistory::State::down);
    const auto hour = history.summary(begin + 3, 60);
    CHECK(hour == DayHistory::Summary{3, 3, 0, 0});
}

TEST_CASE("cells of a strip: with probes, and without", "[engine][day_history]")
{
    DayHistory history;
    history.on_answer(begin, 2000);
    history.on_loss(begin + 61);
    history.on_answer(begin + 240, 4000);
    CHECK(strip(history, begin + 240, 6, 1) == "[[],[1,0,2000],[1,1,0],[],[],[1,0,4000]]");
    CHECK(strip(history, begin + 299, 2, 5) == "[[],[3,1,2000]]");
    CHECK(strip(history, begin + 300, 2, 5) == "[[3,1,2000],[]]");
}

TEST_CASE("a day is remembered and no more, in 16 KiB at any rate", "[engine][day_history]")
{
    DayHistory history;
    for (std::int64_t s = 0; s < 90'000; ++s)
        for (int i = 0; i < 5; ++i) history.on_answer(begin + s, 1'000'000);
    const auto day = history.summary(begin + 89'999, DayHistory::minutes);
    CHECK(day.ended == 1440 * 300);
    CHECK(day.p50 > 999'000);
    CHECK(day.p50 <= 1'000'000);
    for (int i = 0; i < 500; ++i) {  // and outages without end
        for (int k = 0; k < 3; ++k) history.on_loss(begin + 90'000 + i);
        history.on_answer(begin + 90'000 + i, 1);
    }
    CHECK(history.outages().size() == DayHistory::most_outages);
    CHECK(history.memory() <= 16 * 1024);
    CHECK(history.summary(begin + 400'000, DayHistory::minutes).ended == 0);  // days later
}

TEST_CASE("of many times in a minute a sample is kept", "[engine][day_history]")
{
    DayHistory history;
    for (std::uint64_t i = 0; i < 10'000; ++i) history.on_answer(begin, i);
    const auto minute = history.summary(begin, 1);
    CHECK(minute.ended == 10'000);
    CHECK(minute.p50 > 4'500);
    CHECK(minute.p50 < 5'500);
    CHECK(minute.p95 > 9'000);
}

TEST_CASE("a clock that goes back stands still", "[engine][day_history]")
{
    DayHistory history;
    history.on_answer(begin + 120, 1000);
    history.on_answer(begin, 1000);
    CHECK(history.summary(begin, 1).ended == 2);
}

TEST_CASE("a clock that is set back lets the day begin anew", "[engine][day_history]")
{
    DayHistory history;
    history.on_answer(begin + 86'400, 1000);
    for (int i = 0; i < 3; ++i) history.on_loss(begin + 86'400 + 120 + i);
    const auto news = history.news();
    history.on_answer(begin, 2000);
    CHECK(history.news() > news);
    CHECK(history.summary(begin + 1, 60) == DayHistory::Summary{1, 0, 2000, 2000});
    history.on_loss(begin + 60);
    CHECK(strip(history, begin + 60, 2, 1) == "[[1,0,2000],[1,1,0]]");
}

TEST_CASE("an outage that goes on while the clock is set back begins then", "[engine][day_history]")
{
    DayHistory history;
    for (int i = 0; i < 3; ++i) history.on_loss(begin + 86'400 + i);
    CHECK(history.summary(begin, 60).ended == 0);
    CHECK(history.state() == DayHistory::State::down);
    REQUIRE(history.outages().size() == 1);
    CHECK(history.outages().back() == DayHistory::Outage{begin, 0});
}

TEST_CASE("a late answer takes its loss back", "[engine][day_history]")
{
    DayHistory history;
    for (int i = 0; i < 3; ++i) history.on_loss(begin + i);
    CHECK(history.state() == DayHistory::State::down);
    history.on_late_answer(begin, begin + 3, 2000);  // the outage was none
    CHECK(history.state() == DayHistory::State::up);
    CHECK(history.outages().empty());
    CHECK(history.summary(begin + 3, 1) == DayHistory::Summary{3, 2, 2000, 2000});
    history.on_late_answer(begin + 2, begin + 70, 3000);  // in the next minute
    CHECK(strip(history, begin + 70, 2, 1) == "[[3,1,2000],[]]");
}

TEST_CASE("a minute of which only a late answer came has its time", "[engine][day_history]")
{
    DayHistory history;
    history.on_loss(begin + 59);
    history.on_late_answer(begin + 59, begin + 61, 2500);
    CHECK(strip(history, begin + 61, 2, 1) == "[[1,0,2500],[]]");
}

TEST_CASE("an outage ends where the first probe was lost that was answered late", "[engine][day_history]")
{
    DayHistory history;
    for (int i = 0; i < 10; ++i) history.on_loss(begin + i);
    history.on_late_answer(begin + 9, begin + 11, 2000);
    CHECK(history.state() == DayHistory::State::up);
    CHECK(history.outages().back() == DayHistory::Outage{begin, begin + 9});
}

TEST_CASE("a target whose answers always come late is up", "[engine][day_history]")
{
    DayHistory history;
    for (int i = 0; i < 100; ++i) {
        history.on_loss(begin + i);
        if (i >= 5) history.on_late_answer(begin + i - 5, begin + i, 6'000'000);
    }
    CHECK(history.state() == DayHistory::State::up);
    CHECK(history.outages().empty());
}

TEST_CASE("rows change with their state, and once a minute at seconds of their own", "[engine][day_history]")
{
    RowRevisions revisions;
    RowRevisions::Row one, other;
    revisions.look(one, 0, 0, begin);
    revisions.look(other, 30, 0, begin);
    const auto known = revisions.last();
    CHECK(revisions.begins_anew(0));
    CHECK_FALSE(revisions.begins_anew(known));
    revisions.look(one, 0, 0, begin + 29);
    revisions.look(other, 30, 0, begin + 29);
    CHECK(revisions.last() == known);
    revisions.look(one, 0, 0, begin + 30);
    revisions.look(other, 30, 0, begin + 30);
    CHECK(one.revision <= known);
    CHECK(other.revision > known);
    revisions.look(one, 0, 1, begin + 31);
    CHECK(one.revision > other.revision);
    revisions.forget();
    CHECK(revisions.begins_anew(one.revision));
    CHECK(revisions.begins_anew(revisions.last() + 1));  // of a process that is no more
}

}  // namespace day_history_tests
