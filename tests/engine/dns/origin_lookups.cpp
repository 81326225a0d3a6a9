#include <libnet/engine/dns/origin_lookups.hpp>
#include <tests/support/catch.hpp>

namespace origin_lookups_tests {

using namespace libnet;
using boost::asio::ip::make_address;
using engine::OriginLookups;
using Records = std::vector<std::string>;

TEST_CASE("neighbours are asked for once, and what their answer covers not at all", "[engine][dns]")
{
    OriginLookups lookups;
    const auto one = make_address("203.0.113.1"), neighbour = make_address("203.0.113.200"),
               other = make_address("203.0.112.1"), inside = make_address("10.0.0.1");
    CHECK(lookups.is_settled(one));
    CHECK(lookups.look_up(one) == "1.113.0.203.origin.asn.cymru.com");
    CHECK_FALSE(lookups.look_up(neighbour));
    CHECK_FALSE(lookups.look_up(inside));
    CHECK_FALSE(lookups.is_settled(neighbour));
    CHECK(lookups.find(one) == nullptr);
    lookups.on_answer(one, Records{"64500 | 203.0.112.0/22 | ZZ | x |"});
    CHECK(lookups.is_settled(one));
    REQUIRE(lookups.find(neighbour) != nullptr);
    CHECK(lookups.find(neighbour)->text() == "AS64500");
    CHECK_FALSE(lookups.look_up(other));
    CHECK(lookups.find(other)->text() == "AS64500");
}

TEST_CASE("of several prefixes the longest is the route", "[engine][dns]")
{
    OriginLookups lookups;
    const auto address = make_address("203.0.113.1");
    lookups.look_up(address);
    lookups.on_answer(address, Records{"1 | 203.0.0.0/16 |", "2 | 203.0.113.0/24 |", "nonsense", "3 | 10.0.0.0/8 |"});
    CHECK(lookups.find(address)->text() == "AS2");
    CHECK(lookups.find(make_address("203.0.5.5"))->text() == "AS1");
    CHECK(lookups.find(make_address("10.0.0.1")) == nullptr);
}

TEST_CASE("a question that failed isn't asked again, and answers to no question are ignored", "[engine][dns]")
{
    OriginLookups lookups;
    const auto address = make_address("2001:db8::1");
    lookups.on_answer(address, Records{"1 | 2001:db8::/32 |"});
    CHECK(lookups.find(address) == nullptr);
    REQUIRE(lookups.look_up(address));
    lookups.on_answer(address, {});
    CHECK(lookups.is_settled(address));
    CHECK(lookups.find(address) == nullptr);
    CHECK_FALSE(lookups.look_up(make_address("2001:db8:0:1::1")));
    CHECK(lookups.look_up(make_address("2001:db8:1::1")));
}

TEST_CASE("memory for origins is bounded", "[engine][dns]")
{
    OriginLookups lookups;
    std::size_t asked = 0;
    for (std::uint32_t i = 0; i < 10'000; ++i)
        if (lookups.look_up(boost::asio::ip::address_v4{0x14000000U + i * 256})) ++asked;
    CHECK(asked == 4096);
}

}  // namespace origin_lookups_tests
