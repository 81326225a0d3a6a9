// Limits of rules, counted for requests, and kept when rules are read again.

#include <libnet/io/access/egress_control.hpp>
#include <libnet/io/access/egress_limiter.hpp>
#include <tests/support/catch.hpp>
#include <tests/support/temporary_directory.hpp>

#include <string>
#include <string_view>

namespace egress_limiter_tests {

using namespace libnet;
using namespace libnet::test;
using V = engine::EgressVerdict;

namespace {

struct Rules {
    explicit Rules(std::string_view text) : file{folder.write("proxy.rules", std::string{text}).string()} {}

    io::EgressLimiter::Admission admit(const char* address, std::string_view user, std::string_view host)
    {
        engine::EgressClient client{boost::asio::ip::make_address(address)};
        if (!user.empty()) client.user = user;
        return control.limiter()->admit(client, engine::egress_target(host, 80, "GET", "/"));
    }
    V verdict(const char* address, std::string_view user = "", std::string_view host = "a.test")
    {
        return admit(address, user, host).verdict;
    }

    TemporaryDirectory folder;
    std::string file;
    io::EgressControl control{{.rules_file = file}};
};

}  // namespace

TEST_CASE("rules without limits count nothing", "[io][access]")
{
    Rules rules{"allow\n"};
    CHECK(rules.control.limiter() == nullptr);
}

TEST_CASE("a client is a user, or an address", "[io][access]")
{
    Rules rules{"limit requests 1/week\n"};
    CHECK(rules.verdict("10.0.0.1") == V::allowed);
    CHECK(rules.verdict("10.0.0.1", "", "b.test") == V::requests_exceeded);
    CHECK(rules.verdict("10.0.0.2") == V::allowed);
    CHECK(rules.verdict("10.0.0.1", "ci") == V::allowed);
    CHECK(rules.verdict("10.0.0.3", "ci") == V::requests_exceeded);
    CHECK(rules.verdict("2001:db8::1") == V::allowed);
    CHECK(rules.verdict("2001:db8::2") == V::requests_exceeded);
    CHECK(rules.verdict("2001:db8:0:1::1") == V::allowed);
}

TEST_CASE("clients with certificates, and users of a Unix socket, are counted by these", "[io][access]")
{
    Rules rules{"limit requests 1/week\n"};
    const auto verdict = [&](const char* address, engine::ClientIdentity identity) {
        engine::EgressClient client{boost::asio::ip::make_address(address)};
        client.identity = &identity;
        return rules.control.limiter()->admit(client, engine::egress_target("a.test", 80, "GET", "/")).verdict;
    };
    CHECK(verdict("10.0.0.1", {{"ci.test"}, {}}) == V::allowed);
    CHECK(verdict("10.0.0.2", {{"ci.test", "other.test"}, {}}) == V::requests_exceeded);
    CHECK(verdict("10.0.0.1", {{"bot.test"}, {}}) == V::allowed);
    CHECK(verdict("0.0.0.0", {{}, 1000}) == V::allowed);
    CHECK(verdict("0.0.0.0", {{}, 1001}) == V::allowed);
    CHECK(verdict("0.0.0.0", {{}, 1000}) == V::requests_exceeded);
    CHECK(verdict("10.0.0.1", {}) == V::allowed);
    CHECK(rules.verdict("10.0.0.1") == V::requests_exceeded);
}

TEST_CASE("what is beyond one limit counts for no other", "[io][access]")
{
    Rules rules{"limit to a.test requests 1/week\nlimit requests 2/week per rule\n"};
    CHECK(rules.verdict("10.0.0.1") == V::allowed);
    const auto refused = rules.admit("10.0.0.1", "", "a.test");
    CHECK(refused.verdict == V::requests_exceeded);
    REQUIRE(refused.rule != nullptr);
    CHECK(refused.rule->line == 1);
    CHECK(refused.retry_after > std::chrono::hours{24 * 6});
    CHECK(rules.verdict("10.0.0.2", "", "b.test") == V::allowed);
    CHECK(rules.verdict("10.0.0.3", "", "c.test") == V::requests_exceeded);
}

TEST_CASE("a meter counts both quotas that a request is under", "[io][access]")
{
    Rules rules{"limit quota 1000/week\nlimit to a.test quota 1500/week per target\n"};
    const auto first = rules.admit("10.0.0.1", "", "a.test").meter;
    CHECK(!first.is_spent());
    first.moved(1000);
    CHECK(first.is_spent());
    CHECK(rules.verdict("10.0.0.1") == V::quota_exceeded);
    const auto second = rules.admit("10.0.0.2", "", "a.test").meter;
    CHECK(!second.is_spent());
    second.moved(500);
    CHECK(second.is_spent());
    CHECK(rules.verdict("10.0.0.3") == V::quota_exceeded);
    CHECK(rules.verdict("10.0.0.3", "", "b.test") == V::allowed);
}

TEST_CASE("what was counted stays for the lines that stay", "[io][access]")
{
    Rules rules{"limit to a.test requests 1/week\nlimit to b.test requests 1/week\n"};
    CHECK(rules.verdict("10.0.0.1", "", "a.test") == V::allowed);
    CHECK(rules.verdict("10.0.0.1", "", "b.test") == V::allowed);
    rules.folder.write("proxy.rules", "# first\nlimit to b.test requests 1/week\nlimit to a.test requests 2/week\n");
    rules.control.reload();
    CHECK(rules.verdict("10.0.0.1", "", "b.test") == V::requests_exceeded);
    CHECK(rules.verdict("10.0.0.1", "", "a.test") == V::allowed);
}

TEST_CASE("rules that only report count, and stop nothing", "[io][access]")
{
    Rules rules{"limit requests 1/week rate 1/s quota 10/week\nreport-only\n"};
    const auto meter = rules.admit("10.0.0.1", "", "a.test").meter;
    meter.moved(1000);
    CHECK(!meter.is_spent());
    CHECK(meter.pause() == io::EgressMeter::Wait::zero());
    CHECK(rules.verdict("10.0.0.1") == V::quota_exceeded);
}

TEST_CASE("the local time is that of the time zone", "[io][access]")
{
    const auto moment = io::week_moment(std::chrono::system_clock::from_time_t(0));  // a Thursday
    CHECK(moment.utc == 3 * engine::minutes_of_day);
    CHECK(moment.local < engine::minutes_of_week);
}

}  // namespace egress_limiter_tests
