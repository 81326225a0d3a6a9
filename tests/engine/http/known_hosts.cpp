#include <libnet/engine/http/known_hosts.hpp>
#include <tests/support/catch.hpp>

#include <string>

namespace known_hosts_tests {

using libnet::engine::KnownHosts;

TEST_CASE("addresses, localhost and the names that are given are known", "[engine][known_hosts]")
{
    const KnownHosts hosts{{"pages.example", "Box"}};
    for (const std::string host :
         {"127.0.0.1", "192.0.2.7:9000", "[::1]", "[2001:db8::1]:9000", "localhost", "LocalHost:80", "localhost.",
          "a.localhost:1", "pages.example", "PAGES.example:443", "box", "box.:80"})
    {
        CAPTURE(host);
        CHECK(hosts.allows(host));
    }
}

TEST_CASE("an attacker's name isn't known, whatever it looks like", "[engine][known_hosts]")
{
    const KnownHosts hosts{{"pages.example"}};
    for (const std::string host :
         {"", "evil.example", "evil.example:9000", "127.0.0.1.evil.example", "localhost.evil.example", "xlocalhost",
          "pages.example.evil.example", "xpages.example", "user@localhost", "1.2.3.4.nip.io", ".localhost", "[::1",
          "local host"})
    {
        CAPTURE(host);
        CHECK_FALSE(hosts.allows(host));
    }
    CHECK_FALSE(KnownHosts{}.allows("pages.example"));
}

}  // namespace known_hosts_tests
