#include <apps/common/json_lines.hpp>
#include <tests/support/capture.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace json_lines_tests {

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

TEST_CASE("bytes that are no UTF-8 are replaced", "[apps][json]")
{
    CHECK(apps::to_json("m\xC3\xBCnchen \xFF\"") == "\"m\xC3\xBCnchen \xEF\xBF\xBD\\\"\"");
}

}  // namespace json_lines_tests
