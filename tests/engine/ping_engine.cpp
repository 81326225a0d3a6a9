#include <libnet/engine/ping_engine.hpp>
#include <libnet/engine/ping_payload.hpp>
#include <tests/support/catch.hpp>

#include <boost/asio/error.hpp>

#include <sstream>
#include <string>

using namespace std::chrono_literals;
using namespace libnet;
using namespace libnet::engine;

namespace {

const TimePoint start{1h};
const auto host = boost::asio::ip::make_address("192.0.2.1");
const auto other_host = boost::asio::ip::make_address("2001:db8::1");
const auto router = boost::asio::ip::make_address("198.51.100.9");

/// An engine with somebody who performs its actions, and a network that answers what a test says.
struct Lab {
    explicit Lab(PingEngineOptions options_ = {.key = {1, 2}}) : options{options_}, engine{options_} {}

    /// Performs everything that is due at this time; what is sent ends in `sent`. Returns what to wait for, in words.
    std::string run(TimePoint now)
    {
        for (;;) {
            const auto action = engine.next(now);
            const auto* send = std::get_if<SendProbe>(&action);
            if (send == nullptr) return wait_in_words(action);
            sent.push_back(*send);
            engine.on_sent(send->probe, now);
        }
    }

    static std::string wait_in_words(const PingAction& action)
    {
        const auto* wait = std::get_if<WaitUntil>(&action);
        if (wait == nullptr) return "for input";
        return std::to_string((wait->deadline - start) / 1ms) + " ms";
    }

    std::vector<std::byte> payload_of(const SendProbe& probe) const
    {
        std::vector<std::byte> payload(options.payload_size);
        write_payload(probe.cookie, payload);
        return payload;
    }

    void reply(const SendProbe& probe, TimePoint at) { reply(probe, at, payload_of(probe), probe.to); }
    void reply(const SendProbe& probe, TimePoint at, std::span<const std::byte> payload, boost::asio::ip::address from)
    {
        engine.on_reply({from, probe.sequence, payload, 60, at, at});
    }

    void unreachable(const SendProbe& probe, std::span<const std::byte> quoted_payload, std::uint8_t type = 3)
    {
        engine.on_error({probe.to, probe.sequence, quoted_payload, router, type, 1, {}});
    }

    /// The next event, in words; "" when there is none.
    std::string event()
    {
        const auto taken = engine.take_event();
        std::ostringstream out;
        if (taken) out << *taken;
        return out.str();
    }
    std::string outcome()
    {
        const auto taken = engine.take_outcome();
        std::ostringstream out;
        if (taken) out << taken->outcome;
        return out.str();
    }
    PingStatistics numbers(PingTarget target) const { return engine.statistics(target).value(); }

    PingEngineOptions options;
    PingEngine engine;
    std::vector<SendProbe> sent;
};

}  // namespace

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
    SECTION("from another address: nobody's target")
    {
        lab.reply(lab.sent[0], start, payload, router);
        CHECK(lab.numbers(target).foreign == 0);
    }
    SECTION("from another target's address")
    {
        const auto other = lab.engine.add(other_host, {.count = 1}, start);
        lab.run(start);
        lab.reply(lab.sent[0], start, payload, other_host);
        CHECK(lab.numbers(other).foreign == 1);
        CHECK(lab.numbers(target).foreign == 0);
    }
    CHECK(lab.engine.foreign() == 1);
    CHECK(lab.event().empty());
    CHECK(lab.numbers(target).pending == 1);
}

TEST_CASE("an answer before the send is done is foreign: nobody can know the cookie yet", "[engine][ping]")
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
    lab.engine.on_corrupt(router);  // nobody's target
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
    Lab lab{{.key = {1, 2}, .linger = 5s, .max_remembered = 2}};
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

TEST_CASE("sequences don't end at the sixteen bits of the wire", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}, .max_remembered = 100}};
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

TEST_CASE("events that nobody reads hold the streams back, and keep duplicates out", "[engine][ping]")
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

