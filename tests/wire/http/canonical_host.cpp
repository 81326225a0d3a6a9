#include <libnet/wire/http/canonical_host.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace canonical_host_tests {

using namespace libnet::wire;
using namespace std::string_view_literals;

namespace {

/// The canonical name; "-" for what is no host.
std::string canonical(std::string_view text)
{
    const auto host = canonical_host(text);
    return host ? host->name : "-";
}

bool is_address(std::string_view text)
{
    const auto host = canonical_host(text);
    return host && host->address.has_value();
}

}  // namespace

TEST_CASE("each spelling of a name is the same host", "[wire][http]")
{
    CHECK(canonical("example.com") == "example.com");
    CHECK(canonical("EXAMPLE.com.") == "example.com");
    CHECK(canonical("xn--bcher-kva.example") == "xn--bcher-kva.example");
    CHECK(canonical("a_b.1c.test") == "a_b.1c.test");
    CHECK(canonical("localhost") == "localhost");
    CHECK(canonical("127.0.0.1.nip.io") == "127.0.0.1.nip.io");
    CHECK(!is_address("127.0.0.1.nip.io"));
}

TEST_CASE("each spelling of an IPv4 address is that address", "[wire][http]")
{
    for (const auto spelling :
         {"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "0x7f.1", "0x7F.0x0.0x0.0x1", "0177.0.0.1", "017700000001",
          "2130706433", "0x7f000001", "0X7f000001", "00000177.1", "0x7f.0.0.01", "127.0x1", "127.000.000.001"})
    {
        INFO(spelling);
        CHECK(canonical(spelling) == "127.0.0.1");
        CHECK(is_address(spelling));
    }
    CHECK(canonical("0") == "0.0.0.0");
    CHECK(canonical("0x") == "0.0.0.0");
    CHECK(canonical("4294967295") == "255.255.255.255");
    CHECK(canonical("1.16777215") == "1.255.255.255");
    CHECK(canonical("1.2.65535") == "1.2.255.255");
    CHECK(canonical("010.8.8.8") == "8.8.8.8");
}

TEST_CASE("each spelling of an IPv6 address is that address", "[wire][http]")
{
    CHECK(canonical("2001:DB8:0:0:0:0:0:1") == "2001:db8::1");
    CHECK(canonical("::ffff:127.0.0.1") == "127.0.0.1");
    CHECK(canonical("::ffff:7f00:1") == "127.0.0.1");
    CHECK(canonical("0:0:0:0:0:ffff:7f00:1") == "127.0.0.1");
    CHECK(is_address("::1"));
}

TEST_CASE("what is no host stays none", "[wire][http]")
{
    for (const auto text : {"",
                            ".",
                            "..",
                            "a..b",
                            "a.test..",
                            "127.0.0.1..",
                            ".example.com",
                            "-a.test",
                            "1.2.3.4.5",
                            "256.1.1.1",
                            "1.256.1.1",
                            "1.2.3.256",
                            "1.2.65536",
                            "1.16777216",
                            "4294967296",
                            "0x100000000",
                            "08.1.1.1",
                            "a.1",
                            "a.0x7f",
                            "1..2",
                            "example.com:80",
                            "[::1]",
                            "::1%eth0",
                            "fe80::1%25eth0",
                            "::g",
                            "a b",
                            "ex\xc3\xa4mple.com",
                            "%31.test",
                            "\xef\xbc\x91",
                            "a/b"})
    {
        INFO(text);
        CHECK(canonical(text) == "-");
    }
    CHECK(canonical("a\0.test"sv) == "-");
    CHECK(canonical("::1\0"sv) == "-");
    CHECK(canonical(std::string(64, 'a') + ".test") == "-");
    CHECK(canonical("a.0x7g") == "a.0x7g");
}

}  // namespace canonical_host_tests
