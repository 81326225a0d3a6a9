#include <libnet/wire/socks/socks5_client.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

namespace socks5_client_tests {

using namespace libnet::wire;
using namespace std::string_view_literals;

namespace {

namespace ip = boost::asio::ip;

SocksDestination named(std::string_view name, std::uint16_t port)
{
    SocksDestination destination;
    destination.name = name;
    destination.port = port;
    return destination;
}

std::string request(const SocksDestination& destination)
{
    std::string out;
    CHECK(append_socks5_request(out, SocksCommand::connect, destination));
    return out;
}

}  // namespace

TEST_CASE("what a client of SOCKS5 sends is what a server reads", "[wire][socks]")
{
    std::string out;
    append_socks5_greeting(out, false);
    CHECK(out == "\5\1\0"sv);
    CHECK((*parse_socks5_greeting(out))->value == Socks5Greeting{true, false});
    out.clear();
    append_socks5_greeting(out, true);
    CHECK(out == "\5\2\0\2"sv);
    CHECK((*parse_socks5_greeting(out))->value == Socks5Greeting{true, true});
    out.clear();
    append_socks5_login(out, "alice", "s:cret");
    CHECK(out == "\1\5alice\6s:cret"sv);
    CHECK((*parse_socks5_login(out))->value == Socks5Login{"alice", "s:cret"});

    SocksDestination v4, v6;
    v4.address = ip::make_address("192.0.2.1");
    v4.port = 80;
    v6.address = ip::make_address("2001:db8::1");
    v6.port = 443;
    CHECK(request(v4) == "\5\1\0\1\xc0\0\2\1\0\x50"sv);
    for (const auto& destination : {v4, v6, named("host.test", 443), named(std::string(255, 'a'), 65535)}) {
        const auto octets = request(destination);
        const auto parsed = parse_socks5_request(octets);
        REQUIRE(parsed.has_value());
        REQUIRE(*parsed);
        CHECK((*parsed)->value == Socks5Request{SocksCommand::connect, destination});
        CHECK((*parsed)->consumed == octets.size());
    }
}

TEST_CASE("a name that SOCKS5 can't have makes no request", "[wire][socks]")
{
    std::string out;
    for (const auto& name : {std::string{}, std::string(256, 'a'), std::string{"a b"}, std::string{"a\0b", 3}})
        CHECK_FALSE(append_socks5_request(out, SocksCommand::connect, named(name, 80)));
    CHECK(out.empty());
}

TEST_CASE("a text that is too long for a log-in is cut, and nothing runs into the next field", "[wire][socks]")
{
    std::string out;
    append_socks5_login(out, std::string(300, 'u'), std::string(300, 'p'));
    const auto login = parse_socks5_login(out);
    REQUIRE(login.has_value());
    REQUIRE(*login);
    CHECK((*login)->value == Socks5Login{std::string(255, 'u'), std::string(255, 'p')});
    CHECK((*login)->consumed == out.size());
}

TEST_CASE("a server's choice and its word on a log-in are two octets", "[wire][socks]")
{
    CHECK(!*parse_socks5_method(""));
    CHECK(!*parse_socks5_method("\5"));
    CHECK((*parse_socks5_method("\5\0"sv))->value == Socks5Method::none);
    CHECK((*parse_socks5_method("\5\2more"sv))->value == Socks5Method::password);
    CHECK((*parse_socks5_method("\5\2more"sv))->consumed == 2);
    CHECK((*parse_socks5_method("\5\xff"sv))->value == Socks5Method::unacceptable);
    CHECK((*parse_socks5_method("\5\1"sv))->value == Socks5Method::unacceptable);  // GSSAPI, which was not offered
    CHECK(parse_socks5_method("H").error() == SocksError::bad_version);
    CHECK(!*parse_socks5_login_status("\1"));
    CHECK((*parse_socks5_login_status("\1\0"sv))->value);
    CHECK_FALSE((*parse_socks5_login_status("\1\1"sv))->value);
    CHECK(parse_socks5_login_status("\5\0"sv).error() == SocksError::bad_version);
}

TEST_CASE("an answer comes whole, in pieces of any size, or is no answer", "[wire][socks]")
{
    std::string whole;
    append_socks5_reply(whole, Socks5Reply::connection_refused, ip::make_address("192.0.2.7"), 4711);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto part = parse_socks5_answer(std::string_view{whole}.substr(0, size));
        REQUIRE(part.has_value());
        CHECK(!*part);
    }
    const auto more = whole + "server";
    const auto answer = parse_socks5_answer(more);
    REQUIRE(answer.has_value());
    REQUIRE(*answer);
    CHECK((*answer)->value.reply == Socks5Reply::connection_refused);
    CHECK((*answer)->value.bound.port == 4711);
    CHECK((*answer)->consumed == whole.size());

    CHECK((*parse_socks5_answer("\5\0\0\3\4host\0\x50"sv))->value.bound.name == "host");
    CHECK((*parse_socks5_answer("\5\x7f\0\1\0\0\0\0\0\0"sv))->value.reply == Socks5Reply::general_failure);
    CHECK(parse_socks5_answer("HTTP/1.1 400").error() == SocksError::bad_version);
    CHECK(parse_socks5_answer("\5\0\1"sv).error() == SocksError::bad_reserved);
    CHECK(parse_socks5_answer("\5\0\0\2"sv).error() == SocksError::bad_address_type);
    CHECK(parse_socks5_answer("\5\0\0\3\0"sv).error() == SocksError::bad_name);
}

}  // namespace socks5_client_tests
