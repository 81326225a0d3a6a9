// Which addresses and ports a proxy reaches, and which rule decides.

#include <libnet/engine/proxy/egress_policy.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/egress_lab.hpp>

namespace egress_policy_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test::egress;
using V = EgressVerdict;

TEST_CASE("without rules a proxy reaches the public internet, and nothing else", "[engine][proxy]")
{
    const EgressPolicy policy;
    CHECK(verdict(policy, get("example.com")) == V::allowed);
    CHECK(verdict_at(policy, get("example.com"), public_address) == V::allowed);
    CHECK(verdict_at(policy, get("example.com"), "10.0.0.1") == V::private_address);
    CHECK(verdict_at(policy, get("example.com"), "127.0.0.1") == V::loopback_address);
    CHECK(verdict_at(policy, get("example.com"), "169.254.1.1") == V::link_local_address);
    CHECK(verdict_at(policy, get("example.com"), "100.64.0.1") == V::shared_address);
    CHECK(verdict_at(policy, get("example.com"), "224.0.0.1") == V::multicast_address);
    CHECK(verdict_at(policy, get("example.com"), "240.0.0.1") == V::reserved_address);
    CHECK(verdict_at(policy, get("example.com"), "192.0.2.1") == V::documentation_address);
    CHECK(verdict_at(policy, get("example.com"), "198.18.0.1") == V::benchmarking_address);
    CHECK(verdict_at(policy, get("example.com"), "169.254.169.254") == V::metadata_address);
    CHECK(verdict_at(policy, get("example.com"), "::ffff:10.0.0.1") == V::private_address);
    CHECK(verdict_at(policy, get("example.com"), "64:ff9b::10.0.0.1") == V::private_address);
    CHECK(verdict_at(policy, get("example.com"), "2002:7f00:1::") == V::loopback_address);
}

TEST_CASE("an address as the host is judged before anything is looked up, in every spelling", "[engine][proxy]")
{
    const EgressPolicy policy;
    for (const auto* host :
         {"127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1.", "::1", "::ffff:127.0.0.1", "0"})
    {
        INFO(host);
        CHECK(verdict(policy, get(host)) == V::loopback_address);
        CHECK(verdict(policy, tunnel(host)) == V::loopback_address);
    }
    CHECK(verdict(policy, get("8.8.8.8")) == V::allowed);
    // What a resolver might say of an address is not asked.
    CHECK(verdict_at(policy, get("127.1"), public_address) == V::loopback_address);
    for (const auto* host : {"", "a..b", "fe80::1%eth0", "1.2.3.4.5",
                             "b\xc3\xbc"
                             "cher.test"})
        CHECK(verdict(policy, get(host)) == V::bad_host);
}

TEST_CASE("allow-private opens everything but metadata services and what isn't for one host", "[engine][proxy]")
{
    const auto policy = policy_of("", true);
    for (const auto* address : {"10.0.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "240.0.0.1", "192.0.2.1",
                                "198.18.0.1", "::1", "fe80::1", "fd00::1"})
        CHECK(verdict_at(policy, get("a.test"), address) == V::allowed);
    CHECK(verdict_at(policy, get("a.test"), "169.254.169.254") == V::metadata_address);
    CHECK(verdict_at(policy, get("a.test"), "64:ff9b::169.254.169.254") == V::metadata_address);
    CHECK(verdict_at(policy, get("a.test"), "255.255.255.255") == V::multicast_address);
    CHECK(verdict(policy, get("169.254.169.254")) == V::metadata_address);
    CHECK(verdict(policy, get("Metadata.Google.Internal.")) == V::metadata_address);
}

