// The path of a decision, in lines for people.

#include <libnet/engine/proxy/egress_policy.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/egress_lab.hpp>

#include <string>
#include <vector>

namespace egress_policy_explain_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test::egress;

namespace ip = boost::asio::ip;

TEST_CASE("the path of a decision can be told", "[engine][proxy]")
{
    const auto policy = policy_of("deny to @ads\nallow user ci to .example.com\ndefault deny\n");
    const EgressClient ci{ip::make_address("10.1.2.3"), "ci", {}};
    CHECK(explain(policy, ci, get("www.example.com", "/x"),
                  {ip::make_address(public_address), ip::make_address("10.0.0.1")}) ==
          std::vector<std::string>{
              "client 10.1.2.3, user ci",
              "target GET www.example.com:80/x",
              "before the name is looked up:",
              "  rule in line 1, 'deny to @ads': doesn't fit",
              "  rule in line 2, 'allow user ci to .example.com': fits, and decides",
              "  verdict: allowed by the rule in line 2, 'allow user ci to .example.com'",
              "with the address 93.184.216.34:",
              "  rule in line 1, 'deny to @ads': doesn't fit",
              "  rule in line 2, 'allow user ci to .example.com': fits, and decides",
              "  the address 93.184.216.34 is global",
              "  verdict: allowed by the rule in line 2, 'allow user ci to .example.com'",
              "with the address 10.0.0.1:",
              "  rule in line 1, 'deny to @ads': doesn't fit",
              "  rule in line 2, 'allow user ci to .example.com': fits, and decides",
              "  the address 10.0.0.1 is private_use",
              "  verdict: private_address",
          });
    CHECK(explain(policy, anonymous, tunnel("www.example.com"), {}).back() == "  verdict: default_denied");
    CHECK(explain(policy, anonymous, tunnel("a..b"), {}).back() == "  verdict: bad_host");
    CHECK(explain(EgressPolicy{}, anonymous, tunnel("::1"), {}).back() == "  verdict: loopback_address");
}

TEST_CASE("the path of a decision has its time and its limits", "[engine][proxy]")
{
    const auto policy = policy_of("deny times sun\nlimit to a.test requests 1/s\nlimit to b.test requests 1/s\n");
    auto client = anonymous;
    client.when = {60, 0};
    const auto lines = explain(policy, client, get("a.test"), {ip::make_address(public_address)});
    CHECK(lines.at(2) == "time mon 01:00, utc mon 00:00");
    CHECK(lines.back() == "limit in line 2, 'limit to a.test requests 1/s': counts");
    client.when.local = 6 * minutes_of_day;
    CHECK(explain(policy, client, get("a.test"), {}).back() ==
          "  verdict: rule_denied by the rule in line 1, 'deny times sun'");
}

TEST_CASE("the explanation has the route, and no addresses where none will be known", "[engine][proxy]")
{
    EgressPolicyOptions options;
    options.route = {"corp"};
    const auto lines = explain(EgressPolicy{options}, anonymous, tunnel("www.a.test"), {});
    CHECK(lines == std::vector<std::string>{"client 10.1.2.3", "target CONNECT www.a.test:443",
                                            "route: the parent corp", "by the parent corp, which looks the name up:",
                                            "  no rule fits: the default is to allow", "  verdict: allowed"});
    options.route.emplace_back("direct");
    CHECK(explain(EgressPolicy{options}, anonymous, tunnel("www.a.test"), {}).size() == 9);
}

}  // namespace egress_policy_explain_tests
