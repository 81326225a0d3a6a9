#include <libnet/base/json_writer.hpp>
#include <tests/support/catch.hpp>

#include <cstdint>
#include <limits>

namespace json_writer_tests {

using libnet::base::JsonWriter;

TEST_CASE("commas stand between values and nowhere else", "[base][json_writer]")
{
    JsonWriter json;
    json.object().member("v", 1).key("rows").array().value("a").value(2U).array().end_array().object().end_object();
    json.end_array().member("on", true).member("half", 0.5).key("none").null().end_object();
    CHECK(std::move(json).take() == R"({"v":1,"rows":["a",2,[],{}],"on":true,"half":0.5,"none":null})");
}

TEST_CASE("texts can't end their quotes, and strings that end in brackets are values like others",
          "[base][json_writer]")
{
    JsonWriter json;
    json.array().value("[").value("{").value("\"\\</script>\n\xFF").end_array();
    CHECK(std::move(json).take() == "[\"[\",\"{\",\"\\\"\\\\</script>\\u000a\xEF\xBF\xBD\"]");
}

TEST_CASE("numbers are numbers, or null", "[base][json_writer]")
{
    JsonWriter json;
    json.array().value(std::numeric_limits<std::uint64_t>::max()).value(-3).value(1e-7).value(123456.789);
    json.value(std::numeric_limits<double>::infinity()).end_array();
    CHECK(std::move(json).take() == "[18446744073709551615,-3,1e-07,123457,null]");
}

}  // namespace json_writer_tests
