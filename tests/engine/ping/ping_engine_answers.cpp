// Answers: which probe they end, and how.

#include <tests/support/ping_lab.hpp>

namespace ping_engine_answers_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

TEST_CASE("a reply tells what our own stack cost, which its round trip doesn't contain", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.timeout = 1s}, start);
    for (const int turn : {0, 1}) {
        const auto called = start + turn * 1s;
        lab.run(called);
        const auto& probe = lab.sent.back();
        lab.engine.on_transmitted(probe.probe, called + 30us);
        lab.engine.on_reply(
            {host, probe.sequence, lab.payload_of(probe), 60, called + 1030us, called + 1070us + turn * 20us});
        const auto event = lab.engine.take_event();
        const auto reply = std::get<PingReply>(event.value());
        CHECK(reply.rtt == 1ms);
        CHECK(reply.stack_sent == 30us);
        CHECK(reply.stack_received == 40us + turn * 20us);
    }
    CHECK(lab.numbers(target).stack == PingStackTimes{30us, 50us});
}

TEST_CASE("a probe without an answer is lost when its time is up, not before", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.timeout = 300ms, .count = 1}, start);
    CHECK(lab.run(start) == "300 ms");
    CHECK(!lab.engine.loss_due(start + 300ms - 1ns));
    CHECK(lab.run(start + 299ms) == "300 ms");
    CHECK(lab.event().empty());
    CHECK(lab.engine.loss_due(start + 300ms));
    CHECK(lab.run(start + 300ms) == "for input");
    CHECK(lab.event() == "lost t0.1 #1");
    CHECK(lab.numbers(target).lost == 1);
    CHECK(lab.engine.streams_done());
}

TEST_CASE("the answer to a lost probe is late, and the probe no longer lost", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.timeout = 300ms, .count = 1}, start);
    lab.run(start);
    lab.run(start + 300ms);
    CHECK(lab.event() == "lost t0.1 #1");
    lab.reply(lab.sent[0], start + 450ms);
    CHECK(lab.event() == "late t0.1 #1 from 192.0.2.1 64 bytes in 450000000ns ttl 60 late by 150000000ns");
    auto numbers = lab.numbers(target);
    CHECK(numbers.lost == 0);
    CHECK(numbers.late == 1);
    CHECK(numbers.received == 0);
    CHECK(numbers.rtt == PingTimes{});

    lab.reply(lab.sent[0], start + 460ms);
    CHECK(lab.event() == "duplicate t0.1 #1 from 192.0.2.1 64 bytes in 460000000ns ttl 60");
}

TEST_CASE("an answer that came in time is a reply, however late it is read", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.timeout = 300ms, .count = 1}, start);
    lab.run(start);
    CHECK(lab.engine.loss_due(start + 1h));  // the caller reads its sockets first
    lab.reply(lab.sent[0], start + 299ms);
    lab.run(start + 1h);
    CHECK(lab.event() == "reply t0.1 #1 from 192.0.2.1 64 bytes in 299000000ns ttl 60");
    CHECK(lab.event().empty());
}

TEST_CASE("an answer that came too late is late, even if it is read before the loss was told", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.timeout = 300ms, .count = 1}, start);
    lab.run(start);
    lab.reply(lab.sent[0], start + 301ms);
    CHECK(lab.event() == "lost t0.1 #1");
    CHECK(lab.event() == "late t0.1 #1 from 192.0.2.1 64 bytes in 301000000ns ttl 60 late by 1000000ns");
    CHECK(lab.engine.streams_done());
}

TEST_CASE("a round trip begins when the kernel says that the probe left", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.interval = 1s, .timeout = 300ms, .count = 2}, start);
    lab.run(start);
    lab.engine.on_transmitted(lab.sent[0].probe, start + 2ms);
    lab.reply(lab.sent[0], start + 10ms);
    CHECK(lab.event() == "reply t0.1 #1 from 192.0.2.1 64 bytes in 8000000ns ttl 60");
    lab.engine.on_transmitted(lab.sent[0].probe, start + 3ms);  // too late to change anything

    lab.run(start + 1s);
    lab.engine.on_transmitted(lab.sent[1].probe, start + 999ms);  // before it was handed over: a clock was stepped
    lab.reply(lab.sent[1], start + 1010ms);
    CHECK(lab.event() == "reply t0.1 #2 from 192.0.2.1 64 bytes in 10000000ns ttl 60");
    lab.engine.on_transmitted({99, 99}, start + 2s);  // of a probe that is long forgotten
}

