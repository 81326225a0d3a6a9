#include <libnet/engine/http/path_pattern.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace path_pattern_tests {

using namespace libnet::engine;

TEST_CASE("a star is any text, a question mark any character", "[engine][path_pattern]")
{
    for (const auto& [pattern, text] : {std::pair{"", ""},
                                        {"*", ""},
                                        {"*", "abc"},
                                        {"a*c", "ac"},
                                        {"a*c", "abbc"},
                                        {"a?c", "abc"},
                                        {"*.js", "x.js.js"},
                                        {"**a**", "a"},
                                        {"a*b*c", "aXbYbZc"}})
    {
        INFO(pattern << " and " << text);
        CHECK(matches_glob(pattern, text));
    }
    for (const auto& [pattern, text] : {std::pair{"", "a"},
                                        {"?", ""},
                                        {"a*c", "ab"},
                                        {"a?c", "ac"},
                                        {"*.js", "js"},
                                        {"a", "A"},
                                        {"*a", "ab"},
                                        {"a*b*c", "acb"}})
    {
        INFO(pattern << " and " << text);
        CHECK(!matches_glob(pattern, text));
    }
    const std::string many(2000, 'a');
    CHECK(!matches_glob("*a*a*a*a*a*a*a*a*b", many));  // in a moment
}

TEST_CASE("a pattern without a slash is about the last segment", "[engine][path_pattern]")
{
    CHECK(matches_path("*.css", "/a/b.css"));
    CHECK(matches_path("b.*", "/a/b.css"));
    CHECK(!matches_path("a*", "/a/b.css"));
    CHECK(matches_path("/a/*", "/a/b/c.css"));
    CHECK(!matches_path("/b.css", "/a/b.css"));
    CHECK(matches_path("*", "/"));
}

TEST_CASE("a name may show a hash of its content", "[engine][path_pattern]")
{
    for (const char* name : {"app.3f9a1c07.js", "/x/style-0a1b2c3d4e.css", "a_DEADBEEF1.min.js", "x.1234567a.chunk.js"})
    {
        INFO(name);
        CHECK(has_content_hash(name));
    }
    for (const char* name :
         {"app.js", "3f9a1c07.js", "app.3f9a1c07", "report-20241125.pdf", "a-2024-11-25.txt", "app.3f9a1c0.js",
          "holiday-vacation2019.jpg", "x.deadbeef.js", "/a.3f9a1c07.d/b.js", "", ".", "...", "a.b.c"})
    {
        INFO(name);
        CHECK(!has_content_hash(name));
    }
    CHECK(!has_content_hash("a." + std::string(64, 'a') + "1.js"));
}

}  // namespace path_pattern_tests
