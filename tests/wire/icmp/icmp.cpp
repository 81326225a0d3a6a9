#include <libnet/base/bytes.hpp>
#include <libnet/base/checksum.hpp>
#include <libnet/wire/icmp/icmp.hpp>
#include <libnet/wire/ip/ipv4.hpp>
#include <tests/support/catch.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

namespace icmp_tests {

using namespace libnet::wire;
using libnet::base::checksum;
using libnet::base::store_be;

namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::initializer_list<int> octets)
{
    Bytes bytes;
    for (int octet : octets) bytes.push_back(static_cast<std::byte>(octet));
    return bytes;
}

Bytes operator+(Bytes a, const Bytes& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// Fills in the checksum of an ICMP message.
Bytes summed(Bytes message)
{
    store_be<std::uint16_t>(message, 2, 0);
    store_be(std::span{message}, 2, checksum(message));
    return message;
}

/// An IPv4 header from 10.0.0.1 to 10.0.0.2 with a TTL of 7.
Bytes ipv4_header(int protocol, int fragment_octets = 0)
{
    return bytes_of({0x45, 0, 0, 84, 0x12, 0x34, 0, fragment_octets / 8, 7, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2});
}

/// An IPv6 header from 2001:db8::1 to 2001:db8::2 with a hop limit of 9.
Bytes ipv6_header(int next)
{
    auto bytes = bytes_of({0x60, 0, 0, 0, 0, 64, next, 9});
    for (int last : {1, 2}) bytes = bytes + bytes_of({0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
    return bytes;
}

const auto quoted_echo = bytes_of({8, 0, 0, 0, 0xAB, 0xCD, 0, 5});

std::string words_of(IpVersion version, int type, int code)
{
    return std::string{icmp_words(version, static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(code))};
}

}  // namespace

TEST_CASE("an echo request has its header in front of the payload, and a right checksum", "[wire][icmp]")
{
    auto message = Bytes(8) + bytes_of({1, 2, 3});
    encode_echo_request(IpVersion::v4, 0x1234, 0xFFFE, message);
    CHECK(message == summed(bytes_of({8, 0, 0, 0, 0x12, 0x34, 0xFF, 0xFE, 1, 2, 3})));
    CHECK(checksum(message) == 0);
}

TEST_CASE("the checksum of an ICMPv6 echo request is left to the kernel", "[wire][icmp]")
{
    auto message = Bytes(8);
    encode_echo_request(IpVersion::v6, 0x1234, 1, message);
    CHECK(message == bytes_of({128, 0, 0, 0, 0x12, 0x34, 0, 1}));
}

TEST_CASE("an echo reply is read back as it was written", "[wire][icmp]")
{
    const auto version = GENERATE(IpVersion::v4, IpVersion::v6);
    auto message = Bytes(8) + bytes_of({9, 8, 7});
    encode_echo_reply(version, 77, 88, message);
    const auto echo = decode_echo_reply(version, message);
    REQUIRE(echo.has_value());
    CHECK(echo->identifier == 77);
    CHECK(echo->sequence == 88);
    CHECK(std::ranges::equal(echo->payload, bytes_of({9, 8, 7})));
}

TEST_CASE("what is no echo reply is told apart", "[wire][icmp]")
{
    auto reply = Bytes(8);
    encode_echo_reply(IpVersion::v4, 1, 1, reply);

    SECTION("a truncated one")
    {
        for (std::size_t size = 0; size < 8; ++size)
            CHECK(decode_echo_reply(IpVersion::v4, std::span{reply}.first(size)).error() == IcmpError::truncated);
    }
    SECTION("a request")
    {
        encode_echo_request(IpVersion::v4, 1, 1, reply);
        CHECK(decode_echo_reply(IpVersion::v4, reply).error() == IcmpError::other_type);
    }
    SECTION("one with a code")
    {
        reply[1] = std::byte{1};
        CHECK(decode_echo_reply(IpVersion::v4, reply).error() == IcmpError::other_type);
    }
    SECTION("a damaged one")
    {
        reply[7] ^= std::byte{1};
        CHECK(decode_echo_reply(IpVersion::v4, reply).error() == IcmpError::bad_checksum);
    }
    SECTION("one of the other version")
    {
        CHECK(decode_echo_reply(IpVersion::v6, reply).error() == IcmpError::other_type);
    }
}

TEST_CASE("a quoted echo request is read from its first eight octets", "[wire][icmp]")
{
    const auto echo = decode_quoted_echo_request(IpVersion::v4, quoted_echo);
    REQUIRE(echo.has_value());
    CHECK(echo->identifier == 0xABCD);
    CHECK(echo->sequence == 5);
    CHECK(echo->payload.empty());
    CHECK(!decode_quoted_echo_request(IpVersion::v4, std::span{quoted_echo}.first(7)));
    CHECK(!decode_quoted_echo_request(IpVersion::v6, quoted_echo));
    CHECK(decode_quoted_echo_request(IpVersion::v6, bytes_of({128, 0, 0, 0, 0, 1, 0, 2})).has_value());
}

TEST_CASE("an error gives its type, code, MTU and what it quotes", "[wire][icmp]")
{
    const auto quoted = ipv4_header(icmp_protocol) + quoted_echo;
    const auto message = summed(bytes_of({3, 4, 0, 0, 0, 0, 0x05, 0x14}) + quoted);
    const auto error = decode_icmp_error(IpVersion::v4, message);
    REQUIRE(error.has_value());
    CHECK(error->type == 3);
    CHECK(error->code == 4);
    CHECK(icmp_mtu(IpVersion::v4, error->type, error->code, error->info) == 1300U);
    CHECK(std::ranges::equal(error->quoted, quoted));
    CHECK(error->extensions.empty());

    const auto packet = decode_quoted(IpVersion::v4, error->quoted);
    REQUIRE(packet.has_value());
    CHECK(packet->source.to_string() == "10.0.0.1");
    CHECK(packet->destination.to_string() == "10.0.0.2");
    CHECK(packet->ttl == 7);
    CHECK(packet->protocol == icmp_protocol);
    CHECK(std::ranges::equal(packet->payload, quoted_echo));
}

TEST_CASE("an ICMPv6 error is read too", "[wire][icmp]")
{
    const auto quoted = ipv6_header(icmpv6_protocol) + quoted_echo;
    const auto message = bytes_of({2, 0, 0xAA, 0xAA, 0, 0, 0x05, 0}) + quoted;  // its checksum is the kernel's matter
    const auto error = decode_icmp_error(IpVersion::v6, message);
    REQUIRE(error.has_value());
    CHECK(icmp_mtu(IpVersion::v6, error->type, error->code, error->info) == 1280U);
    const auto packet = decode_quoted(IpVersion::v6, error->quoted);
    REQUIRE(packet.has_value());
    CHECK(packet->source.to_string() == "2001:db8::1");
    CHECK(packet->destination.to_string() == "2001:db8::2");
    CHECK(packet->ttl == 9);
    CHECK(packet->protocol == icmpv6_protocol);
    CHECK(std::ranges::equal(packet->payload, quoted_echo));
}

TEST_CASE("what is no error is told apart", "[wire][icmp]")
{
    CHECK(decode_icmp_error(IpVersion::v4, bytes_of({3, 1, 0, 0})).error() == IcmpError::truncated);
    CHECK(decode_icmp_error(IpVersion::v4, summed(quoted_echo)).error() == IcmpError::other_type);
    CHECK(decode_icmp_error(IpVersion::v4, bytes_of({3, 1, 0, 0, 0, 0, 0, 0})).error() == IcmpError::bad_checksum);
    CHECK(decode_icmp_error(IpVersion::v6, bytes_of({128, 0, 0, 0, 0, 0, 0, 0})).error() == IcmpError::other_type);
}

TEST_CASE("extensions begin where the length field says, if it says so within the message", "[wire][icmp]")
{
    const auto quoted = ipv4_header(17) + Bytes(108);
    const auto extension = bytes_of({0x20, 0, 0, 0, 0, 8, 1, 1, 0, 1, 0xF0, 1});

    const auto v4 = summed(bytes_of({11, 0, 0, 0, 0, 32, 0, 0}) + quoted + extension);
    const auto exceeded = decode_icmp_error(IpVersion::v4, v4);
    REQUIRE(exceeded.has_value());
    CHECK(exceeded->quoted.size() == 128);
    CHECK(std::ranges::equal(exceeded->extensions, extension));

    const auto v6 = bytes_of({3, 0, 0, 0, 16, 0, 0, 0}) + Bytes(128) + extension;
    const auto exceeded6 = decode_icmp_error(IpVersion::v6, v6);
    REQUIRE(exceeded6.has_value());
    CHECK(exceeded6->quoted.size() == 128);
    CHECK(std::ranges::equal(exceeded6->extensions, extension));

    const auto lying = summed(bytes_of({11, 0, 0, 0, 0, 255, 0, 0}) + quoted);
    CHECK(decode_icmp_error(IpVersion::v4, lying)->quoted.size() == 128);
    CHECK(decode_icmp_error(IpVersion::v4, lying)->extensions.empty());

    const auto redirect = summed(bytes_of({5, 0, 0, 0, 10, 1, 0, 1}) + quoted);  // a gateway's address, no length
    CHECK(decode_icmp_error(IpVersion::v4, redirect)->extensions.empty());
    const auto too_big = bytes_of({2, 0, 0, 0, 1, 0, 0, 0}) + Bytes(128);  // an MTU, no length
    CHECK(decode_icmp_error(IpVersion::v6, too_big)->extensions.empty());
}

TEST_CASE("a later fragment that is quoted has no payload that we could read", "[wire][icmp]")
{
    CHECK(decode_quoted(IpVersion::v4, ipv4_header(17, 1480) + quoted_echo)->payload.empty());
    const auto fragment = bytes_of({58, 0, 5, 0xC8, 0, 0, 0, 1});
    CHECK(decode_quoted(IpVersion::v6, ipv6_header(44) + fragment + quoted_echo)->payload.empty());
    CHECK(!decode_quoted(IpVersion::v4, ipv6_header(58)));
    CHECK(!decode_quoted(IpVersion::v6, ipv4_header(17)));
}

TEST_CASE("only a message about size tells an MTU", "[wire][icmp]")
{
    CHECK(icmp_mtu(IpVersion::v4, 3, 4, 576) == 576U);
    CHECK(icmp_mtu(IpVersion::v4, 3, 4, 0xFFFF0000U) == std::nullopt);  // before RFC 1191
    CHECK(icmp_mtu(IpVersion::v4, 3, 1, 576) == std::nullopt);
    CHECK(icmp_mtu(IpVersion::v4, 11, 4, 576) == std::nullopt);
    CHECK(icmp_mtu(IpVersion::v6, 2, 0, 1280) == 1280U);
    CHECK(icmp_mtu(IpVersion::v6, 1, 0, 1280) == std::nullopt);
}

TEST_CASE("advice does not mean that the packet was dropped", "[wire][icmp]")
{
    CHECK(icmp_means_dropped(IpVersion::v4, 3));
    CHECK(icmp_means_dropped(IpVersion::v4, 11));
    CHECK(!icmp_means_dropped(IpVersion::v4, 4));
    CHECK(!icmp_means_dropped(IpVersion::v4, 5));
    CHECK(!icmp_means_dropped(IpVersion::v4, 0));
    CHECK(icmp_means_dropped(IpVersion::v6, 1));
    CHECK(!icmp_means_dropped(IpVersion::v6, 137));
}

TEST_CASE("errors are told in the words that ping has always used", "[wire][icmp]")
{
    CHECK(words_of(IpVersion::v4, 3, 0) == "Destination Net Unreachable");
    CHECK(words_of(IpVersion::v4, 3, 1) == "Destination Host Unreachable");
    CHECK(words_of(IpVersion::v4, 3, 13) == "Packet filtered");
    CHECK(words_of(IpVersion::v4, 3, 15) == "Precedence Cutoff");
    CHECK(words_of(IpVersion::v4, 3, 16) == "Destination Unreachable");
    CHECK(words_of(IpVersion::v4, 4, 0) == "Source Quench");
    CHECK(words_of(IpVersion::v4, 5, 1) == "Redirect Host");
    CHECK(words_of(IpVersion::v4, 5, 9) == "Redirect");
    CHECK(words_of(IpVersion::v4, 11, 0) == "Time to live exceeded");
    CHECK(words_of(IpVersion::v4, 11, 7) == "Time exceeded");
    CHECK(words_of(IpVersion::v4, 12, 0) == "Parameter problem");
    CHECK(words_of(IpVersion::v4, 99, 0) == "unknown ICMP message");
    CHECK(words_of(IpVersion::v6, 1, 0) == "Destination unreachable: No route");
    CHECK(words_of(IpVersion::v6, 1, 77) == "Destination unreachable");
    CHECK(words_of(IpVersion::v6, 2, 0) == "Packet too big");
    CHECK(words_of(IpVersion::v6, 3, 0) == "Time exceeded: Hop limit");
    CHECK(words_of(IpVersion::v6, 3, 5) == "Time exceeded");
    CHECK(words_of(IpVersion::v6, 4, 1) == "Parameter problem: Unknown header");
    CHECK(words_of(IpVersion::v6, 4, 40) == "Parameter problem");
    CHECK(words_of(IpVersion::v6, 100, 0) == "unknown ICMP message");
}

}  // namespace icmp_tests
