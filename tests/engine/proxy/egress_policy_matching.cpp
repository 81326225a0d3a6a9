// What rules are about: clients, methods, paths, times; and what limits are about.

#include <libnet/engine/proxy/egress_policy.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/egress_lab.hpp>

namespace egress_policy_matching_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test::egress;
using V = EgressVerdict;

namespace ip = boost::asio::ip;

TEST_CASE("rules are about clients, users and listeners", "[engine][proxy]")
{
    const auto policy = policy_of(
        "allow from 10.1.0.0/16 to a.test\n"
        "allow user ci,bot to b.test\n"
        "allow user * to c.test\n"
        "allow listener office to d.test\n"
        "default deny\n");
    const EgressClient near{ip::make_address("::ffff:10.1.0.9"), std::nullopt, {}},
        far{ip::make_address("10.2.0.9"), std::nullopt, {}};
    const EgressClient ci{far.address, "ci", {}}, other{far.address, "eve", {}},
        office{far.address, std::nullopt, "office"};
    CHECK(verdict(policy, get("a.test"), near) == V::allowed);
    CHECK(verdict(policy, get("a.test"), far) == V::default_denied);
    CHECK(verdict(policy, get("b.test"), ci) == V::allowed);
    CHECK(verdict(policy, get("b.test"), other) == V::default_denied);
    CHECK(verdict(policy, get("b.test"), far) == V::default_denied);
    CHECK(verdict(policy, get("c.test"), other) == V::allowed);
    CHECK(verdict(policy, get("c.test"), far) == V::default_denied);
    CHECK(verdict(policy, get("d.test"), office) == V::allowed);
    CHECK(verdict(policy, get("d.test"), far) == V::default_denied);
}

TEST_CASE("rules are about certificates and users of Unix sockets", "[engine][proxy]")
{
    const auto policy = policy_of(
        "allow certificate ci.test,spiffe://x/build to a.test\n"
        "allow uid 1000 1001 to b.test\n"
        "allow certificate * to c.test\n"
        "default deny\n");
    const ClientIdentity build{{"other.test", "spiffe://x/build"}, std::nullopt}, alice{{}, 1001},
        eve{{"eve.test"}, 1002};
    const auto with = [](const ClientIdentity& identity) {
        EgressClient client{ip::make_address("10.1.0.9")};
        client.identity = &identity;
        return client;
    };
    CHECK(verdict(policy, get("a.test"), with(build)) == V::allowed);
    CHECK(verdict(policy, get("a.test"), with(eve)) == V::default_denied);
    CHECK(verdict(policy, get("a.test"), with(alice)) == V::default_denied);
    CHECK(verdict(policy, get("a.test")) == V::default_denied);
    CHECK(verdict(policy, get("b.test"), with(alice)) == V::allowed);
    CHECK(verdict(policy, get("b.test"), with(eve)) == V::default_denied);
    CHECK(verdict(policy, get("b.test"), with(build)) == V::default_denied);
    CHECK(verdict(policy, get("c.test"), with(eve)) == V::allowed);
    CHECK(verdict(policy, get("c.test"), with(alice)) == V::default_denied);
    CHECK(explain(policy, with(build), get("a.test"), {}).front() ==
          "client 10.1.0.9, certificate other.test, certificate spiffe://x/build");
    CHECK(explain(policy, with(alice), get("a.test"), {}).front() == "client 10.1.0.9, uid 1001");
    CHECK_THROWS_WITH(policy_of("allow uid root to a.test\n"), Catch::Matchers::Contains("'id -u NAME'"));
}

TEST_CASE("rules are about methods and paths, where they are seen", "[engine][proxy]")
{
    const auto policy = policy_of(
        "allow to api.test methods GET paths /v1/* /health\n"
        "allow to up.test methods CONNECT\n"
        "default deny\n");
    CHECK(verdict(policy, get("api.test", "/v1/users")) == V::allowed);
    CHECK(verdict(policy, get("api.test", "/health")) == V::allowed);
    CHECK(verdict(policy, get("api.test", "/healthy")) == V::default_denied);
    CHECK(verdict(policy, get("api.test", "/v1/%75sers")) == V::allowed);
    CHECK(verdict(policy, get("api.test", "/%76%31/users")) == V::allowed);
    CHECK(verdict(policy, get("api.test", "/v1/../admin")) == V::default_denied);
    CHECK(verdict(policy, get("api.test", "/v1/%2e%2e/admin")) == V::default_denied);
    CHECK(verdict(policy, get("api.test", "/v1/../../admin")) == V::bad_path);
    CHECK(verdict(policy, get("api.test", "/v1/a%2Fb")) == V::bad_path);
    CHECK(verdict(policy, get("api.test", "/v1/%zz")) == V::bad_path);
    CHECK(verdict(policy, get("api.test", "/v1/%00")) == V::bad_path);
    CHECK(verdict(policy, get("api.test", "")) == V::default_denied);
    CHECK(verdict(policy, egress_target("api.test", 80, "POST", "/v1/users")) == V::default_denied);
    CHECK(verdict(policy, egress_target("api.test", 80, "get", "/v1/users")) == V::default_denied);
    CHECK(verdict(policy, tunnel("api.test")) == V::default_denied);
    CHECK(verdict(policy, tunnel("up.test")) == V::allowed);
    CHECK(verdict(policy, get("up.test")) == V::default_denied);
}

