// What becomes of packets on their way through a network.

#include <tests/support/catch.hpp>
#include <tests/support/netsim.hpp>

namespace simulation_tests {

using namespace netsim;
using namespace netsim::test;

namespace {

constexpr auto plain = R"(
path: [r1, r2, host]
link: {delay: 1ms}
nodes:
  r1: {address: [10.1.0.1, "fd01::1"]}
  host: {address: [10.9.0.1, "fd09::1"], prefix: [10.20.0.0/16], tcp: {default: reset, 80: syn-ack}, udp: {default: port-unreachable, 7: silence}}
)";

constexpr std::uint8_t first_octet(const Play::Event& event)
{
    return event.packet.empty() ? std::uint8_t{255}
                                : std::to_integer<std::uint8_t>(parse_packet(event.packet)->payload[0]);
}

}  // namespace

TEST_CASE("an echo request comes back after all delays there and back, in either family")
{
    Play play{plain};
    const std::string to = GENERATE("10.9.0.1", "fd09::1", "10.20.3.4");
    const auto events = play.send({.to = to}, 5s);
    REQUIRE(events.size() == 1);
    CHECK(play.words(events[0].record) == "answered echo host");
    CHECK(events[0].took() == 6ms);
    CHECK(events[0].record.in == 5s);
    CHECK(events[0].parsed()->source.to_string() == to);
    CHECK(events[0].parsed()->ttl == 62);
    CHECK(events[0].parsed()->payload.size() == 64);
}

TEST_CASE("a TTL that ends on the way is answered by the router where it ends")
{
    Play play{plain};
    const auto events = play.send({.ttl = 1});
    REQUIRE(events.size() == 1);
    CHECK(play.words(events[0].record) == "refused ttl r1");
    CHECK(events[0].took() == 2ms);
    CHECK(events[0].parsed()->source.to_string() == "10.1.0.1");
    CHECK(first_octet(events[0]) == 11);
    CHECK(play.fate({.ttl = 2}) == "refused ttl r2");
    CHECK(play.fate({.ttl = 3}) == "answered echo host");
    CHECK(first_octet(play.send({.to = "fd09::1", .ttl = 1})[0]) == 3);
    CHECK(play.fate({.to = "10.1.0.1", .ttl = 1}) == "answered echo r1");  // its own address needs no hop
}

TEST_CASE("UDP and TCP are answered as the ports say")
{
    Play play{plain};
    CHECK(play.fate({.protocol = protocol::udp, .first = 4000, .second = 33434}) == "refused port unreachable host");
    CHECK(play.fate({.protocol = protocol::udp, .first = 4000, .second = 7}) == "dropped silence host");
    CHECK(play.fate({.protocol = protocol::tcp, .first = 4000, .second = 80, .payload = 0}) == "answered syn-ack host");
    CHECK(play.fate({.protocol = protocol::tcp, .first = 4000, .second = 81, .payload = 0}) == "answered reset host");
    CHECK(play.fate({.protocol = protocol::tcp, .first = 4000, .second = 80, .payload = 0, .tcp_flags = 0x10}) ==
          "answered reset host");
    CHECK(play.fate({.protocol = 132}) == "refused protocol unreachable host");
}

TEST_CASE("what belongs to no node is refused by the first router")
{
    Play play{plain};
    CHECK(play.fate({.to = "172.16.0.1"}) == "refused no route r1");
    CHECK(play.fate({.to = "ff02::2"}) == "dropped multicast r1");
}

TEST_CASE("packets that are none are left alone")
{
    Play play{plain};
    struct Nothing final : Sink {
        void answer(const Record&, std::span<const std::byte>) override { ++told; }
        void drop(const Record&) override { ++told; }
        int told = 0;
    } nothing;
    const auto whole = Probe{}.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size)
        play.simulation().on_packet(std::span{whole}.first(size), {}, nothing);
    CHECK(nothing.told == 0);
}

TEST_CASE("a node that is silent, down or forwards nothing")
{
    Play play{R"(
path: [[quiet, host], [dead, far], [end, beyond]]
nodes:
  quiet: {icmp: {silent: true}}
  dead: {down: true}
  end: {forwards: false}
  host: {address: 10.9.0.1}
  far: {address: 10.9.0.2}
  beyond: {address: 10.9.0.3}
)"};
    CHECK(play.fate({.ttl = 1}) == "dropped silent quiet");
    CHECK(play.fate({}) == "answered echo host");
    CHECK(play.fate({.to = "10.9.0.2"}) == "dropped down dead");
    CHECK(play.fate({.to = "10.9.0.3"}) == "dropped does not forward end");
}

TEST_CASE("a rate limit is a bucket that fills with time, for all errors of a node")
{
    Play play{R"(
path: [r1, host]
nodes: {r1: {icmp: {rate: 10/s, burst: 2}}, host: {address: [10.9.0.1, "fd09::1"]}}
)"};
    CHECK(play.fate({.ttl = 1}, 1s) == "refused ttl r1");
    CHECK(play.fate({.to = "fd09::1", .ttl = 1}, 1s) == "refused ttl r1");
    CHECK(play.fate({.ttl = 1}, 1s) == "dropped rate limit r1");
    CHECK(play.fate({.ttl = 1}, 1s + 99ms) == "dropped rate limit r1");
    CHECK(play.fate({.ttl = 1}, 1s + 100ms) == "refused ttl r1");
    CHECK(play.fate({}, 1s + 100ms) == "answered echo host");  // echo replies are no errors
}