TEST_CASE("a private service is reached in its networks, and nothing else beside it", "[engine][proxy]")
{
    const auto policy = policy_of(
        "private registry.internal 10.1.2.0/24\nprivate .dev.internal 10.9.0.0/16 fd00:9::/32\n"
        "private metadata.google.internal 169.254.169.254\n");
    CHECK(verdict(policy, get("registry.internal")) == V::allowed);
    CHECK(verdict_at(policy, get("Registry.Internal."), "10.1.2.9") == V::allowed);
    CHECK(verdict_at(policy, get("registry.internal"), "10.1.3.9") == V::private_address);
    CHECK(verdict_at(policy, get("registry.internal"), "127.0.0.1") == V::loopback_address);
    CHECK(verdict_at(policy, get("x.registry.internal"), "10.1.2.9") == V::private_address);
    CHECK(verdict_at(policy, get("other.internal"), "10.1.2.9") == V::private_address);
    CHECK(verdict(policy, get("10.1.2.9")) == V::private_address);
    CHECK(verdict_at(policy, get("a.dev.internal"), "10.9.1.1") == V::allowed);
    CHECK(verdict_at(policy, get("a.dev.internal"), "fd00:9::1") == V::allowed);
    CHECK(verdict_at(policy, get("dev.internal"), "10.9.1.1") == V::allowed);
    CHECK(verdict_at(policy, get("adev.internal"), "10.9.1.1") == V::private_address);
    CHECK(verdict_at(policy, get("metadata.google.internal"), "169.254.169.254") == V::allowed);
    CHECK(verdict_at(policy, get("metadata.goog"), "169.254.169.254") == V::metadata_address);
}

TEST_CASE("tunnels go to the ports that are listed", "[engine][proxy]")
{
    const auto policy = policy_of("", false, {443, {8440, 8443}});
    CHECK(verdict(policy, tunnel("a.test", 443)) == V::allowed);
    CHECK(verdict(policy, tunnel("a.test", 8443)) == V::allowed);
    CHECK(verdict(policy, tunnel("a.test", 25)) == V::port_denied);
    CHECK(verdict(policy, get("a.test")) == V::allowed);
    CHECK(verdict(policy, by_socks("a.test", 8443)) == V::allowed);
    CHECK(verdict(policy, by_socks("a.test", 25)) == V::port_denied);
    CHECK(verdict(policy_of("", false, {every_port}), tunnel("a.test", 25)) == V::allowed);
    CHECK(verdict(policy_of("allow to a.test 25\n", false, {443}), tunnel("a.test", 25)) == V::port_denied);
}

TEST_CASE("where no port is listed CONNECT and https are for 443, and for ports that rules name", "[engine][proxy]")
{
    const auto bare = policy_of("");
    CHECK(verdict(bare, tunnel("a.test", 443)) == V::allowed);
    CHECK(verdict(bare, tunnel("a.test", 25)) == V::port_denied);
    CHECK(verdict(bare, egress_target("a.test", 25, "GET", "/")) == V::allowed);
    auto https = get("a.test");
    https.port = 8443;
    https.is_tls = true;
    CHECK(verdict(bare, https) == V::port_denied);
    CHECK(verdict(bare, by_socks("a.test", 22)) == V::allowed);
    CHECK(verdict(bare, datagram_target("a.test", 53)) == V::allowed);

    const auto rules = policy_of(
        "allow to a.test 22\n"
        "allow to b.test 443 8000-8099\n"
        "allow to 1.1.1.0/24 22\n"
        "allow to .c.test\n");
    CHECK(verdict(rules, tunnel("a.test", 22)) == V::allowed);
    CHECK(verdict(rules, tunnel("b.test", 8080)) == V::allowed);
    CHECK(verdict(rules, tunnel("c.test", 8080)) == V::port_denied);
    CHECK(verdict(rules, tunnel("d.test", 8080)) == V::port_denied);
    CHECK(verdict(rules, tunnel("d.test", 22)) == V::allowed);  // for now: it may be in the network
    CHECK(verdict_at(rules, tunnel("d.test", 22), "1.1.1.7") == V::allowed);
    CHECK(verdict_at(rules, tunnel("d.test", 22), public_address) == V::port_denied);
}

