#include <libnet/engine/access/certificate_names.hpp>
#include <tests/support/catch.hpp>

namespace certificate_names_tests {

using libnet::engine::CertificateNames;

TEST_CASE("the certificate with the very name answers, then the one with a wildcard, then the first", "[engine]")
{
    CertificateNames names;
    names.add("default.test", 0);
    names.add("example.org", 1);
    names.add("*.example.org", 2);
    names.add("www.example.org", 3);
    CHECK(names.choose("example.org") == 1);
    CHECK(names.choose("www.example.org") == 3);
    CHECK(names.choose("mail.example.org") == 2);
    CHECK(names.choose("elsewhere.test") == 0);
    CHECK(names.choose("localhost") == 0);
    CHECK(names.choose("") == 0);
}

TEST_CASE("a wildcard stands for exactly one label", "[engine]")
{
    CertificateNames names;
    names.add("first.test", 0);
    names.add("*.example.org", 1);
    CHECK(names.choose("a.b.example.org") == 0);
    CHECK(names.choose("example.org") == 0);
    CHECK(names.choose(".example.org") == 0);
    CHECK(names.choose("*.example.org") == 1);  // no server's name, and harmless
}

TEST_CASE("names of certificates have no case and no last dot", "[engine]")
{
    CertificateNames names;
    names.add("first.test", 0);
    names.add("Example.ORG", 1);
    names.add("*.Wild.test.", 2);
    CHECK(names.choose("eXample.org") == 1);
    CHECK(names.choose("example.org.") == 1);
    CHECK(names.choose("A.WILD.TEST") == 2);
}

TEST_CASE("of two certificates with one name the first answers", "[engine]")
{
    CertificateNames names;
    names.add("example.org", 1);
    names.add("EXAMPLE.org", 2);
    CHECK(names.choose("example.org") == 1);
}

}  // namespace certificate_names_tests
