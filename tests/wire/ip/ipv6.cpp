#include <libnet/wire/ip/ipv6.hpp>
#include <tests/support/catch.hpp>

#include <initializer_list>
#include <vector>

namespace ipv6_tests {

using namespace libnet::wire;

namespace {

/// A header from 2001:db8::1 to ff02::2, and what follows it.
std::vector<std::uint8_t> packet(std::uint8_t next, std::initializer_list<std::uint8_t> rest = {})
{
    std::vector<std::uint8_t> bytes{0x6A, 0xB1, 0x23, 0x45, 0, 99, next, 255};
    const std::initializer_list<std::uint8_t> source{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const std::initializer_list<std::uint8_t> destination{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
    bytes.reserve(bytes.size() + source.size() + destination.size() + rest.size());
    bytes.insert(bytes.end(), source);
    bytes.insert(bytes.end(), destination);
    bytes.insert(bytes.end(), rest);
    return bytes;
}

auto decode(const std::vector<std::uint8_t>& bytes) { return decode_ipv6(std::as_bytes(std::span{bytes})); }

}  // namespace

TEST_CASE("every field of an IPv6 header is read", "[wire][ipv6]")
{
    const auto read = decode(packet(58));
    REQUIRE(read.has_value());
    CHECK(read->header_length == 40);
    CHECK(read->payload_length == 99);
    CHECK(read->traffic_class == 0xAB);
    CHECK(read->flow_label == 0x12345);
    CHECK(read->hop_limit == 255);
    CHECK(read->protocol == 58);
    CHECK(read->fragment_offset == 0);
    CHECK(read->source.to_string() == "2001:db8::1");
    CHECK(read->destination.to_string() == "ff02::2");
}

TEST_CASE("extension headers are passed on the way to what the packet carries", "[wire][ipv6]")
{
    const auto read = decode(packet(0, {43, 0, 0, 0, 0, 0, 0, 0,                          // hop-by-hop, then routing
                                        60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // 16 octets, then options
                                        44, 0, 0, 0, 0, 0, 0, 0,                          // then the fragment header
                                        17, 9, 0, 1, 0, 0, 0, 1}));                       // first fragment of UDP
    REQUIRE(read.has_value());
    CHECK(read->header_length == 80);
    CHECK(read->protocol == 17);
    CHECK(read->fragment_offset == 0);
}

TEST_CASE("nothing is looked for behind the header of a later fragment", "[wire][ipv6]")
{
    const auto read = decode(packet(44, {60, 0, 0, 16, 0, 0, 0, 1}));
    REQUIRE(read.has_value());
    CHECK(read->fragment_offset == 16);
    CHECK(read->protocol == 60);
}

TEST_CASE("an IPv6 header that is cut, or another one, is refused", "[wire][ipv6]")
{
    const auto whole = packet(58);
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(decode({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}).error() == IpError::truncated);
    CHECK(decode(packet(0)).error() == IpError::truncated);
    CHECK(decode(packet(0, {58, 1, 0, 0, 0, 0, 0, 0})).error() == IpError::truncated);
    auto other = whole;
    other[0] = 0x45;
    CHECK(decode(other).error() == IpError::wrong_version);
}

}  // namespace ipv6_tests
