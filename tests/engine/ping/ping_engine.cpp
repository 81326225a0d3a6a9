// Streams: when probes are sent, and what is told of them.

#include <tests/support/ping_lab.hpp>

namespace ping_engine_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

TEST_CASE("an engine without targets waits for input", "[engine][ping]")
{
    Lab lab;
    CHECK(lab.run(start) == "for input");
    CHECK(lab.engine.streams_done());
    CHECK(!lab.engine.loss_due(start + 1h));
}

TEST_CASE("a stream sends its count, is answered, and is done", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.interval = 100ms, .timeout = 1s, .count = 2}, start);
    CHECK(lab.run(start) == "100 ms");
    REQUIRE(lab.sent.size() == 1);
    CHECK(lab.sent[0].to == host);
    CHECK(lab.sent[0].sequence == 1);

    lab.reply(lab.sent[0], start + 20ms);
    CHECK(lab.engine.has_events());
    CHECK(lab.event() == "reply t0.1 #1 from 192.0.2.1 64 bytes in 20000000ns ttl 60");
    CHECK(!lab.engine.streams_done());

    CHECK(lab.run(start + 100ms) == "1100 ms");
    REQUIRE(lab.sent.size() == 2);
    CHECK(lab.sent[1].sequence == 2);
    CHECK(lab.sent[1].cookie != lab.sent[0].cookie);
    lab.reply(lab.sent[1], start + 130ms);
    CHECK(lab.engine.streams_done());
    CHECK(lab.run(start + 200ms) == "for input");

    const auto numbers = lab.numbers(target);
    CHECK(numbers.sent == 2);
    CHECK(numbers.received == 2);
    CHECK(numbers.pending == 0);
    CHECK(numbers.rtt.min == 20ms);
    CHECK(numbers.rtt.max == 30ms);
    CHECK(numbers.sending == 100ms);
}

TEST_CASE("the first send can wait", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.delay = 30ms}, start);
    CHECK(lab.run(start) == "30 ms");
    lab.run(start + 30ms);
    CHECK(lab.sent.size() == 1);
}

TEST_CASE("calls that come late delay a probe, and none after it", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 10ms, .timeout = 1h}, start);
    for (int i = 0; i < 1'000; ++i) CHECK(lab.run(start + i * 10ms + 3ms) == std::to_string(i * 10 + 10) + " ms");
    CHECK(lab.sent.size() == 1'000);
}

TEST_CASE("a short stall is caught up, a long one is left out without losing the rhythm", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 10ms, .timeout = 1h}, start);
    lab.run(start);
    CHECK(lab.run(start + 55ms) == "60 ms");
    CHECK(lab.sent.size() == 6);
    CHECK(lab.run(start + 1h + 5ms) == "3600010 ms");
    CHECK(lab.sent.size() == 7);
}

TEST_CASE("sequences don't end at the sixteen bits of the wire", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .max_answered = 100}};
    const auto target = lab.engine.add(host, {.interval = 1ms, .timeout = 1s}, start);
    for (int i = 0; i < 65'540; ++i) {
        lab.run(start + i * 1ms);
        lab.reply(lab.sent.back(), start + i * 1ms);
        lab.engine.take_event();
    }
    CHECK(lab.sent.back().sequence == 4);
    CHECK(lab.numbers(target).received == 65'540);
    CHECK(lab.numbers(target).duplicates == 0);
}

TEST_CASE("a removed target leaves no event, no send and no foreign answer behind", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.timeout = 300ms}, start);
    lab.engine.add(other_host, {.count = 1}, start);
    lab.run(start);
    lab.reply(lab.sent[1], start + 1ms);
    lab.run(start + 1s);
    CHECK(lab.engine.remove(target));
    CHECK(!lab.engine.remove(target));
    CHECK(!lab.engine.remove({99, 1}));
    CHECK(!lab.engine.statistics(target));
    CHECK(lab.event() == "reply t1.1 #1 from 2001:db8::1 64 bytes in 1000000ns ttl 60");
    CHECK(lab.event().empty());
    CHECK(lab.engine.streams_done());

    lab.reply(lab.sent[0], start + 2s);      // lost, when it was there
    lab.reply(lab.sent.back(), start + 2s);  // pending, when it was removed
    lab.unreachable(lab.sent.back(), {});
    CHECK(lab.engine.foreign() == 0);
    CHECK(lab.run(start + 3s) == "for input");
    CHECK(lab.run(start + 1h) == "for input");
    CHECK(lab.event().empty());

    const auto again = lab.engine.add(host, {.count = 1}, start + 1h);
    CHECK(again.index == target.index);
    CHECK(again != target);
    CHECK(lab.numbers(again).sent == 0);
}

TEST_CASE("a target may be removed between the action and its result", "[engine][ping]")
{
    Lab lab;
    for (const bool sent : {true, false}) {
        const auto target = lab.engine.add(host, {.count = 1}, start);
        const auto send = std::get<SendProbe>(lab.engine.next(start));
        lab.engine.remove(target);
        if (sent) lab.engine.on_sent(send.probe, start);
        else lab.engine.on_send_error(send.probe, boost::asio::error::no_memory);
        CHECK(lab.run(start) == "for input");
        CHECK(lab.event().empty());
    }
}

TEST_CASE("events that are not read hold the streams back, and keep duplicates out", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .max_unread = 2}};
    const auto target = lab.engine.add(host, {.interval = 10ms, .timeout = 1s}, start);
    for (int i = 0; i < 10; ++i) {
        lab.run(start + i * 10ms);
        lab.reply(lab.sent.back(), start + i * 10ms);
    }
    CHECK(lab.sent.size() == 2);
    CHECK(lab.numbers(target).duplicates == 8);
    CHECK(lab.run(start + 100ms) == "for input");

    CHECK(!lab.event().empty());
    CHECK(lab.run(start + 100ms) == "110 ms");
    CHECK(lab.sent.size() > 2);
}

TEST_CASE("actions say what they are", "[engine][ping]")
{
    std::ostringstream out;
    out << PingAction{SendProbe{{{3, 1}, host, 7, 99}}} << ' ' << PingAction{WaitUntil{TimePoint{5ns}}} << ' '
        << PingAction{libnet::engine::action::Report<PingRequestDone>{{{3, 1}, PingLost{{}, 7, host}}}};
    CHECK(out.str() == "Send{3.1 to 192.0.2.1 #7} WaitUntil{5ns} Report{3.1 lost t0.0 #7}");
}

TEST_CASE("the longest duration means never", "[engine][ping]")
{
    constexpr auto never = std::chrono::nanoseconds::max();
    constexpr auto later = 24h * 365;
    Lab lab;
    const auto once = lab.engine.add(host, {.interval = never, .timeout = never}, start);
    const auto not_at_all = lab.engine.add(host, {.delay = never}, start);
    lab.run(start);
    lab.run(start + later);
    CHECK(lab.sent.size() == 1);
    CHECK(lab.numbers(once).pending == 1);
    CHECK(lab.numbers(not_at_all).sent == 0);
    lab.reply(lab.sent[0], start + later);
    CHECK(lab.numbers(once).received == 1);
}

}  // namespace ping_engine_tests
