#include <libnet/base/printable.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <string_view>

namespace printable_tests {

using libnet::base::append_escaped, libnet::base::printable;

TEST_CASE("what may not stand on a terminal is escaped, and what is longer than a line is cut", "[base][printable]")
{
    CHECK(printable("") == "");
    CHECK(printable("plain ~text\\") == "plain ~text\\");
    CHECK(printable(std::string_view{"\0\x1B[2J\n\x7F\xFC", 8}) == R"(\x00\x1B[2J\x0A\x7F\xFC)");
    CHECK(printable(std::string(60, 'a')) == std::string(60, 'a'));
    CHECK(printable(std::string(61, 'a')) == std::string(60, 'a') + "...");
}

TEST_CASE("what is visible UTF-8 is shown as it is, what hides or turns is not", "[base][printable]")
{
    CHECK(printable("m\u00fcnchen.\u4f8b\u3048") == "m\u00fcnchen.\u4f8b\u3048");
    CHECK(printable("a\u200bb") == R"(a\xE2\x80\x8Bb)");                                // a space without width
    CHECK(printable("a\u202eb") == R"(a\xE2\x80\xAEb)");                                // from right to left
    CHECK(printable("a\u0085b") == R"(a\xC2\x85b)");                                    // a control character
    CHECK(printable("\xC3") == R"(\xC3)");                                              // half a character
    CHECK(printable(std::string(59, 'a') + "\u00fc") == std::string(59, 'a') + "...");  // none is cut in two
    CHECK(printable(std::string(58, 'a') + "\u00fc") == std::string(58, 'a') + "\u00fc");
}

TEST_CASE("further characters can be escaped, too", "[base][printable]")
{
    std::string line = "x=";
    append_escaped(line, "a \"b\" \\", "\"\\");
    CHECK(line == R"(x=a \x22b\x22 \x5C)");
}

}  // namespace printable_tests
