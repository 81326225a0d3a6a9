#include <libnet/wire/dns/idn.hpp>
#include <tests/support/catch.hpp>

#include <optional>
#include <string>

namespace idn_tests {

using libnet::wire::ascii_host_name;

TEST_CASE("a name in ASCII stays as it is", "[wire][dns]")
{
    CHECK(ascii_host_name("example.org") == "example.org");
    CHECK(ascii_host_name("_dmarc.Example.org") == "_dmarc.Example.org");
    CHECK(ascii_host_name("") == "");
}

#if defined(LIBNETXX_IDN)
TEST_CASE("a name in other letters is asked for by its name in ASCII", "[wire][dns]")
{
    CHECK(ascii_host_name("bücher.example") == "xn--bcher-kva.example");
    CHECK(ascii_host_name("BÜCHER.example") == "xn--bcher-kva.example");
    CHECK(ascii_host_name("faß.de") == "xn--fa-hia.de");  // not fass.de: non-transitional
}
#endif

TEST_CASE("no letter of Unicode's becomes what separates parts of an authority", "[wire][dns]")
{
    for (const std::string name :
         {"a＠b.example", "a／b.example", "a：443", "a＃b", "a　b", "h:st.é", "a/é", "é@b", "é\\b"})
    {
        INFO(name);
        CHECK(ascii_host_name(name) == std::nullopt);
    }
}

TEST_CASE("what is no name in UTF-8 is none", "[wire][dns]")
{
    for (const auto& name : {std::string{"a\xff\x9d"}, std::string{"\xc3"}, std::string{"\xc3\xa9\0b", 4}}) {
        INFO(name);
        CHECK(ascii_host_name(name) == std::nullopt);
    }
}

}  // namespace idn_tests
