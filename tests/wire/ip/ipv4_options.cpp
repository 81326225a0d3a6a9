#include <libnet/wire/ip/ipv4_options.hpp>
#include <tests/support/catch.hpp>

#include <initializer_list>

namespace ipv4_options_tests {

using namespace libnet::wire;

namespace {

using Octets = std::vector<std::byte>;

Octets octets(std::initializer_list<int> values)
{
    Octets bytes;
    for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

std::vector<Ipv4Option> decode(std::initializer_list<int> values) { return decode_ipv4_options(octets(values)); }

boost::asio::ip::address_v4 v4(const char* text) { return boost::asio::ip::make_address_v4(text); }

}  // namespace

TEST_CASE("a packet that asks for nothing has no options", "[wire][ipv4]")
{
    CHECK(encode_ipv4_record(Ipv4Record::nothing).empty());
    CHECK(decode({}).empty());
}

TEST_CASE("record route has places for nine addresses, at multiples of four octets", "[wire][ipv4]")
{
    const auto option = encode_ipv4_record(Ipv4Record::route);
    REQUIRE(option.octets().size() == 40);
    const auto first = option.octets().first(4);
    CHECK(Octets(first.begin(), first.end()) == octets({1, 7, 39, 4}));
    CHECK(decode_ipv4_options(option.octets()) == std::vector<Ipv4Option>{NoOperation{}, RecordedRoute{}});
}

TEST_CASE("the timestamp option has places for nine times, or four with addresses", "[wire][ipv4]")
{
    const auto times = encode_ipv4_record(Ipv4Record::timestamps);
    const auto both = encode_ipv4_record(Ipv4Record::timestamps_and_addresses);
    CHECK(times.octets().size() == 40);
    CHECK(both.octets().size() == 36);
    const auto start = [](const Ipv4OptionOctets& o) { return Octets(o.octets().begin(), o.octets().begin() + 4); };
    CHECK(start(times) == octets({68, 40, 5, 0}));
    CHECK(start(both) == octets({68, 36, 5, 1}));
    CHECK(decode_ipv4_options(both.octets()) == std::vector<Ipv4Option>{RecordedTimes{}});
}

TEST_CASE("a source route has its hops at multiples of four octets, and nine at most", "[wire][ipv4]")
{
    const auto all = [](const Ipv4OptionOctets& o) { return Octets(o.octets().begin(), o.octets().end()); };
    const std::vector two{v4("192.0.2.1"), v4("198.51.100.2")};
    CHECK(all(encode_ipv4_source_route(two, false)) == octets({1, 131, 11, 4, 192, 0, 2, 1, 198, 51, 100, 2}));
    CHECK(all(encode_ipv4_source_route({two.data(), 1}, true)) == octets({1, 137, 7, 4, 192, 0, 2, 1}));
    CHECK(encode_ipv4_source_route({}, false).empty());
    const std::vector<boost::asio::ip::address_v4> many(12, two[0]);
    CHECK(encode_ipv4_source_route(many, false).octets().size() == 40);
    CHECK(decode_ipv4_options(encode_ipv4_source_route(many, false).octets()) ==
          std::vector<Ipv4Option>{NoOperation{}, SourceRoute{}});
}

TEST_CASE("prespecified hosts have a place for the time behind each address, and are four at most", "[wire][ipv4]")
{
    const auto all = [](const Ipv4OptionOctets& o) { return Octets(o.octets().begin(), o.octets().end()); };
    const std::vector two{v4("192.0.2.1"), v4("198.51.100.2")};
    CHECK(all(encode_ipv4_prespecified_times(two)) ==
          octets({68, 20, 5, 3, 192, 0, 2, 1, 0, 0, 0, 0, 198, 51, 100, 2, 0, 0, 0, 0}));
    CHECK(all(encode_ipv4_prespecified_times({})) == octets({68, 4, 5, 3}));
    const std::vector<boost::asio::ip::address_v4> many(6, two[0]);
    CHECK(encode_ipv4_prespecified_times(many).octets().size() == 36);
}

TEST_CASE("a route is read up to its pointer", "[wire][ipv4]")
{
    const RecordedRoute two{{v4("192.0.2.1"), v4("198.51.100.2")}};
    CHECK(decode({7, 15, 12, 192, 0, 2, 1, 198, 51, 100, 2, 9, 9, 9, 9}) == std::vector<Ipv4Option>{two});
    CHECK(decode({7, 11, 255, 192, 0, 2, 1, 198, 51, 100, 2}) == std::vector<Ipv4Option>{two});
    for (const int nothing : {0, 1, 3, 4, 5})
        CHECK(decode({7, 7, nothing, 192, 0, 2, 1}) == std::vector<Ipv4Option>{RecordedRoute{}});
    CHECK(decode({137, 7, 8, 192, 0, 2, 1}) == std::vector<Ipv4Option>{SourceRoute{true, {v4("192.0.2.1")}}});
    CHECK(decode({131, 7, 8, 192, 0, 2, 1}) == std::vector<Ipv4Option>{SourceRoute{false, {v4("192.0.2.1")}}});
}

TEST_CASE("times are read with their addresses, and those of other clocks are told apart", "[wire][ipv4]")
{
    const RecordedTimes plain{{{{}, 0x01020304, true}, {{}, 5, false}}, 0};
    CHECK(decode({68, 16, 13, 0, 1, 2, 3, 4, 0x80, 0, 0, 5, 9, 9, 9, 9}) == std::vector<Ipv4Option>{plain});
    const RecordedTimes full{{{v4("192.0.2.1"), 7, true}}, 2};
    CHECK(decode({68, 12, 13, 0x21, 192, 0, 2, 1, 0, 0, 0, 7}) == std::vector<Ipv4Option>{full});
    CHECK(decode({7, 2}) == std::vector<Ipv4Option>{RecordedRoute{}});
    CHECK(decode({68, 3, 13}) == std::vector<Ipv4Option>{RecordedTimes{}});
}

TEST_CASE("several options follow one another, up to the end of the list", "[wire][ipv4]")
{
    CHECK(decode({1, 148, 4, 0, 0, 0, 7, 7, 8, 192, 0, 2, 1}) ==
          std::vector<Ipv4Option>{NoOperation{}, UnknownIpv4Option{148}});
}

TEST_CASE("an option whose length makes no sense ends the list", "[wire][ipv4]")
{
    CHECK(decode({7}).empty());
    for (const int length : {0, 1, 8, 255}) CHECK(decode({7, length, 4, 0, 0, 0, 0}).empty());
}

TEST_CASE("option octets beyond what a header has room for are left out", "[wire][ipv4]")
{
    const Octets many(60, std::byte{1});
    CHECK(Ipv4OptionOctets{many}.octets().size() == 40);
    CHECK(Ipv4OptionOctets{many} == Ipv4OptionOctets{std::span{many}.first(40)});
    CHECK_FALSE(Ipv4OptionOctets{many} == Ipv4OptionOctets{});
}

}  // namespace ipv4_options_tests
