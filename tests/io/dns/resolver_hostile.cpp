#include <libnet/io/dns/resolver.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/resolver_fixture.hpp>

#include <boost/asio/error.hpp>

#include <algorithm>

namespace resolver_hostile_tests {

namespace asio = boost::asio;

using namespace libnet::tests;
using namespace std::chrono_literals;
using asio::ip::make_address;
using Fixture = ResolverFixture;

TEST_CASE("what is no host name is never asked for, and can't write to a terminal", "[io][resolver]")
{
    Fixture f;
    for (const std::string& name :
         {std::string{}, std::string{"127.0.0.1\0.evil.test", 20}, std::string{"\x1b[31mred.test"}, std::string{"a b"},
          std::string(300, 'a'), std::string{"127.1"}, std::string{"-c.test"}, std::string{"[::1]"},
          std::string{"a..test"}})
    {
        const auto refused = f.resolve(name);
        CHECK(refused.error() == asio::error::host_not_found);
        CHECK(refused.what().ends_with(": not a host name"));
        CHECK(std::ranges::none_of(refused.what(), [](char c) { return c < ' ' || c > '~'; }));
    }
    for (const std::string zone : {"no-such-zone", "", "\x1b[31m", "0", "%"}) {
        const auto refused = f.resolve("fe80::1%" + zone);
        CHECK(refused.error() == asio::error::host_not_found);
        CHECK(refused.what().find(": there is no interface ") != std::string::npos);
        CHECK(std::ranges::none_of(refused.what(), [](char c) { return c < ' ' || c > '~'; }));
    }
    CHECK(f.server.questions.empty());
}

TEST_CASE("an IPv4-mapped address is the IPv4 address that it stands for", "[io][resolver]")
{
    Fixture f;
    CHECK(f.resolve("::ffff:192.0.2.1").value == Addresses{make_address("192.0.2.1")});
    CHECK(f.resolve("::ffff:192.0.2.1", AddressFamily::ipv6).error() == asio::error::no_data);
}

#if defined(LIBNETXX_IDN)
TEST_CASE("a name in UTF-8 is asked for by IDNA 2008, and called as it was given", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) {
        const bool known = q.name == "xn--mnchen-3ya.test" && q.type == type_a;
        return std::vector{known ? answer(q, {a_record(0x0A000001)}) : failure(q, Rcode::no_such_name)};
    }};
    CHECK(f.resolve("m\u00fcnchen.test", AddressFamily::ipv4).value == Addresses{make_address("10.0.0.1")});
    CHECK(f.resolve("M\u00dcNCHEN.test", AddressFamily::ipv4).value == Addresses{make_address("10.0.0.1")});
    CHECK(f.resolve("k\u00f6ln.test").what() == "k\u00f6ln.test: no such host");
    for (const std::string name : {"m\xFCnchen.test", "a\u202eb.test", "\u00fc..test", "\u2603/.test"}) {
        INFO(name);
        CHECK(f.resolve(name).error() == asio::error::host_not_found);
        CHECK(f.resolve(name).what().ends_with(": not a host name"));
    }
}
#endif

TEST_CASE("an address has the name in its PTR record", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) {
        const auto name = record(type_ptr, wire_name({"router-1", "example", "test"}));
        const bool known = q.name == "1.2.0.192.in-addr.arpa" ||
                           q.name == "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        return std::vector{known ? answer(q, {name}) : failure(q, Rcode::no_such_name)};
    }};
    CHECK(f.name_of(make_address("192.0.2.1")).value == std::optional<std::string>{"router-1.example.test"});
    CHECK(f.name_of(make_address("2001:db8::7")).value == std::optional<std::string>{"router-1.example.test"});
    CHECK(f.name_of(make_address("::ffff:192.0.2.1")).value == std::optional<std::string>{"router-1.example.test"});
    CHECK(nameless(f.name_of(make_address("192.0.2.2"))));
    CHECK(std::ranges::all_of(f.server.questions, [](const auto& q) { return q.type == type_ptr; }));
}

