#include <libnet/wire/http/http_target.hpp>
#include <tests/support/catch.hpp>

namespace http_target_tests {

using namespace libnet::wire;

TEST_CASE("a path and its query stay as they are", "[wire][http]")
{
    CHECK(parse_target("GET", "/a%20b/?c=d?e") == HttpTarget{.path = "/a%20b/", .query = "c=d?e", .has_query = true});
    CHECK(parse_target("GET", "/a") == HttpTarget{.path = "/a"});
    CHECK(parse_target("GET", "//a//") == HttpTarget{.path = "//a//"});
}

TEST_CASE("an empty query is not the same as none", "[wire][http]")
{
    CHECK(parse_target("GET", "/a?") == HttpTarget{.path = "/a", .has_query = true});
    CHECK(parse_target("GET", "http://a?") == HttpTarget{TargetForm::absolute, "http", {"a", {}}, "/", "", true});
}

TEST_CASE("an absolute target has scheme, authority, path and query", "[wire][http]")
{
    CHECK(parse_target("GET", "http://a.test:8080/b?c") ==
          HttpTarget{TargetForm::absolute, "http", {"a.test", 8080}, "/b", "c", true});
    CHECK(parse_target("GET", "HTTPS://[::1]/") ==
          HttpTarget{TargetForm::absolute, "HTTPS", {"::1", {}, true}, "/", "", false});
    CHECK(parse_target("GET", "svn+ssh-1.0://a/b") ==
          HttpTarget{TargetForm::absolute, "svn+ssh-1.0", {"a", {}}, "/b", "", false});
    CHECK(parse_target("GET", "http://a/http://b") ==
          HttpTarget{TargetForm::absolute, "http", {"a", {}}, "/http://b", "", false});
}

TEST_CASE("an absolute target without a path means the root, but for OPTIONS the server", "[wire][http]")
{
    CHECK(parse_target("GET", "http://a")->path == "/");
    CHECK(parse_target("GET", "http://a?b")->path == "/");
    CHECK(parse_target("OPTIONS", "http://a")->path.empty());
    CHECK(parse_target("OPTIONS", "http://a/")->path == "/");
    CHECK(parse_target("OPTIONS", "http://a?b")->path == "/");
}

TEST_CASE("CONNECT names host and port, and nothing else does", "[wire][http]")
{
    CHECK(parse_target("CONNECT", "a:443") == HttpTarget{.form = TargetForm::authority, .authority = {"a", 443}});
    CHECK(parse_target("CONNECT", "[::1]:443") ==
          HttpTarget{.form = TargetForm::authority, .authority = {"::1", 443, true}});
    CHECK(!parse_target("CONNECT", "a"));
    CHECK(!parse_target("CONNECT", "*"));
    CHECK(!parse_target("connect", "a:443"));
}

TEST_CASE("an asterisk is for OPTIONS", "[wire][http]")
{
    CHECK(parse_target("OPTIONS", "*") == HttpTarget{.form = TargetForm::asterisk});
    CHECK(!parse_target("GET", "*"));
    CHECK(!parse_target("OPTIONS", "**"));
}

}  // namespace http_target_tests
