#include <libnet/wire/http/query.hpp>
#include <tests/support/catch.hpp>

#include <string>
#include <vector>

namespace query_tests {

using namespace libnet::wire;

namespace {

std::vector<QueryParameter> read(std::string_view text)
{
    const auto query = Query::parse(text);
    REQUIRE(query.has_value());
    return query->parameters();
}

}  // namespace

TEST_CASE("a query is names and values, decoded once", "[wire][http]")
{
    using Parameters = std::vector<QueryParameter>;
    CHECK(read("") == Parameters{});
    CHECK(read("target=a.test&count=5") == Parameters{{"target", "a.test"}, {"count", "5"}});
    CHECK(read("a=b+c%2Bd%26e%3D") == Parameters{{"a", "b c+d&e="}});
    CHECK(read("t%61rget=%2541") == Parameters{{"target", "%41"}});
    CHECK(read("a==b=") == Parameters{{"a", "=b="}});
    CHECK(read("flag&empty=&=nameless") == Parameters{{"flag", ""}, {"empty", ""}, {"", "nameless"}});
    CHECK(read("&&a=1&") == Parameters{{"a", "1"}});
    CHECK(read("a=%00%ff") == Parameters{{"a", std::string{"\0\xFF", 2}}});
}

TEST_CASE("a parameter is found by its name, which has case", "[wire][http]")
{
    const auto query = Query::parse("target=x&Count=2");
    REQUIRE(query.has_value());
    REQUIRE(query->find("target") != nullptr);
    CHECK(*query->find("target") == "x");
    CHECK(query->find("count") == nullptr);
}

TEST_CASE("a query that two readers could understand differently is refused", "[wire][http]")
{
    const auto error = [](std::string_view text) { return Query::parse(text).error(); };
    for (const auto* text : {"a=%", "a=%4", "a=%4g", "%zz=1", "a=1&b=%-1"}) {
        INFO(text);
        CHECK(error(text) == QueryError::bad_triplet);
    }
    CHECK(error("a=1&b=2&a=1") == QueryError::repeated_name);
    CHECK(error("a=1&%61=2") == QueryError::repeated_name);

    std::string many;
    for (std::size_t i = 0; i < Query::most; ++i) many += "n" + std::to_string(i) + "=&";
    CHECK(read(many).size() == Query::most);
    CHECK(error(many + "more") == QueryError::too_many);
}

}  // namespace query_tests
