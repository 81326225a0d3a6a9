#include <libnet/engine/proxy/egress_policy.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/parsed_heads.hpp>

#include <string>
#include <vector>

namespace egress_policy_tests {

using namespace libnet;
using namespace libnet::engine;
using V = EgressVerdict;

namespace {

namespace ip = boost::asio::ip;

std::shared_ptr<const EgressList> list_named(const std::string& name)
{
    if (name == "networks")
        return std::make_shared<const EgressList>("203.0.113.0/24\n93.184.0.0/16\n", base::SipKey{});
    return std::make_shared<const EgressList>(".ads.test\ntracker.test\n", base::SipKey{});
}

EgressPolicy policy_of(std::string_view rules, bool allow_private = false, std::vector<std::uint16_t> ports = {})
{
    return EgressPolicy{{allow_private, std::move(ports), parse_egress_rules(rules, list_named)}};
}

const EgressClient nobody{ip::make_address("10.1.2.3"), std::nullopt, {}};

EgressTarget get(std::string_view host, std::string_view path = "/") { return egress_target(host, 80, "GET", path); }
EgressTarget tunnel(std::string_view host, std::uint16_t port = 443)
{
    return egress_target(host, port, "CONNECT", "");
}

V verdict(const EgressPolicy& policy, const EgressTarget& target, const EgressClient& client = nobody)
{
    return policy.judge(client, target).verdict;
}

V verdict_at(const EgressPolicy& policy, const EgressTarget& target, const char* address)
{
    return policy.judge(nobody, target, ip::make_address(address)).verdict;
}

constexpr const char* public_address = "93.184.216.34";

}  // namespace

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
    const auto policy = policy_of("", false, {443, 8443});
    CHECK(verdict(policy, tunnel("a.test", 443)) == V::allowed);
    CHECK(verdict(policy, tunnel("a.test", 8443)) == V::allowed);
    CHECK(verdict(policy, tunnel("a.test", 25)) == V::port_denied);
    CHECK(verdict(policy, get("a.test")) == V::allowed);
    CHECK(verdict(policy_of(""), tunnel("a.test", 25)) == V::allowed);
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
    const auto denied = policy.judge(nobody, get("tracker.test"));
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

TEST_CASE("a policy that only reports lets everything through, and says what it would refuse", "[engine][proxy]")
{
    const auto policy = policy_of("deny to a.test\nreport-only\n");
    const auto decision = policy.judge(nobody, get("a.test"));
    CHECK(decision.verdict == V::rule_denied);
    CHECK(decision.is_reported);
    CHECK(decision.goes_on());
    CHECK(!policy.judge(nobody, get("b.test")).is_reported);
    CHECK(!policy_of("deny to a.test\n").judge(nobody, get("a.test")).goes_on());
}

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
    CHECK(explain(policy, nobody, tunnel("www.example.com"), {}).back() == "  verdict: default_denied");
    CHECK(explain(policy, nobody, tunnel("a..b"), {}).back() == "  verdict: bad_host");
    CHECK(explain(EgressPolicy{}, nobody, tunnel("::1"), {}).back() == "  verdict: loopback_address");
}

TEST_CASE("a policy that only reports lets nothing to what is no host, or to machines' credentials", "[engine][proxy]")
{
    const auto policy = policy_of("report-only\n");
    CHECK(!policy.judge(nobody, get("a..b")).goes_on());
    CHECK(!policy.judge(nobody, get("1.2.3.4.5")).goes_on());
    CHECK(!policy.judge(nobody, get("169.254.169.254")).goes_on());
    CHECK(policy.judge(nobody, get("10.0.0.1")).goes_on());
}

TEST_CASE("a network fits the IPv6 addresses that lead into it", "[engine][proxy]")
{
    const auto policy = policy_of("deny to 93.184.0.0/16\ndeny to @networks\n", true);
    CHECK(verdict(policy, get("64:ff9b::93.184.216.34")) == V::rule_denied);
    CHECK(verdict(policy, get("2002:5db8:d822::1")) == V::rule_denied);
    CHECK(verdict(policy, get("64:ff9b::203.0.113.5")) == V::rule_denied);
    CHECK(verdict(policy, get("64:ff9b::94.0.0.1")) == V::allowed);
}

TEST_CASE("a rule may ask for the port that a client has connected to", "[engine][proxy]")
{
    const auto policy = policy_of("deny listener 8889\n");
    CHECK(policy.names_listeners());
    CHECK(!policy_of("deny to a.test\n").names_listeners());
    CHECK(verdict(policy, get("a.test"), {ip::make_address("10.1.2.3"), std::nullopt, "8889"}) == V::rule_denied);
    CHECK(verdict(policy, get("a.test"), {ip::make_address("10.1.2.3"), std::nullopt, "8888"}) == V::allowed);
}