TEST_CASE("a stamp from before the question is not believed", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.count = 1}, start);
    lab.run(start);
    const auto payload = lab.payload_of(lab.sent[0]);
    lab.engine.on_reply({host, 1, payload, {}, start - 5s, start + 2ms});
    CHECK(lab.event() == "reply t0.1 #1 from 192.0.2.1 64 bytes in 2000000ns");
}

TEST_CASE("more answers to one probe are duplicates, and change no time", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.count = 1}, start);
    lab.run(start);
    for (int i = 1; i <= 3; ++i) lab.reply(lab.sent[0], start + i * 1ms);
    lab.event();
    CHECK(lab.event() == "duplicate t0.1 #1 from 192.0.2.1 64 bytes in 2000000ns ttl 60");
    CHECK(lab.numbers(target).received == 1);
    CHECK(lab.numbers(target).duplicates == 2);
    CHECK(lab.numbers(target).rtt.max == 1ms);
}

TEST_CASE("an answer that is not to a probe of ours is foreign", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.count = 1}, start);
    lab.run(start);
    auto payload = lab.payload_of(lab.sent[0]);

    SECTION("with another cookie")
    {
        payload[3] ^= std::byte{1};
        lab.reply(lab.sent[0], start, payload, host);
        CHECK(lab.numbers(target).foreign == 1);
    }
    SECTION("with another sequence")
    {
        lab.engine.on_reply({host, 2, payload, 60, start, start});
        CHECK(lab.numbers(target).foreign == 1);
    }
    CHECK(lab.engine.foreign() == 1);
    CHECK(lab.event().empty());
    CHECK(lab.numbers(target).pending == 1);
}

TEST_CASE("an answer before the send is done is foreign: the cookie is not known yet", "[engine][ping]")
{
    Lab lab;
    lab.engine.add(host, {.count = 1}, start);
    const auto send = std::get<SendProbe>(lab.engine.next(start));
    lab.reply(send, start);
    CHECK(lab.engine.foreign() == 1);
}

TEST_CASE("a damaged answer is counted, and the probe goes on waiting", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.count = 1}, start);
    lab.run(start);
    auto payload = lab.payload_of(lab.sent[0]);
    payload.back() ^= std::byte{1};
    lab.reply(lab.sent[0], start + 1ms, payload, host);
    lab.engine.on_corrupt(host);
    lab.engine.on_corrupt(router);  // no target
    CHECK(lab.numbers(target).corrupt == 2);
    CHECK(lab.event().empty());
    lab.reply(lab.sent[0], start + 2ms);
    CHECK(lab.numbers(target).received == 1);
}

TEST_CASE("an ICMP error ends the probe that it quotes, and no other", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.count = 1}, start);
    const auto other = lab.engine.add(other_host, {.count = 1}, start);
    lab.run(start);
    REQUIRE(lab.sent[0].to == host);

    SECTION("with our payload") { lab.unreachable(lab.sent[0], lab.payload_of(lab.sent[0])); }
    SECTION("with the first eight octets only, as RFC 792 allows") { lab.unreachable(lab.sent[0], {}); }
    CHECK(lab.event() == "error t0.1 #1 from 198.51.100.9: Destination Host Unreachable (3/1)");
    CHECK(lab.numbers(target).errors == 1);
    CHECK(lab.numbers(target).pending == 0);
    CHECK(lab.numbers(other).pending == 1);

    lab.unreachable(lab.sent[0], {});  // once is enough
    CHECK(lab.numbers(target).errors == 1);
    lab.reply(lab.sent[0], start + 5ms);
    CHECK(lab.numbers(target).duplicates == 1);
    CHECK(lab.numbers(target).received == 0);
}

