#include <tests/support/catch.hpp>
#include <tests/support/netsim.hpp>

namespace attack_tests {

using namespace netsim;
using namespace netsim::test;

namespace {

std::string attacked(const std::string& words)
{
    return "path: [r1, host]\nnodes: {host: {address: 10.9.0.1}}\nattackers: [{from: 10.66.0.0/16, rate: 10/s, " +
           words + "}]\n";
}

std::uint16_t identifier_of(const Play::Event& event)
{
    return libnet::base::load_be<std::uint16_t>(event.parsed()->payload, 4);
}

}  // namespace

TEST_CASE("forged replies imitate the last request, from addresses of their own, at their rate")
{
    Play play{attacked("kind: forged")};
    CHECK(play.advance(500ms).empty());  // nothing to imitate yet
    play.send({.first = 77, .second = 5}, 600ms);
    CHECK(play.simulation().next_deadline() == 600ms);
    const auto events = play.advance(1s);
    REQUIRE(events.size() == 5);
    CHECK(play.words(events[0].record) == "forged right identifier client");
    CHECK(identifier_of(events[0]) == 77);
    CHECK(events[0].parsed()->source != events[1].parsed()->source);
    CHECK(events[0].parsed()->source.to_string().starts_with("10.66."));
    CHECK(libnet::base::checksum(events[0].parsed()->payload) == 0);
}

TEST_CASE("a forged reply never comes from whom the request was to: that would be an answer")
{
    Play play{
        "path: [r1, host]\nnodes: {host: {prefix: 10.66.0.0/30, echo: silence}}\n"
        "attackers: [{from: 10.66.0.0/30, rate: 10/s, kind: forged}]\n"};
    play.send({.to = "10.66.0.1"});
    const auto events = play.advance(4s);
    CHECK(events.size() > 10);
    CHECK(events.size() < 40);  // the rest would have been the target's
    for (const auto& event : events) CHECK(event.parsed()->source.to_string() != "10.66.0.1");
}

TEST_CASE("a wrong identifier is another one")
{
    Play play{attacked("kind: forged, identifier: wrong")};
    play.send({.first = 77});
    const auto events = play.advance(0s);
    REQUIRE(events.size() == 1);
    CHECK(identifier_of(events[0]) != 77);
    CHECK(libnet::base::checksum(events[0].parsed()->payload) == 0);
}

TEST_CASE("replayed replies are true ones, once more and from elsewhere")
{
    Play play{attacked("kind: replayed, start: 1s, stop: 2s")};
    const auto reply = play.send({.first = 77, .second = 9}).at(0);
    CHECK(play.advance(999ms).empty());
    const auto events = play.advance(5s);
    REQUIRE(events.size() == 10);
    CHECK(std::equal(events[0].parsed()->payload.begin(), events[0].parsed()->payload.end(),
                     reply.parsed()->payload.begin()));
    CHECK(events[0].parsed()->source != reply.parsed()->source);
    CHECK(play.simulation().next_deadline() == std::nullopt);
}

}  // namespace attack_tests
