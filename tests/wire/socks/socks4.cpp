#include <libnet/wire/socks/socks4.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <variant>

namespace socks4_tests {

using namespace libnet::wire;
using namespace std::string_view_literals;

namespace {

namespace ip = boost::asio::ip;

struct Incomplete {};
struct Request {
    SocksCommand command;
    std::string_view destination, user;
    std::uint16_t port;
    std::size_t left = 0;  // octets behind the request
};
struct Case {
    std::string_view name, bytes;
    std::variant<Request, SocksError, Incomplete> verdict;
};

constexpr Case cases[] = {
    {"a connection to an address", "\4\1\0\x50\xc0\0\2\1\0"sv, Request{SocksCommand::connect, "192.0.2.1", "", 80}},
    {"with a user", "\4\1\x1f\x90\xc0\0\2\1me\0"sv, Request{SocksCommand::connect, "192.0.2.1", "me", 8080}},
    {"a name (4a)", "\4\1\1\xbb\0\0\0\1\0host.test\0"sv, Request{SocksCommand::connect, "host.test", "", 443}},
    {"a name and a user", "\4\1\1\xbb\0\0\0\xffme\0h\0"sv, Request{SocksCommand::connect, "h", "me", 443}},
    {"bind", "\4\2\0\x50\xc0\0\2\1\0"sv, Request{SocksCommand::bind, "192.0.2.1", "", 80}},
    {"what follows stays", "\4\1\0\x50\xc0\0\2\1\0GET"sv, Request{SocksCommand::connect, "192.0.2.1", "", 80, 3}},
    {"0.0.0.0 is an address, not a sign of 4a", "\4\1\0\x50\0\0\0\0\0"sv,
     Request{SocksCommand::connect, "0.0.0.0", "", 80}},
    {"0.0.1.0 as well", "\4\1\0\x50\0\0\1\0\0"sv, Request{SocksCommand::connect, "0.0.1.0", "", 80}},
    {"port 0 is for the policy to refuse", "\4\1\0\0\xc0\0\2\1\0"sv,
     Request{SocksCommand::connect, "192.0.2.1", "", 0}},
    {"nothing", ""sv, Incomplete{}},
    {"no end of the user", "\4\1\0\x50\xc0\0\2\1me"sv, Incomplete{}},
    {"no name", "\4\1\0\x50\0\0\0\1me\0"sv, Incomplete{}},
    {"no end of the name", "\4\1\0\x50\0\0\0\1me\0host.test"sv, Incomplete{}},
    {"another version", "\5\1\0"sv, SocksError::bad_version},
    {"HTTP", "GET / HTTP/1.1\r\n"sv, SocksError::bad_version},
    {"no command", "\4\0"sv, SocksError::bad_command},
    {"the command of SOCKS5", "\4\3"sv, SocksError::bad_command},
    {"a command above 127", "\4\xff"sv, SocksError::bad_command},
    {"an empty name", "\4\1\0\x50\0\0\0\1\0\0"sv, SocksError::bad_name},
    {"a line end in a name", "\4\1\0\x50\0\0\0\1\0a\r\nb\0"sv, SocksError::bad_name},
    {"a space in a name", "\4\1\0\x50\0\0\0\1\0a b\0"sv, SocksError::bad_name},
    {"a control character in a name", "\4\1\0\x50\0\0\0\1\0\x7f.test\0"sv, SocksError::bad_name},
};

void check(const Case& row, const SocksResult<std::optional<SocksMessage<Socks4Request>>>& parsed)
{
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
    CHECK(request.user == expected->user);
    CHECK(request.destination.port == expected->port);
    const auto& address = request.destination.address;
    CHECK((address ? address->to_string() : request.destination.name) == expected->destination);
    CHECK(consumed == row.bytes.size() - expected->left);
}

}  // namespace

TEST_CASE("requests of SOCKS4 and 4a get their verdict, however they are cut", "[wire][socks]")
{
    for (const auto& row : cases) {
        INFO(row.name);
        check(row, parse_socks4_request(row.bytes));
        // An error is there with the octet that causes it, and nothing before.
        for (std::size_t size = 0; size < row.bytes.size(); ++size) {
            const std::string prefix{row.bytes.substr(0, size)};
            const auto parsed = parse_socks4_request(prefix);
            if (!std::holds_alternative<SocksError>(row.verdict)) REQUIRE(parsed.has_value());
            if (parsed && *parsed) CHECK(size >= (*parsed)->consumed);
        }
    }
}

TEST_CASE("texts of SOCKS4 have at most 255 octets", "[wire][socks]")
{
    const std::string fixed{"\4\1\0\x50\0\0\0\1"sv}, most(255, 'a'), nul(1, '\0');
    const auto parsed = parse_socks4_request(fixed + most + nul + most + nul);
    REQUIRE(parsed.has_value());
    CHECK((*parsed)->consumed == 520);
    CHECK(parse_socks4_request(fixed + most + "a").error() == SocksError::too_long);
    CHECK(parse_socks4_request(fixed + most + nul + most + "a").error() == SocksError::too_long);
}

TEST_CASE("replies of SOCKS4 have eight octets", "[wire][socks]")
{
    std::string out;
    append_socks4_reply(out, Socks4Reply::granted);
    append_socks4_reply(out, Socks4Reply::refused);
    CHECK(out == "\0\x5a\0\0\0\0\0\0\0\x5b\0\0\0\0\0\0"sv);
}

TEST_CASE("a proxy knows a protocol by its first octet", "[wire][socks]")
{
    CHECK(dialect_of('\4') == ProxyDialect::socks4);
    CHECK(dialect_of('\5') == ProxyDialect::socks5);
    CHECK(dialect_of('\x16') == ProxyDialect::tls);
    CHECK(dialect_of('G') == ProxyDialect::http);
    CHECK(dialect_of('\r') == ProxyDialect::http);
    CHECK(dialect_of('\xff') == ProxyDialect::http);
}

}  // namespace socks4_tests
