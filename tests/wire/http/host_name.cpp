#include <libnet/wire/http/host_name.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace host_name_tests {

using libnet::wire::is_host_name, libnet::wire::is_invalid_domain, libnet::wire::is_localhost;

TEST_CASE("names that people use are host names", "[wire][host_name]")
{
    for (const char* name :
         {"localhost", "example.com", "example.com.", "a", "3com.com", "xn--bcher-kva.example",
          "ae-1.r20.core_1.example.net", "UPPER.Example", "1.2.3.4.in-addr.arpa", "0xyz", "r1---sn-4g5.example"})
    {
        INFO(name);
        CHECK(is_host_name(name));
    }
}

TEST_CASE("what could fool a terminal, a shell or a resolver is no host name", "[wire][host_name]")
{
    for (const std::string name : {"",
                                   ".",
                                   "..",
                                   ".example",
                                   "a..b",
                                   "a b",
                                   "a\tb",
                                   "a\nb",
                                   "-rf",
                                   "a/b",
                                   "a\\b",
                                   "a;b",
                                   "a$b",
                                   "\x1b[31mred",
                                   "b\xc3\xbc"
                                   "cher",
                                   "a:b",
                                   "[::1]",
                                   "a%b",
                                   "a@b",
                                   "a*"})
    {
        INFO(name);
        CHECK_FALSE(is_host_name(name));
    }
    CHECK_FALSE(is_host_name(std::string_view{"a\0b", 3}));
}

TEST_CASE("a name that ends in a number is an address to some program", "[wire][host_name]")
{
    for (const char* name : {"127.0.0.1", "127.1", "1", "256.1.1.1", "0x7f000001", "0x", "a.0x7F", "a.1", "a.1."}) {
        INFO(name);
        CHECK_FALSE(is_host_name(name));
    }
}

TEST_CASE("a label has 63 octets at most, a name 253", "[wire][host_name]")
{
    const std::string label(63, 'a');
    CHECK(is_host_name(label));
    CHECK_FALSE(is_host_name(label + "a"));

    const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
    CHECK(longest.size() == 253);
    CHECK(is_host_name(longest));
    CHECK(is_host_name(longest + '.'));
    CHECK_FALSE(is_host_name(longest + 'b'));
}

TEST_CASE("localhost has names below it, and lookalikes", "[wire][host_name]")
{
    for (const char* name : {"localhost", "LocalHost", "localhost.", "printer.localhost", "a.b.localhost."}) {
        INFO(name);
        CHECK(is_localhost(name));
    }
    for (const char* name : {"", ".", "host", "mylocalhost", "localhost.example", "localhost..", "127.0.0.1"}) {
        INFO(name);
        CHECK_FALSE(is_localhost(name));
    }
}

TEST_CASE("no name in the domain invalid exists", "[wire][host_name]")
{
    for (const char* name : {"invalid", "nobody.invalid", "Nobody.INVALID."}) CHECK(is_invalid_domain(name));
    for (const char* name : {"", "invalid.example", "notinvalid", "localhost"}) CHECK_FALSE(is_invalid_domain(name));
}

}  // namespace host_name_tests
