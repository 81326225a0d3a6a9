#include <libnet/wire/http/accept.hpp>
#include <tests/support/catch.hpp>

namespace accept_tests {

using libnet::wire::weight_of;

TEST_CASE("the most specific range says how much a media type is wanted", "[wire][accept]")
{
    CHECK(weight_of("", "text/html") == 1000);
    CHECK(weight_of(", ,", "text/html") == 1000);
    CHECK(weight_of("text/html", "text/html") == 1000);
    CHECK(weight_of("text/html", "application/json") == 0);
    CHECK(weight_of("*/*", "application/json") == 1000);
    CHECK(weight_of("Text/*;q=0.5", "text/html") == 500);
    CHECK(weight_of("text/*;q=0.5, text/html;q=0.2, */*", "text/html") == 200);
    CHECK(weight_of("*/*;q=0.1, text/*;q=0.3", "application/json") == 100);
    CHECK(weight_of("application/json;version=1;q=0.7", "application/json") == 700);
    CHECK(weight_of("application/json;q=0", "application/json") == 0);

    constexpr auto browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    CHECK(weight_of(browser, "text/html") == 1000);
    CHECK(weight_of(browser, "application/json") == 800);
}

TEST_CASE("what is no media range is passed over", "[wire][accept]")
{
    for (const char* field : {";", ";q=1", "/", "text", "*", "text/*x", "textx/*", "*/html"}) {
        INFO(field);
        CHECK(weight_of(field, "text/html") == 0);
    }
    CHECK(weight_of("text/html;q=x", "text/html") == 0);
    CHECK(weight_of("text/html;;", "text/html") == 1000);
}

}  // namespace accept_tests
