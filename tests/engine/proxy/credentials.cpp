#include <libnet/engine/proxy/credentials.hpp>
#include <tests/support/catch.hpp>

#include <stdexcept>
#include <string>

namespace credentials_tests {

using namespace libnet;
using namespace libnet::engine;

namespace {

std::string found(const Credentials& credentials, std::string_view host, std::uint16_t port)
{
    return std::string{credentials.find(wire::canonical_host(host).value(), port)};
}

}  // namespace

TEST_CASE("a server gets its credential, and no other one does", "[engine][proxy]")
{
    const Credentials credentials{{{parse_credential_target("API.test:8080"), "Bearer a"},
                                   {parse_credential_target(".team.test"), "Bearer b"},
                                   {parse_credential_target("127.1"), "Bearer c"}}};
    CHECK(found(credentials, "api.test.", 8080) == "Bearer a");
    CHECK(found(credentials, "api.test", 80).empty());
    CHECK(found(credentials, "x.api.test", 8080).empty());
    CHECK(found(credentials, "team.test", 1) == "Bearer b");
    CHECK(found(credentials, "a.team.test", 1) == "Bearer b");
    CHECK(found(credentials, "steam.test", 1).empty());
    CHECK(found(credentials, "2130706433", 80) == "Bearer c");
    CHECK(found(credentials, "::ffff:127.0.0.1", 80) == "Bearer c");
}

TEST_CASE("what is no host gets no credential", "[engine][proxy]")
{
    for (const auto* text : {"", ".", "a b", "http://a", "a:0", ".127.0.0.1", "user@a"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_credential_target(text), std::invalid_argument);
    }
    CHECK(parse_credential_target("[2001:DB8::1]:80").host == "2001:db8::1");
}

TEST_CASE("a credential is a field's value, or user and password", "[engine][proxy]")
{
    CHECK(authorization_of("Bearer abc\n") == "Bearer abc");
    CHECK(authorization_of("Aladdin:open sesame\r\n") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    CHECK(authorization_of("Aladdin:opensesame") == "Basic QWxhZGRpbjpvcGVuc2VzYW1l");
    CHECK(authorization_of("a:b") == "Basic YTpi");
    CHECK(authorization_of("a:bc") == "Basic YTpiYw==");
    for (const std::string text : {"", "\n", "secret", "Bearer a\nBearer b", " Bearer a", "Bearer \x01"}) {
        CHECK_THROWS_AS(authorization_of(text), std::invalid_argument);
        try {
            authorization_of(text);
        } catch (const std::invalid_argument& error) {
            if (!text.empty() && text != "\n") CHECK(std::string{error.what()}.find(text) == std::string::npos);
        }
    }
}

}  // namespace credentials_tests
