#include <libnet/wire/ip/address_range.hpp>
#include <tests/support/catch.hpp>

#include <limits>
#include <string>

namespace address_range_tests {

using boost::asio::ip::make_address;
using libnet::wire::AddressRange, libnet::wire::AddressRangeError, libnet::wire::parse_address_range;

namespace {

constexpr auto most = std::numeric_limits<std::uint64_t>::max();

struct Row {
    const char *text, *first, *last;
    std::uint64_t size;
};

}  // namespace

TEST_CASE("ranges of addresses are read as people write them", "[wire][address_range]")
{
    for (const auto& row :
         {Row{"192.0.2.1", "192.0.2.1", "192.0.2.1", 1}, Row{"10.20.0.0/16", "10.20.0.1", "10.20.255.254", 65'534},
          Row{"10.20.30.40/16", "10.20.0.1", "10.20.255.254", 65'534}, Row{"10.0.0.0/30", "10.0.0.1", "10.0.0.2", 2},
          Row{"10.0.0.0/31", "10.0.0.0", "10.0.0.1", 2}, Row{"10.0.0.7/32", "10.0.0.7", "10.0.0.7", 1},
          Row{"0.0.0.0/0", "0.0.0.1", "255.255.255.254", 4'294'967'294},
          Row{"10.0.0.1-10.0.1.0", "10.0.0.1", "10.0.1.0", 256}, Row{"10.0.0.1-9", "10.0.0.1", "10.0.0.9", 9},
          Row{"10.0.0.0-255", "10.0.0.0", "10.0.0.255", 256}, Row{"2001:db8::/126", "2001:db8::1", "2001:db8::3", 3},
          Row{"2001:db8::/127", "2001:db8::", "2001:db8::1", 2},
          Row{"2001:db8::/64", "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", most},
          Row{"::/0", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", most},
          Row{"::ffff:ffff:ffff:ffff-0:0:0:1::", "::ffff:ffff:ffff:ffff", "0:0:0:1::", 2},
          // IPv4-mapped addresses are those that they stand for.
          Row{"::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1", 1}, Row{"::ffff:127.0.0.0/126", "127.0.0.1", "127.0.0.2", 2},
          Row{"::ffff:10.0.0.0/96", "0.0.0.1", "255.255.255.254", 4'294'967'294},
          Row{"::ffff:10.0.0.1-9", "10.0.0.1", "10.0.0.9", 9},
          Row{"::ffff:10.0.0.1-10.0.0.9", "10.0.0.1", "10.0.0.9", 9}})
    {
        INFO(row.text);
        const auto range = parse_address_range(row.text);
        REQUIRE(range.has_value());
        CHECK(range->first == make_address(row.first));
        CHECK(range->last == make_address(row.last));
        CHECK(range->size() == row.size);
    }
}

TEST_CASE("what is no range of addresses is refused with the reason", "[wire][address_range]")
{
    using enum AddressRangeError;
    const auto error = [](std::string_view text) {
        INFO(text);
        const auto range = parse_address_range(text);
        REQUIRE(range.has_error());
        return range.error();
    };
    for (const char* text : {"", "/", "-", "/16", "-10.0.0.1", "10.0.0/8", "example.net", "a-b.example", "10.0.0.256"})
        CHECK(error(text) == not_an_address);
    CHECK(error({"10.0.0.1\0/8", 11}) == not_an_address);
    for (const char* text :
         {"10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "::ffff:10.0.0.0/64", "10.0.0.0/8/8"})
        CHECK(error(text) == bad_prefix_length);
    for (const char* text : {"10.0.0.1-", "10.0.0.1-256", "10.0.0.1-x", "::1-9", "10.0.0.1-2-3"})
        CHECK(error(text) == bad_end);
    CHECK(error("10.0.0.1-::1") == mixed_families);
    CHECK(error("10.0.0.9-1") == backwards);
    CHECK(error("::2-::1") == backwards);
}

TEST_CASE("a range counts through its addresses, also from one half of an IPv6 address to the other",
          "[wire][address_range]")
{
    const auto v4 = *parse_address_range("10.20.0.0/16");
    CHECK(v4.at(0) == make_address("10.20.0.1"));
    CHECK(v4.at(255) == make_address("10.20.1.0"));
    CHECK(v4.at(65'533) == make_address("10.20.255.254"));
    const auto v6 = *parse_address_range("::ffff:ffff:ffff:ffff-0:0:0:1::");
    CHECK(v6.at(1) == make_address("0:0:0:1::"));
}

TEST_CASE("a range contains what lies between its ends, of its own family", "[wire][address_range]")
{
    const auto range = *parse_address_range("10.0.0.1-9");
    CHECK(range.contains(make_address("10.0.0.1")));
    CHECK(range.contains(make_address("10.0.0.9")));
    CHECK_FALSE(range.contains(make_address("10.0.0.10")));
    CHECK_FALSE(range.contains(make_address("10.0.0.0")));
    CHECK_FALSE(range.contains(make_address("::a00:5")));
}

}  // namespace address_range_tests
