#include <libnet/base/utf8.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace utf8_tests {

using namespace libnet::base;

TEST_CASE("bytes that are no UTF-8 are replaced, and valid text is left alone", "[base][text]")
{
    const std::string sign = "\xEF\xBF\xBD";
    CHECK(to_utf8("m\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x98\x80") == "m\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x98\x80");
    CHECK(to_utf8("") == "");
    CHECK(to_utf8(std::string(1, '\0')) == std::string(1, '\0'));
    CHECK(to_utf8("a\xFFz") == "a" + sign + "z");
    CHECK(to_utf8("\xC3") == sign);                                   // cut off
    CHECK(to_utf8("\xE2\x82") == sign + sign);                        // cut off
    CHECK(to_utf8("\xC0\xAF") == sign + sign);                        // overlong
    CHECK(to_utf8("\xE0\x80\xAF") == sign + sign + sign);             // overlong
    CHECK(to_utf8("\xED\xA0\x80") == sign + sign + sign);             // a surrogate
    CHECK(to_utf8("\xF4\x90\x80\x80") == sign + sign + sign + sign);  // beyond U+10FFFF
    CHECK(to_utf8("\xF0\x80\x80\x80") == sign + sign + sign + sign);  // overlong
}

TEST_CASE("the length of a sequence is told, whatever follows it", "[base][text]")
{
    CHECK(utf8_length("az") == 1);
    CHECK(utf8_length("\xC3\xBCz") == 2);
    CHECK(utf8_length("\xE2\x82\xACz") == 3);
    CHECK(utf8_length("\xF0\x9F\x98\x80z") == 4);
    CHECK(utf8_length("\x80z") == 0);
    CHECK(utf8_length("\xF5\x80\x80\x80") == 0);
    CHECK(utf8_length("") == 0);
}

}  // namespace utf8_tests
