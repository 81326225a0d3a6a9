#include <libnet/wire/apr1_hash.hpp>
#include <tests/support/catch.hpp>

namespace apr1_hash_tests {

using libnet::wire::apr1_hash;

// As `openssl passwd -apr1 -salt SALT PASSWORD` prints them.
TEST_CASE("Apache's hash is the one that OpenSSL makes", "[wire]")
{
    CHECK(apr1_hash("myPassword", "r31....") == "$apr1$r31....$wBK4QazZOYKWp4EEIOXvk.");
    CHECK(apr1_hash("", "r31....") == "$apr1$r31....$A5PzYEv7Ur2kPK9l3HAPJ.");
    CHECK(apr1_hash("x", "r31....") == "$apr1$r31....$yydIS1GPjrPm3VLfCgZvh0");
    CHECK(apr1_hash("a long password with more than sixteen octets", "r31....") ==
          "$apr1$r31....$iZ4.EhHzZRrLOZ9Ao6IFK0");
    CHECK(apr1_hash("x", "ab") == "$apr1$ab$eIePjsejfBGR8ITtu2z0U1");
}

TEST_CASE("eight octets of the salt count", "[wire]")
{
    CHECK(apr1_hash("x", "abcdefgh") == apr1_hash("x", "abcdefghijk"));
}

}  // namespace apr1_hash_tests
