#include <libnet/engine/proxy/egress_gate.hpp>
#include <tests/support/catch.hpp>

#include <memory>
#include <string_view>

namespace egress_gate_tests {

using namespace libnet::engine;
using V = EgressVerdict;

namespace {

auto ip(const char* text) { return boost::asio::ip::make_address(text); }

EgressGate gate(std::string_view rules, std::string_view host, std::string_view user = {})
{
    EgressPolicyOptions options;
    options.rules = parse_egress_rules(rules, [](const auto&) { return std::make_shared<const EgressList>(); });
    return {std::make_shared<const EgressPolicy>(std::move(options)),
            ip("::ffff:10.1.2.3"),
            user,
            {},
            egress_target(host, 80, "GET", "/")};
}

}  // namespace

TEST_CASE("a gate asks about the request and about each address, and knows the first refusal", "[engine][proxy]")
{
    auto asked = gate("", "host.test");
    CHECK(asked.admits());
    CHECK(asked.refusal().verdict == V::allowed);
    CHECK_FALSE(asked.admits(ip("10.0.0.1")));
    CHECK_FALSE(asked.admits(ip("127.0.0.1")));
    CHECK(asked.refusal().verdict == V::private_address);
    CHECK(asked.admits(ip("93.184.216.34")));
    CHECK(asked.admission().verdict == V::allowed);
}

TEST_CASE("a gate knows the client's network, also of an IPv4-mapped address, and the user", "[engine][proxy]")
{
    CHECK_FALSE(gate("deny from 10.1.0.0/16", "host.test").admits());
    CHECK(gate("deny user *", "host.test").admits());
    CHECK_FALSE(gate("deny user *", "host.test", "alice").admits());
}

TEST_CASE("a gate of a policy that only reports goes on, and has the verdict", "[engine][proxy]")
{
    auto asked = gate("default deny\nreport-only", "host.test");
    CHECK(asked.admits());
    CHECK(asked.admission().verdict == V::default_denied);
    CHECK(asked.admission().is_reported);
}

}  // namespace egress_gate_tests
