// By which parents requests go, and what servers are told of a client.

#include <libnet/engine/proxy/egress_policy.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/egress_lab.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace egress_policy_routes_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test::egress;
using V = EgressVerdict;

TEST_CASE("the first rule that fits by name says what servers are told of a client", "[engine][proxy]")
{
    const auto policy = policy_of(
        "allow to a.test 80 send-proxy=v1\nallow to .b.test send-proxy=v2 methods CONNECT\nallow to 192.0.2.1/32 "
        "send-proxy=v1\n");
    CHECK(policy.preface(anonymous, get("a.test")) == ParentPreface::proxy_v1);
    CHECK(policy.preface(anonymous, tunnel("a.test")) == ParentPreface::none);
    CHECK(policy.preface(anonymous, tunnel("x.b.test")) == ParentPreface::proxy_v2);
    CHECK(policy.preface(anonymous, get("x.b.test")) == ParentPreface::none);
    CHECK(policy.preface(anonymous, get("192.0.2.1")) == ParentPreface::proxy_v1);
    CHECK(policy.preface(anonymous, get("a b")) == ParentPreface::none);
    CHECK_FALSE(policy.has_routes());
    for (const auto* const bad :
         {"allow send-proxy=v3", "allow send-proxy=v1,v2", "deny send-proxy=v1", "allow send-proxy="})
        CHECK_THROWS_AS(policy_of(bad), std::invalid_argument);
}

TEST_CASE("the first rule that fits by name says by which parents a request goes", "[engine][proxy]")
{
    using Route = std::vector<std::string>;
    EgressPolicyOptions options;
    options.rules = parse_egress_rules(
        "deny to 203.0.113.0/24\nallow to .corp.test proxy=corp,spare\n"
        "allow to .other.test\nprivate registry.test 10.1.2.0/24\n",
        list_named);
    CHECK(EgressPolicy{options}.has_routes());
    CHECK(EgressPolicy{options}.route(anonymous, get("www.corp.test")) == Route{"corp", "spare"});
    CHECK(EgressPolicy{options}.route(anonymous, get("www.other.test")) == Route{"direct"});
    options.route = {"corp", "direct"};
    CHECK(EgressPolicy{options}.route(anonymous, get("www.other.test")) == Route{"corp", "direct"});
    CHECK(EgressPolicy{options}.route(anonymous, get("registry.test")) == Route{"direct"});
    options.rules.route = {"spare"};
    CHECK(EgressPolicy{options}.route(anonymous, get("www.other.test")) == Route{"spare"});
    CHECK(EgressPolicy{options}.route(anonymous, get("")) == Route{"direct"});
    CHECK_FALSE(EgressPolicy{}.has_routes());
    CHECK(EgressPolicy{}.route(anonymous, get("a.test")) == Route{"direct"});
}

TEST_CASE("what goes by a parent is judged by its name, and an address as always", "[engine][proxy]")
{
    const auto policy = policy_of("deny to 203.0.113.0/24 .bad.test\nallow to .ok.test 10.0.0.0/8\ndefault deny\n");
    const auto by_parent = [](EgressTarget target) {
        target.goes_by_parent = true;
        return target;
    };
    CHECK(verdict(policy, by_parent(get("www.ok.test"))) == V::allowed);
    CHECK(verdict(policy, by_parent(get("www.bad.test"))) == V::rule_denied);
    CHECK(verdict(policy, get("other.test")) == V::allowed);  // until its address is known
    CHECK(verdict(policy, by_parent(get("other.test"))) == V::default_denied);
    CHECK(verdict(policy, by_parent(get("203.0.113.1"))) == V::rule_denied);
    CHECK(verdict(policy, by_parent(get("10.1.2.3"))) == V::private_address);

    const EgressPolicy open;
    for (const auto* name : {"localhost", "a.LOCALHOST."}) {
        CHECK(verdict(open, by_parent(tunnel(name))) == V::loopback_address);
        CHECK(verdict(policy_of("", true), by_parent(tunnel(name))) == V::allowed);
    }
    CHECK(verdict(open, by_parent(get("metadata.google.internal"))) == V::metadata_address);
    CHECK(verdict(open, by_parent(get("intranet"))) == V::allowed);
}

}  // namespace egress_policy_routes_tests
