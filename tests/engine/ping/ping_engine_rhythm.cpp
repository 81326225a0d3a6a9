// Streams that follow the answers, preloads, what is outstanding, and targets that move.

#include <tests/support/ping_lab.hpp>

namespace ping_engine_rhythm_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

TEST_CASE("a flood keeps its window full, and sends again as soon as answers are there", "[engine][ping]")
{
    Lab lab;
    const auto target =
        lab.engine.add(host, {.interval = 0ms, .count = 10, .rhythm = PingRhythm::flood, .window = 4}, start);
    CHECK(lab.run(start) == "10 ms");
    REQUIRE(lab.sent.size() == 4);
    lab.reply(lab.sent[0], start + 1ms);
    lab.reply(lab.sent[1], start + 1ms);
    CHECK(lab.run(start + 1ms) == "11 ms");
    CHECK(lab.sent.size() == 6);
    CHECK(lab.run(start + 1ms) == "11 ms");
    CHECK(lab.sent.size() == 6);
    for (std::size_t i = 2; i < 6; ++i) lab.reply(lab.sent[i], start + 2ms);
    lab.run(start + 2ms);
    CHECK(lab.sent.size() == 10);
    for (std::size_t i = 6; i < 10; ++i) lab.reply(lab.sent[i], start + 3ms);
    CHECK(lab.run(start + 3ms) == "for input");
    CHECK(lab.engine.streams_done());
    CHECK(lab.numbers(target).received == 10);
    CHECK(lab.numbers(target).pipe == 4);
    CHECK(lab.engine.sched_lag().max == 0ns);
}

TEST_CASE("a flood without answers sends a hundred probes a second", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 0ms, .timeout = 10s, .rhythm = PingRhythm::flood, .window = 1}, start);
    for (auto now = start; now < start + 1s; now += 1ms) lab.run(now);
    CHECK(lab.sent.size() == 100);
}

TEST_CASE("a lost probe doesn't take a place in the window once a later one is answered", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 0ms, .timeout = 10s, .rhythm = PingRhythm::flood, .window = 2}, start);
    lab.run(start);
    REQUIRE(lab.sent.size() == 2);
    lab.reply(lab.sent[1], start + 1ms);
    lab.run(start + 1ms);
    CHECK(lab.sent.size() == 4);
}

TEST_CASE("an adaptive stream sends at the pace of the round trip", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 1s, .rhythm = PingRhythm::adaptive}, start);
    CHECK(lab.run(start) == "1000 ms");
    lab.reply(lab.sent[0], start + 20ms);
    lab.run(start + 20ms);
    REQUIRE(lab.sent.size() == 2);
    CHECK(lab.run(start + 20ms) == "60 ms");  // twice the round trip, when no answer comes
    lab.reply(lab.sent[1], start + 40ms);
    lab.run(start + 40ms);
    CHECK(lab.sent.size() == 3);
    CHECK(lab.run(start + 80ms) == "120 ms");
    CHECK(lab.sent.size() == 4);
}

TEST_CASE("an adaptive stream without answers keeps to its interval", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 300ms, .timeout = 1h, .rhythm = PingRhythm::adaptive}, start);
    for (auto now = start; now < start + 3s; now += 10ms) lab.run(now);
    CHECK(lab.sent.size() == 10);
}

TEST_CASE("a stopped or removed flood sends no more", "[engine][ping]")
{
    Lab lab;
    const PingSchedule flood{.interval = 0ms, .rhythm = PingRhythm::flood, .window = 1};
    const auto stopped = lab.engine.add(host, flood, start);
    const auto removed = lab.engine.add(other_host, flood, start);
    lab.run(start);
    REQUIRE(lab.sent.size() == 2);
    lab.engine.stop(stopped);
    lab.engine.remove(removed);
    for (const auto& probe : std::vector{lab.sent}) lab.reply(probe, start + 1ms);
    CHECK(lab.run(start + 1s) == "for input");
    CHECK(lab.sent.size() == 2);
}

TEST_CASE("a preload goes out at once, what follows keeps the interval", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.interval = 100ms, .timeout = 10s, .count = 5, .window = 3}, start);
    CHECK(lab.run(start) == "100 ms");
    CHECK(lab.sent.size() == 3);
    CHECK(lab.run(start + 100ms) == "200 ms");
    CHECK(lab.sent.size() == 4);
    lab.run(start + 200ms);
    CHECK(lab.sent.size() == 5);
    lab.reply(lab.sent[1], start + 210ms);
    CHECK(lab.numbers(target).pipe == 4);
}

TEST_CASE("an ICMP error counts for the pipe as an answer does", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.interval = 100ms, .timeout = 10s}, start);
    lab.run(start);
    lab.run(start + 100ms);
    lab.unreachable(lab.sent[0], lab.payload_of(lab.sent[0]));
    CHECK(lab.numbers(target).pipe == 2);
}

