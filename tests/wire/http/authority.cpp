#include <libnet/wire/http/authority.hpp>
#include <tests/support/catch.hpp>

#include <random>
#include <string>

#include <arpa/inet.h>

namespace authority_tests {

using libnet::wire::Authority;
using libnet::wire::parse_authority;

TEST_CASE("an authority is a host with or without a port", "[wire][authority]")
{
    CHECK(parse_authority("a.test") == Authority{"a.test", {}});
    CHECK(parse_authority("a.test:80") == Authority{"a.test", 80});
    CHECK(parse_authority("127.0.0.1:65535") == Authority{"127.0.0.1", 65535});
    CHECK(parse_authority("a:00080") == Authority{"a", 80});
    CHECK(parse_authority("a!$&'()*+,;=_~-.b:1") == Authority{"a!$&'()*+,;=_~-.b", 1});
}

TEST_CASE("an empty port is no port", "[wire][authority]")
{
    CHECK(parse_authority("a:") == Authority{"a", {}});
    CHECK(parse_authority("[::1]:") == Authority{"::1", {}, true});
}

TEST_CASE("an IPv6 address loses its brackets", "[wire][authority]")
{
    CHECK(parse_authority("[::1]") == Authority{"::1", {}, true});
    CHECK(parse_authority("[2001:DB8::1]:443") == Authority{"2001:DB8::1", 443, true});
    CHECK(parse_authority("[1:2:3:4:5:6:77.77.88.88]") == Authority{"1:2:3:4:5:6:77.77.88.88", {}, true});
}

TEST_CASE("what is no authority is refused", "[wire][authority]")
{
    using namespace std::string_view_literals;
    for (const auto text : {""sv,
                            ":"sv,
                            ":80"sv,
                            "a:0"sv,
                            "a:65536"sv,
                            "a:000080"sv,
                            "a:-1"sv,
                            "a:+1"sv,
                            "a: 1"sv,
                            "a:8o"sv,
                            "a:1:2"sv,
                            "u@a"sv,
                            "a/b"sv,
                            "a?b"sv,
                            "a#b"sv,
                            "a b"sv,
                            " a"sv,
                            "a\\b"sv,
                            "a%41"sv,
                            "a\0b"sv,
                            "\xc3\xa4"sv,
                            "[]"sv,
                            "["sv,
                            "]"sv,
                            "[::1"sv,
                            "::1"sv,
                            "[::1]]"sv,
                            "[[::1]]"sv,
                            "[::1]a"sv,
                            "[::1]80"sv,
                            "[a]"sv,
                            "[1.2.3.4]"sv,
                            "[fe80::1%eth0]"sv,
                            "[fe80::1%25eth0]"sv,
                            "[v1.a]"sv,
                            "[:::]"sv,
                            "[1::2::3]"sv,
                            "[12345::]"sv,
                            "[::1\0]"sv,
                            "[1:2:3:4:5:6:7:8:9]"sv,
                            "[0000:0000:0000:0000:0000:0000:0000:0000:0000]"sv})
    {
        INFO(text);
        CHECK(!parse_authority(text));
    }
    CHECK(!parse_authority('[' + std::string(100, ':') + ']'));
}

TEST_CASE("an IPv6 address is what the C library takes for one", "[wire][authority]")
{
    std::mt19937 random{1};
    int valid = 0;
    for (int round = 0; round < 200000; ++round) {
        std::string text;
        for (auto pieces = random() % 12; pieces > 0; --pieces) {
            constexpr const char* all[] = {
                ":", ":", "::", "1", "1:", "f:", "0aB4:", "00000", "1.2.3.4", ".5", "256", "g"};
            text += all[random() % std::size(all)];
        }
        in6_addr address;
        const bool expected = inet_pton(AF_INET6, text.c_str(), &address) == 1;
        INFO(text);
        REQUIRE(parse_authority('[' + text + ']').has_value() == expected);
        valid += expected ? 1 : 0;
    }
    CHECK(valid > 1000);
}

TEST_CASE("an authority is written as it is read", "[wire][authority]")
{
    for (const std::string text : {"a.test", "a.test:80", "127.0.0.1:1", "[::1]", "[2001:db8::1]:443"})
        CHECK(to_string(*parse_authority(text)) == text);
}

}  // namespace authority_tests
