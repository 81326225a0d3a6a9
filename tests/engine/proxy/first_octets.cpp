#include <libnet/engine/proxy/first_octets.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

namespace first_octets_tests {

using namespace libnet::engine;
using namespace std::string_literals;
using P = FirstProtocol;

namespace {

/// What is known when all has come; before that it is not known, or the same.
P protocol_of(const std::string& octets)
{
    const auto whole = look_at_first_octets(octets).protocol;
    for (std::size_t size = 1; size < octets.size(); ++size) {
        const auto part = look_at_first_octets(octets.substr(0, size)).protocol;
        INFO(size);
        CHECK((part == P::incomplete || part == whole));
    }
    return whole;
}

}  // namespace

TEST_CASE("a first line of HTTP has a method, a target and a version", "[engine][proxy]")
{
    for (const auto* const line : {"GET / HTTP/1.1\r\n", "POST /a?b HTTP/1.0\r\n", "GET http://a.test/ HTTP/1.1\n",
                                   "BREW / HTTP/1.1\r\nHost: a\r\n"})
        CHECK(protocol_of(line) == P::http);
    CHECK(protocol_of("GET /" + std::string(10'000, 'a')) == P::incomplete);
}

TEST_CASE("what is neither HTTP nor TLS is something else", "[engine][proxy]")
{
    for (const auto& octets : {"EHLO client\r\n"s, "SSH-2.0-OpenSSH_9.2\r\n"s, "\0\1\2"s, "\5\1\0"s, "\4\1\0\x50"s,
                               "{\"json\": 1}\n"s, "GET /\r\n"s, "\r\n"s, "PRI * HTTP/2.0\r\n\r\n"s, "USER me\r\n"s,
                               std::string(64, 'A'), "A "s + std::string(20'000, 'a')})
        CHECK(look_at_first_octets(octets).protocol == P::other);
    CHECK(protocol_of("EHLO client\r\n") == P::other);
}

TEST_CASE("TLS is known by its ClientHello, and the server by the name in that", "[engine][proxy]")
{
    // A record with a ClientHello that has one extension, server_name with "a.test" (RFC 8446 section 4.1.2, RFC 6066 section 3).
    const std::string name = "\0\0\0\xB\0\x9\0\0\6a.test"s;
    const std::string body = "\3\3"s + std::string(32, 'r') + "\0\0\2\x13\1\1\0\0\xF"s + name;
    const std::string handshake = "\1\0\0"s + static_cast<char>(body.size()) + body;
    const auto hello = "\x16\3\1\0"s + static_cast<char>(handshake.size()) + handshake;
    CHECK(protocol_of(hello) == P::tls);
    CHECK(look_at_first_octets(hello) == FirstOctets{P::tls, "a.test"});
    CHECK(look_at_first_octets("\x16\3\1").protocol == P::incomplete);
    CHECK(look_at_first_octets("\x16\3\1\0\1\2").protocol != P::http);
}

}  // namespace first_octets_tests
