#include <libnet/wire/ip/ipv4.hpp>
#include <tests/support/catch.hpp>

#include <array>

namespace ipv4_tests {

using namespace libnet::wire;

namespace {

using Header = std::array<std::uint8_t, 24>;

/// A header with one option word, from 192.0.2.1 to 198.51.100.2.
constexpr Header header{0x46, 0x10, 0, 60, 0xBE, 0xEF, 0x60, 3, 64, 17, 0, 0,
                        192,  0,    2, 1,  198,  51,   100,  2, 1,  1,  1, 0};

auto decode(const Header& bytes, std::size_t size = 24)
{
    return decode_ipv4(std::as_bytes(std::span{bytes}).first(size));
}

}  // namespace

TEST_CASE("every field of an IPv4 header is read", "[wire][ipv4]")
{
    const auto read = decode(header);
    REQUIRE(read.has_value());
    CHECK(read->header_length == 24);
    CHECK(read->total_length == 60);
    CHECK(read->type_of_service == 0x10);
    CHECK(read->identification == 0xBEEF);
    CHECK(read->dont_fragment);
    CHECK(read->more_fragments);
    CHECK(read->fragment_offset == 24);
    CHECK(read->ttl == 64);
    CHECK(read->protocol == 17);
    CHECK(read->source.to_string() == "192.0.2.1");
    CHECK(read->destination.to_string() == "198.51.100.2");
}

TEST_CASE("an IPv4 header that contradicts itself is refused", "[wire][ipv4]")
{
    auto bytes = header;
    SECTION("cut at any octet")
    {
        for (std::size_t size = 0; size < 24; ++size) CHECK(decode(header, size).error() == IpError::truncated);
    }
    SECTION("another version")
    {
        bytes[0] = 0x65;
        CHECK(decode(bytes).error() == IpError::wrong_version);
    }
    SECTION("a header shorter than a header")
    {
        bytes[0] = 0x44;
        CHECK(decode(bytes).error() == IpError::bad_length);
    }
    SECTION("a packet shorter than its header")
    {
        bytes[3] = 23;
        CHECK(decode(bytes).error() == IpError::bad_length);
    }
}

}  // namespace ipv4_tests
