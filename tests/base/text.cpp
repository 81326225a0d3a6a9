#include <libnet/base/text.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace text_tests {

using namespace libnet::base;

TEST_CASE("only ASCII letters have two cases", "[base][text]")
{
    CHECK(to_lower('A') == 'a');
    CHECK(to_lower('Z') == 'z');
    for (const char c : {'@', '[', 'a', '0', '\xC4'}) CHECK(to_lower(c) == c);
    CHECK(iequals("Content-LENGTH", "content-length"));
    CHECK_FALSE(iequals("Content-Length", "Content_Length"));
    CHECK_FALSE(iequals("a", "aa"));
    CHECK(iequals("", ""));
}

TEST_CASE("hexadecimal digits have values, and nothing else has", "[base][text]")
{
    CHECK(hex_value('0') == 0);
    CHECK(hex_value('9') == 9);
    CHECK(hex_value('a') == 10);
    CHECK(hex_value('F') == 15);
    for (const char c : {'g', 'G', '/', ':', '@', '`', '\0', '\xFF'}) CHECK(hex_value(c) == -1);
}

TEST_CASE("optional white space is spaces and tabs at both ends", "[base][text]")
{
    CHECK(trim(" \t a b\t ") == "a b");
    CHECK(trim("a") == "a");
    CHECK(trim(" \t ").empty());
    CHECK(trim("").empty());
    CHECK(trim("\na ") == "\na");
}

TEST_CASE("a number fills its text and fits its type, or is none", "[base][text]")
{
    CHECK(parse_number<std::uint8_t>("255") == std::uint8_t{255});
    CHECK(parse_number<int>("-7") == -7);
    CHECK(parse_number<unsigned>("fF", 16) == 255U);
    for (const auto* text : {"", " 1", "1 ", "+1", "-1", "256", "0x1", "1.0", "a"})
        CHECK_FALSE(parse_number<std::uint8_t>(text).has_value());
}

TEST_CASE("a list's items come without white space, and empty ones not at all", "[base][text]")
{
    std::vector<std::string> items;
    for_each_list_item(" a ,,b\t, ,c d,", [&](std::string_view item) { items.emplace_back(item); });
    CHECK(items == std::vector<std::string>{"a", "b", "c d"});
    for_each_list_item("", [](std::string_view) { FAIL("an empty list has no items"); });
}

TEST_CASE("lines and words are taken off a text", "[base][text]")
{
    std::string_view text{" one\ttwo \r\n\nlast"};
    auto line = libnet::base::take_line(text);
    CHECK(libnet::base::take_word(line) == "one");
    CHECK(libnet::base::take_word(line) == "two");
    CHECK(libnet::base::take_word(line).empty());
    CHECK(libnet::base::take_line(text).empty());
    CHECK(libnet::base::take_line(text) == "last");
    CHECK(text.empty());
    CHECK(libnet::base::take_line(text).empty());
}

}  // namespace text_tests
