#include <libnet/wire/ip/network.hpp>
#include <tests/support/catch.hpp>

#include <string_view>

namespace network_tests {

using namespace libnet::wire;

namespace {

bool contains(std::string_view network, std::string_view address)
{
    const auto parsed = parse_network(network);
    REQUIRE(parsed);
    return parsed->contains(boost::asio::ip::make_address(address));
}

}  // namespace

TEST_CASE("a network has all addresses that begin with its bits", "[wire]")
{
    CHECK(contains("10.0.0.0/8", "10.0.0.0"));
    CHECK(contains("10.0.0.0/8", "10.255.255.255"));
    CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
    CHECK(contains("192.0.2.128/25", "192.0.2.129"));
    CHECK_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
    CHECK(contains("192.0.2.77/24", "192.0.2.1"));  // bits beyond the prefix don't matter
    CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
    CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
    CHECK(contains("0.0.0.0/0", "203.0.113.9"));
    CHECK(contains("::/0", "2001:db8::1"));
}

TEST_CASE("an address alone is a network of one", "[wire]")
{
    CHECK(contains("192.0.2.1", "192.0.2.1"));
    CHECK_FALSE(contains("192.0.2.1", "192.0.2.2"));
    CHECK(contains("::1", "::1"));
    CHECK_FALSE(contains("::1", "::2"));
}

TEST_CASE("an IPv4 address inside of an IPv6 one is IPv4, and no family contains the other", "[wire]")
{
    CHECK(contains("127.0.0.0/8", "::ffff:127.0.0.1"));
    CHECK(contains("::ffff:127.0.0.0/104", "127.0.0.1"));
    CHECK_FALSE(contains("0.0.0.0/0", "::1"));
    CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
}

TEST_CASE("what is no network is nothing", "[wire]")
{
    using namespace std::string_view_literals;
    for (const auto faulty : {""sv, "/8"sv, "10.0.0.0/"sv, "10.0.0.0/33"sv, "::/129"sv, "10.0.0.0/-1"sv, "10.0.0/8"sv,
                              "10.0.0.0/8/8"sv, "fe80::1%lo"sv, "example.org"sv, "10.0.0.1\0"sv})
    {
        CAPTURE(faulty);
        CHECK_FALSE(parse_network(faulty));
    }
}

}  // namespace network_tests
