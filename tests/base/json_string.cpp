#include <libnet/base/json_string.hpp>
#include <tests/support/catch.hpp>

namespace json_string_tests {

using namespace libnet;

namespace {

std::string json(std::string_view text)
{
    std::string out;
    base::append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("text becomes a JSON string", "[base]")
{
    CHECK(json("") == R"("")");
    CHECK(json("a \xC3\xA4") == "\"a \xC3\xA4\"");
    CHECK(json("\"\\/") == R"("\"\\/")");
    CHECK(json(std::string_view{"\n\0\x7F", 3}) == R"("\u000a\u0000\u007f")");
    CHECK(json("\xFF\xC3") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

}  // namespace json_string_tests