TEST_CASE("a path that can't be read matters only to rules about paths", "[engine][proxy]")
{
    CHECK(verdict(policy_of("allow to api.test\ndefault deny\n"), get("api.test", "/a%2Fb")) == V::allowed);
    CHECK(verdict(policy_of("deny to api.test paths /admin*\n"), get("api.test", "/a%2F..%2Fadmin")) == V::bad_path);
    CHECK(verdict(policy_of("deny to api.test paths /admin*\n"), get("other.test", "/a%2Fb")) == V::allowed);
}

TEST_CASE("a rule may ask for the port that a client has connected to", "[engine][proxy]")
{
    const auto policy = policy_of("deny listener 8889\n");
    CHECK(policy.names_listeners());
    CHECK(!policy_of("deny to a.test\n").names_listeners());
    CHECK(verdict(policy, get("a.test"), {ip::make_address("10.1.2.3"), std::nullopt, "8889"}) == V::rule_denied);
    CHECK(verdict(policy, get("a.test"), {ip::make_address("10.1.2.3"), std::nullopt, "8888"}) == V::allowed);
}

TEST_CASE("a rule with times counts at these times", "[engine][proxy]")
{
    const auto policy =
        policy_of("allow to .a.test times mon-fri 08:00-18:00\nallow to b.test times utc sun\ndefault deny\n");
    CHECK(policy.names_times());
    CHECK(!policy_of("allow to .a.test\n").names_times());
    CHECK(policy_of("limit requests 1/s times mon\n").names_times());
    auto client = anonymous;
    client.when = {8 * 60, 0};  // Monday
    CHECK(verdict(policy, get("x.a.test"), client) == V::allowed);
    CHECK(verdict(policy, get("b.test"), client) == V::default_denied);
    client.when = {18 * 60, 6 * minutes_of_day};
    CHECK(verdict(policy, get("x.a.test"), client) == V::default_denied);
    CHECK(verdict(policy, get("b.test"), client) == V::allowed);
}

TEST_CASE("a limit is about who and what its line says", "[engine][proxy]")
{
    const auto policy = policy_of(
        "limit from 10.1.0.0/16 to .a.test 443 @names requests 1/s\n"
        "limit user ci methods CONNECT requests 1/s\n"
        "limit to * paths /v1/* requests 1/s times tue\n");
    const auto& limits = policy.options().rules.limits;
    CHECK(policy.is_limited(limits[0], anonymous, tunnel("x.a.test")));
    CHECK(policy.is_limited(limits[0], anonymous, tunnel("x.ads.test")));
    CHECK(!policy.is_limited(limits[0], anonymous, tunnel("b.test")));
    CHECK(!policy.is_limited(limits[0], anonymous, tunnel("93.184.216.34")));
    CHECK(!policy.is_limited(limits[0], anonymous, get("x.a.test")));
    CHECK(!policy.is_limited(limits[0], anonymous, egress_target("", 443, "CONNECT", "")));
    CHECK(!policy.is_limited(limits[1], anonymous, tunnel("b.test")));
    auto client = anonymous;
    client.user = "ci";
    client.when.local = minutes_of_day;
    CHECK(policy.is_limited(limits[1], client, tunnel("b.test")));
    CHECK(!policy.is_limited(limits[1], client, get("b.test")));
    CHECK(policy.is_limited(limits[2], client, get("b.test", "/v1/x")));
    CHECK(policy.is_limited(limits[2], client, get("b.test", "/v1/%zz")));  // it could be any
    CHECK(!policy.is_limited(limits[2], client, get("b.test", "/v2/x")));
    CHECK(!policy.is_limited(limits[2], client, tunnel("b.test")));
    CHECK(!policy.is_limited(limits[2], anonymous, get("b.test", "/v1/x")));
}

}  // namespace egress_policy_matching_tests
