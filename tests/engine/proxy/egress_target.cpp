// What a request, a tunnel or a datagram asks for, as the policy judges it.

#include <libnet/engine/proxy/egress_policy.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/egress_lab.hpp>
#include <tests/support/parsed_heads.hpp>

#include <string>

namespace egress_target_tests {

using namespace libnet;
using namespace libnet::engine;
using namespace libnet::test::egress;
using V = EgressVerdict;

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

}  // namespace egress_target_tests