TEST_CASE("a request is sent at once and has one outcome", "[engine][ping]")
{
    Lab lab;
    const auto id = lab.engine.request(host, 500ms);
    CHECK(lab.run(start) == "500 ms");
    REQUIRE(lab.sent.size() == 1);
    CHECK(lab.sent[0].probe == id);

    SECTION("a reply")
    {
        lab.reply(lab.sent[0], start + 3ms);
        lab.reply(lab.sent[0], start + 4ms);
        CHECK(lab.outcome() == "reply t0.0 #1 from 192.0.2.1 64 bytes in 3000000ns ttl 60");
    }
    SECTION("a loss, and what comes later is told to nobody")
    {
        lab.run(start + 500ms);
        lab.reply(lab.sent[0], start + 600ms);
        CHECK(lab.outcome() == "lost t0.0 #1");
    }
    SECTION("a loss, whose reason comes later")
    {
        lab.run(start + 500ms);
        lab.unreachable(lab.sent[0], {});
        CHECK(lab.outcome() == "lost t0.0 #1");
    }
    SECTION("an error")
    {
        lab.unreachable(lab.sent[0], {});
        CHECK(lab.outcome() == "error t0.0 #1 from 198.51.100.9: Destination Host Unreachable (3/1)");
    }
    CHECK(lab.outcome().empty());
    CHECK(lab.event().empty());
    CHECK(lab.engine.streams_done());
}

TEST_CASE("a request that can't be sent says why", "[engine][ping]")
{
    Lab lab;
    lab.engine.request(host, 500ms);
    const auto send = std::get<SendProbe>(lab.engine.next(start));
    lab.engine.on_send_error(send.probe, boost::asio::error::access_denied);
    CHECK(lab.outcome() == "send error t0.0 #1: Permission denied");
}

TEST_CASE("requests to one address share its sequence and are told apart", "[engine][ping]")
{
    Lab lab;
    const auto stream = lab.engine.add(host, {.count = 1}, start);
    const auto first = lab.engine.request(host, 500ms);
    const auto second = lab.engine.request(host, 500ms);
    lab.run(start);
    REQUIRE(lab.sent.size() == 3);
    CHECK(lab.sent[0].sequence == 1);
    CHECK(lab.sent[1].sequence == 2);
    lab.reply(lab.sent[1], start + 2ms);
    lab.reply(lab.sent[0], start + 1ms);
    CHECK(lab.engine.take_outcome()->probe == second);
    CHECK(lab.engine.take_outcome()->probe == first);
    CHECK(lab.numbers(stream).received == 0);
}

TEST_CASE("a cancelled request ends without a word, at any moment", "[engine][ping]")
{
    Lab lab;
    const auto id = lab.engine.request(host, 500ms);
    SECTION("before it is sent")
    {
        lab.engine.cancel(id);
        lab.run(start);
        CHECK(lab.sent.empty());
    }
    SECTION("while it is out")
    {
        lab.run(start);
        lab.engine.cancel(id);
        lab.reply(lab.sent[0], start + 1ms);
    }
    SECTION("when its outcome is there, but not taken")
    {
        lab.run(start);
        lab.reply(lab.sent[0], start + 1ms);
        lab.engine.cancel(id);
    }
    SECTION("when it is forgotten")
    {
        lab.run(start);
        lab.run(start + 500ms);
        lab.outcome();
        lab.run(start + 1h);
        lab.engine.cancel(id);
    }
    CHECK(lab.outcome().empty());
    CHECK(lab.run(start + 1h) == "for input");
    CHECK(lab.engine.foreign() == 0);
}

TEST_CASE("actions say what they are", "[engine][ping]")
{
    std::ostringstream out;
    out << PingAction{SendProbe{{3, 1}, host, 7, 99}} << ' ' << PingAction{WaitUntil{TimePoint{5ns}}} << ' '
        << PingAction{WaitForInput{}};
    CHECK(out.str() == "SendProbe{3.1 to 192.0.2.1 #7} WaitUntil{5ns} WaitForInput{}");
}
