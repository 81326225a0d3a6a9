#include <libnet/engine/proxy/egress_list.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace egress_list_tests {

using namespace libnet::engine;

namespace {

namespace ip = boost::asio::ip;

constexpr libnet::base::SipKey seed{1, 2};

/// The entry that fits; "-" for none.
std::string entry_for(const EgressList& list, std::string_view name)
{
    return std::string{list.find(name).value_or("-")};
}

std::string entry_for_address(const EgressList& list, const char* address)
{
    return std::string{list.find(ip::make_address(address)).value_or("-")};
}

std::string error_of(const std::string& text)
{
    try {
        const EgressList list{text, seed};
        return "none";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("a list has hosts, and domains with all below them", "[engine][proxy]")
{
    const EgressList list{"example.com\n.sub.test\n.deep.a.b.test\nEXAMPLE.ORG.\r\n", seed};
    CHECK(list.names() == 4);
    CHECK(entry_for(list, "example.com") == "example.com");
    CHECK(entry_for(list, "www.example.com") == "-");
    CHECK(entry_for(list, "example.co") == "-");
    CHECK(entry_for(list, "xexample.com") == "-");
    CHECK(entry_for(list, "com") == "-");
    CHECK(entry_for(list, "sub.test") == ".sub.test");
    CHECK(entry_for(list, "x.y.sub.test") == ".sub.test");
    CHECK(entry_for(list, "xsub.test") == "-");
    CHECK(entry_for(list, "test") == "-");
    CHECK(entry_for(list, "a.b.test") == "-");
    CHECK(entry_for(list, "x.deep.a.b.test") == ".deep.a.b.test");
    CHECK(entry_for(list, "example.org") == "example.org");
    CHECK(entry_for(list, "") == "-");
    CHECK(entry_for(list, std::string(1000, 'a')) == "-");
}

TEST_CASE("of several entries that fit the longest one is told", "[engine][proxy]")
{
    const EgressList list{".test\n.a.test\na.test\nb.a.test\n", seed};
    CHECK(entry_for(list, "b.a.test") == "b.a.test");
    CHECK(entry_for(list, "c.a.test") == ".a.test");
    CHECK(entry_for(list, "c.test") == ".test");
    CHECK(entry_for(list, "test") == ".test");
    CHECK(entry_for(list, "testing") == "-");
}

TEST_CASE("a list has networks of both families", "[engine][proxy]")
{
    const EgressList list{
        "192.0.2.0/24\n10.0.0.0/8\n10.1.0.0/16\n2001:db8::/32\n198.51.100.7\n::ffff:203.0.113.0/120\n", seed};
    CHECK(list.networks() == 5);
    CHECK(list.names() == 0);
    CHECK(entry_for_address(list, "192.0.2.0") == "192.0.2.0/24");
    CHECK(entry_for_address(list, "192.0.2.255") == "192.0.2.0/24");
    CHECK(entry_for_address(list, "192.0.3.0") == "-");
    CHECK(entry_for_address(list, "192.0.1.255") == "-");
    CHECK(entry_for_address(list, "10.1.2.3") == "10.0.0.0/8");
    CHECK(entry_for_address(list, "9.255.255.255") == "-");
    CHECK(entry_for_address(list, "11.0.0.0") == "-");
    CHECK(entry_for_address(list, "198.51.100.7") == "198.51.100.7");
    CHECK(entry_for_address(list, "198.51.100.8") == "-");
    CHECK(entry_for_address(list, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") == "2001:db8::/32");
    CHECK(entry_for_address(list, "2001:db9::") == "-");
    CHECK(entry_for_address(list, "::ffff:192.0.2.7") == "192.0.2.0/24");
    CHECK(entry_for_address(list, "203.0.113.9") == "::ffff:203.0.113.0/120");
    CHECK(entry_for_address(list, "::") == "-");
    CHECK(entry_for_address(list, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == "-");
}

TEST_CASE("the prefix length of a network may be any", "[engine][proxy]")
{
    for (unsigned bits = 0; bits <= 128; ++bits) {
        INFO(bits);
        const EgressList list{"2001:db8::/" + std::to_string(bits), seed};
        CHECK(list.find(ip::make_address("2001:db8::")).has_value());
        CHECK(list.find(ip::make_address("2001:db8::1")).has_value() == (bits < 128));
        CHECK(list.find(ip::make_address("a001:db8::")).has_value() == (bits == 0));
        CHECK(list.find(ip::make_address("192.0.2.1")).has_value() == (bits <= 2));
    }
    for (unsigned bits = 0; bits <= 32; ++bits) {
        INFO(bits);
        const EgressList list{"192.0.2.0/" + std::to_string(bits), seed};
        CHECK(list.find(ip::make_address("192.0.2.0")).has_value());
        CHECK(list.find(ip::make_address("192.0.2.1")).has_value() == (bits < 32));
        CHECK(list.find(ip::make_address("64.0.0.0")).has_value() == (bits == 0));
        CHECK(!list.find(ip::make_address("2001:db8::")));
    }
}

TEST_CASE("comments, empty lines and white space mean nothing", "[engine][proxy]")
{
    const EgressList list{
        "# a list\n\n  \t\r\n  example.com  # with a comment\r\n\t10.0.0.0/8#too\nexample.com\nexample.com", seed};
    CHECK(list.names() == 1);
    CHECK(list.networks() == 1);
    CHECK(entry_for(list, "example.com") == "example.com");
    CHECK(entry_for_address(list, "10.0.0.1") == "10.0.0.0/8");
    CHECK(list.line_of(*list.find("example.com")) == 4);
    CHECK(list.line_of(*list.find(ip::make_address("10.0.0.1"))) == 5);
    CHECK(EgressList{"", seed}.empty());
    CHECK(EgressList{"#", seed}.empty());
    CHECK(!EgressList{}.find("example.com"));
    CHECK(!EgressList{}.find(ip::make_address("10.0.0.1")));
}

TEST_CASE("a bad line is named", "[engine][proxy]")
{
    CHECK(error_of("a.test\nb.test\n\n# x\nc.test\nd.test\nno host\n").starts_with("line 7: "));
    CHECK(error_of("a b").find("'b' stands behind an entry") != std::string::npos);
    CHECK(error_of("*.example.com").find("has a star") != std::string::npos);
    for (const auto* entry : {"..", "a..b", ".", "..a", "a.test..", "http://a.test/", "a.test:80", "[::1]",
                              "10.0.0.0/33", "10.0.0/8", "127.1", "1.2.3.4.5", "2001:db8::/129", "2001:db8::/",
                              "fe80::1%eth0", "-a.test", "b\xc3.example", "a_b.0x7f", "a.test/24"})
    {
        INFO(entry);
        CHECK(error_of(entry).starts_with("line 1: "));
    }
    CHECK(error_of(std::string{"a\0b.test", 8}).starts_with("line 1: "));
    CHECK(error_of(std::string(1'000'000, 'x')).size() < 300);
}

TEST_CASE("a list survives being moved and copied", "[engine][proxy]")
{
    EgressList list{"a.test\n10.0.0.0/8\n", seed};
    const EgressList copy = list, moved = std::move(list);
    CHECK(entry_for(copy, "a.test") == "a.test");
    CHECK(entry_for(moved, "a.test") == "a.test");
    CHECK(entry_for_address(moved, "10.0.0.1") == "10.0.0.0/8");
}

TEST_CASE("every entry of a long list is found", "[engine][proxy]")
{
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += (i % 2 == 0 ? "." : "") + ("n" + std::to_string(i)) + ".test\n";
    const EgressList list{text, seed};
    CHECK(list.names() == 20'000);
    int found = 0, below = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto name = "n" + std::to_string(i) + ".test";
        found += list.find(name) ? 1 : 0;
        below += list.find("x." + name) ? 1 : 0;
    }
    CHECK(found == 20'000);
    CHECK(below == 10'000);
}

#if defined(LIBNETXX_IDN)
TEST_CASE("names of a list may be in UTF-8, and lines keep their numbers", "[engine][proxy]")
{
    const EgressList list{"# \u00fc\nads.test\n.m\u00fcnchen.example  # caf\u00e9\nlast.test\n",
                          libnet::base::SipKey{}};
    CHECK(list.names() == 3);
    CHECK(list.find("www.xn--mnchen-3ya.example") == ".xn--mnchen-3ya.example");
    CHECK(list.line_of(*list.find("xn--mnchen-3ya.example")) == 3);
    CHECK(list.line_of(*list.find("last.test")) == 4);
    CHECK_THROWS_WITH((EgressList{"a.test\n\xff.test\n", libnet::base::SipKey{}}),
                      Catch::Matchers::Contains("line 2: "));
}
#endif

}  // namespace egress_list_tests
