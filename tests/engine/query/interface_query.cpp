#include <libnet/engine/query/interface_query.hpp>
#include <tests/support/catch.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace interface_query_tests {

using namespace std::chrono_literals;
using namespace libnet;
using namespace libnet::engine;
using interface_action::Send, interface_action::Done, interface_action::WaitUntil;
using wire::NameForm;

namespace {

const InterfaceQuery::TimePoint start{1h};
const auto host = asio::ip::make_address("198.51.100.9");
const auto other = asio::ip::make_address("198.51.100.10");

InterfaceQuery query(InterfaceId interface = "eth0", InterfaceQueryOptions options = {})
{
    return {host, std::move(interface), InterfacePlace::node, options};
}

wire::ExtendedEchoReply reply(std::uint8_t sequence, InterfaceCode code = InterfaceCode::no_error)
{
    wire::ExtendedEchoReply result;
    result.sequence = sequence;
    result.code = code;
    result.active = result.ipv4 = code == InterfaceCode::no_error;
    return result;
}

template <typename Value>
std::string words(const Value& value)
{
    std::ostringstream out;
    out << value;
    return out.str();
}

}  // namespace

TEST_CASE("the first answer ends the query", "[engine][interface]")
{
    auto asking = query();
    CHECK(asking.next(start) == InterfaceAction{Send{{0}}});
    CHECK(asking.next(start) == InterfaceAction{WaitUntil{start + 1s}});
    asking.on_reply(host, reply(0), start + 3ms);
    CHECK(asking.next(start + 3ms) == InterfaceAction{Done{}});
    const InterfaceState expected{.address = host,
                                  .outcome = InterfaceState::Outcome::answered,
                                  .active = true,
                                  .ipv4 = true,
                                  .rtt = 3ms,
                                  .probes = 1};
    CHECK(asking.result() == expected);
    CHECK(asking.result().works());
    asking.on_reply(host, reply(0, InterfaceCode::no_such_interface), start + 4ms);
    asking.on_error(host, 0, {other, 3, 1});
    CHECK(asking.result() == expected);
}

TEST_CASE("a lost question is asked again, and a late answer to it counts with its own time", "[engine][interface]")
{
    auto asking = query("eth0", {.timeout = 100ms, .attempts = 2, .first_sequence = 255});
    CHECK(asking.next(start) == InterfaceAction{Send{{255}}});
    CHECK(asking.next(start + 100ms) == InterfaceAction{Send{{0}}});
    asking.on_reply(host, reply(255), start + 150ms);
    CHECK(asking.next(start + 150ms) == InterfaceAction{Done{}});
    CHECK(asking.result().rtt == 150ms);
    CHECK(asking.result().probes == 2);
}

TEST_CASE("without an answer the query ends after its attempts", "[engine][interface]")
{
    auto asking = query("eth0", {.timeout = 100ms, .attempts = 2});
    asking.next(start);
    asking.next(start + 100ms);
    CHECK(asking.next(start + 199ms) == InterfaceAction{WaitUntil{start + 200ms}});
    CHECK(asking.next(start + 200ms) == InterfaceAction{Done{}});
    CHECK(asking.next(start + 1h) == InterfaceAction{Done{}});
    CHECK(asking.result().outcome == InterfaceState::Outcome::no_answer);
    CHECK_FALSE(asking.result().works());
    asking.on_reply(host, reply(1), start + 300ms);
    CHECK(asking.result().outcome == InterfaceState::Outcome::no_answer);
}

TEST_CASE("an ICMP error ends the query, advice doesn't", "[engine][interface]")
{
    auto asking = query();
    asking.next(start);
    constexpr std::uint8_t redirect = 5, unreachable = 3;
    asking.on_error(host, 0, {other, redirect, 1});
    asking.on_error(other, 0, {other, unreachable, 1});  // about a packet to another host
    asking.on_error(host, 7, {other, unreachable, 1});   // about no question of ours
    CHECK(asking.next(start) == InterfaceAction{WaitUntil{start + 1s}});
    asking.on_error(host, 0, {other, unreachable, 1});
    CHECK(asking.next(start) == InterfaceAction{Done{}});
    CHECK(asking.result().outcome == InterfaceState::Outcome::unreachable);
    CHECK(asking.result().error == InterfaceError{other, unreachable, 1});
    CHECK_FALSE(asking.result().works());
}

TEST_CASE("what isn't the target's answer to a question of ours is ignored", "[engine][interface]")
{
    auto asking = query();
    asking.next(start);
    asking.on_reply(other, reply(0), start);
    asking.on_reply(host, reply(1), start);
    asking.on_reply(host, reply(255), start);
    auto foreign = reply(0);
    const std::vector<std::byte> theirs(12);
    foreign.payload = theirs;
    asking.on_reply(host, foreign, start);
    CHECK(asking.next(start) == InterfaceAction{WaitUntil{start + 1s}});
}

