#include <libnet/engine/ping/ping_pace.hpp>
#include <tests/support/ping_lab.hpp>

namespace ping_pace_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

TEST_CASE("without a rate everything may go at once", "[engine][ping_pace]")
{
    PingPace pace{0};
    pace.on_send(start);
    CHECK(pace.next() < start);
}

TEST_CASE("sends are spread evenly, whenever they are asked for", "[engine][ping_pace]")
{
    PingPace pace{1'000};
    CHECK(pace.next() < start);
    auto now = start;
    int sent = 0;
    for (; now < start + 1s; now += 300us) {
        if (pace.next() > now) continue;
        pace.on_send(now);
        ++sent;
    }
    CHECK(sent >= 1'000);
    CHECK(sent <= 1'011);  // the first ones may make up for ten milliseconds
}

TEST_CASE("a long pause is made up for by ten milliseconds' worth", "[engine][ping_pace]")
{
    PingPace pace{1'000};
    pace.on_send(start);
    int burst = 0;
    for (; pace.next() <= start + 1h; ++burst) pace.on_send(start + 1h);
    CHECK(burst == 11);
}

TEST_CASE("a rate of one probe in more than a lifetime is a rate", "[engine][ping_pace]")
{
    PingPace pace{1e-300};
    pace.on_send(start);
    CHECK(pace.next() > start + 24h * 3'650);
}

TEST_CASE("streams share the rate, and are not late for it", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .rate = 100}};
    lab.engine.add(host, {.interval = 1ms, .timeout = 1h}, start);
    lab.engine.add(other_host, {.interval = 1ms, .timeout = 1h}, start);
    auto now = start;
    for (int i = 0; i < 1'000; ++i) {
        CHECK(lab.run(now) != "for input");
        now += 1ms;
    }
    CHECK(lab.sent.size() >= 100);
    CHECK(lab.sent.size() <= 102);
    CHECK(lab.engine.sched_lag().max <= 1ms);
}

TEST_CASE("sends that are closer to each other than a turn go out together, and none is early", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .together = 500us}};
    for (int i = 0; i < 100; ++i) lab.engine.add(host, {.interval = 100ms, .timeout = 1h, .delay = i * 100us}, start);
    int turns = 0;
    for (auto now = start; now < start + 100ms; now += 50us) {
        const auto before = lab.sent.size();
        lab.run(now);
        if (lab.sent.size() == before) continue;
        ++turns;
        CHECK(lab.sent.size() <= static_cast<std::size_t>((now - start) / 100us) + 1);
    }
    CHECK(lab.sent.size() == 100);
    CHECK(turns >= 20);
    CHECK(turns <= 21);
    CHECK(lab.engine.sched_lag().max < 500us);
}

TEST_CASE("a lone stream sends at its times, whatever a turn is", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .together = 500us}};
    lab.engine.add(host, {.interval = 1ms, .timeout = 10ms}, start);
    for (int i = 0; i < 100; ++i) lab.run(start + i * 1ms);
    CHECK(lab.sent.size() == 100);
    CHECK(lab.engine.sched_lag().max == 0ns);
}

TEST_CASE("a stream without a pause waits for no turn", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .together = 500us}};
    lab.engine.add(host, {.interval = 0ns, .timeout = 1h, .count = 1'000}, start);
    lab.run(start);
    CHECK(lab.sent.size() == 1'000);
}

TEST_CASE("losses are declared together as well, and none too early", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .together = 500us}};
    lab.engine.add(host, {.interval = 1ms, .timeout = 10ms, .count = 1}, start);
    lab.engine.add(other_host, {.interval = 1ms, .timeout = 10ms, .count = 1, .delay = 600us}, start);
    lab.run(start);
    lab.run(start + 600us);
    CHECK(lab.run(start + 10ms + 300us) == "10 ms");  // the other one's, at 10.8
    CHECK_FALSE(lab.event().empty());
    CHECK(lab.event().empty());
    CHECK(lab.run(start + 11ms) == "for input");
    CHECK_FALSE(lab.event().empty());
}

}  // namespace ping_pace_tests