TEST_CASE("a probe without an answer is told when the next one goes out", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 100ms, .timeout = 150ms, .tell_outstanding = true}, start);
    lab.engine.add(other_host, {.interval = 100ms, .timeout = 150ms}, start);
    lab.run(start);
    CHECK(lab.event().empty());
    lab.run(start + 100ms);
    CHECK(lab.event() == "outstanding t0.1 #1");
    CHECK(lab.event().empty());
    lab.reply(lab.sent[2], start + 110ms);
    CHECK(lab.event().starts_with("reply t0.1 #2"));
    lab.run(start + 200ms);
    CHECK(lab.event() == "lost t0.1 #1");
    CHECK(lab.event() == "lost t1.1 #1");
    CHECK(lab.event().empty());
}

TEST_CASE("a target that moves keeps its numbers, and the answers that are under way", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.interval = 100ms, .timeout = 1s}, start);
    lab.run(start);
    CHECK(lab.engine.move(target, other_host));
    lab.run(start + 100ms);
    REQUIRE(lab.sent.size() == 2);
    CHECK(lab.sent[0].to == host);
    CHECK(lab.sent[1].to == other_host);
    CHECK(lab.sent[1].sequence == 2);
    lab.reply(lab.sent[0], start + 120ms);
    lab.reply(lab.sent[1], start + 120ms);
    CHECK(lab.event().starts_with("reply t0.1 #1 from 192.0.2.1"));
    CHECK(lab.event().starts_with("reply t0.1 #2 from 2001:db8::1"));
    lab.run(start + 200ms);
    lab.run(start + 1300ms);
    const auto lost = lab.engine.take_event();
    REQUIRE(lost.has_value());
    CHECK(std::get<PingLost>(*lost).to == other_host);
    CHECK(lab.numbers(target).received == 2);
    CHECK(lab.engine.remove(target));
    CHECK_FALSE(lab.engine.move(target, host));
}

TEST_CASE("a range doesn't move, and a target may move often", "[engine][ping]")
{
    Lab lab;
    const wire::AddressRange range{host, host};
    CHECK_FALSE(lab.engine.move(lab.engine.add(range, {}, start), other_host));
    const auto target = lab.engine.add(host, {.interval = 1ms, .timeout = 1h}, start);
    for (int i = 0; i < 100; ++i) {
        lab.run(start + i * 1ms);
        CHECK(lab.engine.move(target, i % 2 == 0 ? other_host : host));
    }
    const auto last = lab.sent.back();
    lab.reply(last, start + 99ms);
    CHECK(lab.numbers(target).received == 1);
}

TEST_CASE("a payload of another pattern is damaged, ours is genuine", "[engine][ping]")
{
    const std::array octets{std::byte{0xFF}, std::byte{0x0A}};
    Lab lab{{.pattern = PayloadPattern{octets}, .key = {1, 2}}};
    const auto target = lab.engine.add(host, {.interval = 100ms}, start);
    lab.run(start);
    auto payload = lab.payload_of(lab.sent[0]);
    CHECK(payload[8] == std::byte{8});
    lab.reply(lab.sent[0], start + 1ms);
    CHECK(lab.numbers(target).corrupt == 1);
    write_payload(lab.sent[0].cookie, payload, PayloadPattern{octets});
    CHECK(payload[8] == std::byte{0xFF});
    CHECK(payload[9] == std::byte{0x0A});
    lab.reply(lab.sent[0], start + 2ms, payload, host);
    CHECK(lab.numbers(target).received == 1);
}

TEST_CASE("the options of a reply's header are told", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {}, start);
    lab.run(start);
    const auto options = wire::encode_ipv4_record(wire::Ipv4Record::route);
    const auto payload = lab.payload_of(lab.sent[0]);
    lab.engine.on_reply({host, 1, payload, 60, start, start, options});
    const auto reply = lab.engine.take_event();
    REQUIRE(reply.has_value());
    CHECK(std::get<PingReply>(*reply).ip_options == options);
}

TEST_CASE("of a quiet flood every eighth round trip is measured", "[engine][ping]")
{
    Lab lab;
    const auto quiet = GENERATE(true, false);
    const auto target = lab.engine.add(
        host, {.interval = 0ns, .timeout = 1s, .count = 17, .quiet = quiet, .rhythm = PingRhythm::flood, .window = 32},
        start);
    lab.run(start);
    REQUIRE(lab.sent.size() == 17);
    for (std::size_t i = 0; i < lab.sent.size(); ++i) {
        CHECK(lab.sent[i].timed == (!quiet || i % 8 == 0));
        lab.reply(lab.sent[i], start + (i % 8 == 0 ? 2ms : 6ms));
    }
    CHECK(lab.numbers(target).received == 17);
    CHECK(lab.numbers(target).rtt.max == (quiet ? 2ms : 6ms));
}

}  // namespace ping_engine_rhythm_tests
