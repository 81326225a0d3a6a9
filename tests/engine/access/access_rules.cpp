#include <libnet/engine/access/access_rules.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace access_rules_tests {

using namespace libnet::engine;

namespace {

const auto local = boost::asio::ip::make_address("127.0.0.1");
const auto office = boost::asio::ip::make_address("::ffff:10.1.2.3");
const auto stranger = boost::asio::ip::make_address("203.0.113.9");

Access judge(const std::string& rules, const std::string& name, const boost::asio::ip::address& client,
             std::optional<std::string_view> user = {})
{
    return AccessRules{parse_access_rules(rules)}.judge(name, client, user);
}

std::string refusal(const std::string& text)
try {
    parse_access_rules(text);
    return "nothing";
} catch (const std::invalid_argument& error) {
    return error.what();
}

}  // namespace

TEST_CASE("a pattern with a slash at its end is a directory and all below", "[engine][access]")
{
    for (const auto* name : {"private", "private/a", "private/a/b.txt"}) CHECK(fits("/private/", name));
    for (const auto* name : {"", "privat", "private2", "private2/a", "a/private", "a/private/b"})
        CHECK_FALSE(fits("/private/", name));
    CHECK(fits("/", ""));
    CHECK(fits("/", "a/b"));
    CHECK(fits("/users/*/private/", "users/alice/private/diary"));
    CHECK_FALSE(fits("/users/*/private/", "users/alice/public"));
    CHECK(fits("docs/", "docs/a"));  // the first slash may be missing
}

TEST_CASE("a pattern with a slash elsewhere is a whole path", "[engine][access]")
{
    CHECK(fits("/status", "status"));
    CHECK_FALSE(fits("/status", "status/more"));
    CHECK_FALSE(fits("/status", "a/status"));
    CHECK(fits("/logs/*.txt", "logs/2026/a.txt"));
    CHECK_FALSE(fits("/logs/*.txt", "logs/a.html"));
}

TEST_CASE("a directory and a star are that directory, too", "[engine][access]")
{
    for (const auto* pattern : {"/x/*", "/x/**", "x/*"})
        for (const auto* name : {"x", "x/a", "x/a/b.txt"}) {
            CAPTURE(pattern, name);
            CHECK(fits(pattern, name));
        }
    for (const auto* name : {"", "xa", "a/x", "y/a"}) CHECK_FALSE(fits("/x/*", name));
    CHECK(fits("/*/*", "x"));
    CHECK(fits("/*", ""));
    CHECK_FALSE(fits("/x*", "y"));
    CHECK_FALSE(fits("/x/?*", "x"));  // whoever says so means an octet
    CHECK(judge("/x/* deny all", "x", stranger) == Access::denied);
}

TEST_CASE("a precompressed file is guarded as the plain one is, and as itself", "[engine][access]")
{
    for (const auto* name : {"x.key", "x.key.gz", "x.key.br", "x.key.zst", "a/x.key.gz", "x.key.gz.br"}) {
        CAPTURE(name);
        CHECK(judge("*.key deny all", name, stranger) == Access::denied);
        CHECK(judge("*.key users alice", name, stranger) == Access::login);
        CHECK(judge("*.key users alice", name, stranger, "alice") == Access::granted);
    }
    CHECK(judge("/x.key deny all", "x.key.gz", stranger) == Access::denied);
    CHECK(judge("*.gz deny all", "x.key.gz", stranger) == Access::denied);
    CHECK(judge("*.gz users alice\n*.key deny all", "x.key.gz", stranger, "alice") == Access::denied);
    CHECK(judge("*.gz allow all\n*.key users alice", "x.key.gz", stranger) == Access::login);
    CHECK(judge("*.key deny all", "x.key.gzip", stranger) == Access::granted);
}

TEST_CASE("a pattern without a slash is a name at every depth, and what lies below it", "[engine][access]")
{
    for (const auto* name : {"a.key", "certs/a.key", "a.key/inside", "x/a.key/y"}) CHECK(fits("*.key", name));
    for (const auto* name : {"", "akey", "a.key2", "x/y"}) CHECK_FALSE(fits("*.key", name));
}

TEST_CASE("where no rule fits, access is granted, and the first that fits decides", "[engine][access]")
{
    CHECK(judge("", "a", stranger) == Access::granted);
    const std::string rules = "/a/open/ allow all\n/a/ deny all\n";
    CHECK(judge(rules, "b", stranger) == Access::granted);
    CHECK(judge(rules, "a/x", stranger) == Access::denied);
    CHECK(judge(rules, "a/open/x", stranger) == Access::granted);
}