TEST_CASE("which address a router answers from")
{
    const std::string from = GENERATE("incoming", "outgoing", "loopback");
    Play play{R"(
path: [r1, r2, host]
nodes:
  r2: {address: [10.2.0.1, "fd02::1"], icmp: {from: )" +
              from + R"(}}
  host: {address: [10.9.0.1, "fd09::1"]}
links:
  - {between: [r1, r2], addresses: [[10.12.0.1, 10.12.0.2], ["fd12::1", "fd12::2"]]}
  - {between: [host, r2], addresses: [10.29.0.9, 10.29.0.2]}
)"};
    const auto who = [&](const char* to) { return play.send({.to = to, .ttl = 2})[0].parsed()->source.to_string(); };
    CHECK(who("10.9.0.1") == (from == "incoming" ? "10.12.0.2" : from == "outgoing" ? "10.29.0.2" : "10.2.0.1"));
    CHECK(who("fd09::1") == (from == "incoming" ? "fd12::2" : "fd02::1"));  // no IPv6 address on the way out
    CHECK(play.fate({.to = "10.12.0.2"}) == "answered echo r2");
}

TEST_CASE("a narrow link tells its MTU, or zero, or nothing")
{
    const std::string how = GENERATE("told", "told-zero", "black-hole");
    Play play{R"(
path: [r1, host]
nodes: {host: {address: [10.9.0.1, "fd09::1"]}}
links: [{between: [r1, host], mtu: 1400, too-big: )" +
              how + "}]"};
    CHECK(play.fate({.payload = 1372}) == "answered echo host");
    const auto events = play.send({.payload = 1373});
    REQUIRE(events.size() == 1);
    if (how == "black-hole") {
        CHECK(play.words(events[0].record) == "dropped mtu r1");
        return;
    }
    CHECK(play.words(events[0].record) == "refused mtu r1");
    const auto message = events[0].parsed()->payload;
    CHECK(std::to_integer<int>(message[0]) == 3);
    CHECK(std::to_integer<int>(message[1]) == 4);
    CHECK(libnet::base::load_be<std::uint16_t>(message, 6) == (how == "told" ? 1400 : 0));
    CHECK(play.fate({.payload = 1373, .dont_fragment = false}) == "answered echo host");
    const auto v6 = play.send({.to = "fd09::1", .payload = 1353});
    CHECK(first_octet(v6[0]) == 2);
    CHECK(libnet::base::load_be<std::uint32_t>(v6[0].parsed()->payload, 4) == (how == "told" ? 1400U : 0U));
}

TEST_CASE("a network changes with time")
{
    Play play{R"(
path: [r1, host]
link: {delay: 1ms}
nodes: {host: {address: 10.9.0.1}}
changes:
  - {at: 1s, nodes: {r1: {down: true}}}
  - {at: 2s, nodes: {r1: {down: false}}}
  - {at: 3s, path: [r1, r2, r3, host]}
  - {at: 4s, links: [{between: [r1, r2], delay: 10ms}]}
  - {at: 5s, links: [{between: [client, r1], down: true}]}
)"};
    CHECK(play.send({}, 999ms)[0].took() == 4ms);
    CHECK(play.fate({}, 1s) == "dropped down r1");
    CHECK(play.fate({}, 2s) == "answered echo host");
    CHECK(play.send({}, 3s)[0].took() == 8ms);
    CHECK(play.fate({.ttl = 3}, 3s) == "refused ttl r3");
    CHECK(play.send({}, 4s)[0].took() == 26ms);
    CHECK(play.fate({}, 5s) == "dropped down client");
}

TEST_CASE("destinations that answer otherwise")
{
    Play play{R"(
path: [[r1, filtered], [r1, odd], [r1, quiet], [r1, sparse]]
nodes:
  filtered: {address: [10.9.0.1, "fd09::1"], echo: {error: admin-prohibited}}
  odd: {address: 10.9.0.2, echo: {answer: reply, from: 10.66.0.1}, udp: {error: ttl-exceeded}}
  quiet: {address: 10.9.0.3, echo: silence}
  sparse: {prefix: {prefix: 10.32.0.0/12, one-in: 16}}
)"};
    const auto filtered = play.send({});
    CHECK(play.words(filtered[0].record) == "refused error filtered");
    CHECK(std::to_integer<int>(filtered[0].parsed()->payload[1]) == 13);
    CHECK(std::to_integer<int>(play.send({.to = "fd09::1"})[0].parsed()->payload[1]) == 1);
    CHECK(play.send({.to = "10.9.0.2"})[0].parsed()->source.to_string() == "10.66.0.1");
    CHECK(first_octet(play.send({.to = "10.9.0.2", .protocol = protocol::udp, .first = 1, .second = 2})[0]) == 11);
    CHECK(play.fate({.to = "10.9.0.3"}) == "dropped silence quiet");
    int alive = 0;
    for (int i = 0; i < 4096; ++i)
        alive += play.fate({.to = "10.33." + std::to_string(i / 256) + "." + std::to_string(i % 256)}) ==
                 "answered echo sparse";
    CHECK(alive > 200);
    CHECK(alive < 320);
}

TEST_CASE("a node that rewrites sources shows in what the nodes behind it quote")
{
    Play play{R"(
path: [r1, nat, r3, host]
nodes: {nat: {address: 10.77.0.1, rewrites-source: true}, host: {address: 10.9.0.1}}
)"};
    const auto quoted_source = [&](std::uint8_t ttl) {
        const auto event = play.send({.ttl = ttl}).at(0);
        return parse_packet(event.parsed()->payload.subspan(8))->source.to_string();
    };
    CHECK(quoted_source(1) == "10.0.0.2");
    CHECK(quoted_source(2) == "10.0.0.2");
    CHECK(quoted_source(3) == "10.77.0.1");
}

}  // namespace simulation_tests