TEST_CASE("the first rule that fits decides, and the default where none does", "[engine][proxy]")
{
    const auto policy = policy_of(
        "deny to @ads\n"
        "allow to github.com .pypi.org 443\n"
        "deny to bad.example.com\n"
        "allow to .example.com\n"
        "default deny\n");
    CHECK(verdict(policy, tunnel("github.com")) == V::allowed);
    CHECK(verdict(policy, tunnel("GITHUB.com.")) == V::allowed);
    CHECK(verdict(policy, tunnel("github.com", 22)) == V::default_denied);
    CHECK(verdict(policy, tunnel("x.github.com")) == V::default_denied);
    CHECK(verdict(policy, tunnel("files.pypi.org")) == V::allowed);
    CHECK(verdict(policy, tunnel("pypi.org")) == V::allowed);
    CHECK(verdict(policy, tunnel("notpypi.org")) == V::default_denied);
    CHECK(verdict(policy, get("www.example.com")) == V::allowed);
    CHECK(verdict(policy, get("bad.example.com")) == V::rule_denied);
    CHECK(verdict(policy, get("x.ads.test")) == V::rule_denied);
    CHECK(verdict(policy, get("tracker.test")) == V::rule_denied);
    CHECK(verdict(policy, get("x.tracker.test")) == V::default_denied);
    CHECK(verdict(policy, get("93.184.216.34")) == V::default_denied);
    const auto denied = policy.judge(anonymous, get("tracker.test"));
    REQUIRE(denied.rule != nullptr);
    CHECK(denied.rule->line == 1);
    CHECK(denied.rule->text == "deny to @ads");
}

TEST_CASE("rules open no private address", "[engine][proxy]")
{
    const auto policy = policy_of("allow to .example.com 10.0.0.0/8\ndefault deny\n");
    CHECK(verdict_at(policy, get("rebound.example.com"), "10.0.0.1") == V::private_address);
    CHECK(verdict(policy, get("10.0.0.1")) == V::private_address);
}

TEST_CASE("a rule about networks waits for the address, and then decides", "[engine][proxy]")
{
    const auto policy = policy_of("deny to 8.8.0.0/16\nallow to @networks\nallow to .example.com\ndefault deny\n");
    CHECK(verdict(policy, get("a.test")) == V::allowed);  // for now
    CHECK(verdict_at(policy, get("a.test"), public_address) == V::allowed);
    CHECK(verdict_at(policy, get("a.test"), "1.1.1.1") == V::default_denied);
    CHECK(verdict_at(policy, get("www.example.com"), "1.1.1.1") == V::allowed);
    CHECK(verdict_at(policy, get("www.example.com"), "8.8.8.8") == V::rule_denied);
    CHECK(verdict_at(policy, get("www.example.com"), "::ffff:8.8.8.8") == V::rule_denied);
    CHECK(verdict(policy, get("8.8.8.8")) == V::rule_denied);
    CHECK(verdict(policy, get("134744072")) == V::rule_denied);
    CHECK(verdict_at(policy, get("a.test"), "203.0.113.9") == V::documentation_address);
}

TEST_CASE("a network fits the IPv6 addresses that lead into it", "[engine][proxy]")
{
    const auto policy = policy_of("deny to 93.184.0.0/16\ndeny to @networks\n", true);
    CHECK(verdict(policy, get("64:ff9b::93.184.216.34")) == V::rule_denied);
    CHECK(verdict(policy, get("2002:5db8:d822::1")) == V::rule_denied);
    CHECK(verdict(policy, get("64:ff9b::203.0.113.5")) == V::rule_denied);
    CHECK(verdict(policy, get("64:ff9b::94.0.0.1")) == V::allowed);
}

TEST_CASE("a policy that only reports lets everything through, and says what it would refuse", "[engine][proxy]")
{
    const auto policy = policy_of("deny to a.test\nreport-only\n");
    const auto decision = policy.judge(anonymous, get("a.test"));
    CHECK(decision.verdict == V::rule_denied);
    CHECK(decision.is_reported);
    CHECK(decision.goes_on());
    CHECK(!policy.judge(anonymous, get("b.test")).is_reported);
    CHECK(!policy_of("deny to a.test\n").judge(anonymous, get("a.test")).goes_on());
}

TEST_CASE("a policy that only reports lets nothing to what is no host, or to machines' credentials", "[engine][proxy]")
{
    const auto policy = policy_of("report-only\n");
    CHECK(!policy.judge(anonymous, get("a..b")).goes_on());
    CHECK(!policy.judge(anonymous, get("1.2.3.4.5")).goes_on());
    CHECK(!policy.judge(anonymous, get("169.254.169.254")).goes_on());
    CHECK(policy.judge(anonymous, get("10.0.0.1")).goes_on());
}

}  // namespace egress_policy_tests
