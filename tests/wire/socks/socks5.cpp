#include <libnet/wire/socks/socks5.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <variant>

namespace socks5_tests {

using namespace libnet::wire;
using namespace std::string_view_literals;

namespace {

namespace ip = boost::asio::ip;

struct Incomplete {};
struct Request {
    SocksCommand command;
    std::string_view destination;
    std::uint16_t port;
    std::size_t left = 0;  // octets behind the request
};
struct Case {
    std::string_view name, bytes;
    std::variant<Request, SocksError, Incomplete> verdict;
};

constexpr Case requests[] = {
    {"IPv4", "\5\1\0\1\xc0\0\2\1\0\x50"sv, Request{SocksCommand::connect, "192.0.2.1", 80}},
    {"IPv6", "\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\1\xbb"sv,
     Request{SocksCommand::connect, "2001:db8::1", 443}},
    {"a name", "\5\1\0\3\x9host.test\1\xbb"sv, Request{SocksCommand::connect, "host.test", 443}},
    {"an address as a name",
     "\5\1\0\3\x9"
     "127.0.0.1\0\x50"sv,
     Request{SocksCommand::connect, "127.0.0.1", 80}},
    {"bind", "\5\2\0\1\xc0\0\2\1\0\x50"sv, Request{SocksCommand::bind, "192.0.2.1", 80}},
    {"datagrams", "\5\3\0\1\0\0\0\0\0\0"sv, Request{SocksCommand::udp_associate, "0.0.0.0", 0}},
    {"what follows stays", "\5\1\0\1\xc0\0\2\1\0\x50\x16\3\1"sv, Request{SocksCommand::connect, "192.0.2.1", 80, 3}},
    {"nothing", ""sv, Incomplete{}},
    {"no address", "\5\1\0\1"sv, Incomplete{}},
    {"no port", "\5\1\0\3\1a\0"sv, Incomplete{}},
    {"half a name", "\5\1\0\3\x9host"sv, Incomplete{}},
    {"half an IPv6 address", "\5\1\0\4\x20\1"sv, Incomplete{}},
    {"SOCKS4", "\4\1"sv, SocksError::bad_version},
    {"no command", "\5\0"sv, SocksError::bad_command},
    {"a command that isn't there", "\5\4"sv, SocksError::bad_command},
    {"a command above 127", "\5\x81"sv, SocksError::bad_command},
    {"a reserved octet", "\5\1\1"sv, SocksError::bad_reserved},
    {"type 0", "\5\1\0\0"sv, SocksError::bad_address_type},
    {"type 2", "\5\1\0\2"sv, SocksError::bad_address_type},
    {"type 255", "\5\1\0\xff"sv, SocksError::bad_address_type},
    {"an empty name", "\5\1\0\3\0\0\x50"sv, SocksError::bad_name},
    {"a NUL in a name", "\5\1\0\3\3a\0b\0\x50"sv, SocksError::bad_name},
    {"a line end in a name", "\5\1\0\3\3a\r\n\0\x50"sv, SocksError::bad_name},
    {"a line end in half a name",
     "\5\1\0\3\x9"
     "a\r\n"sv,
     SocksError::bad_name},
    {"a control character in a name", "\5\1\0\3\2\x7f\x61\0\x50"sv, SocksError::bad_name},
};

void check(const Case& row)
{
    const auto parsed = parse_socks5_request(row.bytes);
    if (const auto* error = std::get_if<SocksError>(&row.verdict)) {
        REQUIRE(parsed.has_error());
        CHECK(parsed.error() == *error);
        return;
    }
    REQUIRE(parsed.has_value());
    const auto* expected = std::get_if<Request>(&row.verdict);
    REQUIRE(parsed->has_value() == (expected != nullptr));
    if (!expected) return;
    const auto& [request, consumed] = **parsed;
    CHECK(request.command == expected->command);
    CHECK(request.destination.port == expected->port);
    const auto& address = request.destination.address;
    CHECK((address ? address->to_string() : request.destination.name) == expected->destination);
    CHECK(consumed == row.bytes.size() - expected->left);
}

}  // namespace

TEST_CASE("requests of SOCKS5 get their verdict, however they are cut", "[wire][socks]")
{
    for (const auto& row : requests) {
        INFO(row.name);
        check(row);
        for (std::size_t size = 0; size < row.bytes.size(); ++size) {
            const std::string prefix{row.bytes.substr(0, size)};
            const auto parsed = parse_socks5_request(prefix);
            if (!std::holds_alternative<SocksError>(row.verdict)) REQUIRE(parsed.has_value());
            if (parsed && *parsed) CHECK(size >= (*parsed)->consumed);
        }
    }
}

TEST_CASE("a greeting says which log-ins a client can do", "[wire][socks]")
{
    const auto greeting = [](std::string_view bytes) { return parse_socks5_greeting(bytes); };
    CHECK((*greeting("\5\1\0"sv))->value == Socks5Greeting{true, false});
    CHECK((*greeting("\5\2\0\2more"sv))->value == Socks5Greeting{true, true});
    CHECK((*greeting("\5\2\0\2more"sv))->consumed == 4);
    CHECK((*greeting("\5\1\1"sv))->value == Socks5Greeting{false, false});  // GSS-API
    CHECK((*greeting("\5\0"sv))->value == Socks5Greeting{false, false});
    CHECK(!*greeting(""));
    CHECK(!*greeting("\5"));
    CHECK(!*greeting("\5\3\0\1"sv));
    CHECK(greeting("\4\1").error() == SocksError::bad_version);
    CHECK(greeting("G").error() == SocksError::bad_version);
}

TEST_CASE("a log-in has a user and a password", "[wire][socks]")
{
    const auto login = [](std::string_view bytes) { return parse_socks5_login(bytes); };
    CHECK((*login("\1\2me\4pass!"sv))->value == Socks5Login{"me", "pass"});
    CHECK((*login("\1\2me\4pass!"sv))->consumed == 9);
    CHECK((*login("\1\2me\0"sv))->value == Socks5Login{"me", ""});
    CHECK((*login("\1\1\0\1\0"sv))->value == Socks5Login{std::string(1, '\0'), std::string(1, '\0')});
    for (const auto incomplete : {""sv, "\1"sv, "\1\2m"sv, "\1\2me"sv, "\1\2me\4pas"sv}) CHECK(!*login(incomplete));
    CHECK(login("\1\0"sv).error() == SocksError::bad_credentials);
    CHECK(login("\5\2me").error() == SocksError::bad_version);
    const std::string longest = "\1\xff" + std::string(255, 'u') + "\xff" + std::string(255, 'p');
    CHECK((*login(longest))->consumed == 513);
}

TEST_CASE("answers of SOCKS5 look as RFC 1928 and 1929 have them", "[wire][socks]")
{
    std::string out;
    append_socks5_method(out, Socks5Method::password);
    append_socks5_method(out, Socks5Method::unacceptable);
    append_socks5_login_status(out, true);
    append_socks5_login_status(out, false);
    CHECK(out == "\5\2\5\xff\1\0\1\1"sv);
    out.clear();
    append_socks5_reply(out, Socks5Reply::succeeded, ip::make_address("::ffff:192.0.2.1"), 0x1234);
    CHECK(out == "\5\0\0\1\xc0\0\2\1\x12\x34"sv);
    out.clear();
    append_socks5_reply(out, Socks5Reply::not_allowed);
    CHECK(out == "\5\2\0\1\0\0\0\0\0\0"sv);
    out.clear();
    append_socks5_reply(out, Socks5Reply::succeeded, ip::make_address("2001:db8::1"), 443);
    CHECK(out == "\5\0\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\1\xbb"sv);
    CHECK(socks5_reply_to(SocksError::bad_command) == Socks5Reply::command_not_supported);
    CHECK(socks5_reply_to(SocksError::bad_address_type) == Socks5Reply::address_type_not_supported);
    CHECK(socks5_reply_to(SocksError::bad_name) == Socks5Reply::general_failure);
}

TEST_CASE("a datagram is relayed whole or not at all", "[wire][socks]")
{
    const auto datagram = parse_socks5_datagram("\0\0\0\1\xc0\0\2\1\0\x35question"sv);
    REQUIRE(datagram);
    CHECK(datagram->destination.address == ip::make_address("192.0.2.1"));
    CHECK(datagram->destination.port == 53);
    CHECK(datagram->data == "question");
    CHECK(parse_socks5_datagram("\0\0\0\3\1a\0\x35"sv)->data.empty());
    for (const auto dropped : {""sv, "\0\0\0"sv, "\0\0\1\1\xc0\0\2\1\0\x35q"sv, "\0\1\0\1\xc0\0\2\1\0\x35q"sv,
                               "\0\0\0\1\xc0\0\2"sv, "\0\0\0\2\xc0\0\2\1\0\x35q"sv, "\0\0\0\3\0\0\x35q"sv})
        CHECK(!parse_socks5_datagram(dropped));
    std::string out;
    append_socks5_datagram_header(out, ip::make_address("192.0.2.1"), 53);
    CHECK(out == "\0\0\0\1\xc0\0\2\1\0\x35"sv);
}

}  // namespace socks5_tests
