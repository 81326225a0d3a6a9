// Whose an answer is: what a TraceSet believes, and what it counts.

#include <tests/engine/trace/trace_set_lab.hpp>
#include <tests/support/catch.hpp>

#include <vector>

namespace trace_set_answers_tests {

using namespace trace_set_lab;

TEST_CASE("an answer counts for the probe with its number, and once", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 2, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    auto stranger = lab.time_exceeded(lab.sent[0]);
    SECTION("with a number that no probe has") { stranger.number = 40'000; }
    SECTION("about a packet to another host") { stranger.destination = router; }
    SECTION("over the other version of IP")
    {
        lab.set.on_reply(wire::IpVersion::v6, stranger);
        stranger.number = 1;
    }
    SECTION("that says nothing about the path") { stranger.error->type = wire::icmp_type::redirect; }
    lab.reply(lab.sent[0], stranger);
    lab.run();
    CHECK(lab.told.empty());
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));
    lab.reply(lab.sent[0], lab.reached(lab.sent[0]));
    lab.run();
    REQUIRE(lab.told.size() == 1);
    CHECK(std::get<TraceHop>(lab.told[0]).kind == TraceAnswer::time_exceeded);
}

TEST_CASE("an answer has to bring back the identity, as far as it quotes it", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    REQUIRE(lab.sent.size() == 1);
    auto reply = lab.time_exceeded(lab.sent[0]);
    reply.cookie = lab.sent[0].cookie;
    reply.cookie_mask = GENERATE(~std::uint64_t{0}, std::uint64_t{0xFFFF});
    auto forged = reply;
    forged.cookie ^= 1;
    lab.reply(lab.sent[0], forged);
    lab.run();
    CHECK(lab.told.empty());
    CHECK(lab.set.counters() == TraceCounters{.sent = 1, .forged = 1});
    lab.reply(lab.sent[0], reply);
    lab.reply(lab.sent[0], reply);
    CHECK(lab.run() == "done");
    CHECK(lab.set.counters() == TraceCounters{.sent = 1, .answered = 1, .forged = 1, .unmatched = 1});
}

TEST_CASE("a proven probe that was redirected counts, and its hop says where it went", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    const auto inside = asio::ip::make_address("10.0.0.7");
    TraceReply reply{lab.sent[0].number, inside, inside, TraceReply::Error{3, 3, 0}, lab.now, lab.now};
    lab.reply(lab.sent[0], reply);  // without proof it may be another program's
    lab.run();
    CHECK(lab.told.empty());
    reply.cookie = lab.sent[0].cookie;
    reply.cookie_mask = ~std::uint64_t{0};
    lab.reply(lab.sent[0], reply);
    lab.run();
    REQUIRE(lab.told.size() == 2);
    const auto& hop = std::get<TraceHop>(lab.told[0]);
    CHECK(hop.kind == TraceAnswer::reached);
    CHECK(hop.changes == std::vector<TraceChange>{{TraceField::destination, near, inside}});
    CHECK(std::get<TraceDone>(lab.told[1]).path.reached());
}

TEST_CASE("an answer without a number finds its probe by the destination", "[engine][trace]")
{
    Lab lab{{.max_ttl = 4, .probes = 1, .window = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    TraceReply reply = lab.time_exceeded(lab.sent[0]);
    reply.number.reset();
    SECTION("of the only target there")
    {
        lab.reply(lab.sent[0], reply);
        lab.run();
        REQUIRE(lab.told.size() == 1);
        CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    }
    SECTION("but not of one of two")
    {
        lab.set.add(near);
        lab.run();
        lab.reply(lab.sent[0], reply);
        lab.run();
        CHECK(lab.told.empty());
    }
    SECTION("nor of another one")
    {
        reply.destination = GENERATE(std::optional<asio::ip::address>{}, std::optional{router});
        lab.reply(lab.sent[0], reply);
        lab.run();
        CHECK(lab.told.empty());
    }
    CHECK(lab.set.counters().anonymous == 1);
}

TEST_CASE("where several probes are under way, such an answer has them sent again with other numbers",
          "[engine][trace]")
{
    Lab lab{{.max_ttl = 2, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    REQUIRE(lab.sent.size() == 2);
    TraceReply reply = lab.time_exceeded(lab.sent[0]);
    reply.number.reset();
    lab.reply(lab.sent[0], reply);
    lab.run();
    CHECK(lab.sent.size() == 2);
    lab.now += 2s;
    lab.run();
    REQUIRE(lab.sent.size() == 3);
    CHECK(lab.sent[2].probe == lab.sent[0].probe);
    CHECK(lab.sent[2].number == 33436);
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));  // the old number means nothing now
    lab.run();
    CHECK(lab.told.empty());
    lab.reply(lab.sent[2], lab.time_exceeded(lab.sent[2]));
    lab.run();
    CHECK(lab.told.size() == 1);
}

TEST_CASE("an answer without a number, about a probe on its way to a gateway, is for the only target",
          "[engine][trace]")
{
    TraceOptions options{.max_ttl = 1, .probes = 1, .timeout = 1s};
    options.gateways.addresses.front() = asio::ip::make_address_v4("203.0.113.1");
    options.gateways.count = 1;
    Lab lab{options};
    lab.set.add(near);
    SECTION("of its version of IP")
    {
        lab.run();
        auto answer = lab.time_exceeded(lab.sent.at(0));
        answer.number.reset();
        answer.destination.reset();
        lab.set.on_reply(wire::IpVersion::v6, answer);
        lab.run();
        CHECK(lab.told.empty());
        lab.set.on_reply(wire::IpVersion::v4, answer);
        lab.run();
        REQUIRE(lab.told.size() == 2);
        CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    }
    SECTION("of two it is for neither")
    {
        lab.set.add(far);
        lab.run();
        auto answer = lab.time_exceeded(lab.sent.at(0));
        answer.number.reset();
        answer.destination.reset();
        lab.set.on_reply(wire::IpVersion::v4, answer);
        lab.run();
        CHECK(lab.told.empty());
    }
}

namespace {

/// A packet of a target in the protocol of the raw probes, as the channel reads it: its first octets may be a probe's head.
TraceReply raw_packet(const Lab& lab, std::optional<std::uint16_t> number, std::uint64_t cookie)
{
    TraceReply packet{number, near, near, std::nullopt, lab.now, lab.now};
    packet.cookie = cookie;
    packet.cookie_mask = 0xFFFF'FFFF'FFFF;
    return packet;
}

const TraceOptions raw_options{.method = TraceProbe::raw, .max_ttl = 3, .probes = 1, .window = 1, .timeout = 1s};

}  // namespace

TEST_CASE("before the first raw packet is sent, its target is listened to", "[engine][trace]")
{
    Lab lab{raw_options};
    lab.set.add(near);
    CHECK(lab.run() == "200 ms");
    CHECK(lab.sent.empty());
    lab.now += 200ms;
    lab.run();
    REQUIRE(lab.sent.size() == 1);
    SECTION("what a silent one sends afterwards is an answer")
    {
        const auto number = GENERATE(std::optional<std::uint16_t>{}, std::optional<std::uint16_t>{50'000});
        lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, number, 7));
        lab.run();
        REQUIRE(lab.finished() == 1);
        CHECK(std::get<TraceHop>(lab.told[0]).kind == TraceAnswer::reached);
    }
    SECTION("with the number of the probe, too, and another cookie")
    {
        lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, lab.sent[0].number, lab.sent[0].cookie ^ 1U));
        lab.run();
        CHECK(lab.finished() == 1);
    }
}

