#include <libnet/engine/proxy/proxy_policy.hpp>
#include <tests/support/catch.hpp>

namespace proxy_policy_tests {

using namespace libnet::engine;

namespace {

auto ip(const char* text) { return boost::asio::ip::make_address(text); }

bool only_192_0_2_7(const boost::asio::ip::address& address) { return address == ip("192.0.2.7"); }

ProxyVerdict judge(const char* destination, std::uint16_t port, const char* listener)
{
    return judge_address(ip(destination), port, ip(listener), 8888, only_192_0_2_7);
}

}  // namespace

TEST_CASE("the proxy's own listener is refused, by each of its names", "[engine][proxy]")
{
    CHECK(judge("127.0.0.1", 8888, "127.0.0.1") == ProxyVerdict::own_listener);
    CHECK(judge("::ffff:127.0.0.1", 8888, "127.0.0.1") == ProxyVerdict::own_listener);
    CHECK(judge("0.0.0.0", 8888, "127.0.0.1") == ProxyVerdict::own_listener);
    CHECK(judge("::1", 8888, "::1") == ProxyVerdict::own_listener);
    CHECK(judge("192.0.2.7", 8888, "0.0.0.0") == ProxyVerdict::own_listener);
    CHECK(judge("192.0.2.7", 8888, "::") == ProxyVerdict::own_listener);
}

TEST_CASE("what only looks like the listener is allowed", "[engine][proxy]")
{
    CHECK(judge("127.0.0.1", 8080, "127.0.0.1") == ProxyVerdict::allowed);
    CHECK(judge("127.0.0.2", 8888, "127.0.0.1") == ProxyVerdict::allowed);
    CHECK(judge("192.0.2.8", 8888, "0.0.0.0") == ProxyVerdict::allowed);
    CHECK(judge("2001:db8::1", 8888, "0.0.0.0") == ProxyVerdict::allowed);
    CHECK(judge("0.0.0.0", 8888, "192.0.2.7") == ProxyVerdict::allowed);
}

TEST_CASE("each verdict has its words", "[engine][proxy]")
{
    CHECK(reason_of(ProxyVerdict::allowed).empty());
    CHECK_FALSE(reason_of(ProxyVerdict::own_listener).empty());
}

}  // namespace proxy_policy_tests
