#include <libnet/engine/http/route_table.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace route_table_tests {

using namespace libnet::engine;

namespace {

/// "3 name=a rest=b/c", "405 GET, HEAD, OPTIONS", or "-".
std::string look_up(const RouteTable& table, std::string_view method, std::string_view name, bool directory = false)
{
    const auto match = table.find(method, name, directory);
    if (match.kind == RouteMatch::Kind::nothing) return "-";
    if (match.kind == RouteMatch::Kind::wrong_method) return "405 " + std::string{match.allow};
    auto text = std::to_string(match.route);
    for (const auto& [parameter, value] : match.parameters)
        text.append(" ").append(parameter).append("=").append(value);
    return text;
}

std::string refusal_of(std::string_view method, std::string_view pattern)
try {
    RouteTable table;
    table.add(method, pattern, 0);
    return "taken";
} catch (const std::invalid_argument& error) {
    return error.what();
}

}  // namespace

TEST_CASE("a route is found by its literal segments first, and tells what its parameters stand for", "[engine]")
{
    RouteTable table;
    CHECK(table.empty());
    CHECK(look_up(table, "GET", "") == "-");
    table.add("GET", "/api/hosts", 1);
    table.add("GET", "/api/hosts/{name}", 2);
    table.add("GET", "/api/hosts/all", 3);
    table.add("GET", "/api/hosts/{name}/paths/{path}", 4);
    table.add("GET", "/api/hosts/all/{what}/last", 5);
    table.add("GET", "/tree/{rest...}", 6);
    table.add("GET", "/tree/{one}", 7);
    table.add("GET", "/", 8);
    CHECK_FALSE(table.empty());

    CHECK(look_up(table, "GET", "api/hosts") == "1");
    CHECK(look_up(table, "GET", "api/hosts/a b") == "2 name=a b");
    CHECK(look_up(table, "GET", "api/hosts/all") == "3");
    CHECK(look_up(table, "GET", "api/hosts/all/paths/7") == "4 name=all path=7");  // behind a literal that led nowhere
    CHECK(look_up(table, "GET", "api/hosts/all/paths/last") == "5 what=paths");
    CHECK(look_up(table, "GET", "tree/a") == "7 one=a");
    CHECK(look_up(table, "GET", "tree/a/b/c") == "6 rest=a/b/c");
    CHECK(look_up(table, "GET", "") == "8");
    for (const auto* const nothing : {"api", "api/host", "api/hosts/a/b", "tree", "API/hosts"})
        CHECK(look_up(table, "GET", nothing) == "-");
}

TEST_CASE("a slash at the end of a path is part of it", "[engine]")
{
    RouteTable table;
    table.add("GET", "/a", 1);
    table.add("GET", "/b/", 2);
    table.add("GET", "/", 3);
    CHECK(look_up(table, "GET", "a", false) == "1");
    CHECK(look_up(table, "GET", "a", true) == "-");
    CHECK(look_up(table, "GET", "b", false) == "-");
    CHECK(look_up(table, "GET", "b", true) == "2");
    CHECK(look_up(table, "GET", "", true) == "3");  // the root always has one
}

TEST_CASE("methods of a path are told apart, and named where one is missing", "[engine]")
{
    RouteTable table;
    table.add("GET", "/a/{x}", 1);
    table.add("PUT", "/a/{y}", 2);
    table.add("POST", "/b", 3);
    table.add("GET", "/c", 4);
    table.add("HEAD", "/c", 5);
    table.add("OPTIONS", "/c", 6);
    CHECK(look_up(table, "GET", "a/1") == "1 x=1");
    CHECK(look_up(table, "HEAD", "a/1") == "1 x=1");
    CHECK(look_up(table, "PUT", "a/1") == "2 y=1");
    CHECK(look_up(table, "DELETE", "a/1") == "405 GET, PUT, HEAD, OPTIONS");
    CHECK(look_up(table, "get", "a/1") == "405 GET, PUT, HEAD, OPTIONS");
    CHECK(look_up(table, "HEAD", "b") == "405 POST, OPTIONS");
    CHECK(look_up(table, "HEAD", "c") == "5");
    CHECK(look_up(table, "OPTIONS", "c") == "6");
    CHECK(look_up(table, "PUT", "c") == "405 GET, HEAD, OPTIONS");
}

TEST_CASE("a route that can't be meant so is refused when it is added", "[engine]")
{
    CHECK(refusal_of("GET", "/a/{b}/{c...}") == "taken");
    CHECK(refusal_of("GET", "a") == "the route \"a\": a route begins with a slash");
    CHECK(refusal_of("GET", "") == "the route \"\": a route begins with a slash");
    CHECK(refusal_of("GET", "//").ends_with("there is an empty segment in it"));
    CHECK(refusal_of("GET", "/a//b").ends_with("there is an empty segment in it"));
    CHECK(refusal_of("GET", "/a/../b").ends_with("are resolved before a route is looked for"));
    CHECK(refusal_of("GET", "/a{b}").ends_with("not \"/a{name}/\""));
    CHECK(refusal_of("GET", "/{b").ends_with("not \"/a{name}/\""));
    CHECK(refusal_of("GET", "/{}").ends_with("a letter first"));
    CHECK(refusal_of("GET", "/{{a}}").ends_with("a letter first"));
    CHECK(refusal_of("GET", "/{1}").ends_with("a letter first"));
    CHECK(refusal_of("GET", "/{a}/{a}").ends_with("two of its parameters have the same name"));
    CHECK(refusal_of("GET", "/{a...}/b").ends_with("has to be the last segment"));
    CHECK(refusal_of("GET", "/a?b").ends_with("is no part of it"));
    CHECK(refusal_of("GET", "/a%20b").ends_with("without percent-encoding"));
    CHECK(refusal_of("GET", "/a\nb").ends_with("there is a control character in it"));
    CHECK(refusal_of("", "/") == "the method \"\": it is no method's name");
    CHECK(refusal_of("*", "/") == "the method \"*\": it is no method's name");
    CHECK(refusal_of("GET ", "/") == "the method \"GET \": it is no method's name");
    CHECK(refusal_of("CONNECT", "/") == "the method \"CONNECT\": it asks for no path");

    RouteTable table;
    table.add("GET", "/a/{x}", 1);
    CHECK_THROWS_WITH(table.add("GET", "/a/{other}", 2),
                      "the route \"/a/{other}\": there is one for the same paths and method already");
    CHECK(look_up(table, "GET", "a/1") == "1 x=1");
}

}  // namespace route_table_tests
