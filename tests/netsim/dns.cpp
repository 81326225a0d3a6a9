#include <tests/lab/netsim/dns.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/netsim.hpp>

#include <random>

namespace dns_tests {

using namespace netsim;
using namespace netsim::test;
using libnet::base::load_be;

namespace {

constexpr auto server_text = R"(
path: [r1, dns]
nodes: {dns: {address: 10.0.53.1, udp: {53: dns}}}
dns:
  delay: 50ms
  names:
    host.example: {a: [10.9.0.1, 10.9.0.2], aaaa: "fd09::1", txt: "hello", ttl: 30}
    www.example: {cname: host.example}
    1.0.9.10.in-addr.arpa: {ptr: host.example}
    slow.example: {a: 10.9.0.3, delay: 1s}
    no.example: {failure: nxdomain}
    bad.example: {failure: servfail}
    never.example: {failure: refused}
    mute.example: {failure: silent}
    long.example: {failure: truncated}
)";

const DnsServer server = parse_scenario(server_text, "dns").dns;

std::vector<std::byte> query(const std::string& name, std::uint16_t type)
{
    std::string text{"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12};
    for (std::size_t begin = 0; begin < name.size();) {
        const auto end = std::min(name.find('.', begin), name.size());
        text += static_cast<char>(end - begin) + name.substr(begin, end - begin);
        begin = end + 1;
    }
    text += std::string{"\0\0", 2} + static_cast<char>(type) + std::string{"\0\1", 2};
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
}

struct Told {
    int code = -1, answers = -1;
    Duration delay{};
    std::string text;
};

Told ask(const std::string& name, std::uint16_t type)
{
    const auto reply = answer_query(server, query(name, type));
    if (!reply) return {};
    CHECK(load_be<std::uint16_t>(reply->message) == 0x1234);
    std::string text;
    for (const auto octet : reply->message) text += std::to_integer<char>(octet);
    return {load_be<std::uint16_t>(reply->message, 2) & 0x0F, load_be<std::uint16_t>(reply->message, 6), reply->delay,
            text};
}

}  // namespace

TEST_CASE("names have the records that the scenario gives them")
{
    CHECK(ask("host.example", 1).answers == 2);
    CHECK(ask("HOST.example", 28).answers == 1);
    CHECK(ask("host.example", 16).text.find("hello") != std::string::npos);
    CHECK(ask("www.example", 1).answers == 3);  // the alias and what it stands for
    CHECK(ask("1.0.9.10.in-addr.arpa", 12).answers == 1);
    CHECK(ask("host.example", 1).delay == 50ms);
    CHECK(ask("slow.example", 1).delay == 1050ms);
    CHECK(ask("slow.example", 28).code == 0);  // no data is no error
    CHECK(ask("slow.example", 28).answers == 0);
}

TEST_CASE("failures")
{
    CHECK(ask("no.example", 1).code == 3);
    CHECK(ask("unknown.example", 1).code == 3);
    CHECK(ask("bad.example", 1).code == 2);
    CHECK(ask("never.example", 1).code == 5);
    CHECK(ask("mute.example", 1).code == -1);
    const auto truncated = answer_query(server, query("long.example", 1));
    CHECK((load_be<std::uint16_t>(truncated->message, 2) & 0x0200) != 0);
}

TEST_CASE("hostile queries get an error or nothing")
{
    const auto whole = query("host.example", 1);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto reply = answer_query(server, std::span{whole}.first(size));
        CHECK(reply.has_value() == (size >= 12));
    }
    auto compressed = whole;
    compressed[12] = std::byte{0xC0};
    CHECK((load_be<std::uint16_t>(answer_query(server, compressed)->message, 2) & 0x0F) == 1);
    std::minstd_rand random{1};
    for (int i = 0; i < 20'000; ++i) {
        auto damaged = whole;
        damaged[random() % damaged.size()] = static_cast<std::byte>(random());
        damaged.resize(random() % (damaged.size() + 1));
        answer_query(server, damaged);
    }
}

TEST_CASE("the server is a host of the network")
{
    Play play{server_text};
    const auto events = play.send(
        {.to = "10.0.53.1", .protocol = protocol::udp, .first = 4000, .second = 53, .data = query("host.example", 1)});
    REQUIRE(events.size() == 1);
    CHECK(play.words(events[0].record) == "answered dns dns");
    CHECK(events[0].took() == 50ms);
    CHECK(events[0].parsed()->source_port == 53);
}

}  // namespace dns_tests
