#include <libnet/wire/dns/address_origin.hpp>
#include <tests/support/catch.hpp>

namespace address_origin_tests {

using namespace libnet;
using namespace libnet::wire;
using boost::asio::ip::make_address;

TEST_CASE("the origin of an address is asked for by its reversed octets or nibbles", "[wire][dns]")
{
    CHECK(origin_question(make_address("216.90.108.31")) == "31.108.90.216.origin.asn.cymru.com");
    CHECK(origin_question(make_address("2001:db8:1234:5678:9abc:def0:1:2")) ==
          "8.7.6.5.4.3.2.1.8.b.d.0.1.0.0.2.origin6.asn.cymru.com");
}

TEST_CASE("a record names the systems, the prefix and the country", "[wire][dns]")
{
    const auto address = make_address("216.90.108.31");
    const auto origin = parse_origin("23028 | 216.90.108.0/24 | US | arin | 1998-09-25", address);
    REQUIRE(origin);
    CHECK(origin->text() == "AS23028");
    CHECK(origin->prefix == *parse_network("216.90.108.0/24"));
    CHECK(origin->country == "US");
    CHECK(parse_origin("701 1239|216.90.0.0/16|||", address)->text() == "AS701/1239");
    CHECK(parse_origin("4294967295 | 216.90.108.31/32", address)->text() == "AS4294967295");
    CHECK(parse_origin("64500 | 2001:db8::/32 | ZZ | x |", make_address("2001:db8::1"))->country == "ZZ");
}

TEST_CASE("what is no record, or is about another address, is none", "[wire][dns]")
{
    const auto address = make_address("216.90.108.31");
    for (const auto* text : {"", "|", "23028", "23028 |", "23028 | x", "NA | 216.90.108.0/24 | US",
                             "-1 | 216.90.108.0/24", "4294967296 | 216.90.108.0/24", "1 | 10.0.0.0/8 | US",
                             "1 | 216.90.108.0/33", " | 216.90.108.0/24 | US", "1 2 3 4 5 6 7 8 9 | 216.90.108.0/24"})
        CHECK_FALSE(parse_origin(text, address));
    CHECK_FALSE(parse_origin("1 | 216.90.108.0/24 |" + std::string(1000, ' '), address));
    CHECK(parse_origin("1 | 216.90.108.0/24 | \x1b[ |", address)->country.empty());
}

TEST_CASE("addresses of the inside are not asked about", "[wire][dns]")
{
    for (const auto* inside : {"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.1.1", "172.16.0.1",
                               "172.31.255.255", "192.168.1.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1",
                               "fd00::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1"})
    {
        INFO(inside);
        CHECK_FALSE(may_have_origin(make_address(inside)));
    }
    for (const auto* outside : {"1.1.1.1", "100.128.0.1", "172.32.0.1", "203.0.113.1", "2001:db8::1", "2606:4700::1"}) {
        INFO(outside);
        CHECK(may_have_origin(make_address(outside)));
    }
}

}  // namespace address_origin_tests