TEST_CASE("a target is what a request's head says", "[engine][proxy]")
{
    const test::ParsedRequest request{"GET http://Example.COM.:8080/a%20b/?c HTTP/1.1\r\nHost: x\r\n\r\n"};
    const auto target = egress_target(request.request);
    REQUIRE(target.host);
    CHECK(target.host->name == "example.com");
    CHECK(target.port == 8080);
    CHECK(target.method == "GET");
    CHECK(target.path == "/a b/");
    const test::ParsedRequest connect{"CONNECT [::1]:22 HTTP/1.1\r\nHost: x\r\n\r\n"};
    CHECK(egress_target(connect.request).host->name == "::1");
    CHECK(egress_target(connect.request).port == 22);
    CHECK(!egress_target(connect.request).path);
    const test::ParsedRequest plain{"GET http://a.test HTTP/1.1\r\nHost: x\r\n\r\n"};
    CHECK(egress_target(plain.request).port == 80);
    CHECK(egress_target(plain.request).path == "/");
    CHECK_FALSE(egress_target(plain.request).is_tls);
    const test::ParsedRequest secure{"GET https://a.test/b HTTP/1.1\r\nHost: x\r\n\r\n"};
    CHECK(egress_target(secure.request).port == 443);
    CHECK(egress_target(secure.request).is_tls);
}

TEST_CASE("datagrams are judged as tunnels, with a method that no request has", "[engine][proxy]")
{
    const auto ports = policy_of("", false, {443});
    CHECK(verdict(ports, datagram_target("a.test", 443)) == V::allowed);
    CHECK(verdict(ports, datagram_target("a.test", 53)) == V::port_denied);
    CHECK(verdict(policy_of(""), datagram_target("a b", 53)) == V::bad_host);
    CHECK(verdict_at(policy_of(""), datagram_target("a.test", 53), "127.0.0.1") == V::loopback_address);
    const auto only_udp = policy_of("allow to a.test methods UDP\ndefault deny\n");
    CHECK(verdict(only_udp, datagram_target("a.test", 53)) == V::allowed);
    CHECK(verdict(only_udp, tunnel("a.test")) == V::default_denied);
    CHECK(verdict(only_udp, egress_target("a.test", 53, "UDP", "/")) == V::default_denied);
    const auto no_udp = policy_of("allow to a.test methods CONNECT\ndefault deny\n");
    CHECK(verdict(no_udp, datagram_target("a.test", 53)) == V::default_denied);
    const auto paths = policy_of("deny to a.test paths /secret/*\n");
    CHECK(verdict(paths, egress_target("a.test", 80, "UDP", "/secret/x")) == V::rule_denied);
}

TEST_CASE("the first rule that fits by name says what servers hear of a client", "[engine][proxy]")
{
    const auto policy = policy_of(
        "allow to a.test 80 send-proxy=v1\nallow to .b.test send-proxy=v2 methods CONNECT\nallow to 192.0.2.1/32 "
        "send-proxy=v1\n");
    CHECK(policy.preface(nobody, get("a.test")) == ParentPreface::proxy_v1);
    CHECK(policy.preface(nobody, tunnel("a.test")) == ParentPreface::none);
    CHECK(policy.preface(nobody, tunnel("x.b.test")) == ParentPreface::proxy_v2);
    CHECK(policy.preface(nobody, get("x.b.test")) == ParentPreface::none);
    CHECK(policy.preface(nobody, get("192.0.2.1")) == ParentPreface::proxy_v1);
    CHECK(policy.preface(nobody, get("a b")) == ParentPreface::none);
    CHECK_FALSE(policy.has_routes());
    for (const auto* const bad :
         {"allow send-proxy=v3", "allow send-proxy=v1,v2", "deny send-proxy=v1", "allow send-proxy="})
        CHECK_THROWS_AS(policy_of(bad), std::invalid_argument);
}

TEST_CASE("https goes to the ports that are listed for tunnels, and paths are seen", "[engine][proxy]")
{
    const auto target = [](std::string url) {
        const test::ParsedRequest request{"GET https://" + url + " HTTP/1.1\r\nHost: x\r\n\r\n"};
        return egress_target(request.request);
    };
    const auto ports = policy_of("", false, {443});
    CHECK(verdict(ports, target("a.test/")) == V::allowed);
    CHECK(verdict(ports, target("a.test:8443/")) == V::port_denied);
    CHECK(verdict(ports, get("a.test")) == V::allowed);
    const auto paths = policy_of("allow to a.test paths /open/*\ndefault deny\n");
    CHECK(verdict(paths, target("a.test/open/b")) == V::allowed);
    CHECK(verdict(paths, target("a.test/secret")) == V::default_denied);
}