TEST_CASE("an answer may bring back the question's extensions", "[engine][interface]")
{
    auto asking = query();
    asking.next(start);
    const auto question = asking.question(0xABCD);
    CHECK(wire::decode_extended_echo_request(wire::IpVersion::v4, question)->identifier == 0xABCD);
    auto answer = reply(0);
    answer.payload = std::span{question}.subspan(8);
    asking.on_reply(host, answer, start);
    CHECK(asking.next(start) == InterfaceAction{Done{}});
}

TEST_CASE("a name whose padding is called malformed is asked for without it", "[engine][interface]")
{
    auto asking = query("br-0123456789ab");
    CHECK(asking.next(start) == InterfaceAction{Send{{0, NameForm::padded}}});
    CHECK(asking.next(start + 1s) == InterfaceAction{Send{{1, NameForm::padded}}});
    asking.on_reply(host, reply(1, InterfaceCode::malformed_query), start + 1s);
    CHECK(asking.next(start + 1s) == InterfaceAction{Send{{2, NameForm::exact}}});
    const auto question = asking.question(1);
    CHECK(question[13] == std::byte{4 + 15});
    asking.on_reply(host, reply(0, InterfaceCode::malformed_query), start + 1s);  // late, and nothing new
    CHECK(asking.next(start + 1s) == InterfaceAction{WaitUntil{start + 2s}});
    asking.on_reply(host, reply(2), start + 1s);
    CHECK(asking.next(start + 1s) == InterfaceAction{Done{}});
    CHECK(asking.result().works());
    CHECK(asking.result().probes == 3);
}

TEST_CASE("what is malformed without padding is malformed", "[engine][interface]")
{
    const auto interface = GENERATE(InterfaceId{"eth0"}, InterfaceId{7U}, InterfaceId{host});
    auto asking = query(interface);
    asking.next(start);
    asking.on_reply(host, reply(0, InterfaceCode::malformed_query), start);
    CHECK(asking.next(start) == InterfaceAction{Done{}});
    CHECK(asking.result().code == InterfaceCode::malformed_query);
    CHECK_FALSE(asking.result().works());
    auto twice = query("lo");
    twice.next(start);
    twice.on_reply(host, reply(0, InterfaceCode::malformed_query), start);
    twice.next(start);
    twice.on_reply(host, reply(1, InterfaceCode::malformed_query), start);
    CHECK(twice.next(start) == InterfaceAction{Done{}});
    CHECK(twice.result().code == InterfaceCode::malformed_query);
}

TEST_CASE("a neighbour works when its state has an address to send to", "[engine][interface]")
{
    const auto [state, works] = GENERATE(table<NeighbourState, bool>({{NeighbourState::none, false},
                                                                      {NeighbourState::incomplete, false},
                                                                      {NeighbourState::reachable, true},
                                                                      {NeighbourState::stale, true},
                                                                      {NeighbourState::delay, true},
                                                                      {NeighbourState::probe, true},
                                                                      {NeighbourState::failed, false}}));
    InterfaceQuery asking{host, other, InterfacePlace::neighbour, {}};
    asking.next(start);
    CHECK(wire::decode_extended_echo_request(wire::IpVersion::v4, asking.question(1))->place ==
          InterfacePlace::neighbour);
    wire::ExtendedEchoReply answer;
    answer.neighbour = state;
    asking.on_reply(host, answer, start);
    CHECK(asking.result().works() == works);
}

TEST_CASE("an impossible name is refused at once", "[engine][interface]")
{
    CHECK_THROWS_AS(query(""), std::length_error);
}

TEST_CASE("actions and states print", "[engine][interface]")
{
    CHECK(words(InterfaceAction{Send{{7}}}) == "Send{#7}");
    CHECK(words(InterfaceAction{Send{{7, NameForm::exact}}}) == "Send{#7, exact}");
    CHECK(words(InterfaceAction{WaitUntil{InterfaceQuery::TimePoint{3ns}}}) == "WaitUntil{3ns}");
    CHECK(words(InterfaceAction{Done{}}) == "Done");

    InterfaceState state{.address = host, .probes = 3};
    CHECK(words(state) == "198.51.100.9: no answer to 3 probes");
    state.outcome = InterfaceState::Outcome::answered;
    state.active = state.ipv4 = state.ipv6 = true;
    state.rtt = 5ns;
    CHECK(words(state) == "198.51.100.9: No Error, active, IPv4, IPv6, 5ns");
    state = {.address = host, .outcome = InterfaceState::Outcome::answered, .neighbour = NeighbourState::stale};
    CHECK(words(state) == "198.51.100.9: No Error, neighbour Stale, 0ns");
    state = {.address = host, .outcome = InterfaceState::Outcome::unreachable, .error = InterfaceError{other, 3, 1}};
    CHECK(words(state) == "198.51.100.9: Destination Host Unreachable, from 198.51.100.10");
}

}  // namespace interface_query_tests
