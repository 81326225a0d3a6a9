#include <libnet/engine/proxy/header_rules.hpp>
#include <libnet/engine/proxy/proxy_head.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/parsed_heads.hpp>

#include <string>
#include <string_view>

namespace header_rules_tests {

using namespace libnet;
using namespace libnet::engine;
using Rule = ClientAddressRule;
using Field = wire::ForwardingField;

namespace {

/// The fields of a request as they go out, but for Host and Via.
std::string forwarded(const HeaderRules& rules, const std::string& fields, const char* address = "192.0.2.7")
{
    const test::ParsedRequest parsed{"GET http://h/ HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"};
    std::string out;
    const ForwardedClient client{boost::asio::ip::make_address(address), "17a"};
    append_forwarded_request(out, parsed.request, {"us", &rules, client});
    const std::string begin = "GET / HTTP/1.1\r\nHost: h\r\n";
    REQUIRE(out.starts_with(begin));
    const auto via = out.find("Via: ");
    REQUIRE(via != out.npos);
    return out.substr(begin.size(), via - begin.size()) + out.substr(out.find("\r\n", via) + 2);
}

HeaderRules rules(Rule rule, Field field)
{
    HeaderRules made;
    made.client_address = rule;
    made.client_field = field;
    return made;
}

const std::string claims = "X-Forwarded-For: 10.1.1.1\r\nForwarded: for=10.2.2.2\r\n";

}  // namespace

TEST_CASE("without rules the client's word goes on as it is", "[engine][proxy]")
{
    CHECK(HeaderRules{}.empty());
    CHECK(forwarded({}, claims) == claims + "\r\n");
}

TEST_CASE("the client's address is added, replaces what is said of it, is hidden, or isn't told", "[engine][proxy]")
{
    CHECK(forwarded(rules(Rule::add, Field::x_forwarded_for), claims) ==
          "X-Forwarded-For: 10.1.1.1\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n");
    CHECK(forwarded(rules(Rule::replace, Field::x_forwarded_for), claims) == "X-Forwarded-For: 192.0.2.7\r\n\r\n");
    CHECK(forwarded(rules(Rule::obfuscate, Field::x_forwarded_for), claims) == "X-Forwarded-For: unknown\r\n\r\n");
    CHECK(forwarded(rules(Rule::remove, Field::x_forwarded_for), claims) == "\r\n");
    CHECK(forwarded(rules(Rule::add, Field::forwarded), claims) ==
          "Forwarded: for=10.2.2.2\r\nForwarded: for=192.0.2.7\r\n\r\n");
    CHECK(forwarded(rules(Rule::replace, Field::forwarded), claims, "2001:db8::1") ==
          "Forwarded: for=\"[2001:db8::1]\"\r\n\r\n");
    CHECK(forwarded(rules(Rule::replace, Field::forwarded), claims, "::ffff:192.0.2.7") ==
          "Forwarded: for=192.0.2.7\r\n\r\n");
    CHECK(forwarded(rules(Rule::obfuscate, Field::forwarded), claims) == "Forwarded: for=_17a\r\n\r\n");
}

TEST_CASE("an anonymous request says nothing of who asks", "[engine][proxy]")
{
    HeaderRules anonymous;
    anonymous.anonymous = true;
    CHECK(forwarded(anonymous, claims + "From: a@b\r\nREFERER: http://x/\r\nX-Real-Ip: 1.2.3.4\r\n"
                                        "X-Forwarded-Host: intern\r\nVia: 1.1 intern\r\nCookie: a=b\r\n") ==
          "Cookie: a=b\r\n\r\n");
    anonymous.client_address = Rule::add;
    CHECK(forwarded(anonymous, claims) == "\r\n");
}

TEST_CASE("fields are left out and set by name, whatever its case", "[engine][proxy]")
{
    HeaderRules made;
    made.strip_request = {"x-secret"};
    made.set_request = {{"X-Team", "a b"}};
    made.strip_response = {"Server"};
    made.set_response = {{"X-Seen", "1"}};
    CHECK(forwarded(made, "X-SECRET: 1\r\nX-team: other\r\nA: 1\r\n") == "A: 1\r\nX-Team: a b\r\n\r\n");

    const test::ParsedResponse parsed{"HTTP/1.1 204 No Content\r\nDate: D\r\nserver: x\r\nX-SEEN: 0\r\nB: 1\r\n\r\n"};
    std::string out;
    append_forwarded_response(out, parsed.response, {}, {"us", &made, {}}, "D");
    CHECK(out.find("server") == out.npos);
    CHECK(out.find("X-SEEN") == out.npos);
    CHECK(out.find("B: 1\r\n") != out.npos);
    CHECK(out.find("X-Seen: 1\r\n") != out.npos);
}

TEST_CASE("fields that the connection depends on can't be changed", "[engine][proxy]")
{
    for (const std::string name : {"Content-Length", "transfer-encoding", "Connection", "Host", "Via", "Upgrade", "TE",
                                   "Proxy-Authorization", "", "a b", "a:"})
    {
        INFO(name);
        HeaderRules strips, sets;
        strips.strip_request = {name};
        sets.set_response = {{name, "x"}};
        CHECK_THROWS_AS(check_header_rules(strips), std::invalid_argument);
        CHECK_THROWS_AS(check_header_rules(sets), std::invalid_argument);
    }
    HeaderRules splits;
    splits.set_request = {{"A", "1\r\nB: 2"}};
    CHECK_THROWS_AS(check_header_rules(splits), std::invalid_argument);
    splits.set_request = {{"A", "1 \xC3\xA4"}};
    CHECK_NOTHROW(check_header_rules(splits));
}

}  // namespace header_rules_tests