TEST_CASE("each refusal has a name, a sentence, and an error of Proxy-Status", "[engine][proxy]")
{
    for (std::size_t i = 0; i < egress_verdicts; ++i) {
        const auto verdict = static_cast<V>(i);
        CHECK(reason_of(verdict).starts_with(std::string{name_of(verdict)} + ": "));
        CHECK(reason_of(verdict).ends_with("."));
    }
    CHECK(name_of(V::allowed) == "allowed");
    CHECK(name_of(V::metadata_address) == "metadata_address");
    CHECK(name_of(V::private_address) == "private_address");
    CHECK(reason_of(V::private_address).find("--allow-private") != std::string_view::npos);
    CHECK(proxy_status_of(V::rule_denied) == wire::ProxyStatusError::http_request_denied);
    CHECK(proxy_status_of(V::private_address) == wire::ProxyStatusError::destination_ip_prohibited);
    CHECK(status_of(V::bad_host) == 400);
    CHECK(status_of(V::metadata_address) == 403);
    CHECK(proxy_status_of(V::bad_host) == wire::ProxyStatusError::http_request_error);
}

TEST_CASE("a rule with times counts at these times", "[engine][proxy]")
{
    const auto policy =
        policy_of("allow to .a.test times mon-fri 08:00-18:00\nallow to b.test times utc sun\ndefault deny\n");
    CHECK(policy.names_times());
    CHECK(!policy_of("allow to .a.test\n").names_times());
    CHECK(policy_of("limit requests 1/s times mon\n").names_times());
    auto client = nobody;
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
    CHECK(policy.is_limited(limits[0], nobody, tunnel("x.a.test")));
    CHECK(policy.is_limited(limits[0], nobody, tunnel("x.ads.test")));
    CHECK(!policy.is_limited(limits[0], nobody, tunnel("b.test")));
    CHECK(!policy.is_limited(limits[0], nobody, tunnel("93.184.216.34")));
    CHECK(!policy.is_limited(limits[0], nobody, get("x.a.test")));
    CHECK(!policy.is_limited(limits[0], nobody, egress_target("", 443, "CONNECT", "")));
    CHECK(!policy.is_limited(limits[1], nobody, tunnel("b.test")));
    auto client = nobody;
    client.user = "ci";
    client.when.local = minutes_of_day;
    CHECK(policy.is_limited(limits[1], client, tunnel("b.test")));
    CHECK(!policy.is_limited(limits[1], client, get("b.test")));
    CHECK(policy.is_limited(limits[2], client, get("b.test", "/v1/x")));
    CHECK(policy.is_limited(limits[2], client, get("b.test", "/v1/%zz")));  // it could be any
    CHECK(!policy.is_limited(limits[2], client, get("b.test", "/v2/x")));
    CHECK(!policy.is_limited(limits[2], client, tunnel("b.test")));
    CHECK(!policy.is_limited(limits[2], nobody, get("b.test", "/v1/x")));
}

TEST_CASE("the path of a decision has its time and its limits", "[engine][proxy]")
{
    const auto policy = policy_of("deny times sun\nlimit to a.test requests 1/s\nlimit to b.test requests 1/s\n");
    auto client = nobody;
    client.when = {60, 0};
    const auto lines = explain(policy, client, get("a.test"), {ip::make_address(public_address)});
    CHECK(lines.at(2) == "time mon 01:00, utc mon 00:00");
    CHECK(lines.back() == "limit in line 2, 'limit to a.test requests 1/s': counts");
    client.when.local = 6 * minutes_of_day;
    CHECK(explain(policy, client, get("a.test"), {}).back() ==
          "  verdict: rule_denied by the rule in line 1, 'deny times sun'");
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
    CHECK(EgressPolicy{options}.route(nobody, get("www.corp.test")) == Route{"corp", "spare"});
    CHECK(EgressPolicy{options}.route(nobody, get("www.other.test")) == Route{"direct"});
    options.route = {"corp", "direct"};
    CHECK(EgressPolicy{options}.route(nobody, get("www.other.test")) == Route{"corp", "direct"});
    CHECK(EgressPolicy{options}.route(nobody, get("registry.test")) == Route{"direct"});
    options.rules.route = {"spare"};
    CHECK(EgressPolicy{options}.route(nobody, get("www.other.test")) == Route{"spare"});
    CHECK(EgressPolicy{options}.route(nobody, get("")) == Route{"direct"});
    CHECK_FALSE(EgressPolicy{}.has_routes());
    CHECK(EgressPolicy{}.route(nobody, get("a.test")) == Route{"direct"});
}

TEST_CASE("what goes by a parent is judged by its name, and an address as ever", "[engine][proxy]")
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

TEST_CASE("the explanation has the route, and no addresses where none will be known", "[engine][proxy]")
{
    EgressPolicyOptions options;
    options.route = {"corp"};
    const auto lines = explain(EgressPolicy{options}, nobody, tunnel("www.a.test"), {});
    CHECK(lines == std::vector<std::string>{"client 10.1.2.3", "target CONNECT www.a.test:443",
                                            "route: the parent corp", "by the parent corp, which looks the name up:",
                                            "  no rule fits: the default is to allow", "  verdict: allowed"});
    options.route.emplace_back("direct");
    CHECK(explain(EgressPolicy{options}, nobody, tunnel("www.a.test"), {}).size() == 9);
}

}  // namespace egress_policy_tests