TEST_CASE("an ICMP error that doesn't fit a probe changes nothing", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.count = 1}, start);
    lab.run(start);
    auto forged = lab.payload_of(lab.sent[0]);
    forged[0] ^= std::byte{1};
    lab.unreachable(lab.sent[0], forged);
    lab.unreachable(lab.sent[0], {}, 5);  // a redirect: the probe went on
    lab.engine.on_error({host, 2, {}, router, 3, 1, {}});
    lab.engine.on_error({router, 1, {}, router, 3, 1, {}});
    CHECK(lab.event().empty());
    CHECK(lab.numbers(target).pending == 1);
}

TEST_CASE("an ICMP error about a lost probe takes it from the lost ones", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.count = 1}, start);
    lab.run(start);
    lab.run(start + 1s);
    CHECK(lab.event() == "lost t0.1 #1");
    lab.engine.on_error({host, 1, {}, router, 3, 4, 1400});
    CHECK(lab.event() == "error t0.1 #1 from 198.51.100.9: Frag needed and DF set (3/4) mtu 1400");
    CHECK(lab.numbers(target).lost == 0);
    CHECK(lab.numbers(target).errors == 1);
}

TEST_CASE("a probe that can't be sent ends at once", "[engine][ping]")
{
    Lab lab;
    const auto target = lab.engine.add(host, {.count = 1}, start);
    const auto send = std::get<SendProbe>(lab.engine.next(start));
    CHECK(lab.numbers(target).pending == 1);
    lab.engine.on_send_error(send.probe, boost::asio::error::network_unreachable);
    CHECK(lab.event() == "send error t0.1 #1: Network is unreachable");
    CHECK(lab.numbers(target).send_errors == 1);
    CHECK(lab.numbers(target).sent == 1);
    CHECK(lab.engine.streams_done());

    lab.engine.on_send_error(send.probe, boost::asio::error::network_unreachable);  // told twice: nothing more
    lab.engine.on_sent(send.probe, start);
    lab.engine.on_send_error({77, 0}, boost::asio::error::network_unreachable);
    lab.engine.on_sent({77, 0}, start);
    CHECK(lab.numbers(target).send_errors == 1);
    CHECK(lab.run(start) == "for input");
}

TEST_CASE("ended probes are forgotten after a while, or when there are too many", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .linger = 5s, .max_answered = 2}};
    const auto target = lab.engine.add(host, {.interval = 10ms, .count = 3}, start);
    for (int i = 0; i < 3; ++i) lab.run(start + i * 10ms);
    for (const auto& probe : lab.sent) lab.reply(probe, start + 30ms);
    lab.run(start + 40ms);
    for (const auto& probe : lab.sent) lab.reply(probe, start + 50ms);
    CHECK(lab.numbers(target).duplicates == 2);
    CHECK(lab.numbers(target).foreign == 1);

    lab.run(start + 6s);
    lab.reply(lab.sent[2], start + 6s);
    CHECK(lab.numbers(target).duplicates == 2);
    CHECK(lab.numbers(target).foreign == 2);
}

TEST_CASE("without room for a cookie, address and sequence decide, and the probe that waits is meant", "[engine][ping]")
{
    Lab lab{{.payload_size = 0, .key = {1, 2}}};
    const auto first = lab.engine.add(host, {.timeout = 100ms, .count = 1}, start);
    lab.run(start);
    lab.run(start + 100ms);
    const auto second = lab.engine.add(host, {.count = 1}, start + 100ms);
    lab.run(start + 100ms);
    lab.reply(lab.sent[1], start + 120ms);
    CHECK(lab.numbers(first).lost == 1);
    CHECK(lab.numbers(second).received == 1);
    lab.reply(lab.sent[1], start + 130ms);
    CHECK(lab.numbers(second).duplicates + lab.numbers(first).late == 1);
}

TEST_CASE("with a cookie, two streams to one address are not mixed up", "[engine][ping]")
{
    Lab lab;
    const auto first = lab.engine.add(host, {.count = 1}, start);
    const auto second = lab.engine.add(host, {.count = 1}, start);
    lab.run(start);
    CHECK(lab.sent[0].sequence == lab.sent[1].sequence);
    lab.reply(lab.sent[0], start + 1ms);
    CHECK(lab.numbers(first).received == 1);
    CHECK(lab.numbers(second).received == 0);
    lab.reply(lab.sent[1], start + 2ms);
    CHECK(lab.numbers(second).received == 1);
}

}  // namespace ping_engine_answers_tests
