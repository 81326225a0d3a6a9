#include <libnet/engine/proxy/hello_check.hpp>
#include <tests/support/catch.hpp>

namespace hello_check_tests {

using namespace libnet;
using namespace libnet::engine;
using Kind = wire::ClientHelloKind;

namespace {

HelloCheck check(const wire::ClientHello& hello, std::string_view host)
{
    return check_hello(hello, wire::canonical_host(host).value());
}

}  // namespace

TEST_CASE("a tunnel to a name asks for that name and no other", "[engine][proxy]")
{
    CHECK(check({Kind::complete, "www.test"}, "WWW.test.") == HelloCheck::fits);
    CHECK(check({Kind::complete, "other.test"}, "www.test") == HelloCheck::other_server);
    CHECK(check({Kind::complete, "test"}, "www.test") == HelloCheck::other_server);
    CHECK(check({Kind::complete, ""}, "www.test") == HelloCheck::other_server);
}

TEST_CASE("a tunnel to an address asks for no name", "[engine][proxy]")
{
    CHECK(check({Kind::complete, ""}, "192.0.2.1") == HelloCheck::fits);
    CHECK(check({Kind::complete, ""}, "2001:db8::1") == HelloCheck::fits);
    CHECK(check({Kind::complete, "www.test"}, "192.0.2.1") == HelloCheck::other_server);
}

TEST_CASE("what is no ClientHello is no TLS", "[engine][proxy]")
{
    CHECK(check({Kind::incomplete}, "a.test") == HelloCheck::incomplete);
    for (const auto kind : {Kind::not_tls, Kind::malformed, Kind::too_long})
        CHECK(check({kind}, "a.test") == HelloCheck::no_tls);
}

TEST_CASE("each refusal of a tunnel has a name and a sentence that begins with it", "[engine][proxy]")
{
    for (const auto refusal : {HelloCheck::other_server, HelloCheck::no_tls})
        CHECK(reason_of(refusal).starts_with(name_of(refusal)));
    CHECK(name_of(HelloCheck::fits) == "allowed");
}

}  // namespace hello_check_tests
