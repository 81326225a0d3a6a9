#include <libnet/wire/http/bearer_token.hpp>
#include <tests/support/catch.hpp>

namespace bearer_token_tests {

using namespace libnet::wire;

TEST_CASE("a bearer token is read strictly", "[wire]")
{
    CHECK(parse_bearer_token("Bearer mF_9.B5f-4.1JqM") == "mF_9.B5f-4.1JqM");
    CHECK(parse_bearer_token("bearer   a+/~==") == "a+/~==");
    for (const char* const other : {"", "Bearer", "Bearer ", "Bearer  ", "Bearer =", "Bearer a b", "Bearer a,b",
                                    "Bearer a=b", "Bearera", "Basic YTpi", "Bearer \ta", "Bearer \"a\""})
    {
        INFO(other);
        CHECK_FALSE(parse_bearer_token(other));
    }
}

TEST_CASE("the challenge of bearer tokens has a realm that can be read", "[wire]")
{
    CHECK(bearer_challenge("proxy") == "Bearer realm=\"proxy\"");
    CHECK(bearer_challenge("a\"b\\c\r\nd") == "Bearer realm=\"abcd\"");
}

}  // namespace bearer_token_tests