TEST_CASE("from a target that speaks the protocol unasked, only echoes and errors count", "[engine][trace]")
{
    Lab lab{raw_options};
    lab.set.add(near);
    lab.run();
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, std::nullopt, 0));
    lab.now += 200ms;
    lab.run();
    REQUIRE(lab.sent.size() == 1);
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, std::nullopt, 0));
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, lab.sent[0].number, lab.sent[0].cookie ^ 1U));
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, 50'000, 0));
    lab.run();
    CHECK(lab.told.empty());
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));
    lab.run();
    REQUIRE(lab.told.size() == 1);
    CHECK(std::get<TraceHop>(lab.told[0]).from == router);
    REQUIRE(lab.sent.size() == 2);
    lab.set.on_reply(wire::IpVersion::v4, raw_packet(lab, lab.sent[1].number, lab.sent[1].cookie & 0xFFFF'FFFF'FFFF));
    lab.run();
    REQUIRE(lab.finished() == 1);
    CHECK(std::get<TraceHop>(lab.told[1]).kind == TraceAnswer::reached);
}

TEST_CASE("a quote whose source port was rewritten counts for a probe to its destination only", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    auto reply = lab.time_exceeded(lab.sent.at(0));
    reply.cookie = lab.sent[0].cookie;
    reply.cookie_mask = 0xFFFF;
    reply.needs_destination = true;
    reply.destination = router;
    lab.reply(lab.sent[0], reply);
    CHECK(lab.set.counters() == TraceCounters{.sent = 1, .unmatched = 1});
    reply.destination = near;
    lab.reply(lab.sent[0], reply);
    CHECK(lab.set.counters() == TraceCounters{.sent = 1, .answered = 1, .unmatched = 1});
}

TEST_CASE("an error that is about no probe is counted where it could be about one", "[engine][trace]")
{
    Lab lab{{.max_ttl = 1, .probes = 1, .timeout = 1s}};
    lab.set.on_refused(std::nullopt);  // there is no target
    lab.set.add(near);
    lab.run();
    lab.set.on_refused(router);
    lab.set.on_refused(far);
    CHECK(lab.set.counters() == TraceCounters{.sent = 1});
    lab.set.on_refused(near);
    lab.set.on_refused(std::nullopt);
    CHECK(lab.set.counters() == TraceCounters{.sent = 1, .unmatched = 2});
}

TEST_CASE("a round trip begins when the probe left, as far as the kernel says that", "[engine][trace]")
{
    Lab lab{{.max_ttl = 2, .probes = 1, .timeout = 1s}};
    lab.set.add(near);
    lab.run();
    REQUIRE(lab.sent.size() == 2);
    lab.set.on_left(wire::IpVersion::v4, lab.sent[0].number, lab.now + 2ms);
    lab.set.on_left(wire::IpVersion::v4, lab.sent[0].number, lab.now + 1ms);  // another packet's
    lab.set.on_left(wire::IpVersion::v4, 40'000, lab.now + 3ms);
    lab.set.on_left(wire::IpVersion::v6, lab.sent[1].number, lab.now + 3ms);
    lab.now += 5ms;
    lab.reply(lab.sent[0], lab.time_exceeded(lab.sent[0]));
    lab.reply(lab.sent[1], lab.reached(lab.sent[1]));
    lab.run();
    REQUIRE(lab.told.size() == 3);
    CHECK(std::get<TraceHop>(lab.told[0]).rtt == 3ms);
    CHECK(std::get<TraceHop>(lab.told[1]).rtt == 5ms);
}

}  // namespace trace_set_answers_tests
