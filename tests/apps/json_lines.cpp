#include <apps/json_lines.hpp>
#include <tests/support/capture.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>

using namespace libnet;
namespace json = boost::json;

TEST_CASE("an event is one line, with its keys in their order", "[apps][json]")
{
    const test::Capture out{STDOUT_FILENO};
    apps::print_json({{"event", "reply"}, {"seq", 7}, {"rtt_ms", 0.043}, {"from", nullptr}, {"ok", true}});
    apps::print_json(
        {{"event", "total"}, {"hops", json::array{json::object{{"ttl", 1}}, json::object{}, json::array{}}}});
    CHECK(out.text() ==
          "{\"event\":\"reply\",\"seq\":7,\"rtt_ms\":0.043,\"from\":null,\"ok\":true}\n"
          "{\"event\":\"total\",\"hops\":[{\"ttl\":1},{},[]]}\n");
}

TEST_CASE("doubles have six decimals at most and no exponent", "[apps][json]")
{
    CHECK(apps::to_json(0.5) == "0.5");
    CHECK(apps::to_json(12.0) == "12");
    CHECK(apps::to_json(100.0) == "100");
    CHECK(apps::to_json(0.0) == "0");
    CHECK(apps::to_json(-0.0) == "0");
    CHECK(apps::to_json(-1.25) == "-1.25");
    CHECK(apps::to_json(1.0 / 3) == "0.333333");
    CHECK(apps::to_json(1e-9) == "0");
    CHECK(apps::to_json(123456789.123456) == "123456789.123456");
    CHECK(apps::to_json(1e300) == "1e+300");
}

TEST_CASE("what is no number becomes null, so that the line stays valid", "[apps][json]")
{
    CHECK(apps::to_json(std::numeric_limits<double>::infinity()) == "null");
    CHECK(apps::to_json(std::numeric_limits<double>::quiet_NaN()) == "null");
}

TEST_CASE("whole numbers keep all of their digits", "[apps][json]")
{
    CHECK(apps::to_json(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(apps::to_json(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("text can't leave its quotes", "[apps][json]")
{
    CHECK(apps::to_json("a\"b\\c\n\x01") == R"("a\"b\\c\n\u0001")");
    CHECK(apps::to_json(json::object{{"k\n\"", 1}}) == R"({"k\n\"":1})");
}

TEST_CASE("bytes that are no UTF-8 are replaced, and valid text is left alone", "[apps][json]")
{
    const std::string sign = "\xEF\xBF\xBD";
    CHECK(apps::to_utf8("m\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x98\x80") ==
          "m\xC3\xBCnchen \xE2\x82\xAC \xF0\x9F\x98\x80");
    CHECK(apps::to_utf8("a\xFFz") == "a" + sign + "z");
    CHECK(apps::to_utf8("\xC3") == sign);                                   // cut off
    CHECK(apps::to_utf8("\xE2\x82") == sign + sign);                        // cut off
    CHECK(apps::to_utf8("\xC0\xAF") == sign + sign);                        // overlong
    CHECK(apps::to_utf8("\xE0\x80\xAF") == sign + sign + sign);             // overlong
    CHECK(apps::to_utf8("\xED\xA0\x80") == sign + sign + sign);             // a surrogate
    CHECK(apps::to_utf8("\xF4\x90\x80\x80") == sign + sign + sign + sign);  // beyond U+10FFFF
    CHECK(apps::to_utf8("\xF0\x80\x80\x80") == sign + sign + sign + sign);  // overlong
    CHECK(apps::to_json("\xFF\"") == "\"" + sign + "\\\"\"");
}
