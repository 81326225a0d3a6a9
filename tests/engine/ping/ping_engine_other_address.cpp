// Answers from another address than the one that was pinged: of members of a group, hosts with several addresses, and
// whoever stands behind a translator.

#include <tests/support/ping_lab.hpp>

namespace ping_engine_other_address_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test;

namespace {

const auto group = boost::asio::ip::make_address("224.0.0.1");
const auto member = boost::asio::ip::make_address("192.0.2.7");
const auto other_member = boost::asio::ip::make_address("192.0.2.8");

/// One probe to an address, which was sent.
struct OneProbe : Lab {
    explicit OneProbe(const boost::asio::ip::address& to, PingEngineOptions given = {.key = {1, 2}}) : Lab{given}
    {
        target = engine.add(to, {.timeout = 1s, .count = 1}, start);
        run(start);
        REQUIRE(sent.size() == 1);
    }

    void reply_from(const boost::asio::ip::address& from, TimePoint at)
    {
        reply(sent[0], at, payload_of(sent[0]), from);
    }

    PingTarget target;
};

}  // namespace

TEST_CASE("a host that answers from its other address has answered", "[engine][ping]")
{
    OneProbe lab{host};
    lab.reply_from(other_host, start + 3ms);
    CHECK(lab.event() == "reply t0.1 #1 from 2001:db8::1 for 192.0.2.1 64 bytes in 3000000ns ttl 60");
    CHECK(lab.numbers(lab.target).received == 1);
    CHECK(lab.numbers(lab.target).other_address == 1);
    CHECK(lab.engine.foreign() == 0);
    CHECK(lab.engine.streams_done());
}

TEST_CASE("every member of a group is told: the first as the reply, the others as further ones", "[engine][ping]")
{
    OneProbe lab{group};
    lab.reply_from(member, start + 3ms);
    lab.reply_from(other_member, start + 4ms);
    CHECK(lab.event() == "reply t0.1 #1 from 192.0.2.7 for 224.0.0.1 64 bytes in 3000000ns ttl 60");
    CHECK(lab.event() == "duplicate t0.1 #1 from 192.0.2.8 for 224.0.0.1 64 bytes in 4000000ns ttl 60");
    CHECK(lab.numbers(lab.target).other_address == 2);
    CHECK(lab.numbers(lab.target).received == 1);
    CHECK(lab.numbers(lab.target).duplicates == 1);
}

TEST_CASE("a late answer from elsewhere is late", "[engine][ping]")
{
    OneProbe lab{host};
    lab.run(start + 1s);
    lab.reply_from(member, start + 1500ms);
    CHECK(lab.event() == "lost t0.1 #1");
    CHECK(lab.event() ==
          "late t0.1 #1 from 192.0.2.7 for 192.0.2.1 64 bytes in 1500000000ns ttl 60 late by 500000000ns");
}

TEST_CASE("with a strict source, they are foreign", "[engine][ping]")
{
    OneProbe lab{host, {.key = {1, 2}, .strict_source = true}};
    lab.reply_from(member, start + 3ms);
    CHECK(lab.event().empty());
    CHECK(lab.engine.foreign() == 1);
    CHECK(lab.numbers(lab.target).foreign == 1);
    CHECK(lab.numbers(lab.target).pending == 1);
    lab.reply_from(host, start + 4ms);
    CHECK(lab.numbers(lab.target).received == 1);
}

TEST_CASE("without our cookie, an answer from another address does not count", "[engine][ping]")
{
    OneProbe lab{host};
    const auto genuine = lab.payload_of(lab.sent[0]);
    for (std::size_t octet = 0; octet < 8; ++octet)
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto forged = genuine;
            forged[octet] ^= static_cast<std::byte>(1U << bit);
            lab.reply(lab.sent[0], start, forged, member);
        }
    lab.reply(lab.sent[0], start, std::span{genuine}.first(7), member);
    lab.reply(lab.sent[0], start, std::vector<std::byte>(56), member);
    lab.engine.on_reply({member, 2, genuine, 60, start, start});  // another sequence
    CHECK(lab.event().empty());
    CHECK(lab.numbers(lab.target).pending == 1);
    CHECK(lab.engine.foreign() == 67);
}

TEST_CASE("with less payload than a cookie, an answer must come from the pinged address", "[engine][ping]")
{
    OneProbe lab{host, {.payload_size = 7, .key = {1, 2}}};
    lab.reply_from(member, start + 1ms);
    CHECK(lab.event().empty());
    CHECK(lab.engine.foreign() == 1);
    lab.reply_from(host, start + 1ms);
    CHECK(lab.numbers(lab.target).received == 1);
}

TEST_CASE("a damaged answer from elsewhere is damaged", "[engine][ping]")
{
    OneProbe lab{host};
    auto payload = lab.payload_of(lab.sent[0]);
    payload[20] ^= std::byte{1};
    lab.reply(lab.sent[0], start, payload, member);
    CHECK(lab.numbers(lab.target).corrupt == 1);
    CHECK(lab.numbers(lab.target).received == 0);
}

TEST_CASE("an answer from elsewhere does not count for a target that is gone, or a probe that is forgotten",
          "[engine][ping]")
{
    OneProbe lab{host};
    const auto old = lab.sent[0];
    SECTION("stopped") { lab.engine.stop(lab.target); }
    SECTION("removed") { lab.engine.remove(lab.target); }
    SECTION("forgotten, and its slot given to another probe")
    {
        lab.run(start + 1s);
        lab.run(start + 1h);
        lab.engine.request(host, 1s);
        lab.run(start + 1h);
        while (!lab.event().empty()) continue;
    }
    lab.reply(old, start + 1h, lab.payload_of(old), member);
    CHECK(lab.event().empty());
    CHECK(lab.outcome().empty());
}

TEST_CASE("a request is answered from elsewhere, too", "[engine][ping]")
{
    Lab lab;
    lab.engine.request(host, 1s);
    lab.run(start);
    lab.reply(lab.sent[0], start + 1ms, lab.payload_of(lab.sent[0]), member);
    CHECK(lab.outcome() == "reply t0.0 #1 from 192.0.2.7 for 192.0.2.1 64 bytes in 1000000ns ttl 60");
}

TEST_CASE("each host of a range answers for itself: a copied cookie makes no other one alive", "[engine][ping]")
{
    Lab lab{{.key = {1, 2}}};
    const auto hosts = *wire::parse_address_range("192.0.2.0/24");
    const auto target = lab.engine.add(hosts, {.timeout = 1s, .count = 1}, start);
    lab.run(start);
    REQUIRE(!lab.sent.empty());
    lab.reply(lab.sent[0], start + 3ms, lab.payload_of(lab.sent[0]), member);
    CHECK(lab.event().empty());
    CHECK(lab.numbers(target).received == 0);
    CHECK(lab.engine.foreign() == 1);
}

}  // namespace ping_engine_other_address_tests
