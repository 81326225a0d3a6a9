#include <libnet/wire/http/etag.hpp>
#include <tests/support/catch.hpp>

namespace etag_tests {

using namespace libnet::wire;
using enum EtagComparison;

TEST_CASE("entity tags compare as in the table of RFC 9110 section 8.8.3.2", "[wire][etag]")
{
    CHECK(!etag_equals(R"(W/"1")", R"(W/"1")", strong));
    CHECK(etag_equals(R"(W/"1")", R"(W/"1")", weak));
    CHECK(!etag_equals(R"(W/"1")", R"(W/"2")", weak));
    CHECK(!etag_equals(R"(W/"1")", R"("1")", strong));
    CHECK(etag_equals(R"(W/"1")", R"("1")", weak));
    CHECK(etag_equals(R"("1")", R"("1")", strong));
    CHECK(etag_equals(R"("1")", R"("1")", weak));
}

TEST_CASE("a list matches when one of its members does", "[wire][etag]")
{
    CHECK(etag_list_matches(R"("a")", R"("a")", strong));
    CHECK(etag_list_matches(R"("x", W/"y" ,, "a")", R"("a")", strong));
    CHECK(etag_list_matches(R"("x","a,b")", R"("a,b")", strong));
    CHECK(etag_list_matches(R"(W/"a")", R"(W/"a")", weak));
    CHECK(!etag_list_matches(R"(W/"a")", R"(W/"a")", strong));
    CHECK(!etag_list_matches(R"("x", "y")", R"("a")", weak));
}

TEST_CASE("an asterisk matches whatever there is", "[wire][etag]")
{
    CHECK(etag_list_matches("*", R"("a")", strong));
    CHECK(etag_list_matches(" * ", R"(W/"a")", strong));
    CHECK(!etag_list_matches(R"("x", *)", R"("a")", weak));
}

TEST_CASE("what is no entity tag matches nothing and ends the list", "[wire][etag]")
{
    for (const char* list : {"", ",", "a", "\"a", "W/a", "W/", "W/\"a", "'a'", "x, \"a\"", "w/\"a\"", "\"\"a\"\""})
        CHECK(!etag_list_matches(list, R"("a")", weak));
}

}  // namespace etag_tests
