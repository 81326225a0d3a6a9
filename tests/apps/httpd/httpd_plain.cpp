// httpd++ that was built without TLS.

#include <tests/support/catch.hpp>
#include <tests/support/httpd.hpp>

#include <string>

namespace httpd_plain_tests {

#if !defined(LIBNETXX_TLS)

using namespace libnet::test;

TEST_CASE("httpd++ without TLS doesn't serve unencrypted what was to be encrypted", "[apps][httpd]")
{
    const auto end = run({program("httpd++"), "--port", "0", "--tls-cert", "cert.pem"});
    CHECK(end.exit_code == 1);
    CHECK(end.err.find("libnet was built without TLS") != std::string::npos);
    CHECK(run({program("httpd++"), "--version"}).out.find(", no TLS") != std::string::npos);
}

#endif

}  // namespace httpd_plain_tests