TEST_CASE("networks are allowed and denied", "[engine][access]")
{
    const std::string rules = "/ allow 10.0.0.0/8,127.0.0.0/8 deny 10.66.0.0/16";
    CHECK(judge(rules, "a", office) == Access::granted);
    CHECK(judge(rules, "a", local) == Access::granted);
    CHECK(judge(rules, "a", stranger) == Access::denied);
    CHECK(judge(rules, "a", boost::asio::ip::make_address("10.66.0.1")) == Access::denied);
    CHECK(judge("/ deny 203.0.113.0/24", "a", stranger) == Access::denied);
    CHECK(judge("/ deny 203.0.113.0/24", "a", office) == Access::granted);
    CHECK(judge("/ deny all", "a", boost::asio::ip::make_address("2001:db8::1")) == Access::denied);
}

TEST_CASE("users log in", "[engine][access]")
{
    CHECK(judge("/ users *", "a", stranger) == Access::login);
    CHECK(judge("/ users *", "a", stranger, "bob") == Access::granted);
    CHECK(judge("/ users alice,carol", "a", stranger, "bob") == Access::login);
    CHECK(judge("/ users alice,carol", "a", stranger, "carol") == Access::granted);
    CHECK(judge("/ users alice", "a", stranger, "") == Access::login);
}

TEST_CASE("network and user both count, unless either is enough", "[engine][access]")
{
    const std::string both = "/ allow 10.0.0.0/8 users alice";
    CHECK(judge(both, "a", stranger, "alice") == Access::denied);
    CHECK(judge(both, "a", office) == Access::login);
    CHECK(judge(both, "a", office, "bob") == Access::login);
    CHECK(judge(both, "a", office, "alice") == Access::granted);

    const std::string either = "/ allow 10.0.0.0/8 or users alice";
    CHECK(judge(either, "a", office) == Access::granted);
    CHECK(judge(either, "a", stranger) == Access::login);
    CHECK(judge(either, "a", stranger, "bob") == Access::login);
    CHECK(judge(either, "a", stranger, "alice") == Access::granted);
}

TEST_CASE("rules are read with comments and blank lines", "[engine][access]")
{
    const auto rules =
        parse_access_rules("# rules\r\n\n  /a/  allow 10.0.0.0/8,::1 users alice,bob # those two\n*.key\tdeny all");
    REQUIRE(rules.size() == 2);
    CHECK(rules[0] ==
          AccessRule{.paths = "/a/",
                     .allow = {*libnet::wire::parse_network("10.0.0.0/8"), *libnet::wire::parse_network("::1")},
                     .users = {"alice", "bob"},
                     .text = "/a/ allow 10.0.0.0/8,::1 users alice,bob"});
    CHECK(rules[1] ==
          AccessRule{.paths = "*.key", .deny = {*libnet::wire::parse_network("::/0")}, .text = "*.key deny all"});
}

TEST_CASE("the rule that refuses is told as it was written", "[engine][access]")
{
    const AccessRules rules{
        parse_access_rules("/a/  deny all  # closed\n/b/ users alice\n*.gz allow 10.0.0.0/8\n/c/ allow all")};
    std::string rule = "before";
    CHECK(rules.judge("a/x", stranger, {}, &rule) == Access::denied);
    CHECK(rule == "/a/ deny all");
    CHECK(rules.judge("b", stranger, {}, &rule) == Access::login);
    CHECK(rule == "/b/ users alice");
    CHECK(rules.judge("b", stranger, "alice", &rule) == Access::granted);
    CHECK(rule.empty());
    CHECK(rules.judge("c", stranger, {}, &rule) == Access::granted);
    CHECK(rule.empty());
    CHECK(rules.judge("x.gz", stranger, {}, &rule) == Access::denied);
    CHECK(rule == "*.gz allow 10.0.0.0/8");
    const AccessRules unwritten{{{.paths = "/", .users = {"*"}}}};
    CHECK(unwritten.judge("a", stranger, {}, &rule) == Access::login);
    CHECK(rule.empty());
}

TEST_CASE("what is wrong with a rule is said", "[engine][access]")
{
    CHECK(refusal("\n/a/ alow all") == "line 2: 'alow' is none of allow, deny, users, or");
    CHECK(refusal("/a/ allow") == "line 1: nothing stands behind 'allow'");
    CHECK(refusal("/a/ allow 10.0.0.0/40") == "line 1: '10.0.0.0/40' is no network like 10.0.0.0/8 or ::1");
    CHECK(refusal("/a/ deny ,") == "line 1: ',' names no network");
    CHECK(refusal("/a/") == "line 1: it neither allows, nor denies, nor names users");
    CHECK(refusal("/a/ users ,") == "line 1: it neither allows, nor denies, nor names users");
    CHECK(refusal("/a/ allow all or") == "line 1: 'or' stands between networks and users");
    CHECK(refusal("/a/ or users *") == "line 1: 'or' stands between networks and users");
}

}  // namespace access_rules_tests
