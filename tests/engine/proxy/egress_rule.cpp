#include <libnet/engine/proxy/egress_rule.hpp>
#include <tests/support/catch.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace egress_rule_tests {

using namespace libnet;
using namespace libnet::engine;

namespace {

const FindList one_list = [](const std::string& name) {
    if (name == "networks") return std::make_shared<const EgressList>("192.0.2.0/24\n", base::SipKey{});
    if (name != "blocked") throw std::invalid_argument{"there is no list '" + name + "'"};
    return std::make_shared<const EgressList>(".ads.test\n", base::SipKey{});
};

EgressRule rule_of(std::string_view line) { return parse_egress_rules(line, one_list).rules.at(0); }

std::string error_of(std::string_view text)
{
    try {
        parse_egress_rules(text, one_list);
        return "none";
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("a file of rules is read line by line", "[engine][proxy]")
{
    const auto rules = parse_egress_rules(
        "# who may go where\n"
        "deny   to @blocked\n"
        "\n"
        "allow  from 10.1.0.0/16, ::1 user ci listener office to github.com .pypi.org 192.0.2.0/24 443 8000-8099 "
        "methods GET,HEAD paths /v1/*  # a comment\r\n"
        "private registry.internal 10.1.2.0/24 10.1.3.0/24\n"
        "default deny\n"
        "report-only\n",
        one_list);
    REQUIRE(rules.rules.size() == 2);
    CHECK(!rules.rules[0].allows);
    CHECK(rules.rules[0].line == 2);
    CHECK(rules.rules[0].text == "deny   to @blocked");
    REQUIRE(rules.rules[0].lists.size() == 1);
    CHECK(rules.rules[0].lists[0].list->find("x.ads.test"));

    const auto& rule = rules.rules[1];
    CHECK(rule.allows);
    CHECK(rule.line == 4);
    CHECK(rule.from == std::vector{*wire::parse_network("10.1.0.0/16"), *wire::parse_network("::1")});
    CHECK(rule.users == std::vector<std::string>{"ci"});
    CHECK(rule.listeners == std::vector<std::string>{"office"});
    CHECK(rule.hosts == std::vector<std::string>{"github.com", ".pypi.org"});
    CHECK(rule.networks == std::vector{*wire::parse_network("192.0.2.0/24")});
    CHECK(rule.ports == std::vector<PortRange>{{443, 443}, {8000, 8099}});
    CHECK(rule.methods == std::vector<std::string>{"GET", "HEAD"});
    CHECK(rule.paths == std::vector<std::string>{"/v1/*"});
    REQUIRE(rules.services.size() == 1);
    CHECK(rules.services[0].host == "registry.internal");
    CHECK(rules.services[0].networks.size() == 2);
    CHECK(!rules.allows_by_default);
    CHECK(rules.report_only);
}

TEST_CASE("what a file doesn't say is allowed", "[engine][proxy]")
{
    const auto rules = parse_egress_rules("", one_list);
    CHECK(rules.rules.empty());
    CHECK(rules.allows_by_default);
    CHECK(!rules.report_only);
    CHECK(rule_of("deny").hosts.empty());
    CHECK(rule_of("allow to *").hosts.empty());
    CHECK(rule_of("allow to * 443").ports == std::vector<PortRange>{{443, 443}});
}

TEST_CASE("a rule has times, and a limit amounts", "[engine][proxy]")
{
    using namespace std::chrono_literals;
    const auto rule = rule_of("allow to a.test times mon-fri,08:00-18:00");
    CHECK(rule.times.ranges.size() == 5);
    CHECK(!rule.times.is_utc);

    const auto rules = parse_egress_rules(
        "allow\nlimit from 10.1.0.0/16 to .a.test @blocked 443 times utc sat rate 1M/s quota 10G/day requests 100/min\n"
        "limit requests 5/s per target client  # each\n"
        "limit requests 5/s per target\n"
        "limit requests 5/s per rule\n"
        "limit requests 5/s per client\n",
        one_list);
    CHECK(rules.rules.size() == 1);
    REQUIRE(rules.limits.size() == 5);
    const auto& first = rules.limits[0];
    CHECK(first.amounts == EgressAmounts{1'048'576, {std::uint64_t{10} << 30, 24h}, {100, 60s}, LimitPer::client});
    CHECK(first.rule.line == 2);
    CHECK(first.rule.text.starts_with("limit from"));
    CHECK(first.rule.hosts == std::vector<std::string>{".a.test"});
    CHECK(first.rule.lists.size() == 1);
    CHECK(first.rule.ports.size() == 1);
    CHECK(first.rule.times.is_utc);
    CHECK(rules.limits[1].amounts.per == LimitPer::client_and_target);
    CHECK(rules.limits[1].rule.text == "limit requests 5/s per target client");
    CHECK(rules.limits[2].amounts.per == LimitPer::target);
    CHECK(rules.limits[3].amounts.per == LimitPer::rule);
    CHECK(rules.limits[4].amounts.per == LimitPer::client);
}

TEST_CASE("rules name parents in the order in which they are tried", "[engine][proxy]")
{
    const auto rules = parse_egress_rules(
        "allow to .a.test 443 proxy=corp, spare direct methods GET # proxy=x\n"
        "allow user proxy\ndefault proxy=spare,direct\ndefault deny\n",
        [](const auto&) { return std::make_shared<const EgressList>(); });
    REQUIRE(rules.rules.size() == 2);
    CHECK(rules.rules[0].route == std::vector<std::string>{"corp", "spare", "direct"});
    CHECK(rules.rules[0].methods == std::vector<std::string>{"GET"});
    CHECK(rules.rules[1].users == std::vector<std::string>{"proxy"});
    CHECK(rules.rules[1].route.empty());
    CHECK(rules.route == std::vector<std::string>{"spare", "direct"});
    CHECK_FALSE(rules.allows_by_default);
}

TEST_CASE("hosts of rules are canonical", "[engine][proxy]")
{
    CHECK(rule_of("allow to GitHub.COM.").hosts == std::vector<std::string>{"github.com"});
    CHECK(rule_of("allow to .GitHub.COM").hosts == std::vector<std::string>{".github.com"});
    CHECK(rule_of("allow to 192.0.2.7 2001:db8::/32").networks.size() == 2);
}

TEST_CASE("a bad line of a file of rules is named, and says what would do", "[engine][proxy]")
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"permit to a.test", "none of allow, deny, limit, private, default, report-only"},
        {"allow a.test", "none of from, user, certificate, uid, listener, to, methods, paths, times"},
        {"allow to", "has no values"},
        {"allow from user a", "has no values"},
        {"allow to a.test to b.test", "is there twice"},
        {"allow from a.test", "is no network"},
        {"allow from 10.0.0.0/33", "is no network"},
        {"allow to 10.0.0.0/33", "is no network"},
        {"allow to a.test:443", "ports are words of their own"},
        {"allow to http://a.test/", "is no network"},
        {"allow to *.a.test", "is no host name"},
        {"allow to 127.1", "is no host name"},
        {"allow to * a.test", "nothing else can stand beside it"},
        {"allow to @", "names no list"},
        {"allow to @missing", "there is no list 'missing'"},
        {"allow to 0", "no range of ports"},
        {"allow to 90-80", "no range of ports"},
        {"allow to 70000", "is no host name"},
        {"allow methods G/T", "is no method"},
        {"allow paths v1", "paths begin with /"},
        {"private a.test", "wants a host and its networks"},
        {"private 10.0.0.1 10.0.0.0/8", "is no host name"},
        {"private a.test b.test", "is no network"},
        {"default", "wants allow or deny"},
        {"default maybe", "wants allow or deny"},
        {"default deny allow", "wants allow or deny"},
        {"report-only now", "none of"},
        {"allow times", "has no values"},
        {"allow times mon-fri 8-18", "'8-18' is no time"},
        {"allow rate 1M/s", "none of from, user, certificate, uid, listener, to, methods, paths, times"},
        {"limit", "wants a rate, a quota or requests"},
        {"limit to a.test", "wants a rate, a quota or requests"},
        {"limit rate", "has no values"},
        {"limit rate 1M", "is no limit"},
        {"limit rate 1M/min", "is no rate"},
        {"limit quota 1G/day 2G/week", "is one value too many"},
        {"limit quota 0/day", "is no limit"},
        {"limit requests 100/month", "is no limit"},
        {"limit requests 1/s requests 2/s", "is there twice"},
        {"limit requests 1/s per host", "none of client, target, rule"},
        {"limit requests 1/s per rule client", "nothing else can stand beside it"},
        {"limit to 10.0.0.0/8 requests 1/s", "can't have networks"},
        {"limit to @networks requests 1/s", "can't have networks"},
        {"allow to a.test proxy=", "has no values"},
        {"allow to a.test proxy=corp,corp", "is there twice"},
        {"allow to a.test proxy=corp proxy=other", "is there twice"},
        {"allow to a.test proxy=http://corp", "is no name of a parent proxy"},
        {"deny to a.test proxy=corp", "goes by no proxy"},
        {"default proxy=", "wants allow or deny behind it, or proxy="},
        {"default proxy", "wants allow or deny"},
    };
    for (const auto& [line, why] : cases) {
        INFO(line);
        const auto error = error_of("allow\n\n# x\n\n\n\n" + std::string{line} + "\n");
        INFO(error);
        CHECK(error.starts_with("line 7: "));
        CHECK(error.find(why) != std::string::npos);
    }
}

#if defined(LIBNETXX_IDN)
TEST_CASE("hosts of rules may be in UTF-8", "[engine][proxy]")
{
    const auto rule = rule_of("allow to .m\u00fcnchen.example STRA\u00dfE.example");
    CHECK(rule.hosts == std::vector<std::string>{".xn--mnchen-3ya.example", "xn--strae-oqa.example"});
    CHECK_THROWS_AS(rule_of("allow to \xff.example"), std::invalid_argument);
    CHECK_THROWS_AS(rule_of("allow to \u2488.example"), std::invalid_argument);  // "1." in one letter
}
#endif

}  // namespace egress_rule_tests