TEST_CASE("the loopback addresses have their name without a question", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) {
        return std::vector{answer(q, {record(type_ptr, wire_name({"not", "localhost", "test"}))})};
    }};
    for (const auto* address : {"127.0.0.1", "::1", "::ffff:127.0.0.1"})
        CHECK(f.name_of(make_address(address)).value == std::optional<std::string>{"localhost"});
    CHECK(f.server.questions.empty());
}

TEST_CASE("whatever a hostile PTR record says, it is no name", "[io][resolver]")
{
    const std::string label(63, 'a');
    const std::vector<std::string> hostile{
        wire_name({"\x1b[31mred", "test"}),
        wire_name({"127", "0", "0", "1"}),
        wire_name({"-rf", "test"}),
        wire_name({std::string{"a\0b", 3}, "test"}),
        wire_name({"a.b\n", "test"}),
        wire_name({"a b", "test"}),
        wire_name({"\xff\xfe", "test"}),
        wire_name({}),
        wire_name({label, label, label, label, label}),
        std::string{"\x3fshort"},
        std::string{"\xC0\xFF"},
        std::string{"\xC0\x34"},  // points at itself
        std::string{},
    };
    for (const auto& data : hostile) {
        Fixture f{[&](const DnsQuestion& q) { return std::vector{answer(q, {record(type_ptr, data)})}; },
                  {.timeout = 20ms, .tries = 1}};
        const auto outcome = f.name_of(make_address("192.0.2.1"));
        CHECK(nameless(outcome));
    }
}

TEST_CASE("a name that can't be had in time, or at all, is no name", "[io][resolver]")
{
    for (const auto& replies : {std::vector<std::string>{}, std::vector<std::string>{"nonsense"}}) {
        Fixture f{[&](const DnsQuestion&) { return replies; }, {.timeout = 20ms, .tries = 1}};
        CHECK(nameless(f.name_of(make_address("192.0.2.1"))));
    }
}

TEST_CASE("forged answers are not taken for the true one that follows", "[io][resolver]")
{
    Fixture f{[](const DnsQuestion& q) {
        auto other_id = q, other_name = q;
        other_id.id[0] = static_cast<char>(other_id.id[0] ^ 1);
        other_name.wire[1] = 'x';
        return std::vector{answer(other_id, {a_record(0x06060606)}), answer(other_name, {a_record(0x06060606)}),
                           q.id.substr(0, 1), answer(q, {a_record(0xC0000201)})};
    }};
    CHECK(f.resolve("v4.test", AddressFamily::ipv4).value == Addresses{make_address("192.0.2.1")});
}

TEST_CASE("garbage from the name server fails that name, and the next is answered", "[io][resolver]")
{
    const auto garbage = [](int kind, const DnsQuestion& q) -> std::string {
        const std::string header = q.id + std::string{"\x81\x80", 2};
        switch (kind) {
        case 0:
            return {};
        case 1:
            return header;
        case 2:
            return header + std::string(8, '\xFF');
        case 3:
            return header + std::string(8, '\xFF') + q.wire;
        case 4:
            return answer(q, {record(type_a, "abc")});
        case 5:
            return answer(q, {record(type_a, "abcde")});
        case 6:
            return answer(q, {a_record(1).substr(0, 11)});
        case 7:
            return answer(q, {std::string{"\xC0\x0C"}});
        case 8:
            return answer(q, {record(5, std::string{"\xC0\x0C"})});  // a CNAME to itself
        case 9:
            return header + big_endian(0x00010001, 4) + big_endian(0, 4) + q.wire + "\xC0\xFF";
        case 10:
            return answer(q, {std::string(400, '\xC0')});
        default:
            return answer(q, {record(type_aaaa, std::string(3, 'x'))});
        }
    };
    for (int kind = 0; kind <= 12; ++kind) {
        INFO(kind);
        Fixture f{
            [&](const DnsQuestion& q) { return q.name == "v4.test" ? ordinary(q) : std::vector{garbage(kind, q)}; },
            {.timeout = 250ms, .tries = 1}};
        CHECK(f.resolve("garbage.test").error());
        CHECK(f.resolve("v4.test").value == Addresses{make_address("192.0.2.1")});
    }
}

}  // namespace resolver_hostile_tests
