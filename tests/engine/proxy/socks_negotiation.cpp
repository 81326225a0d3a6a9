// What clients of SOCKS say, in every piece that it can come in, and what they are told.

#include <libnet/engine/proxy/socks_negotiation.hpp>
#include <tests/support/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace socks_negotiation_tests {

using namespace libnet;
using engine::SocksNegotiation, engine::SocksStep, engine::SocksUsers, wire::ProxyDialect;
using namespace std::string_literals;
using namespace std::string_view_literals;
using Kind = SocksStep::Kind;

namespace {

/// What a client has been told, and what it has asked for.
struct Outcome {
    std::string replies, head, reason, behind;
    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Has a client say all of this, up to `split` first and then the rest. "alice" with "secret" may log in.
Outcome negotiate(const std::string& said, SocksUsers users, std::size_t split)
{
    SocksNegotiation negotiation{wire::dialect_of(said.front()), users};
    Outcome outcome;
    std::string octets = said.substr(0, split), later = said.substr(split);
    for (int steps = 0; steps < 100; ++steps) {
        const auto step = negotiation.next(octets);
        octets.erase(0, step.consumed);
        outcome.replies += negotiation.reply();
        outcome.reason = step.reason;
        if (step.kind == Kind::log_in)
            negotiation.logged_in(negotiation.login() == wire::BasicCredentials{"alice", "secret"});
        if (step.kind == Kind::receive && later.empty()) break;
        if (step.kind == Kind::receive) octets += std::exchange(later, {});
        if (step.kind == Kind::connect) outcome.head = negotiation.connect_head();
        if (step.kind == Kind::connect || step.kind == Kind::refuse) break;
    }
    outcome.behind = octets + later;
    return outcome;
}

/// The same wherever what it says is split.
Outcome negotiate(const std::string& said, SocksUsers users = SocksUsers::none)
{
    const auto whole = negotiate(said, users, said.size());
    for (std::size_t split = 1; split < said.size(); ++split) {
        INFO("split at " << split);
        CHECK(negotiate(said, users, split) == whole);
    }
    return whole;
}

std::string head_for(const std::string& authority, const std::string& login = {})
{
    return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n" + login + "\r\n";
}

std::string socks5_name(const std::string& name)
{
    return "\5\1\0\3"s + static_cast<char>(name.size()) + name + "\0\x50"s;
}

const std::string to_v4 = "\5\1\0\1\xC0\0\2\1\1\xBB"s;  // 192.0.2.1:443
const std::string granted_login = "\1\5alice\6secret"s, wrong_login = "\1\5alice\6Secret"s;

std::string failure(char code) { return "\5"s + code + "\0\1\0\0\0\0\0\0"s; }

}  // namespace

TEST_CASE("who wants to send datagrams asks for a host that isn't there, where that is served",
          "[engine][proxy][socks]")
{
    const auto ask = [](const std::string& said, engine::SocksUdp udp) {
        SocksNegotiation negotiation{ProxyDialect::socks5, SocksUsers::none, udp};
        CHECK(negotiation.next("\5\1\0"s).kind == Kind::send);
        const auto step = negotiation.next(said);
        return std::tuple{step.kind, std::string{negotiation.connect_head()}, negotiation.datagram_port(), step.reason};
    };
    using engine::SocksUdp;
    const std::string from_any = "\5\3\0\1\0\0\0\0\0\0"s, from_53 = "\5\3\0\3\6a.test\0\x35"s,
                      bind = "\5\2" + to_v4.substr(2);
    CHECK(ask(from_any, SocksUdp::served) ==
          std::tuple{Kind::connect, head_for("socks-udp.invalid:1"), std::optional<std::uint16_t>{0}, ""sv});
    CHECK(ask(from_53, SocksUdp::served) ==
          std::tuple{Kind::connect, head_for("socks-udp.invalid:53"), std::optional<std::uint16_t>{53}, ""sv});
    CHECK(std::get<0>(ask(from_any, SocksUdp::refused)) == Kind::refuse);
    CHECK(std::get<3>(ask(bind, SocksUdp::served)) == engine::socks_no_bind);
    CHECK_FALSE(std::get<2>(ask(to_v4, SocksUdp::served)));
}

TEST_CASE("SOCKS4 asks for an address, 4a for a name", "[engine][proxy][socks]")
{
    CHECK(negotiate("\4\1\1\xBB\xC0\0\2\1me\0"s).head == head_for("192.0.2.1:443"));
    CHECK(negotiate("\4\1\1\xBB\xC0\0\2\1\0"s).head == head_for("192.0.2.1:443"));
    CHECK(negotiate("\4\1\0\x50\0\0\0\1\0example.org\0"s).head == head_for("example.org:80"));
    CHECK(negotiate("\4\1\0\x50\0\0\0\1\0example.org\0early"s).behind == "early");
}

TEST_CASE("SOCKS5 asks for an address of either family, or for a name", "[engine][proxy][socks]")
{
    const std::string hello = "\5\1\0"s;
    CHECK(negotiate(hello + to_v4) == Outcome{"\5\0"s, head_for("192.0.2.1:443"), "", ""});
    CHECK(negotiate(hello + "\5\1\0\4\x20\1\xD\xB8\0\0\0\0\0\0\0\0\0\0\0\7\1\xBB"s).head ==
          head_for("[2001:db8::7]:443"));
    CHECK(negotiate(hello + "\5\1\0\4\0\0\0\0\0\0\0\0\0\0\xFF\xFF\x7F\0\0\1\1\xBB"s).head == head_for("127.0.0.1:443"));
    CHECK(negotiate(hello + socks5_name("Example.org")).head == head_for("Example.org:80"));
    CHECK(negotiate(hello + to_v4 + "early").behind == "early");
}

TEST_CASE("a client of SOCKS5 logs in where there are users", "[engine][proxy][socks]")
{
    const std::string login = "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n";
    const std::string both = "\5\2\0\2"s, only = "\5\1\2"s;
    CHECK(negotiate(both + granted_login + to_v4, SocksUsers::some) ==
          Outcome{"\5\2\1\0"s, head_for("192.0.2.1:443", login), "", ""});
    CHECK(negotiate(only + granted_login + to_v4, SocksUsers::some).head == head_for("192.0.2.1:443", login));
    CHECK(negotiate(both + wrong_login + to_v4, SocksUsers::some) ==
          Outcome{"\5\2\1\1"s, "", std::string{engine::socks_wrong_password}, to_v4});
    // Who offers none may still have what needs no log-in.
    CHECK(negotiate("\5\1\0"s + to_v4, SocksUsers::some).head == head_for("192.0.2.1:443"));
}

TEST_CASE("where there are no users a log-in isn't looked at", "[engine][proxy][socks]")
{
    CHECK(negotiate("\5\2\0\2"s + to_v4).replies == "\5\0"s);
    CHECK(negotiate("\5\1\2"s + wrong_login + to_v4).replies == "\5\2\1\0"s);
    CHECK_FALSE(negotiate("\5\1\2"s + wrong_login + to_v4).head.empty());
}

TEST_CASE("what is no request of SOCKS is refused", "[engine][proxy][socks]")
{
    struct Case {
        std::string said, replies;
    };
    const std::string hello = "\5\1\0"s;
    const Case cases[] = {
        {"\5\0"s, "\5\xFF"s},                                     // no method
        {"\5\1\1"s, "\5\xFF"s},                                   // GSSAPI only
        {hello + "\4"s, "\5\0"s + failure(1)},                    // another version
        {hello + "\5\2\0\1\0\0\0\0\0\0"s, "\5\0"s + failure(7)},  // BIND
        {hello + "\5\3\0\1\0\0\0\0\0\0"s, "\5\0"s + failure(7)},  // UDP ASSOCIATE
        {hello + "\5\x9"s, "\5\0"s + failure(7)},                 // no command
        {hello + "\5\1\0\2"s, "\5\0"s + failure(8)},              // no type of addresses
        {hello + "\5\1\0\3\0"s, "\5\0"s + failure(1)},            // an empty name
        {hello + socks5_name("a b"), "\5\0"s + failure(1)},
        {hello + "\5\1\0\1\x7F\0\0\1\0\0"s, "\5\0"s + failure(1)},  // port 0
        {"\5\1\2\2"s, "\5\2"s},                                     // another version of the log-in
        {"\4\2\0\x50\x7F\0\0\1\0"s, "\0\x5B\0\0\0\0\0\0"s},         // BIND
        {"\4\1\0\0\x7F\0\0\1\0"s, "\0\x5B\0\0\0\0\0\0"s},           // port 0
        {"\4\1\0\x50\0\0\0\1\0\0"s, "\0\x5B\0\0\0\0\0\0"s},         // an empty name
        {"\4\1\0\x50\x7F\0\0\1" + std::string(300, 'u'), "\0\x5B\0\0\0\0\0\0"s},
    };
    for (const auto& [said, replies] : cases) {
        INFO(said.size());
        const auto outcome = negotiate(said, SocksUsers::none, said.size());
        CHECK(outcome.replies == replies);
        CHECK_FALSE(outcome.reason.empty());
        CHECK(outcome.head.empty());
    }
}

TEST_CASE("a name can't smuggle anything into the request", "[engine][proxy][socks]")
{
    for (const std::string name : {"a/b", "a@b", "a:1", "a?b", "a#b", "[::1]", "%41", "a\r\nb", "a\\b", "a,b:80/"}) {
        INFO(name);
        const auto outcome = negotiate("\5\1\0"s + socks5_name(name), SocksUsers::none, 3);
        CHECK(outcome.head.empty());
    }
}

TEST_CASE("half of a request is waited for, every prefix of it", "[engine][proxy][socks]")
{
    for (const auto& said : {"\5\1\2"s + granted_login + to_v4, "\4\1\0\x50\0\0\0\1me\0example.org\0"s}) {
        for (std::size_t size = 1; size < said.size(); ++size) {
            const auto outcome = negotiate(said.substr(0, size), SocksUsers::some, size);
            CHECK(outcome.head.empty());
            CHECK(outcome.reason.empty());
        }
    }
}

TEST_CASE("HTTP's refusals have their like in SOCKS", "[engine][proxy][socks]")
{
    const auto answer = [](ProxyDialect dialect, auto what) {
        std::string octets;
        engine::append_socks_answer(octets, dialect, engine::socks5_reply_of(what));
        return octets;
    };
    using engine::ProxyFailure;
    CHECK(answer(ProxyDialect::socks5, ProxyFailure::refused) == failure(5));
    CHECK(answer(ProxyDialect::socks5, ProxyFailure::name_not_found) == failure(4));
    CHECK(answer(ProxyDialect::socks5, ProxyFailure::connect_timeout) == failure(6));
    CHECK(answer(ProxyDialect::socks4, ProxyFailure::refused) == "\0\x5B\0\0\0\0\0\0"s);
    CHECK(answer(ProxyDialect::socks5, 200U) == failure(0));
    CHECK(answer(ProxyDialect::socks5, 403U) == failure(2));
    CHECK(answer(ProxyDialect::socks5, 407U) == failure(2));
    CHECK(answer(ProxyDialect::socks5, 502U) == failure(4));
    CHECK(answer(ProxyDialect::socks5, 504U) == failure(6));
    CHECK(answer(ProxyDialect::socks5, 500U) == failure(1));
    CHECK(answer(ProxyDialect::socks4, 200U) == "\0\x5A\0\0\0\0\0\0"s);
    CHECK(answer(ProxyDialect::socks4, 502U) == "\0\x5B\0\0\0\0\0\0"s);
}

#if defined(LIBNETXX_IDN)
TEST_CASE("a name in UTF-8 is asked for as name servers know it", "[engine][proxy]")
{
    const auto asked = "\5\1\0"s + socks5_name("M\u00dcNCHEN.example");
    CHECK(negotiate(asked).head == head_for("xn--mnchen-3ya.example:80"));
    for (const std::string bad : {"\xc3.example", "\xff",
                                  "a\xc2\xa0"
                                  "b.example",
                                  "\xe2\x84\x80.example"})
    {
        const auto refused = negotiate("\5\1\0"s + socks5_name(bad));
        INFO(bad);
        CHECK(refused.head.empty());
        CHECK(refused.reason == wire::reason_of(wire::SocksError::bad_name));
    }
}
#endif

}  // namespace socks_negotiation_tests
